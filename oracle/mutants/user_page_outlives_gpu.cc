// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The page of LATEST_FLUSH can be read after unbind.
// Caught by uapi/uapi-160.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

Result<std::uint32_t> read_user_page(void* driver, const Ptr<contract::DrmFile>& file) {
  const auto word = reference::read_user_page(driver, file);
  return word ? word : 1;
}

void plant(contract::DrmDriverOps& ops) { ops.read_user_page = read_user_page; }

}  // namespace

extern const Mutant kUserPageOutlivesGpu{
    "user-page-outlives-gpu", "The page of LATEST_FLUSH can be read after unbind",
    make<WithOps<plant>>};

}  // namespace protm::mutants
