// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GROUP_CREATE that cannot read its queues says that all went well.
// Caught by uapi/uapi-032.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int queues_fault_ignored(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  const int error = reference::ioctl_group_create(driver, arg, file);
  return error == -EFAULT ? 0 : error;
}

}  // namespace

extern const Mutant kQueuesFaultIgnored{
    "queues-fault-ignored",
    "GROUP_CREATE that cannot read its queues says that all went well",
    make<WithIoctl<IoctlId::group_create, queues_fault_ignored>>};

}  // namespace protm::mutants
