// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A tick that finds idle groups only enters for one of them.
// Caught by sched/sched-020.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class IdleGroupEnters : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  void enter_protm(reference::Tick& tick) override {
    Sched::enter_protm(tick);
    if (tick.failed || tick.idle_count != tick.group_count) return;
    for (const reference::Slot& slot : slots_) {
      if (!slot.group || !slot.group->protm_suspend_buf) continue;
      if (!d_.protm->enter(slot.group)) d_.schedule_reset();
      return;
    }
  }
};

}  // namespace

extern const Mutant kIdleGroupEnters{
    "idle-group-enters",
    "A tick that finds idle groups only enters for one of them",
    make<WithSched<IdleGroupEnters>>};

}  // namespace protm::mutants
