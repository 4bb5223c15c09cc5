// SPDX-License-Identifier: GPL-2.0-only
// The first SUSPEND, or the entry of another group, would fault.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult suspend_buffer_missing(const contract::Program&,
                                            const contract::Trace& trace) {
  return hit_rule(trace, K::rule_suspend_buffer_missing, {K::csg_state_acked}, "suspend_buf",
                  "a slot was programmed with a suspend buffer that firmware "
                  "cannot write");
}

}  // namespace protm::rules
