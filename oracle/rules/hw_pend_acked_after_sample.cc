// SPDX-License-Identifier: GPL-2.0-only
// Firmware samples once; a later ack may be lost, and the event need not be raised again.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult pend_acked_after_sample(const contract::Program&,
                                             const contract::Trace& trace) {
  return hit_rule(trace, K::rule_pend_acked_after_sample, {K::protm_pend_acked}, "slot",
                  "CS_REQ.PROTM_PEND was acknowledged after firmware had "
                  "sampled who may enter");
}

}  // namespace protm::rules
