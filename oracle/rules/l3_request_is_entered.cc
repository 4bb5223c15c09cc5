// SPDX-License-Identifier: GPL-2.0-only
// The request for protected mode of a group above which nobody has work is entered within R ticks,
// or the group is dead. The clock begins with PROTM_PEND and ends with protected mode.
#include "oracle/rules/invariants.h"
#include "oracle/rules/liveness.h"

namespace protm::rules {

using namespace contract;

RuleResult request_is_entered(const Program& program, const Trace& trace) {
  Turns turns(program, trace, [](const Turns& t, std::uint32_t group) {
    return t.asks_for_protm(group) && t.inside() != group;
  });
  return owed_turns(program, trace, std::move(turns), "protm_active",
                    "asked for protected mode with the highest priority, and never entered");
}

}  // namespace protm::rules
