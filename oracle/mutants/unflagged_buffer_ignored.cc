// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: a suspend buffer for a group without the flag is ignored.
// Caught by userspace-buffers/uapi-317.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int unflagged_buffer_ignored(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  auto& args = *static_cast<vocab::uapi::GroupCreateProtm*>(arg);
  const bool wanted = (args.posted.flags & vocab::uapi::kGroupCreateProtected) != 0;
  if (!wanted) args.protm_suspend_handle = 0;
  return reference::ioctl_group_create(driver, arg, file);
}

}  // namespace

extern const Mutant kUnflaggedBufferIgnored{
    "unflagged-buffer-ignored", "a suspend buffer for a group without the flag is ignored",
    make<WithIoctl<IoctlId::group_create, unflagged_buffer_ignored>>, "userspace-buffers"};

}  // namespace protm::mutants
