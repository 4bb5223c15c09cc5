// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GROUP_SUBMIT that cannot read its jobs or syncs says that all went well.
// Caught by uapi/uapi-034.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int submit_fault_ignored(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  const int error = reference::ioctl_group_submit(driver, arg, file);
  return error == -EFAULT ? 0 : error;
}

}  // namespace

extern const Mutant kSubmitFaultIgnored{
    "submit-fault-ignored",
    "GROUP_SUBMIT that cannot read its jobs or syncs says that all went well",
    make<WithIoctl<IoctlId::group_submit, submit_fault_ignored>>};

}  // namespace protm::mutants
