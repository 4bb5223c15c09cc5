// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/executor/in_process.h"

#include "sut-adapters/host/in_process_sut.h"

namespace protm::exec {
namespace {

using contract::Capability;

constexpr std::uint32_t kInProcess = Capability::heap_core | Capability::heap_device |
                                     Capability::panthor | Capability::protm | Capability::vm_bind |
                                     Capability::host_checks | Capability::snapshot |
                                     Capability::realtime | Capability::bo_ioctls |
                                     Capability::innocent_state | Capability::schedules |
                                     Capability::system_sleep | Capability::reclaim |
                                     Capability::modules | Capability::two_devices |
                                     Capability::gpu_flush |
                                     contract::kPostedPositions;

struct Plan {
  std::string name;
  std::string version;
  DriverFactory make = nullptr;
  std::shared_ptr<const void> options;
};

contract::Sut* boot(const void* plan_address, const contract::Surroundings& around) {
  const Plan& plan = *static_cast<const Plan*>(plan_address);
  return host::make_in_process_sut({plan.name, plan.version, kInProcess}, around, plan.make,
                                   plan.options.get());
}

}  // namespace

Candidate in_process(std::string name, std::string version, DriverFactory make,
                     std::shared_ptr<const void> options) {
  Candidate c;
  c.spec = c.name = name;
  c.version = version;
  c.capabilities = kInProcess;
  c.make = boot;
  c.options =
      std::make_shared<Plan>(Plan{std::move(name), std::move(version), make, std::move(options)});
  return c;
}

const void* driver_options(const Candidate& candidate) {
  if (candidate.make != boot) return nullptr;
  return static_cast<const Plan*>(candidate.options.get())->options.get();
}

}  // namespace protm::exec
