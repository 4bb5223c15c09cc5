// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A reference on the heap pool stays when its VM is destroyed.
// Caught by base/base-167.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

constexpr auto kVmDestroy = IoctlId::vm_destroy;

int destroy_vm(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  const auto& args = *static_cast<const vocab::uapi::VmDestroy*>(arg);
  if (const auto vm = reference::vm_lookup(reference::file_of(file), args.id)) {
    (void)reference::TilerHeaps::pool_of(vm);
    reference::Vms::put(vm);
  }
  return original_ioctl(kVmDestroy)(driver, arg, file);
}

}  // namespace

extern const Mutant kHeapOutlivesVm{"heap-outlives-vm",
    "A reference on the heap pool stays when its VM is destroyed",
    make<WithIoctl<kVmDestroy, destroy_vm>>};

}  // namespace protm::mutants
