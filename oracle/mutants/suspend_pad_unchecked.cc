// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: GROUP_CREATE does not look at the padding behind the handle
// of the suspend buffer. Caught by userspace-buffers/uapi-320.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int suspend_pad_unchecked(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  static_cast<vocab::uapi::GroupCreateProtm*>(arg)->pad = 0;
  return reference::ioctl_group_create(driver, arg, file);
}

}  // namespace

extern const Mutant kSuspendPadUnchecked{
    "suspend-pad-unchecked",
    "GROUP_CREATE does not look at the padding behind the handle of the suspend buffer",
    make<WithIoctl<IoctlId::group_create, suspend_pad_unchecked>>, "userspace-buffers"};

}  // namespace protm::mutants
