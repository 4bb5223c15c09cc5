// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/executor/schedule_player.h"

#include <algorithm>

namespace protm::exec {

using contract::Point;
using contract::PointKind;
using contract::Rivals;
using contract::ScheduleEntry;
using contract::TaskView;
using contract::Turn;

bool SchedulePlayer::reached(const TaskView& task, const Point& point) {
  if (left_.empty()) return false;
  const ScheduleEntry& entry = left_.front();
  if (!matches(entry.task, task) || !matches(entry.until, point)) return false;
  if (++seen_ < entry.until.count) return false;
  left_ = left_.subspan(1);
  seen_ = 0;
  return true;
}

bool SchedulePlayer::hold(const TaskView& task, const Point& point, const Rivals& /*rivals*/) {
  return reached(task, point);
}

void SchedulePlayer::stopped(const TaskView& task, bool returned) {
  reached(task, {.kind = returned ? PointKind::returned : PointKind::blocked});
}

Turn SchedulePlayer::next(const Rivals& rivals) {
  const bool exclusive = !left_.empty() && left_.front().verb == ScheduleEntry::Verb::run;
  if (exclusive) {
    const auto wanted = [&](const TaskView& t) { return matches(left_.front().task, t); };
    const auto held = std::find_if(rivals.held.begin(), rivals.held.end(), wanted);
    if (held != rivals.held.end()) {
      return {Turn::What::held, static_cast<std::size_t>(held - rivals.held.begin())};
    }
    const auto fresh = std::find_if(rivals.fresh.begin(), rivals.fresh.end(), wanted);
    if (fresh != rivals.fresh.end()) {
      const bool held_now = reached(*fresh, {.kind = PointKind::picked});
      return {held_now ? Turn::What::hold : Turn::What::fresh,
              static_cast<std::size_t>(fresh - rivals.fresh.begin())};
    }
  }
  if (!rivals.fresh.empty()) {
    const bool held_now = reached(rivals.fresh.front(), {.kind = PointKind::picked});
    return {held_now ? Turn::What::hold : Turn::What::fresh, 0};
  }
  return {exclusive && rivals.time_may_pass ? Turn::What::wait : Turn::What::held, 0};
}

}  // namespace protm::exec
