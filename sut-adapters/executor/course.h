// SPDX-License-Identifier: GPL-2.0-only
// The course of a run, and the schedule that makes another run take it: what went as Host's own
// order has it is left out, each departure is an entry or two. A wrapper writes down the course of
// any policy. Leaves out: tasks of the same role at the same time, which a schedule cannot tell
// apart; whoever needs certainty runs the schedule. Source: design.md section 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sut-adapters/contract/schedule.h"

namespace protm::exec {

class Course {
 public:
  enum class Did : std::uint8_t { went_on, held, ran, waited, stopped };
  /// `departure`: Host would have done something else.
  void note(Did did, const contract::TaskView& task, const contract::Point& point,
            bool departure = false);
  [[nodiscard]] std::vector<contract::ScheduleEntry> schedule() const;

 private:
  friend class CourseReader;
  struct Happened {
    Did did{};
    contract::TaskSpec task;
    contract::PointSpec point;   ///< count 1
    bool departure = false;
  };
  std::vector<Happened> log_;
};

/// Does what another policy says, and writes it down.
class Recorder final : public contract::SchedulePolicy {
 public:
  explicit Recorder(contract::SchedulePolicy& policy) : policy_(policy) {}
  bool hold(const contract::TaskView& task, const contract::Point& point,
            const contract::Rivals& rivals) override;
  contract::Turn next(const contract::Rivals& rivals) override;
  void stopped(const contract::TaskView& task, bool returned) override;
  [[nodiscard]] std::vector<contract::ScheduleEntry> schedule() const {
    return course_.schedule();
  }

 private:
  contract::SchedulePolicy& policy_;
  Course course_;
};

}  // namespace protm::exec
