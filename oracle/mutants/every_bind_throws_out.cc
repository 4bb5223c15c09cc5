// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Each VM_BIND ends a protected session first, whether it needs the MMU or not.
// Caught by mmu/mmu-011, mmu/mmu-030.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int every_bind_throws_out(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  reference::Protm& protm = *reference::file_of(file).d->protm;
  const int error = protm.gate_enter();
  if (error != 0) return error;
  protm.gate_leave();
  return reference::ioctl_vm_bind(driver, arg, file);
}

}  // namespace

extern const Mutant kEveryBindThrowsOut{
    "every-bind-throws-out",
    "Each VM_BIND ends a protected session first, whether it needs the MMU or not",
    make<WithIoctl<IoctlId::vm_bind, every_bind_throws_out>>};

}  // namespace protm::mutants
