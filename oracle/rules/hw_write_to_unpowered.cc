// SPDX-License-Identifier: GPL-2.0-only
// The write is lost.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult write_to_unpowered(const contract::Program&, const contract::Trace& trace) {
  return hit_rule(trace, K::rule_write_to_unpowered, {K::power_changed}, "offset",
                  "a register of a power domain that is off was written");
}

}  // namespace protm::rules
