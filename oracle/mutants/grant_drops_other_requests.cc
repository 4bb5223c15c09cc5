// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: An entry forgets what all groups have asked for, not only the one that enters.
// Caught by sched/sched-035.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

// Requests are taken from events alone, as posted: a forgotten one is not found again.
class GrantDropsOtherRequests : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void sync_queue_state(const Ptr<Group>& group, std::uint32_t cs) override {
    const std::uint32_t before = group->protm_pending_queues;
    Sched::sync_queue_state(group, cs);
    group->protm_pending_queues = before;
  }
  void enter_protm(reference::Tick& tick) override {
    Sched::enter_protm(tick);
    if (!d_.protm->active_group()) return;
    for (const reference::Slot& slot : slots_) {
      if (slot.group) slot.group->protm_pending_queues = 0;
    }
  }
};

}  // namespace

extern const Mutant kGrantDropsOtherRequests{
    "grant-drops-other-requests",
    "An entry forgets what all groups have asked for, not only the one that enters",
    make<WithSched<GrantDropsOtherRequests>>};

}  // namespace protm::mutants
