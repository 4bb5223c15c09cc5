// SPDX-License-Identifier: GPL-2.0-only
// What an exploration of a candidate shows: each schedule is one run, judged like any other. A
// comparison that differs is right all the same when some schedule of the oracle's own exploration
// of the Program gives it; rules and what the kernel below says about a driver count always.
// Leaves out: how schedules are chosen (executor). Source: design.md section 6 (allowed set).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "oracle/judge/verdict.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"
#include "sut-adapters/executor/exploration.h"
#include "sut-adapters/executor/session.h"

namespace protm::differential {

/// How far an exploration is, and what it has seen.
struct ExploreTally {
  exec::Progress progress;      ///< of an exhaustive one
  std::uint64_t runs = 0;
  std::uint64_t agreed = 0;
  std::uint64_t allowed = 0;    ///< of those: only with another schedule of the oracle
  std::uint64_t unclear = 0;    ///< did not reach what the case is about
  std::set<std::uint64_t> outcomes;   ///< distinct ones
};

struct ExploreOptions {
  contract::ExploreSpec spec;
  ExploreTally from;   ///< where an exploration goes on
  /// Told after each run; false puts the exploration down.
  std::function<bool(const ExploreTally&)> after_run;
};

/// The first run that diverged.
struct FoundSchedule {
  std::uint64_t run = 0;   ///< its number, from 1
  judge::Verdict verdict;
  contract::Trace trace;
  std::vector<contract::ScheduleEntry> schedule;   ///< takes the same course
  std::uint32_t replays = 0;   ///< of kReplays runs of the schedule: gave the same signature
};
inline constexpr std::uint32_t kReplays = 3;

struct Explored {
  ExploreTally tally;
  std::uint64_t oracle_runs = 0;   ///< of the oracle's own exploration, when it was asked
  bool complete = false;           ///< no schedule within the bounds is left
  std::optional<FoundSchedule> found;
};

/// A number for what a run showed to its users and left behind, whatever the order and the times.
[[nodiscard]] std::uint64_t outcome_of(const contract::Trace& trace);

/// Who may be held when `spec` names nobody: all actors.
[[nodiscard]] std::vector<contract::TaskSpec> tasks_of(const contract::Program& program,
                                                       const contract::ExploreSpec& spec);

}  // namespace protm::differential
