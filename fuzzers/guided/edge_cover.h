// SPDX-License-Identifier: GPL-2.0-only
// What many runs of a candidate went over together: for each edge of its code which numbers of
// times have been seen, in classes (1, 2, 3, 4-7, 8-15, 16-31, 32-127, more), because the second
// round of a loop is news and the hundredth is not. Says what one more run adds.
// Leaves out: where the counts come from (contract/coverage.h).
// Source: AFL's technical_details.txt, section 1 (classes of counts).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sut-adapters/contract/coverage.h"

namespace protm::fuzz {

/// What one run added.
struct Gain {
  std::uint32_t edges = 0;    ///< that no run before went over
  std::uint32_t classes = 0;  ///< of known edges: another number of times
  std::optional<std::size_t> first;  ///< the first such edge; of a new class when no edge is new
  [[nodiscard]] bool any() const { return edges + classes != 0; }
};

/// One source file's share.
struct FileCover {
  std::string file;
  std::uint32_t covered = 0, total = 0;
};

class EdgeCover {
 public:
  /// Counts of one run; the same number of edges each time.
  Gain add(std::span<const std::uint8_t> hits);
  [[nodiscard]] std::uint32_t covered() const { return covered_; }
  [[nodiscard]] bool covers(std::size_t edge) const {
    return edge < seen_.size() && seen_[edge] != 0;
  }
  /// Per source file, in the order of their names.
  [[nodiscard]] std::vector<FileCover> files(std::span<const contract::Edge> edges) const;

 private:
  std::vector<std::uint8_t> seen_;  ///< per edge: classes as bits
  std::uint32_t covered_ = 0;
};

/// A tracefile for lcov's genhtml: per line of source whether an edge on it was covered. Paths are
/// as the edges have them.
[[nodiscard]] std::string lcov_text(const EdgeCover& cover, std::span<const contract::Edge> edges);

}  // namespace protm::fuzz
