// SPDX-License-Identifier: GPL-2.0-only
// The two toggles cancel out: the pair reads as if nothing had been asked.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult enter_while_pending(const contract::Program&, const contract::Trace& trace) {
  return hit_rule(trace, K::rule_enter_while_pending, {K::enter_sampled}, "glb_req",
                  "GLB_REQ.PROTM_ENTER was toggled while the request before was "
                  "unanswered");
}

}  // namespace protm::rules
