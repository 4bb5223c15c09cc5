// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The page of LATEST_FLUSH may be mapped for writing.
// Caught by uapi/uapi-151.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

int mmap_user_page(void* driver, const Ptr<contract::DrmFile>& file,
                   const contract::MapRequest& request) {
  contract::MapRequest harmless = request;
  harmless.write = false;
  return reference::mmap_user_page(driver, file, harmless);
}

void plant_writable(contract::DrmDriverOps& ops) { ops.mmap_user_page = mmap_user_page; }

}  // namespace

extern const Mutant kUserPageWritable{
    "user-page-writable", "The page of LATEST_FLUSH may be mapped for writing",
    make<WithOps<plant_writable>>};

}  // namespace protm::mutants
