// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A group that waits for protected mode counts as one without work.
// Caught by sched/sched-026.
#include <utility>

#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class WaitingCountsAsIdle : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  void pick(reference::Tick& tick, reference::List<Group>& from, reference::PickIdle idle,
            reference::PickOwner owner) override {
    std::array<std::uint32_t, reference::kMaxSlots> asked{};
    for (std::uint32_t slot = 0; slot < slot_count_; ++slot) {
      if (!slots_[slot].group) continue;
      asked[slot] = std::exchange(slots_[slot].group->protm_pending_queues, 0);
      slots_[slot].group->idle_queues |= asked[slot];
    }
    Sched::pick(tick, from, idle, owner);
    for (std::uint32_t slot = 0; slot < slot_count_; ++slot) {
      if (slots_[slot].group) slots_[slot].group->protm_pending_queues |= asked[slot];
    }
  }
};

}  // namespace

extern const Mutant kWaitingCountsAsIdle{
    "waiting-counts-as-idle",
    "A group that waits for protected mode counts as one without work",
    make<WithSched<WaitingCountsAsIdle>>};

}  // namespace protm::mutants
