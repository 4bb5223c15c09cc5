// SPDX-License-Identifier: GPL-2.0-only
// Maintenance is not executed in protected mode, its completion never comes in time.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult flush_while_active(const contract::Program&, const contract::Trace& trace) {
  return hit_rule(trace, K::rule_flush_while_active, {K::flush_caches}, "payload",
                  "GPU_COMMAND.FLUSH_CACHES was written in protected mode");
}

}  // namespace protm::rules
