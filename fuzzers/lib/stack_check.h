// SPDX-License-Identifier: GPL-2.0-only
// One fuzz input through the whole stack: bytes, Program, oracle and candidate, verdict. What it
// finds has a signature of constant words, so that tools group by it; numbers are in the details.
// An input on which the oracle itself is wrong says nothing about a candidate; it is a finding when
// the candidate is the oracle: PROTM_SUT=reference fuzzes the oracle.
// Leaves out: what becomes of a finding (reporter.h, findings.h).
// Source: design.md section 9, style.md 2.10.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fuzzers/mutator/subject.h"
#include "oracle/differential/differential.h"

namespace protm::fuzz {

struct StackFinding {
  std::string signature;   ///< "series.<slug>.<event>.<field>"; "oracle.<words>": see above
  std::string rule;        ///< of a divergence; may name a role: "sut/oops:heap"
  std::string verdict;     ///< one line for a reader
  contract::Program program;
};
/// For a reader: the verdict, then the Program as YAML.
[[nodiscard]] std::string text_of(const StackFinding& finding);

class StackCheck {
 public:
  /// `subject`: what Programs may have; it outlives this.
  explicit StackCheck(exec::Candidate candidate,
                      const Subject& subject = subject_table().front())
      : differential_(std::move(candidate)), subject_(&subject) {}

  /// Compares on the Program of these bytes, or on what the subject leaves of it. Nothing when all
  /// that was compared agreed.
  [[nodiscard]] std::optional<StackFinding> check(std::span<const std::uint8_t> bytes);
  /// Whether the last input had more than the subject.
  [[nodiscard]] bool restricted() const { return restricted_; }
  /// What was seen on the last input.
  [[nodiscard]] const differential::Comparison& last() const { return last_; }

 private:
  differential::Differential differential_;
  const Subject* subject_;
  differential::Comparison last_;
  bool restricted_ = false;
  /// Findings so far, by signature. What differs as some did before is told at once: most time of a
  /// run on a driver with defects would go into explaining them again and again.
  std::map<std::string, std::uint32_t, std::less<>> unexplained_;
};

/// Candidate of the environment variable PROTM_SUT, else `fallback`.
/// Errors: prints what is wrong and ends the process with exit code 2.
[[nodiscard]] exec::Candidate candidate_from_environment(const char* fallback);

/// Whether `words`, a list with commas, names a part of the finding's signature; empty names all.
/// A run that looks for one defect passes the others over.
[[nodiscard]] bool looked_for(const StackFinding& finding, std::string_view words);

/// Prints the finding, `Assertion failure: <signature>` and how to reproduce it, and aborts.
/// `candidate`: as for --sut.
[[noreturn]] void report_and_abort(const StackFinding& finding, const std::string& candidate);

}  // namespace protm::fuzz
