// SPDX-License-Identifier: GPL-2.0-only
// All schedules of a Program with at most k departures from Host's own order, each run once: first
// the one without, then those with one, and so on. Stateless: a run is named by its departures,
// so an exploration can be put down and taken up again. Where `random` is asked for instead, each
// run gives tasks random priorities (PCT).
// Leaves out: what a run is compared with (oracle/differential). Reduction: none; a schedule counts
// as another even when no two of its steps touch the same object, so that the count can be told
// beforehand. Source: design.md section 5.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sut-adapters/contract/schedule.h"
#include "sut-adapters/executor/choices.h"

namespace protm::exec {

/// Does one run under a policy. Told whether the run counts, or only shows the way.
using RunOnce = std::function<void(contract::SchedulePolicy& policy, bool counts)>;

/// Where an exhaustive exploration is: the departures of the next run to do.
struct Progress {
  std::uint64_t runs = 0;               ///< done
  std::vector<Departure> next;          ///< as many departures as the present round has
  bool finished = false;
  friend bool operator==(const Progress&, const Progress&) = default;
};
/// "runs 17 next 3:1 9:1" or "runs 17 finished". For checkpoint files.
[[nodiscard]] std::string progress_text(const Progress& progress);
[[nodiscard]] std::optional<Progress> parse_progress(std::string_view text);

class Exploration {
 public:
  Exploration(std::vector<contract::TaskSpec> tasks, std::uint32_t most, Progress from = {})
      : tasks_(std::move(tasks)), most_(most), progress_(std::move(from)) {}
  /// Does the next run. False when there is none left.
  bool step(const RunOnce& run);
  [[nodiscard]] const Progress& progress() const { return progress_; }
  /// Departures of the last run.
  [[nodiscard]] const std::vector<Departure>& last() const { return last_; }
  [[nodiscard]] const std::vector<contract::TaskSpec>& tasks() const { return tasks_; }

 private:
  /// Decisions of the run with these departures; runs it when it was not the last one asked.
  const std::vector<std::uint8_t>& decisions(const std::vector<Departure>& of,
                                             const RunOnce& run);
  void advance(const RunOnce& run);
  /// The first run with the prefix that has one departure more; false when there is none.
  bool first_below(std::vector<Departure>& path, std::size_t want, const RunOnce& run);
  bool next_sibling(std::vector<Departure>& path, const RunOnce& run);

  std::vector<contract::TaskSpec> tasks_;
  std::uint32_t most_;
  Progress progress_;
  std::vector<Departure> last_;
  struct Known {
    std::vector<Departure> of;
    std::vector<std::uint8_t> decisions;
  };
  std::vector<Known> known_;   ///< [n]: of the prefix with n departures
};

}  // namespace protm::exec
