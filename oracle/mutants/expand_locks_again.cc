// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: What is locked already is locked once more by each cut of a mapping.
// Caught by mmu/mmu-004.
#include "oracle/mutants/planted.h"
#include "oracle/reference/vm.h"

namespace protm::mutants {
namespace {

class ExpandLocksAgain : public reference::Mmu {
 public:
  using Mmu::Mmu;
  int expand_region(reference::Vm& vm, std::uint64_t start, std::uint64_t size) override {
    const std::uint64_t end = std::max(start + size, vm.locked.start + vm.locked.size);
    const std::uint64_t begin = vm.locked.size != 0 ? std::min(start, vm.locked.start) : start;
    vm.locked = reference::LockedRegion{};
    return Mmu::expand_region(vm, begin, end - begin);
  }
};

}  // namespace

extern const Mutant kExpandLocksAgain{
    "expand-locks-again",
    "What is locked already is locked once more by each cut of a mapping",
    make<WithMmu<ExpandLocksAgain>>};

}  // namespace protm::mutants
