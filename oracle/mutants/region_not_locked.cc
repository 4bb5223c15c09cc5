// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A VM operation changes page tables without locking the region.
// Caught by hardware rules on locked regions.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class RegionNotLocked : public reference::Mmu {
 public:
  using Mmu::Mmu;
  reference::Result<bool> lock_region(reference::Vm& vm, std::uint64_t start,
                                      std::uint64_t) override {
    vm.locked = {start, 0};
    return false;
  }
};

}  // namespace

extern const Mutant kRegionNotLocked{
    "region-not-locked",
    "A VM operation changes page tables without locking the region",
    make<WithMmu<RegionNotLocked>>};

}  // namespace protm::mutants
