// SPDX-License-Identifier: GPL-2.0-only
// The time axis of a picture: each instant at which something is drawn has a column, gaps between
// columns grow with the logarithm of the time in them. So 20 us and 500 ms fit beside each other.
// Leaves out: what is drawn. Source: none, a choice of presentation.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/timeline.h"

namespace protm::cli {

/// Part of the time that is drawn, as numbers of instants around the one that matters.
struct Around {
  std::uint64_t ns = 0;
  std::size_t before = 0;
  std::size_t after = 0;
};

class TimeAxis {
 public:
  /// `instants` in any order, with repetitions; the chosen ones are spread from `left` to `right`.
  TimeAxis(std::vector<std::uint64_t> instants, const Around& around, int left, int right);
  /// Place of a time; times outside of the axis have the place of its end.
  [[nodiscard]] int x(std::uint64_t ns) const;
  [[nodiscard]] std::uint64_t first_ns() const { return times_.front(); }
  [[nodiscard]] std::uint64_t last_ns() const { return times_.back(); }
  [[nodiscard]] const std::vector<std::uint64_t>& columns() const { return times_; }

 private:
  std::vector<std::uint64_t> times_;
  std::vector<int> places_;
};

/// Times that get a column: of everything that a picture gives a word or a bar.
[[nodiscard]] std::vector<std::uint64_t> instants_of(const Timeline& timeline);

}  // namespace protm::cli
