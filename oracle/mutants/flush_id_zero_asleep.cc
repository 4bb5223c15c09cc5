// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The page of LATEST_FLUSH reads 0 while the GPU sleeps.
// Caught by uapi/uapi-151.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

Result<std::uint32_t> zero_asleep(void* driver, const Ptr<contract::DrmFile>& file) {
  const bool awake = reference::file_of(file).d->pm_state() == reference::PmState::active;
  return awake ? reference::read_user_page(driver, file) : 0;
}

void plant_zero_asleep(contract::DrmDriverOps& ops) { ops.read_user_page = zero_asleep; }

}  // namespace

extern const Mutant kFlushIdZeroAsleep{
    "flush-id-zero-asleep", "The page of LATEST_FLUSH reads 0 while the GPU sleeps",
    make<WithOps<plant_zero_asleep>>};

}  // namespace protm::mutants
