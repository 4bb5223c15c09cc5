// SPDX-License-Identifier: GPL-2.0-only
// A translation that the GPU may hold changes only while its region is locked: else an access goes
// by the old one, or meets the table half done, and no AS command says when that ends.
#include "oracle/rules/hit_rule.h"
#include "oracle/rules/invariants.h"

namespace protm::rules {

using K = vocab::ObservationKind;

contract::RuleResult table_changed_unlocked(const contract::Program&,
                                            const contract::Trace& trace) {
  return hit_rule(trace, K::rule_table_changed_unlocked, {K::as_command}, "va",
                  "a valid page table entry of an AS in use was changed outside the locked region");
}

}  // namespace protm::rules
