// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: After a protected session nobody looks at the other groups again.
// Caught by sched/sched-075.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class NeighboursForgotten : public reference::Sched {
 public:
  using Sched::Sched;
  void after_protm_exit() override {}
};

}  // namespace

extern const Mutant kNeighboursForgotten{
    "neighbours-forgotten",
    "After a protected session nobody looks at the other groups again",
    make<WithSched<NeighboursForgotten>>};

}  // namespace protm::mutants
