// SPDX-License-Identifier: GPL-2.0-only
// What a run of the suites gives: one row per case, totals, armed rules. Reports are written from
// this and from nothing else. The JSON form is stable: members are added, never changed.
// Leaves out: traces; a row has the hash of one.
// Source: design.md sections 6 and 8, decisions.md 13.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace protm::runner {

/// `expected`: diverged, with the signature that an expectation file names.
enum class Outcome : std::uint8_t { agreed, diverged, poisoned, inconclusive, skipped, expected };
[[nodiscard]] std::string_view outcome_word(Outcome outcome);

struct CaseResult {
  std::string id;
  std::string title;
  std::vector<std::string> entries;
  Outcome outcome = Outcome::skipped;
  std::string rule;          ///< rule id or comparison; empty when agreed
  std::string signature;     ///< in words, without numbers
  std::uint64_t at_ns = 0;   ///< of the first divergence
  std::string detail;
  std::uint64_t trace_hash = 0;
  std::string reason;        ///< of an expected divergence: why, and the source that shows it
  bool timing = false;       ///< agreed, but only with the oracle under other latencies
  std::uint64_t schedules = 0;   ///< that were explored besides the usual order
  std::uint64_t schedules_agreed = 0;
  std::uint32_t timings = 0;     ///< latency seeds tried in place of schedules
  std::uint32_t timings_agreed = 0;
  std::string reproduce;     ///< command line
  /// With --attribute: the smallest sets of switches that must be off so that the case agrees.
  std::vector<std::vector<std::string>> attribution;
};

/// What the cases of one position say of a candidate.
struct PositionTried {
  std::string profile;  ///< empty = the posted one
  std::string words;    ///< what a driver or firmware of this position does
  std::string source;   ///< the mail or patch that it comes from
  std::uint32_t agreed = 0, diverged = 0, unknown = 0;  ///< cases; unknown: skipped, inconclusive
  std::string agreed_case, diverged_case;  ///< id of the first of each
};

/// Where a candidate stands in a question that the review leaves open.
enum class Stand : std::uint8_t {
  follows,      ///< `position` of the question, and no other
  each,         ///< of the firmware: right whatever it answers
  contradicts,  ///< itself: one case agrees in one position only, another in the other one only
  undecided,    ///< no position has all its cases agree, and other defects may be why
  not_asked,    ///< no case of the question was run
  told,         ///< by --profile
};

struct OpenQuestion {
  std::string id, entry, title;
  bool of_firmware = false;
  Stand stand = Stand::not_asked;
  std::size_t position = 0;          ///< in `tried`; of `follows` and `told`
  std::vector<PositionTried> tried;  ///< the posted one first
};

/// What came of the suites under one profile of the oracle.
struct DesignTried {
  std::string profile;        ///< empty = the base
  std::uint32_t diverged = 0;  ///< of what was run: of a design that is not taken, its own cases
};

struct RunResult {
  std::string candidate;     ///< as given: "series-v1:only=HEAP-2"
  std::string version;
  std::string profile;
  /// Where the review leaves designs open and the candidate did not say which one it has: those
  /// that were tried. The result is of the one that it follows.
  std::vector<DesignTried> designs;
  std::vector<OpenQuestion> questions;  ///< in the order of differential::questions()
  std::vector<std::string> capabilities;
  std::uint64_t seed = 0;
  std::string not_yet_modelled;   ///< first line of the text report; empty = none
  std::map<std::string, std::uint64_t> checked;   ///< rule id -> how often armed
  std::map<std::string, std::uint64_t> compared;  ///< kind of comparison -> how often made
  std::uint64_t by_chance = 0;    ///< differences of which both sides are right (judge::Verdict)
  std::vector<std::string> suite_errors;          ///< the oracle or a case is wrong
  std::vector<std::string> expectation_errors;    ///< the candidate is not what a file expects
  std::vector<CaseResult> cases;
  std::string reproduce;                          ///< command line of the whole run

  [[nodiscard]] std::uint32_t count(Outcome outcome) const;
};

/// Exit code of design.md section 6: 0 all agreed or as expected, 1 a divergence or an expectation
/// that was not met, 3 something inconclusive or nothing compared, 134 an error of the suite or
/// harness.
[[nodiscard]] int exit_code(const RunResult& result);

}  // namespace protm::runner
