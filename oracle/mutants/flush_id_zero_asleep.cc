// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The page of LATEST_FLUSH reads 0 while the GPU sleeps.
// Caught by uapi/uapi-151.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

Result<std::uint32_t> read_user_page(void* driver, const Ptr<contract::DrmFile>& file) {
  const bool awake = reference::file_of(file).d->pm_state() == reference::PmState::active;
  return awake ? reference::read_user_page(driver, file) : 0;
}

void plant(contract::DrmDriverOps& ops) { ops.read_user_page = read_user_page; }

}  // namespace

extern const Mutant kFlushIdZeroAsleep{
    "flush-id-zero-asleep", "The page of LATEST_FLUSH reads 0 while the GPU sleeps",
    make<WithOps<plant>>};

}  // namespace protm::mutants
