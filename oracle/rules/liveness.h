// SPDX-License-Identifier: GPL-2.0-only
// What the liveness rules share: which jobs may wait for ever by their own will, and, for each
// group, whether somebody is owed a turn and since when. A turn is owed to a group that has a job
// with nothing before it, while no group of a higher priority has one; to nobody while more VMs
// have such jobs than there are address spaces: the base changes one group a tick, so the VMs of
// the groups that stay keep theirs, and a group of another VM waits until they end.
// Leaves out: times of the candidate's ticks, which are in no Trace; a bound counts ticks of the
// base, with room for the machine's latencies and for what a schedule may hold.
// Source: decisions.md 11; panthor_sched.c (7.3) tick_ctx_pick_groups_from_list().
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "sut-adapters/contract/rule.h"
#include "oracle/rules/job_line.h"
#include "sut-adapters/contract/open_ping.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

/// Groups and VMs, by step, with a job or bind that user space may block for ever (SYNC_WAIT, CALL,
/// raw words), and what waits for one of those.
[[nodiscard]] std::set<std::uint32_t> excused_lines(const contract::Program& program);
/// What a fence waits in line with: the group of a job, the VM of a bind.
[[nodiscard]] std::uint32_t line_of(const contract::Program& program, std::uint32_t step);

/// Follows a Trace and keeps, for each group, a clock that runs while the group is owed a turn.
class Turns {
 public:
  /// Whether the group, given a turn, still waits for what the rule is about.
  using Waits = std::function<bool(const Turns&, std::uint32_t group)>;

  Turns(const contract::Program& program, const contract::Trace& trace, Waits waits);

  /// Takes a record; the group whose clock had run out before it, if there is one.
  std::optional<std::uint32_t> take(const contract::Record& record);
  /// The same for the time at which a run came to rest.
  std::optional<std::uint32_t> at_rest(std::uint64_t time_ns) const { return overdue(time_ns); }
  /// How often a clock was started.
  [[nodiscard]] std::uint64_t started() const { return started_; }
  [[nodiscard]] std::uint64_t due_ns(std::uint32_t group) const;

  [[nodiscard]] bool on_slot(std::uint32_t group) const { return groups_.at(group).on_slot; }
  [[nodiscard]] bool asks_for_protm(std::uint32_t group) const { return groups_.at(group).asks; }
  /// Group in protected mode; kNoStep when the GPU is in normal mode.
  [[nodiscard]] std::uint32_t inside() const { return inside_; }
  /// Whether a group of a lower priority is in protected mode.
  [[nodiscard]] bool lower_inside(std::uint32_t group) const {
    const auto found = groups_.find(inside_);
    return found != groups_.end() && !groups_.at(group).shares_session &&
           found->second.priority < groups_.at(group).priority;
  }

 private:
  /// An accepted job without a signalled fence.
  struct Job {
    std::uint32_t step = contract::kNoStep;
    std::set<std::uint64_t> queues;      ///< of all jobs of its call, which have one fence
    std::vector<std::uint32_t> waits;    ///< steps whose fences it waits for
    /// For what a syncobj holds, which a Trace does not show: nothing is owed before the start.
    bool waits_unseen = false;
  };
  struct Group {
    bool shares_session = false;   ///< has run a region in the session of whoever entered
    std::uint64_t priority = 0;
    std::uint64_t vm = 0;
    std::vector<Job> open;               ///< in order
    bool gone = false, leaving = false, on_slot = false, asks = false;
    bool failed = false;                 ///< a job faulted: dead, unless another one starts
    bool handle_free = false;            ///< destroyed: the next group may get its handle
    std::uint64_t since_ns = UINT64_MAX; ///< UINT64_MAX: nothing is owed
    std::uint64_t rivals = 0;            ///< most groups that had the same claim meanwhile
  };

  /// True when the record changed what a turn is owed by.
  bool take_event(const contract::Record& record);
  bool take_step(const contract::Record& record);
  bool take_machine(const contract::Record& record);
  void take_slot(const contract::Record& record);
  [[nodiscard]] std::uint32_t group_at(std::uint32_t slot) const;
  bool restart_all(std::uint64_t time_ns);
  bool all_gone();
  bool take_destroy(const contract::Record& record);
  void look_again(std::uint64_t time_ns);
  [[nodiscard]] bool wants(const Group& group) const;
  [[nodiscard]] std::optional<std::uint32_t> overdue(std::uint64_t time_ns) const;
  [[nodiscard]] std::uint64_t bound_ns(const Group& group) const;

  const contract::Program& program_;
  Waits waits_;
  std::set<std::uint32_t> excused_;
  JobLine job_line_;
  contract::OpenPing ping_;
  std::map<std::uint32_t, Group> groups_;
  std::set<std::uint32_t> signalled_;
  std::map<std::uint32_t, std::uint32_t> slots_;  ///< slot -> group that was seen there last
  std::set<std::uint32_t> early_;  ///< slots whose request came before the group was seen
  std::uint32_t inside_ = contract::kNoStep;
  std::uint64_t not_before_ns_ = 0;   ///< after a fault or a reset
  std::uint64_t tick_ns_ = 0, once_ns_ = 0;
  std::uint64_t started_ = 0;
  std::uint64_t spaces_ = 1;
  std::uint32_t suspend_step_ = contract::kNoStep;  ///< that sent the system to sleep
  bool asleep_ = false;
};

/// Longest time from one tick of a driver to the next: the period in jiffies, and one more, because
/// no timer comes early. Source: kernel/time/timer.c, calc_index().
[[nodiscard]] std::uint64_t longest_tick_ns(const contract::Trace& trace);

/// Runs `turns` over the Trace up to its end state; a violation when a clock runs out.
[[nodiscard]] contract::RuleResult owed_turns(const contract::Program& program,
                                              const contract::Trace& trace, Turns turns,
                                              std::string_view field, std::string_view detail);

}  // namespace protm::rules
