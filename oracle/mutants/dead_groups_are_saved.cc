// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A group that cannot run any more is suspended like any other.
// Caught by sched/sched-001.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class DeadGroupsAreSaved : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  [[nodiscard]] vocab::fw::CsgState evicted_state(const Ptr<Group>&) const override {
    return vocab::fw::CsgState::suspend;
  }
};

}  // namespace

extern const Mutant kDeadGroupsAreSaved{
    "dead-groups-are-saved",
    "A group that cannot run any more is suspended like any other",
    make<WithSched<DeadGroupsAreSaved>>};

}  // namespace protm::mutants
