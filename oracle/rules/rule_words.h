// SPDX-License-Identifier: GPL-2.0-only
// What a rule says of one trace, in words that a test can hold it to: "not armed", "kept", "broken
// at record 3". A violation without a sentence or a field says so instead.
// Leaves out: the judge, which asks all rules.
#pragma once

#include <string>
#include <string_view>

#include "oracle/rules/rule_table.h"
#include "sut-adapters/contract/trace_builder.h"

namespace protm::rules {

/// `id` is one of the table; anything else ends the test program.
[[nodiscard]] inline contract::RuleResult asked(std::string_view id,
                                                const contract::Program& program,
                                                const contract::TraceBuilder& b) {
  return rule_by_id(id)->evaluate(program, b.trace());
}

[[nodiscard]] inline std::string words(const contract::RuleResult& result) {
  if (result.armed == 0) return "not armed";
  if (!result.violation) return "kept";
  if (result.violation->detail.empty()) return "broken without a sentence";
  if (result.violation->field.empty()) return "broken without a field";
  return "broken at record " + std::to_string(result.violation->record);
}

}  // namespace protm::rules
