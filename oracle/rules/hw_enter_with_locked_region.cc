// SPDX-License-Identifier: GPL-2.0-only
// A group that enters would wait for ever for an UNLOCK that the MMU no longer executes.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult enter_with_locked_region(const contract::Program&,
                                              const contract::Trace& trace) {
  return hit_rule(trace, K::rule_enter_with_locked_region, {K::enter_sampled}, "lockaddr",
                  "PROTM_ENTER was sampled while an AS region was locked");
}

}  // namespace protm::rules
