// SPDX-License-Identifier: GPL-2.0-only
// One run of a suite on one candidate: each case is compared with the oracle, each verdict becomes
// one row, and what rules were put to the test is counted. A case that did not run is never agreed.
// What compares is handed in as an Engine, so that the runner can be tested with any verdict.
// Leaves out: host-time limits (sut-adapters/linux-uml).
// Source: design.md sections 1 (idea 4), 6 and 8; decisions.md 8.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "conformance/format/expectation_reader.h"
#include "conformance/runner/result.h"
#include "conformance/runner/suite.h"
#include "oracle/differential/differential.h"

namespace protm::runner {

enum class Attribution : std::uint8_t { none, minimum_sets };

/// Whether the suite is the whole one. In a whole run a rule that was never armed is an error of
/// the suite; in a part of it nothing follows from that.
enum class Coverage : std::uint8_t { part, whole };

struct ConformOptions {
  std::uint64_t seed = 0;
  Attribution attribution = Attribution::none;
  Coverage coverage = Coverage::part;
  std::vector<std::string> rules;   ///< ids of all rules; each gets a row in `checked`
  std::vector<format::Expectation> expectations;  ///< cases that the candidate gets wrong
  std::string not_yet_modelled;     ///< first line of the text report; empty = none
  std::string machine;              ///< configuration of cases that name none; empty = the usual
  std::string profile;              ///< as given to --profile; empty = not given
  std::string reproduce;            ///< command line of the whole run
};

/// What runs a Program on oracle and candidate.
struct Engine {
  std::function<differential::Comparison(const contract::Program&)> compare;
  /// Smallest sets of switches that must be off for the case to agree. Called after the last
  /// `compare`.
  std::function<std::vector<std::vector<std::string>>(const contract::Program&)> attribute;
};

/// Runs every case of the suite. Errors: those of the oracle or of a case are in `suite_errors`.
[[nodiscard]] RunResult conform(const Suite& suite, const exec::Candidate& candidate,
                                const ConformOptions& options);
/// The same with an engine of the caller.
[[nodiscard]] RunResult conform_with(const Engine& engine, const Suite& suite,
                                     const exec::Candidate& candidate,
                                     const ConformOptions& options);

/// Names of the capabilities in a mask, in the order of the contract's table.
[[nodiscard]] std::vector<std::string> capability_names(std::uint32_t mask);
/// A word as a POSIX shell reads it back.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace protm::runner
