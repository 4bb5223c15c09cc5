// SPDX-License-Identifier: GPL-2.0-only
// Firmware from 4.0 on reads a 64-bit endpoint request and no longer the 32-bit one beside it.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult endpoint_word_unread(const contract::Program&, const contract::Trace& trace) {
  return hit_rule(trace, K::rule_endpoint_word_unread, {K::ep_cfg_acked}, "word",
                  "EP_CFG was requested for an endpoint word that this firmware does not read");
}

}  // namespace protm::rules
