// SPDX-License-Identifier: GPL-2.0-only
// Firmware has no such transition.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult start_on_running_slot(const contract::Program&, const contract::Trace& trace) {
  return hit_rule(trace, K::rule_start_on_running_slot, {K::csg_state_sampled}, "state",
                  "START or RESUME was requested for a slot that runs");
}

}  // namespace protm::rules
