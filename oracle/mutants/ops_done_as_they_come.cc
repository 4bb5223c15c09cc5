// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: VM_BIND reads and does one operation after the other.
// Caught by uapi/uapi-030 and uapi/uapi-037.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int ops_done_as_they_come(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  auto& args = *static_cast<vocab::uapi::VmBind*>(arg);
  for (std::uint32_t i = 0; i < args.ops.count; ++i) {
    vocab::uapi::VmBind one = args;
    one.ops.count = 1;
    one.ops.array += std::uint64_t{i} * args.ops.stride;
    const int error = reference::ioctl_vm_bind(driver, &one, file);
    if (error != 0) return error;
  }
  return 0;
}

}  // namespace

extern const Mutant kOpsDoneAsTheyCome{
    "ops-done-as-they-come",
    "VM_BIND reads and does one operation after the other",
    make<WithIoctl<IoctlId::vm_bind, ops_done_as_they_come>>};

}  // namespace protm::mutants
