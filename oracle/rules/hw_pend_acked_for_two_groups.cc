// SPDX-License-Identifier: GPL-2.0-only
// Firmware runs one group per session; which one is not defined.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult pend_acked_for_two_groups(const contract::Program&,
                                               const contract::Trace& trace) {
  return hit_rule(trace, K::rule_pend_acked_for_two_groups, {K::enter_sampled}, "slots",
                  "PROTM_ENTER was sampled with acknowledged requests of more "
                  "than one group");
}

}  // namespace protm::rules
