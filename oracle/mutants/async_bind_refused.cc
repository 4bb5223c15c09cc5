// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The flag of an asynchronous bind is ignored.
// Caught by base/base-022 and others: a synchronous bind takes no syncs.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int async_bind_refused(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  static_cast<vocab::uapi::VmBind*>(arg)->flags &= ~vocab::uapi::kVmBindAsync;
  return reference::ioctl_vm_bind(driver, arg, file);
}

}  // namespace

extern const Mutant kAsyncBindRefused{
    "async-bind-refused", "The flag of an asynchronous bind is ignored",
    make<WithIoctl<IoctlId::vm_bind, async_bind_refused>>};

}  // namespace protm::mutants
