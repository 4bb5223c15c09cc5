// SPDX-License-Identifier: GPL-2.0-only
// Goal: the driver of the second GPU meets its own registers, interrupts, devres, DRM device and
// runtime PM, and nothing of it reaches the first GPU; all else is the one kernel.
#include "sut-adapters/host/kernel_of_device.h"

#include <doctest/doctest.h>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/host/kernel_test_bench.h"

using namespace protm;
using namespace protm::host;
using contract::IrqLine;
using contract::IrqReturn;
using contract::RpmStatus;

namespace {

struct Thing {
  int x = 0;
};

class FakeRegisters final : public contract::Registers {
 public:
  std::uint32_t read32(std::uint32_t offset) override { return regs[offset]; }
  void write32(std::uint32_t offset, std::uint32_t value) override { regs[offset] = value; }
  std::uint32_t irq_lines() const override { return lines; }
  std::map<std::uint32_t, std::uint32_t> regs;
  std::uint32_t lines = 0;
};

/// What a driver of one GPU does with the kernel that it sees.
struct GpuDriver {
  GpuDriver(contract::Kernel& kernel, PlatformDevice& device) : k(kernel) {
    DeviceOps ops;
    ops.ctx = this;
    ops.probe = [](void* d) { return of(d).probe(); };
    ops.remove = [](void* d) { of(d).log += "remove "; };
    device.set_ops(ops);
  }
  static GpuDriver& of(void* d) { return *static_cast<GpuDriver*>(d); }
  contract::Callback action(void (*fn)(void*)) { return {fn, this, nullptr, 0}; }
  int probe() {
    log += "probe ";
    k.devm_add_action(action([](void* d) { of(d).log += "devm "; }), "one");
    k.drmm_add_action(action([](void* d) { of(d).log += "drmm "; }), "one");
    k.pm_runtime_enable(action([](void* d) { of(d).log += "suspend "; }),
                        action([](void* d) { of(d).log += "resume "; }));
    k.request_irq(IrqLine::gpu, [](void* d) { return of(d).hard(); }, this, {}, "gpu irq");
    return result;
  }
  IrqReturn hard() {
    ++handled;
    if (quiet) quiet();
    return IrqReturn::handled;
  }

  contract::Kernel& k;
  std::string log;
  std::function<void()> quiet;
  int result = 0;
  int handled = 0;
};

/// A kernel with two GPUs and a driver on each.
struct TwoDevices {
  TwoDevices() {
    contract::Surroundings around;
    around.bus = &bus;
    around.second_gpu = &registers;
    around.user = &user;
    around.memory = &memory;
    kernel.emplace(around);
    view.emplace(*kernel, *kernel->second_device());
    one.emplace(*kernel, kernel->device());
    two.emplace(*view, *kernel->second_device());
    two->quiet = [this] { registers.lines = 0; };
  }
  template <class Body>
  void now(Body&& body) {
    body_ = body;
    kernel->spawn("task", [](void* f) { (*static_cast<std::function<void()>*>(f))(); }, &body_,
                  TaskContext{0, 1, false});
    kernel->run_ready();
  }
  void load() {
    now([&] {
      kernel->device().attach();
      kernel->second_device()->attach();
    });
  }

  FakeBus bus;
  FakeRegisters registers;
  FakeUser user;
  std::pmr::monotonic_buffer_resource memory{std::pmr::new_delete_resource()};
  std::optional<KernelImpl> kernel;
  std::optional<KernelOfDevice> view;
  std::optional<GpuDriver> one, two;

 private:
  std::function<void()> body_;
};

}  // namespace

TEST_CASE("KernelOfDevice: registers are the second GPU's, memory and time the kernel's") {
  TwoDevices t;
  t.load();
  t.now([&] {
    CHECK(t.view->pm_runtime_resume_and_get() == 0);
    t.view->write32(8, 7);
    CHECK(t.view->read32(8) == 7);
    CHECK(t.registers.regs[8] == 7);
    CHECK(t.bus.regs[8] == 0);
    CHECK(t.view->now().ns == t.kernel->now().ns);
    const auto object = t.view->make<Thing>("thing");
    CHECK(object != nullptr);
    t.kernel->free(object);
  });
}

TEST_CASE("KernelOfDevice: an interrupt of the second GPU is handled by its driver alone") {
  TwoDevices t;
  t.load();
  t.now([&] { CHECK(t.view->pm_runtime_resume_and_get() == 0); });
  t.registers.lines = 1u << static_cast<std::uint32_t>(IrqLine::gpu);
  t.kernel->time_reached();
  t.kernel->run_ready();
  CHECK(t.two->handled == 1);
  CHECK(t.one->handled == 0);
}

TEST_CASE("KernelOfDevice: an unbind of one runs its devres and leaves the other bound") {
  TwoDevices t;
  t.load();
  CHECK(t.kernel->drm_users() == 0);
  const std::string before = t.one->log;
  const std::uint32_t instance = t.kernel->second_device()->drm_instance();
  CHECK(instance != t.kernel->device().drm_instance());
  t.two->log.clear();
  t.now([&] { CHECK(t.kernel->second_device()->unbind() == 0); });
  CHECK(t.two->log.find("remove ") != std::string::npos);
  CHECK(t.two->log.find("devm ") != std::string::npos);
  CHECK(t.two->log.ends_with("drmm "));
  CHECK(t.one->log == before);
  CHECK(t.kernel->device().bound());
  CHECK_FALSE(t.kernel->second_device()->bound());
  CHECK(t.kernel->drm_users() == 0);
}

TEST_CASE("KernelOfDevice: a reference on the DRM device is one of its own device") {
  TwoDevices t;
  t.load();
  t.now([&] {
    t.view->drm_dev_get();
    CHECK(t.kernel->second_device()->unbind() == 0);
    CHECK(t.two->log.find("drmm ") == std::string::npos);
    CHECK(t.kernel->drm_users() == 1);
    t.view->drm_dev_put();
    CHECK(t.two->log.ends_with("drmm "));
    CHECK(t.kernel->device().unbind() == 0);   // its own goes without anybody's help
    CHECK(t.one->log.ends_with("drmm "));
  });
}

TEST_CASE("KernelOfDevice: runtime PM is that of its device") {
  TwoDevices t;
  t.load();
  t.now([&] {
    CHECK(t.view->pm_runtime_resume_and_get() == 0);
    CHECK(t.view->pm_runtime_status() == RpmStatus::active);
    const auto usage = t.kernel->device().pm().usage;
    t.view->pm_runtime_get_noresume();
    CHECK(t.kernel->second_device()->pm().usage == 2);
    CHECK(t.kernel->device().pm().usage == usage);
    CHECK_FALSE(t.view->dev_is_unplugged());
    t.view->dev_unplug();
    CHECK(t.view->dev_is_unplugged());
    CHECK_FALSE(t.kernel->dev_is_unplugged());
  });
}

TEST_CASE("KernelOfDevice: what one GPU's probe puts off is tried again when the other is bound") {
  TwoDevices t;
  t.two->result = -vocab::kEPROBE_DEFER;
  t.now([&] { CHECK(t.kernel->second_device()->attach() == 0); });
  CHECK(t.kernel->second_device()->probe_deferred());
  t.two->result = 0;
  t.now([&] { CHECK(t.kernel->device().attach() == 0); });
  CHECK(t.kernel->second_device()->bound());
}
