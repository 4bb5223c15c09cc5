// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The flag NO_MMAP of BO_CREATE is dropped.
// Caught by uapi/uapi-042 and uapi/uapi-045.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int bo_create(void* driver, void* arg, const Ptr<contract::DrmFile>& file) {
  static_cast<vocab::uapi::BoCreate*>(arg)->flags &= ~vocab::uapi::kBoNoMmap;
  return reference::ioctl_bo_create(driver, arg, file);
}

}  // namespace

extern const Mutant kNoMmapIgnored{
    "no-mmap-ignored", "The flag NO_MMAP of BO_CREATE is dropped",
    make<WithIoctl<IoctlId::bo_create, bo_create>>};

}  // namespace protm::mutants
