// SPDX-License-Identifier: GPL-2.0-only
// What PWR_CONTROL cannot do it refuses by an interrupt that drivers log and nothing more: whoever
// asks for it anyway goes on as if the domain had changed hands or power.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult power_command_refused(const contract::Program&,
                                           const contract::Trace& trace) {
  return hit_rule(trace, K::rule_power_command_refused, {K::power_changed}, "command",
                  "PWR_COMMAND was refused: the block does not know it, or the domain is in no "
                  "state for it");
}

}  // namespace protm::rules
