// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Each group gets a protected suspend buffer where there is a heap.
// Caught by kbo/kbo-007.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int every_group_protected(void* driver, void* arg, const Ptr<contract::DrmFile>& drm_file) {
  auto& args = *static_cast<vocab::uapi::GroupCreate*>(arg);
  const bool can = reference::file_of(drm_file).d->protm_heap != nullptr;
  if (can) args.flags |= vocab::uapi::kGroupCreateProtected;
  return original_ioctl(IoctlId::group_create)(driver, arg, drm_file);
}

}  // namespace

extern const Mutant kEveryGroupProtected{
    "every-group-protected",
    "Each group gets a protected suspend buffer where there is a heap",
    make<WithIoctl<IoctlId::group_create, every_group_protected>>};

}  // namespace protm::mutants
