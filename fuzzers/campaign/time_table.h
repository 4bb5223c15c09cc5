// SPDX-License-Identifier: GPL-2.0-only
// How long an engine takes to find one planted defect, alone, from an empty corpus: rows on disk,
// one line of JSON for each hunt, and the page made of them. A row is written at once, so a bench
// that is stopped goes on.
// Leaves out: the hunts (hunt.h) and who says which rule belongs to a defect (cli).
// Source: decisions.md 10 (rules of an entry).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace protm::fuzz {

/// One signature of a hunt.
struct FoundAt {
  std::string signature, rule;
  std::uint64_t runs = 0, cpu_ms = 0;
  friend bool operator==(const FoundAt&, const FoundAt&) = default;
};

struct TimeRow {
  std::string candidate;   ///< as for --sut
  std::string engine;
  std::uint64_t seed = 1, cap_s = 0;
  std::string commit;      ///< of the tree that the target was built from
  std::uint64_t runs = 0, cpu_ms = 0;   ///< of the whole hunt
  /// The first signature of a rule that belongs to the defect, on an input that agrees without it.
  std::optional<FoundAt> found;
  /// The first signature of another rule on an input that agrees without the defect.
  std::optional<FoundAt> other;
  std::uint64_t alarms = 0;      ///< signatures on inputs that differ without the defect too
  std::uint64_t steps = 0;       ///< of the minimised Program of `found`
  std::uint64_t hand_steps = 0;  ///< of the shortest case of the entry that finds it; 0 = none
  std::string problem;           ///< why the hunt ended before its cap
  friend bool operator==(const TimeRow&, const TimeRow&) = default;
};

[[nodiscard]] std::string row_text(const TimeRow& row);
/// Rows of a file; none where there is no file. A torn last line is left out.
/// Errors: a sentence with file and line.
[[nodiscard]] tl::expected<std::vector<TimeRow>, std::string> read_rows(const std::string& file);
/// Appends and brings it to the disk. False when it cannot.
[[nodiscard]] bool append_row(const std::string& file, const TimeRow& row);

/// Reasons for what is not found, by candidate: lines "CANDIDATE  REASON", # for remarks.
[[nodiscard]] std::map<std::string, std::string> read_reasons(const std::string& text);

/// The page: the last row of each candidate, engine and seed.
[[nodiscard]] std::string time_page(const std::vector<TimeRow>& rows,
                                    const std::map<std::string, std::string>& reasons);

}  // namespace protm::fuzz
