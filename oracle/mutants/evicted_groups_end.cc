// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A group that loses its slot is terminated, although it could go on.
// Caught by sched/sched-001.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class EvictedGroupsEnd : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  [[nodiscard]] vocab::fw::CsgState evicted_state(const Ptr<Group>&) const override {
    return vocab::fw::CsgState::terminate;
  }
};

}  // namespace

extern const Mutant kEvictedGroupsEnd{
    "evicted-groups-end",
    "A group that loses its slot is terminated, although it could go on",
    make<WithSched<EvictedGroupsEnd>>};

}  // namespace protm::mutants
