// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: GROUP_CREATE wants a privilege for a protected group.
// Caught by kbo/kbo-007.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int protected_needs_privilege(void* driver, void* arg, const Ptr<contract::DrmFile>& drm_file) {
  const auto& args = *static_cast<const vocab::uapi::GroupCreate*>(arg);
  const bool wanted = (args.flags & vocab::uapi::kGroupCreateProtected) != 0;
  if (wanted && !reference::file_of(drm_file).d->k.capable_sys_nice()) return -EACCES;
  return original_ioctl(IoctlId::group_create)(driver, arg, drm_file);
}

}  // namespace

extern const Mutant kProtectedNeedsPrivilege{
    "protected-needs-privilege",
    "GROUP_CREATE wants a privilege for a protected group",
    make<WithIoctl<IoctlId::group_create, protected_needs_privilege>>};

}  // namespace protm::mutants
