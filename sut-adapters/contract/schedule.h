// SPDX-License-Identifier: GPL-2.0-only
// Who runs when, where a Program says so: the points at which a task of an in-process candidate can
// be held, how a schedule names tasks and points, and the policy that Host asks. Tasks and points
// have words that mean the same in two drivers: actors, roles of work items and interrupts, kinds
// of calls and roles of objects; never an index. Without a policy Host keeps its own order.
// Leaves out: the policies themselves (executor, oracle/explore). Source: design.md section 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace protm::contract {

/// Where a task stands. The first three are not calls: it waits, it ended, it is about to go on.
enum class PointKind : std::uint8_t {
  blocked,
  returned,
  picked,        ///< a new or woken task whose turn it is
  mutex_lock,    ///< before it, as all calls whose comment does not say otherwise
  mutex_unlock,  ///< behind it
  down_read,
  up_read,       ///< behind it
  down_write,
  up_write,      ///< behind it
  spin_lock,
  spin_unlock,   ///< behind it
  kref_get,
  kref_put,
  mmio_read,
  mmio_write,
  mem_read,      ///< of memory that the GPU or its firmware uses too
  mem_write,
  queue_work,
  wake_up,
  complete,
  shared,        ///< an access that the driver marks, because others may come in between
  count
};

struct PointInfo {
  PointKind kind;
  std::string_view word;  ///< as in YAML
  std::string_view what;  ///< what the word behind it names; empty: nothing
};
[[nodiscard]] std::span<const PointInfo> point_table();

/// A point as Host meets it. `role` is the object's; of MMIO, `offset` is the register's.
struct Point {
  PointKind kind{};
  const char* role = "";
  std::uint32_t offset = 0;
};

/// A point as a Program names it: the `count`-th that matches. An empty object matches all.
struct PointSpec {
  PointKind kind = PointKind::returned;
  std::string object;  ///< role, or a register without its index: "AS_COMMAND"
  std::uint32_t count = 1;
  friend bool operator==(const PointSpec&, const PointSpec&) = default;
};
[[nodiscard]] bool matches(const PointSpec& spec, const Point& point);
/// The object of a point in words: role or register.
[[nodiscard]] std::string point_object(const Point& point);

/// Who: an actor (its present call), or a role such as "sched.tick_work".
struct TaskSpec {
  static constexpr std::uint32_t kNoActor = UINT32_MAX;
  std::uint32_t actor = kNoActor;
  std::string role;  ///< when it is no actor
  friend bool operator==(const TaskSpec&, const TaskSpec&) = default;
};

/// One entry of a schedule. `run`: the task and nobody else until the point. `let`: everybody in
/// Host's own order, until the task comes to the point. In both cases it is held there. A task that
/// is not there yet is waited for, while time goes on.
struct ScheduleEntry {
  enum class Verb : std::uint8_t { run, let };
  Verb verb = Verb::run;
  TaskSpec task;
  PointSpec until;
  friend bool operator==(const ScheduleEntry&, const ScheduleEntry&) = default;
};

/// A task as a policy sees it.
struct TaskView {
  std::uint32_t id = 0;
  const char* role = "";
  std::uint32_t actor = TaskSpec::kNoActor;  ///< of a call that the Program makes
};
[[nodiscard]] bool matches(const TaskSpec& spec, const TaskView& task);

/// The roles that a Program may name: work items and interrupt threads of every driver.
struct TaskRole {
  std::string_view word;
  std::string_view what;
};
[[nodiscard]] std::span<const TaskRole> task_role_table();

/// What else could go on when a policy is asked.
struct Rivals {
  std::span<const TaskView> fresh;  ///< runnable and not held, in Host's order
  std::span<const TaskView> held;   ///< in the order in which they were held
  bool time_may_pass = false;       ///< something happens soon that may make others runnable
};

/// What goes on next.
struct Turn {
  enum class What : std::uint8_t {
    fresh,  ///< this one of `fresh`
    hold,   ///< this one of `fresh` is held, then the question comes again
    held,   ///< this one of `held`; without an answer that applies, the first
    wait,   ///< time passes although somebody is held; only with `time_may_pass`
  };
  What what = What::fresh;
  std::size_t index = 0;
};

/// Decides who runs. It is asked at every point and lives outside of the World.
class SchedulePolicy {
 public:
  virtual ~SchedulePolicy() = default;
  /// Whether the running task is held at this point.
  virtual bool hold(const TaskView& task, const Point& point, const Rivals& rivals) = 0;
  /// Who goes on. At least one of `fresh` and `held` is not empty.
  virtual Turn next(const Rivals& rivals) = 0;
  /// The running task blocked (`returned` false) or ended.
  virtual void stopped(const TaskView& task, bool returned) = 0;
};

/// How a case is explored: all schedules with at most so many departures from Host's order, or so
/// many random ones. Source: design.md section 5.
struct ExploreSpec {
  std::uint32_t preemptions = 0;  ///< 0 together with pct_depth 0: not explored
  std::uint32_t pct_depth = 0;
  std::uint32_t runs = 0;         ///< at most; 0 = all (exhaustive) or 100 (PCT)
  std::uint64_t seed = 1;
  std::vector<TaskSpec> tasks;    ///< who is held; empty = all actors
  [[nodiscard]] bool active() const { return preemptions != 0 || pct_depth != 0; }
  friend bool operator==(const ExploreSpec&, const ExploreSpec&) = default;
};

/// How long time may pass while a task is held that could go on: longer than two ticks of the
/// driver's scheduler; a CPU is not gone for longer.
inline constexpr std::uint64_t kLongestHoldNs = 25'000'000;
inline constexpr std::uint32_t kMaxScheduleEntries = 64;
inline constexpr std::uint32_t kMaxPreemptions = 4;
inline constexpr std::uint32_t kMaxPctDepth = 8;

}  // namespace protm::contract
