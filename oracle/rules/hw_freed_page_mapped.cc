// SPDX-License-Identifier: GPL-2.0-only
// Memory is given back only when no AS in use leads to it: the next owner's bytes are the GPU's
// otherwise.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult freed_page_mapped(const contract::Program&, const contract::Trace& trace) {
  return hit_rule(trace, K::rule_freed_page_mapped, {K::as_command}, "va",
                  "a page was given back that an AS in use still leads to");
}

}  // namespace protm::rules
