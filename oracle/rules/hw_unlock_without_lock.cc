// SPDX-License-Identifier: GPL-2.0-only
// Translations that the GPU uses while they change are what the lock is for; a driver that releases
// or flushes a region it never locked has changed them in the open.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult unlock_without_lock(const contract::Program&, const contract::Trace& trace) {
  return hit_rule(trace, K::rule_unlock_without_lock, {K::as_command}, "command",
                  "a region of an AS was unlocked or flushed that nobody had locked");
}

}  // namespace protm::rules
