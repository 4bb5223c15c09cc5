// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/executor/pct.h"

#include <algorithm>

#include "gpu-model/vocab/split_mix.h"

namespace protm::exec {

using contract::Point;
using contract::Rivals;
using contract::TaskSpec;
using contract::TaskView;
using contract::Turn;

namespace {
/// Above every priority that a change point gives.
constexpr std::uint64_t kFirst = std::uint64_t{1} << 32;
}  // namespace

Pct::Pct(std::vector<TaskSpec> tasks, std::uint32_t depth, std::uint64_t points,
         std::uint64_t seed)
    : tasks_(std::move(tasks)), state_(seed * vocab::kSplitMixStep) {
  for (std::uint32_t i = 1; i < depth; ++i) {
    changes_.push_back(random() % std::max<std::uint64_t>(points, 1));
  }
}

std::uint64_t Pct::random() {
  state_ += vocab::kSplitMixStep;
  return vocab::split_mix(state_);
}

std::uint64_t Pct::priority(const TaskView& task) {
  const auto known = priorities_.find(task.id);
  if (known != priorities_.end()) return known->second;
  const bool named = tasks_.empty() ||
                     std::any_of(tasks_.begin(), tasks_.end(),
                                 [&](const TaskSpec& spec) { return matches(spec, task); });
  // Whoever has no name goes first, as it would without a schedule.
  const std::uint64_t p = named ? kFirst + random() % kFirst : UINT64_MAX;
  priorities_.emplace(task.id, p);
  return p;
}

bool Pct::hold(const TaskView& task, const Point& /*point*/, const Rivals& rivals) {
  const std::uint64_t now = seen_++;
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i] == now && priority(task) != UINT64_MAX) priorities_[task.id] = i + 1;
  }
  const std::uint64_t own = priority(task);
  const auto above = [&](const TaskView& t) { return priority(t) > own; };
  return std::any_of(rivals.fresh.begin(), rivals.fresh.end(), above) ||
         std::any_of(rivals.held.begin(), rivals.held.end(), above);
}

Turn Pct::next(const Rivals& rivals) {
  Turn best{rivals.fresh.empty() ? Turn::What::held : Turn::What::fresh, 0};
  std::uint64_t most = 0;
  const auto look = [&](std::span<const TaskView> tasks, Turn::What what) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const std::uint64_t p = priority(tasks[i]);
      if (p <= most) continue;
      most = p;
      best = {what, i};
    }
  };
  look(rivals.fresh, Turn::What::fresh);
  look(rivals.held, Turn::What::held);
  return best;
}

}  // namespace protm::exec
