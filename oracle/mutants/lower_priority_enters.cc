// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A pending request of any chosen group is granted, not only of the top one.
// Caught by sched/sched-022.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class LowerPriorityEnters : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  Ptr<Group> choose_protm(reference::Tick& tick) override {
    for (std::uint32_t p = reference::kPriorities; p-- > 0;) {
      const Ptr<Group> pending = tick.groups[p].find([](const Ptr<Group>& g) {
        return g->protm_pending_queues != 0 && g->csg_id >= 0 &&
               g->state == reference::GroupState::active;
      });
      if (pending) return pending;
    }
    return nullptr;
  }
};

}  // namespace

extern const Mutant kLowerPriorityEnters{
    "lower-priority-enters",
    "A pending request of any chosen group is granted, not only of the top one",
    make<WithSched<LowerPriorityEnters>>};

}  // namespace protm::mutants
