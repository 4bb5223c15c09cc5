// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A cut through a 2 MiB block locks the hole alone, not the block.
// Caught by mmu/mmu-005.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class BlockNotLocked : public reference::Mmu {
 public:
  using Mmu::Mmu;
  int expand_region(reference::Vm&, std::uint64_t, std::uint64_t) override { return 0; }
};

}  // namespace

extern const Mutant kBlockNotLocked{
    "block-not-locked", "A cut through a 2 MiB block locks the hole alone, not the block",
    make<WithMmu<BlockNotLocked>>};

}  // namespace protm::mutants
