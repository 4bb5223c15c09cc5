// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/executor/choices.h"

#include <algorithm>

namespace protm::exec {

using contract::Point;
using contract::PointKind;
using contract::Rivals;
using contract::TaskSpec;
using contract::TaskView;
using contract::Turn;

bool Choices::named(const TaskView& task) const {
  return std::any_of(tasks_.begin(), tasks_.end(),
                     [&](const TaskSpec& spec) { return matches(spec, task); });
}

std::uint32_t Choices::decide(std::size_t alternatives) {
  const auto at = static_cast<std::uint32_t>(decisions_.size());
  decisions_.push_back(static_cast<std::uint8_t>(std::min<std::size_t>(alternatives, 255)));
  if (next_departure_ == departures_.size() || departures_[next_departure_].at != at) return 0;
  return departures_[next_departure_++].alternative;
}

bool Choices::hold(const TaskView& task, const Point& /*point*/, const Rivals& rivals) {
  if (!named(task)) return false;
  const bool others = !rivals.fresh.empty() || !rivals.held.empty();
  const bool held = (others || rivals.time_may_pass) && decide(1) != 0;
  if (!held) return false;
  just_held_ = task.id;
  wait_ = !others;
  return true;
}

Turn Choices::next(const Rivals& rivals) {
  return rivals.fresh.empty() ? next_held(rivals) : next_fresh(rivals);
}

Turn Choices::next_fresh(const Rivals& rivals) {
  const TaskView& first = rivals.fresh.front();
  const bool alone = rivals.fresh.size() == 1;
  const bool choice = named(first) && (!alone || (rivals.held.empty() && rivals.time_may_pass));
  const bool held = choice && decide(1) != 0;
  just_held_ = held ? first.id : 0;
  wait_ = held && alone;
  return {held ? Turn::What::hold : Turn::What::fresh, 0};
}

Turn Choices::next_held(const Rivals& rivals) {
  // Who was held just now would only go on: no other schedule.
  const bool last_is_new = rivals.held.size() > 1 && rivals.held.back().id == just_held_;
  const std::size_t tasks = rivals.held.size() - (last_is_new ? 1 : 0);
  const std::size_t others = tasks - 1 + (rivals.time_may_pass ? 1 : 0);
  std::size_t choice = 0;
  if (wait_) {
    choice = tasks;
  } else if (others != 0) {
    choice = decide(others);
  }
  wait_ = false;
  just_held_ = 0;
  if (choice < tasks) return {Turn::What::held, choice};
  return {rivals.time_may_pass ? Turn::What::wait : Turn::What::held, 0};
}

}  // namespace protm::exec
