// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Of the groups that wait for a slot, the one that came last gets it.
// Caught by base/base-013: slots, and the fact `lead`.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class LastComeFirstServed : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void pick(reference::Tick& tick, reference::List<Group>& from, reference::PickIdle idle,
            reference::PickOwner owner) override {
    if (owner == reference::PickOwner::scheduler) turn_round(from);
    Sched::pick(tick, from, idle, owner);
    if (owner == reference::PickOwner::scheduler) turn_round(from);
  }

 private:
  static void turn_round(reference::List<Group>& list) {
    reference::List<Group> turned;
    while (const Ptr<Group> first = list.front()) {
      first->run_node.unlink();
      turned.push_front(first->run_node);
    }
    while (const Ptr<Group> first = turned.front()) {
      first->run_node.unlink();
      list.push_back(first->run_node);
    }
  }
};

}  // namespace

extern const Mutant kLastComeFirstServed{
    "last-come-first-served", "Of the groups that wait for a slot, the one that came last gets it",
    make<WithSched<LastComeFirstServed>>};

}  // namespace protm::mutants
