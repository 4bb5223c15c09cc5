// SPDX-License-Identifier: GPL-2.0-only
// A group that has work, and above which nobody has, gets onto a slot within R ticks, and stays off
// no longer than that when it had to make room; a session of a group with a lower priority counts
// as being off. One of the same priority does not: a ring of a group that has its slot tells the
// driver nothing, and whether it should end the session of an equal is not decided (SCHED-69 says
// higher).
#include "oracle/rules/invariants.h"
#include "oracle/rules/liveness.h"

namespace protm::rules {

using namespace contract;

RuleResult runnable_groups_run(const Program& program, const Trace& trace) {
  Turns turns(program, trace, [](const Turns& t, std::uint32_t group) {
    return !t.on_slot(group) || t.lower_inside(group);
  });
  return owed_turns(program, trace, std::move(turns), "slot",
                    "has work and the highest priority, and got no turn within its ticks");
}

}  // namespace protm::rules
