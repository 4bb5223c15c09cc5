// SPDX-License-Identifier: GPL-2.0-only
// Two sessions and one event: the driver's view of the session is wrong.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult exit_event_overrun(const contract::Program&, const contract::Trace& trace) {
  return hit_rule(trace, K::rule_exit_event_overrun, {K::protm_exit_raised}, "glb_ack",
                  "PROTM_EXIT was due while the host had not taken the event "
                  "before");
}

}  // namespace protm::rules
