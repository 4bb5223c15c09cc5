// SPDX-License-Identifier: GPL-2.0-only
// What nothing takes has no effect on a GPU that looks alike: a driver that writes to the wrong
// offset, or to the registers of another architecture, would go on as if it had been heard.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult write_ignored(const contract::Program&, const contract::Trace& trace) {
  return hit_rule(trace, K::rule_write_ignored, {K::power_changed}, "offset",
                  "a register was written that is read-only or that this GPU does not have");
}

}  // namespace protm::rules
