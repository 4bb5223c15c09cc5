// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A job starts without the pages that its VM lost.
// Caught by mmu/mmu-042-evicted-and-back.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class EvictedStayAway : public reference::Reclaim {
 public:
  using Reclaim::Reclaim;
  int restore(reference::Vm& /*vm*/) override { return 0; }
};

}  // namespace

extern const Mutant kEvictedStayAway{
    "evicted-stay-away", "A job starts without the pages that its VM lost",
    make<WithReclaim<EvictedStayAway>>};

}  // namespace protm::mutants
