// SPDX-License-Identifier: GPL-2.0-only
// A random schedule with a promise: tasks get random priorities, the highest one runs, and at
// depth - 1 random points the running task falls below all others. A defect that needs `depth`
// ordered steps is found with a probability of at least 1 / (tasks * points^(depth - 1)).
// Leaves out: time that passes while a task is held. Source: S. Burckhardt, P. Kothari,
// M. Musuvathi, S. Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding
// bugs", ASPLOS 2010.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sut-adapters/contract/schedule.h"

namespace protm::exec {

class Pct final : public contract::SchedulePolicy {
 public:
  /// `points`: how many a run has, about. All runs of one seed are the same.
  Pct(std::vector<contract::TaskSpec> tasks, std::uint32_t depth, std::uint64_t points,
      std::uint64_t seed);
  bool hold(const contract::TaskView& task, const contract::Point& point,
            const contract::Rivals& rivals) override;
  contract::Turn next(const contract::Rivals& rivals) override;
  void stopped(const contract::TaskView& /*task*/, bool /*returned*/) override {}
  /// Points that the run came to.
  [[nodiscard]] std::uint64_t points() const { return seen_; }

 private:
  std::uint64_t priority(const contract::TaskView& task);
  std::uint64_t random();

  std::vector<contract::TaskSpec> tasks_;
  std::uint64_t state_;
  std::vector<std::uint64_t> changes_;   ///< point numbers, falling priorities
  std::uint64_t seen_ = 0;
  std::map<std::uint32_t, std::uint64_t> priorities_;   ///< by task number
};

}  // namespace protm::exec
