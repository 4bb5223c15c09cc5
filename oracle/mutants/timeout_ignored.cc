// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A group whose job timed out may run on.
// Caught by base/base-007.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class TimeoutIgnored : public reference::Sched {
 public:
  using Sched::Sched;
  bool can_run(const Ptr<Group>& group) const override {
    if (!group->timedout) return Sched::can_run(group);
    group->timedout = false;
    const bool runs = Sched::can_run(group);
    group->timedout = true;
    return runs;
  }
};

}  // namespace

extern const Mutant kTimeoutIgnored{
    "timeout-ignored",
    "A group whose job timed out may run on",
    make<WithSched<TimeoutIgnored>>};

}  // namespace protm::mutants
