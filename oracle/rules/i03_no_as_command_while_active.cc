// SPDX-License-Identifier: GPL-2.0-only
// The MMU executes no command in protected mode; "in protected mode" is GPU_STATUS, which falls
// later than the PING that asks for it, so a driver that does not wait is caught too.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult no_as_command_while_active(const contract::Program&,
                                                const contract::Trace& trace) {
  return hit_rule(trace, K::rule_as_command_while_active, {K::protm_active}, "command",
                  "an AS command was written while GPU_STATUS.PROTECTED_MODE_ACTIVE was set");
}

}  // namespace protm::rules
