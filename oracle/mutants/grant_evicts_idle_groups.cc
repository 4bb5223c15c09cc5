// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The tick that grants protected mode takes all idle groups off their slots.
// Caught by sched/sched-023.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class GrantEvictsIdleGroups : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  void pick(reference::Tick& tick, reference::List<Group>& from, reference::PickIdle idle,
            reference::PickOwner owner) override {
    if (tick.protm_candidate && idle == reference::PickIdle::take) return;
    Sched::pick(tick, from, idle, owner);
  }
};

}  // namespace

extern const Mutant kGrantEvictsIdleGroups{
    "grant-evicts-idle-groups",
    "The tick that grants protected mode takes all idle groups off their slots",
    make<WithSched<GrantEvictsIdleGroups>>};

}  // namespace protm::mutants
