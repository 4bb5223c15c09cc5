// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A group that waits for a slot ends a session at once, not with the period.
// Caught by sched/sched-065.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class PeriodCutShort : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void schedule_group(const Ptr<Group>& group, std::uint32_t queue_mask) override {
    Sched::schedule_group(group, queue_mask);
    tick_now();
  }
  bool session_must_end(bool) override { return Sched::session_must_end(true); }
};

}  // namespace

extern const Mutant kPeriodCutShort{
    "period-cut-short",
    "A group that waits for a slot ends a session at once, not with the period",
    make<WithSched<PeriodCutShort>>};

}  // namespace protm::mutants
