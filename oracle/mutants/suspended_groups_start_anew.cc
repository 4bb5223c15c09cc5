// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A group that comes back to a slot is started as if it had never run.
// Caught by sched/sched-004.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class SuspendedGroupsStartAnew : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  [[nodiscard]] vocab::fw::CsgState starting_state(const Ptr<Group>&) const override {
    return vocab::fw::CsgState::start;
  }
};

}  // namespace

extern const Mutant kSuspendedGroupsStartAnew{
    "suspended-groups-start-anew",
    "A group that comes back to a slot is started as if it had never run",
    make<WithSched<SuspendedGroupsStartAnew>>};

}  // namespace protm::mutants
