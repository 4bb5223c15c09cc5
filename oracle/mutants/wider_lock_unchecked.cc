// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The pages of a cut go although the wider region could not be locked.
// Caught by mmu/mmu-007.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class WiderLockUnchecked : public reference::Mmu {
 public:
  using Mmu::Mmu;
  int expand_region(reference::Vm& vm, std::uint64_t start, std::uint64_t size) override {
    (void)Mmu::expand_region(vm, start, size);
    return 0;
  }
};

}  // namespace

extern const Mutant kWiderLockUnchecked{
    "wider-lock-unchecked", "The pages of a cut go although the wider region could not be locked",
    make<WithMmu<WiderLockUnchecked>>};

}  // namespace protm::mutants
