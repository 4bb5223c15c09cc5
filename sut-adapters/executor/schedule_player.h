// SPDX-License-Identifier: GPL-2.0-only
// Plays the schedule of a Program, entry after entry, and then leaves the candidate its own order.
// An entry whose task or point never comes leaves everything to that order too, so a schedule that
// means nothing in a driver only does nothing. Source: design.md section 5.
#pragma once

#include <cstdint>
#include <span>

#include "sut-adapters/contract/schedule.h"

namespace protm::exec {

class SchedulePlayer final : public contract::SchedulePolicy {
 public:
  explicit SchedulePlayer(std::span<const contract::ScheduleEntry> entries) : left_(entries) {}
  bool hold(const contract::TaskView& task, const contract::Point& point,
            const contract::Rivals& rivals) override;
  contract::Turn next(const contract::Rivals& rivals) override;
  void stopped(const contract::TaskView& task, bool returned) override;
  /// Entries that did not come to their point.
  [[nodiscard]] std::size_t left() const { return left_.size(); }

 private:
  /// Whether this was the occurrence that ends the entry.
  bool reached(const contract::TaskView& task, const contract::Point& point);

  std::span<const contract::ScheduleEntry> left_;
  std::uint32_t seen_ = 0;
};

}  // namespace protm::exec
