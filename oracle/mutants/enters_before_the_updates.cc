// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Protected mode is entered first, and then the tick updates its slots.
// Caught by sched/sched-040.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class EntersBeforeTheUpdates : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  Ptr<Group> choose_protm(reference::Tick& tick) override {
    tick.protm_candidate = Sched::choose_protm(tick);
    enter_protm(tick);
    return tick.protm_candidate;
  }
};

}  // namespace

extern const Mutant kEntersBeforeTheUpdates{
    "enters-before-the-updates",
    "Protected mode is entered first, and then the tick updates its slots",
    make<WithSched<EntersBeforeTheUpdates>>};

}  // namespace protm::mutants
