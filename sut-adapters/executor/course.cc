// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/executor/course.h"

namespace protm::exec {

using contract::Point;
using contract::PointKind;
using contract::PointSpec;
using contract::Rivals;
using contract::ScheduleEntry;
using contract::TaskSpec;
using contract::TaskView;
using contract::Turn;
using Verb = ScheduleEntry::Verb;

namespace {

TaskSpec spec_of(const TaskView& task) {
  if (task.actor != TaskSpec::kNoActor) return {.actor = task.actor, .role = {}};
  return {.actor = TaskSpec::kNoActor, .role = task.role};
}

}  // namespace

void Course::note(Did did, const TaskView& task, const Point& point, bool departure) {
  const bool object = did == Did::went_on || did == Did::held;
  log_.push_back({.did = did,
                  .task = spec_of(task),
                  .point = {.kind = point.kind,
                            .object = object ? contract::point_object(point) : std::string(),
                            .count = 1},
                  .departure = departure});
}

/// Turns a course into entries, from the front.
class CourseReader {
 public:
  explicit CourseReader(const Course& course) : log_(course.log_) {}

  std::vector<ScheduleEntry> read() {
    for (std::size_t i = 0; i < log_.size(); ++i) {
      if (!log_[i].departure || i < from_) continue;
      if (log_[i].did == Did::held) {
        entry(Verb::let, i);
        continue;
      }
      let_come_to(i);
      std::size_t who = i;   // the one that went on, or came while time passed
      while (who < log_.size() && log_[who].did != Did::ran) ++who;
      const std::size_t end = end_of_slice(who);
      if (end < log_.size()) entry(Verb::run, end);
    }
    return std::move(out_);
  }

 private:
  using Did = Course::Did;

  /// An entry that ends with what happened at `end`.
  void entry(Verb verb, std::size_t end) {
    PointSpec until = log_[end].point;
    const Did passed = log_[end].did == Did::stopped ? Did::stopped : Did::went_on;
    for (std::size_t i = from_; i < end; ++i) {
      const bool same = log_[i].point.kind == until.kind && log_[i].point.object == until.object;
      if (log_[i].did == passed && same && log_[i].task == log_[end].task) ++until.count;
    }
    out_.push_back({.verb = verb, .task = log_[end].task, .until = until});
    from_ = end + 1;
  }

  /// Whoever stopped last before `at` says when that is.
  void let_come_to(std::size_t at) {
    while (at-- > from_) {
      if (log_[at].did == Did::stopped) return entry(Verb::let, at);
    }
  }

  [[nodiscard]] std::size_t end_of_slice(std::size_t at) const {
    for (std::size_t i = at + 1; i < log_.size(); ++i) {
      const bool end = log_[i].did == Did::stopped || log_[i].did == Did::held;
      if (end && log_[i].task == log_[at].task) return i;
    }
    return log_.size();
  }

  const std::vector<Course::Happened>& log_;
  std::vector<ScheduleEntry> out_;
  std::size_t from_ = 0;   ///< what happened before is said by the entries before
};

std::vector<ScheduleEntry> Course::schedule() const { return CourseReader(*this).read(); }

bool Recorder::hold(const TaskView& task, const Point& point, const Rivals& rivals) {
  const bool held = policy_.hold(task, point, rivals);
  course_.note(held ? Course::Did::held : Course::Did::went_on, task, point, held);
  return held;
}

Turn Recorder::next(const Rivals& rivals) {
  const Turn turn = policy_.next(rivals);
  const Point picked{.kind = PointKind::picked};
  const bool usual = turn.index == 0 && (turn.what == Turn::What::fresh || rivals.fresh.empty());
  switch (turn.what) {
    case Turn::What::wait: course_.note(Course::Did::waited, {}, {}, true); break;
    case Turn::What::hold:
      course_.note(Course::Did::held, rivals.fresh[turn.index], picked, true);
      break;
    case Turn::What::fresh:
      course_.note(Course::Did::went_on, rivals.fresh[turn.index], picked);
      course_.note(Course::Did::ran, rivals.fresh[turn.index], picked, !usual);
      break;
    case Turn::What::held:
      course_.note(Course::Did::ran, rivals.held[turn.index], picked, !usual);
      break;
  }
  return turn;
}

void Recorder::stopped(const TaskView& task, bool returned) {
  policy_.stopped(task, returned);
  course_.note(Course::Did::stopped, task,
               {.kind = returned ? PointKind::returned : PointKind::blocked});
}

}  // namespace protm::exec
