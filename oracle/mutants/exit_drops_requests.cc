// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The end of a session forgets what was asked for while it lasted.
// Caught by sched/sched-057.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

// Requests are taken from events alone, as posted: a forgotten one is not found again.
class ExitDropsRequests : public reference::Sched {
 public:
  using Sched::Sched;
  void after_protm_exit() override {
    for (const reference::Slot& slot : slots_) {
      if (slot.group) slot.group->protm_pending_queues = 0;
    }
    Sched::after_protm_exit();
  }

 protected:
  void sync_queue_state(const Ptr<Group>& group, std::uint32_t cs) override {
    const std::uint32_t before = group->protm_pending_queues;
    Sched::sync_queue_state(group, cs);
    group->protm_pending_queues = before;
  }
};

}  // namespace

extern const Mutant kExitDropsRequests{
    "exit-drops-requests",
    "The end of a session forgets what was asked for while it lasted",
    make<WithSched<ExitDropsRequests>>};

}  // namespace protm::mutants
