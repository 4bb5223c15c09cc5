// SPDX-License-Identifier: GPL-2.0-only
// The group would run from whatever the buffer holds.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult resume_without_save(const contract::Program&, const contract::Trace& trace) {
  return hit_rule(trace, K::rule_resume_without_save, {K::csg_state_acked}, "suspend_buf",
                  "a slot was told to RESUME from a suspend buffer that was "
                  "never written");
}

}  // namespace protm::rules
