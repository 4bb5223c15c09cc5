// SPDX-License-Identifier: GPL-2.0-only
#include "cli/picture_axis.h"

#include <algorithm>
#include <bit>

namespace protm::cli {
namespace {

/// Width of a gap, before everything is spread over the axis.
std::uint64_t weight(std::uint64_t gap_ns) {
  constexpr std::uint64_t kLeast = 8;
  constexpr std::uint64_t kPerDoubling = 4;
  return kLeast + kPerDoubling * static_cast<std::uint64_t>(std::bit_width(gap_ns / 1000));
}

}  // namespace

TimeAxis::TimeAxis(std::vector<std::uint64_t> instants, const Around& around, int left,
                   int right) {
  if (instants.empty()) instants.push_back(around.ns);
  std::sort(instants.begin(), instants.end());
  instants.erase(std::unique(instants.begin(), instants.end()), instants.end());
  const auto behind = std::upper_bound(instants.begin(), instants.end(), around.ns);
  const auto centre = static_cast<std::size_t>(behind - instants.begin());
  const std::size_t begin = centre - std::min(centre, around.before + 1);
  const std::size_t end = std::min(instants.size(), centre + around.after);
  times_.assign(instants.begin() + static_cast<std::ptrdiff_t>(begin),
                instants.begin() + static_cast<std::ptrdiff_t>(std::max(end, begin + 1)));
  std::vector<std::uint64_t> weights{0};
  for (std::size_t i = 1; i < times_.size(); ++i) {
    weights.push_back(weights.back() + weight(times_[i] - times_[i - 1]));
  }
  const std::uint64_t total = std::max<std::uint64_t>(weights.back(), 1);
  const auto room = static_cast<std::uint64_t>(right - left);
  for (const std::uint64_t w : weights) {
    places_.push_back(left + static_cast<int>(w * room / total));
  }
}

int TimeAxis::x(std::uint64_t ns) const {
  const auto next = std::lower_bound(times_.begin(), times_.end(), ns);
  if (next == times_.end()) return places_.back();
  const auto i = static_cast<std::size_t>(next - times_.begin());
  if (*next == ns || i == 0) return places_[i];
  const std::uint64_t gap = times_[i] - times_[i - 1];
  const auto width = static_cast<std::uint64_t>(places_[i] - places_[i - 1]);
  return places_[i - 1] + static_cast<int>((ns - times_[i - 1]) / 1000 * width / (gap / 1000 + 1));
}

std::vector<std::uint64_t> instants_of(const Timeline& timeline) {
  std::vector<std::uint64_t> out;
  for (const Mark& m : timeline.marks) {
    if (m.label.empty() || m.look == Look::quiet) continue;
    out.push_back(m.begin_ns);
    if (!m.is_instant) out.push_back(m.end_ns);
  }
  return out;
}

}  // namespace protm::cli
