// SPDX-License-Identifier: GPL-2.0-only
// What became of each mutant, as rows on disk that a bench which was stopped goes on from, and the
// page made of them: docs/mutation-score.md.
// Leaves out: runs (unit.h, child.h). Source: issue 6.5 of the plan (mutation score).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "bench/mutation/mutant.h"

namespace protm::mutation {

enum class Fate : std::uint8_t {
  diverged,
  inconclusive,   ///< the suites say so too, and do not pass
  crashed,
  out_of_time,
  survived,
  not_reached,    ///< survived, because no case comes to its place
};
[[nodiscard]] std::string_view fate_word(Fate fate);
[[nodiscard]] constexpr bool is_killed(Fate fate) { return fate < Fate::survived; }

struct Row {
  std::string key;      ///< of the mutant
  std::string tree;     ///< digest of mutants and suites; rows of another one are not used
  Fate fate = Fate::survived;
  std::string case_id;  ///< that ended it
  std::string rule;
};

/// Rows of a file, by key; none where there is no file. A torn last line is left out.
/// Errors: a sentence with file and line.
[[nodiscard]] tl::expected<std::map<std::string, Row>, std::string> read_rows(
    const std::string& file);
/// Appends. False when it cannot.
[[nodiscard]] bool append_row(const std::string& file, const Row& row);

/// What a page is made of.
struct Score {
  const MutantTable* table = nullptr;
  std::vector<const Mutant*> chosen;
  std::map<std::string, Row> rows;         ///< of all that were chosen
  std::map<std::uint32_t, std::string> proofs;
  std::uint64_t cases = 0;
  std::uint64_t seed = 0;
  std::string commit;

  struct Count {
    std::uint64_t all = 0, killed = 0, equivalent = 0, alive = 0;
    void add(const Count& other);
    /// Tenths of a percent of what is not equivalent; rounded down.
    [[nodiscard]] std::uint64_t per_mille() const;
  };
  [[nodiscard]] Count count() const;
  [[nodiscard]] Count count_of(const Mutant& mutant) const;
};

[[nodiscard]] std::string percent(std::uint64_t per_mille);
[[nodiscard]] std::string score_page(const Score& score);

}  // namespace protm::mutation
