// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: DEV_QUERY does not look whether its reply could be written.
// Caught by uapi/uapi-035.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int dev_query(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  const int error = original_ioctl(IoctlId::dev_query)(driver, arg, file);
  return error == -EFAULT ? 0 : error;
}

}  // namespace

extern const Mutant kReplyFaultIgnored{
    "reply-fault-ignored",
    "DEV_QUERY does not look whether its reply could be written",
    make<WithIoctl<IoctlId::dev_query, dev_query>>};

}  // namespace protm::mutants
