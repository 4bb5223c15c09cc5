// SPDX-License-Identifier: GPL-2.0-only
// The suites as a measure: every case under the base, and under 6.12 and the designs that the
// review leaves open where that makes a difference, with what the oracle shows, and which places
// the unchanged copy comes to. A mutant runs the cases that come to its place, the cheapest first,
// until one of them does not agree.
// Leaves out: processes (child.h) and scores (score.h).
// Source: design.md section 6 (verdicts).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "conformance/runner/designs.h"
#include "sut-adapters/contract/trace.h"
#include "sut-adapters/executor/candidate.h"

namespace protm::mutation {

/// One case under one profile.
struct Unit {
  const contract::Program* program = nullptr;
  std::string profile;                ///< empty = the base
  contract::Trace oracle;
  std::uint64_t hash = 0;             ///< of what the copy without a mutant shows
  std::vector<std::uint8_t> reached;  ///< by number of the mutant
  std::uint32_t cost_ms = 0;          ///< processor time of oracle, copy and judge together

  /// Processor time that a mutant may take for it: more than any order and latency under which the
  /// oracle is asked again can take.
  [[nodiscard]] std::uint32_t limit_s() const;
};

/// The reference as mutate.py copies it, with whatever mutant is chosen.
[[nodiscard]] exec::Candidate copy_of_reference(std::string_view profile);

/// Runs each case with no mutant, under the base, the release of 6.12 and each design. A case that
/// its oracle does not agree to under a profile is left out there, as one that needs more than the
/// release has; so is one that shows the same there and comes to no place to which it does not
/// come under the base.
/// Errors: a sentence, when the copy differs from the reference.
[[nodiscard]] tl::expected<std::vector<Unit>, std::string> make_units(
    const runner::Suite& suite, const std::vector<runner::Design>& designs);

/// Units that come to the place of mutant `number`, the cheapest first.
[[nodiscard]] std::vector<const Unit*> units_of(const std::vector<Unit>& units,
                                                std::uint32_t number);

/// What the suites say of one mutant.
struct Judged {
  std::string case_id;   ///< that noticed it; empty = none did
  std::string rule;      ///< of the divergence; "inconclusive" when no run came to a verdict
};
/// For a process of its own: afterwards the mutant is chosen for good. `begins` is told of each
/// unit before it runs.
[[nodiscard]] Judged judge_mutant(std::uint32_t number, const std::vector<const Unit*>& units,
                                  const std::function<void(const Unit&)>& begins);

}  // namespace protm::mutation
