// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: What a process has mapped is given away like what nobody uses.
// Caught by mmu/mmu-042-whose-turn.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class MmappedGoesFirst : public reference::Reclaim {
 public:
  using Reclaim::Reclaim;
  reference::ReclaimState state_of(const Ptr<reference::Bo>& bo) const override {
    const reference::ReclaimState right = Reclaim::state_of(bo);
    return right == reference::ReclaimState::mmapped ? reference::ReclaimState::unused : right;
  }
};

}  // namespace

extern const Mutant kMmappedGoesFirst{
    "mmapped-goes-first", "What a process has mapped is given away like what nobody uses",
    make<WithReclaim<MmappedGoesFirst>>};

}  // namespace protm::mutants
