// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GROUP_CREATE gives its client a handle of the protected suspend buffer.
// Caught by kbo/kbo-013.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int suspend_buffer_handle(void* driver, void* arg, const Ptr<contract::DrmFile>& drm_file) {
  const int error = original_ioctl(IoctlId::group_create)(driver, arg, drm_file);
  if (error != 0) return error;
  reference::File& file = reference::file_of(drm_file);
  const auto& args = *static_cast<const vocab::uapi::GroupCreate*>(arg);
  const Ptr<Group> group = file.groups[args.group_handle - 1];
  if (group->protm_suspend_buf) {
    (void)file.d->drm.gem_handle_create(drm_file, group->protm_suspend_buf->object);
  }
  return 0;
}

}  // namespace

extern const Mutant kSuspendBufferHandle{
    "suspend-buffer-handle",
    "GROUP_CREATE gives its client a handle of the protected suspend buffer",
    make<WithIoctl<IoctlId::group_create, suspend_buffer_handle>>};

}  // namespace protm::mutants
