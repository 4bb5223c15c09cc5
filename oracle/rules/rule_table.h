// SPDX-License-Identifier: GPL-2.0-only
// The one table of all rules, and the list of what the machine flags but no rule judges.
// Order matters: of two rules that a trace breaks at the same instant, the upper row is reported.
// Not modelled: I5 (judged as sut/lock); of I12 slots and priorities (comparison `slots`).
// Source: design.md section 6; the invariants of the catalogue in their corrected form.
#pragma once

#include <span>
#include <string_view>

#include "gpu-model/vocab/observation.h"
#include "sut-adapters/contract/rule.h"

namespace protm::rules {

/// All rules, most telling first.
[[nodiscard]] std::span<const contract::Rule> rule_table();
/// Row of that id; nullptr when there is none.
[[nodiscard]] const contract::Rule* rule_by_id(std::string_view id);

/// How each hardware-rule observation is judged: by the rule `judged_by`, or, when that is empty,
/// not at all for the reason in `why_not`.
struct HitRow {
  vocab::ObservationKind kind;
  std::string_view judged_by;
  std::string_view why_not;
};
/// One row for each observation whose name starts with "rule_".
[[nodiscard]] std::span<const HitRow> hit_table();

}  // namespace protm::rules
