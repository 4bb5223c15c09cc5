// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/result.h"

#include <algorithm>
#include <array>

namespace protm::runner {

std::string_view outcome_word(Outcome outcome) {
  static constexpr std::array<std::string_view, 6> kWords{
      "agreed", "diverged", "poisoned", "inconclusive", "skipped", "expected"};
  return kWords[static_cast<std::size_t>(outcome)];
}

std::uint32_t RunResult::count(Outcome outcome) const {
  return static_cast<std::uint32_t>(std::count_if(
      cases.begin(), cases.end(), [&](const CaseResult& c) { return c.outcome == outcome; }));
}

int exit_code(const RunResult& result) {
  constexpr int kHarnessBug = 134;
  constexpr int kInconclusive = 3;
  if (!result.suite_errors.empty()) return kHarnessBug;
  if (result.count(Outcome::diverged) != 0 || !result.expectation_errors.empty()) return 1;
  if (result.count(Outcome::inconclusive) != 0) return kInconclusive;
  const std::uint32_t compared = result.count(Outcome::agreed) + result.count(Outcome::poisoned) +
                                 result.count(Outcome::expected);
  if (compared == 0) return kInconclusive;
  return 0;
}

}  // namespace protm::runner
