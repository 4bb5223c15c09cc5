// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The page of LATEST_FLUSH can be read after unbind.
// Caught by uapi/uapi-160.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

Result<std::uint32_t> read_for_ever(void* driver, const Ptr<contract::DrmFile>& file) {
  const auto word = reference::read_user_page(driver, file);
  return word ? word : 1;
}

void plant_for_ever(contract::DrmDriverOps& ops) { ops.read_user_page = read_for_ever; }

}  // namespace

extern const Mutant kUserPageOutlivesGpu{
    "user-page-outlives-gpu", "The page of LATEST_FLUSH can be read after unbind",
    make<WithOps<plant_for_ever>>};

}  // namespace protm::mutants
