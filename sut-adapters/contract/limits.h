// SPDX-License-Identifier: GPL-2.0-only
// The one table of numbers that rules and runner use. Printed by `list --limits`.
// Leaves out latencies and periods of the machine: those are data of a Program.
// Source: decisions.md 11.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace protm::contract {

struct Limits {
  std::uint64_t fence_base_ns = 10'000'000'000;  ///< L1: T = base + per_job * queued jobs
  std::uint64_t fence_per_job_ns = 6'000'000'000;
  std::uint32_t runnable_ticks = 3;  ///< L2, L3: R = 3 full ticks + 1 per group
  /// L2, L3, I7: a driver may have to find a fault out by a time-out first, the longest of which is
  /// a job's. Source: panthor_sched.c JOB_TIMEOUT_MS, and a second for what follows.
  std::uint64_t after_fault_ns = 6'000'000'000;
  std::uint64_t blocked_per_fault_ns = 5'000'000'000;  ///< L4: fence_base + per_fault * faults
  std::uint64_t tick_ns = 10'000'000;
  std::uint64_t stuck_ns = 30'000'000'000;
  std::uint64_t event_budget = 2'000'000;
  std::uint64_t livelock_share = 8;  ///< sut/livelock: the oracle needs less than 1/8 of the budget
  std::uint64_t least_budget = 200'000;
  /// Latency seeds for a case that asks for schedules, on a candidate that has none.
  std::uint32_t timings = 8;
  std::uint64_t entries_per_region = 3;  ///< more entries than this per region: I1/I2
};
inline constexpr Limits kLimits{};

struct LimitInfo {
  std::string_view name;
  std::uint64_t value;
  std::string_view what;
};
inline constexpr std::array kLimitTable{
    LimitInfo{"fence_base_ns", kLimits.fence_base_ns, "L1: after the last step and fault"},
    LimitInfo{"fence_per_job_ns", kLimits.fence_per_job_ns, "L1: and for each queued job"},
    LimitInfo{"runnable_ticks", kLimits.runnable_ticks, "L2, L3: full ticks, + 1 per group"},
    LimitInfo{"after_fault_ns", kLimits.after_fault_ns, "L2, L3, I7: so much later after a fault"},
    LimitInfo{"blocked_per_fault_ns", kLimits.blocked_per_fault_ns,
              "L4: a call comes back within fence_base_ns and so much per fault"},
    LimitInfo{"tick_ns", kLimits.tick_ns, "period of a scheduler tick"},
    LimitInfo{"stuck_ns", kLimits.stuck_ns, "no event although work is runnable or waited for"},
    LimitInfo{"event_budget", kLimits.event_budget, "machine events of one run at most"},
    LimitInfo{"livelock_share", kLimits.livelock_share, "a candidate has the oracle's n times"},
    LimitInfo{"least_budget", kLimits.least_budget, "but so many events it has always"},
    LimitInfo{"timings", kLimits.timings,
              "latency seeds for a case with explore:, where a candidate has no schedules"},
    LimitInfo{"entries_per_region", kLimits.entries_per_region,
              "a candidate enters protected mode so often per region that the oracle entered"},
};

}  // namespace protm::contract
