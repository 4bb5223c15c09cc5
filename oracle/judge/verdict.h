// SPDX-License-Identifier: GPL-2.0-only
// What a judgement says: one outcome, the first divergence, everything else that was found, and
// how much was looked at. Data only.
// Leaves out: expectation files and attribution (runner). Source: design.md section 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace protm::judge {

enum class Outcome : std::uint8_t {
  agreed,
  diverged,
  poisoned,       ///< undefined from some point on, and nothing was found before it
  inconclusive,
  skipped,        ///< never by the judge: the runner skips what a candidate cannot do
  oracle_wrong,   ///< an error of the suite: the oracle broke a rule or a fact, or did not reach
};
[[nodiscard]] std::string_view outcome_name(Outcome outcome);

/// What found it. At the same instant the upper one is reported.
enum class FindingClass : std::uint8_t { rule, comparison, sut };

/// One difference between what a trace shows and what it should.
struct Finding {
  FindingClass from = FindingClass::rule;
  std::string rule;                       ///< id, comparison slug, "then", "sut/<kind>:<role>"
  std::string slug;                       ///< the same in words without digits
  std::uint64_t at_ns = 0;                ///< in the candidate's time
  std::string event;                      ///< kind of the record that shows it
  std::string field;                      ///< which part of it, in words
  std::string detail;                     ///< one sentence
  std::optional<std::size_t> oracle_record;
  std::optional<std::size_t> candidate_record;
};

/// How often a rule was armed, or a comparison made.
struct Count {
  std::string id;
  std::uint64_t n = 0;
  friend bool operator==(const Count&, const Count&) = default;
};
/// Adds `n` to the row `id` of `totals`; a new id goes to the end.
void add_count(std::vector<Count>& totals, std::string_view id, std::uint64_t n);
/// Adds `more` to `totals`, row by row.
void add_counts(std::vector<Count>& totals, const std::vector<Count>& more);

struct Verdict {
  Outcome outcome = Outcome::agreed;
  std::string rule;                       ///< of the first divergence; empty when there is none
  std::string signature;                  ///< adapter, slug, event, field: words, no digits
  std::uint64_t at_ns = 0;
  std::string detail;                     ///< why it is not `agreed`
  std::optional<std::size_t> oracle_record;
  std::optional<std::size_t> candidate_record;
  std::vector<Finding> findings;          ///< all, first one first
  std::vector<Count> checked;             ///< on the candidate: rules armed, things compared
  std::vector<std::string> not_checkable; ///< rules that this adapter cannot show
  std::uint64_t by_chance = 0;            ///< differences of which both sides are right (chance.h)
  bool reached = true;                    ///< every `reaches` was reached by the candidate
};

/// True when a catalogue entry's `pattern` covers `rule`: equal, or a prefix before ':' as in
/// "sut/oops" for "sut/oops:heap".
[[nodiscard]] bool rule_matches(std::string_view pattern, std::string_view rule);
/// Dotted words for a finding of a candidate, usable as a folder name.
[[nodiscard]] std::string signature(std::string_view adapter, const Finding& finding);
/// `text` in lower case, words joined by '-', words with digits left out.
[[nodiscard]] std::string words_only(std::string_view text);

}  // namespace protm::judge
