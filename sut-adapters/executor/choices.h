// SPDX-License-Identifier: GPL-2.0-only
// One run of an exploration: Host's own order, but for the departures that it is told. A decision
// is a place where a named task can be held: at a point, at its turn, and, when only held tasks are
// left, which of them goes on and when. Decisions are numbered as they come; alternative 0 is
// always the order that Host would keep. To hold a task where nobody else can go on means to let
// time pass. Tasks without a name in the list are never held, and points where nothing else could
// happen are no decisions. Source: design.md section 5; S. Emmi, S. Qadeer, Z. Rakamaric,
// "Delay-bounded scheduling", POPL 2011.
#pragma once

#include <cstdint>
#include <vector>

#include "sut-adapters/contract/schedule.h"

namespace protm::exec {

/// At decision `at`, this alternative.
struct Departure {
  std::uint32_t at = 0;
  std::uint32_t alternative = 1;
  friend bool operator==(const Departure&, const Departure&) = default;
};

class Choices final : public contract::SchedulePolicy {
 public:
  /// `tasks`: who may be held. `departures`: in order of their decisions.
  Choices(std::vector<contract::TaskSpec> tasks, std::vector<Departure> departures)
      : tasks_(std::move(tasks)), departures_(std::move(departures)) {}
  bool hold(const contract::TaskView& task, const contract::Point& point,
            const contract::Rivals& rivals) override;
  contract::Turn next(const contract::Rivals& rivals) override;
  void stopped(const contract::TaskView& /*task*/, bool /*returned*/) override {}

  /// Alternatives besides 0 of each decision that the run came to.
  [[nodiscard]] const std::vector<std::uint8_t>& decisions() const { return decisions_; }

 private:
  std::uint32_t decide(std::size_t alternatives);
  contract::Turn next_fresh(const contract::Rivals& rivals);
  contract::Turn next_held(const contract::Rivals& rivals);
  [[nodiscard]] bool named(const contract::TaskView& task) const;

  std::vector<contract::TaskSpec> tasks_;
  std::vector<Departure> departures_;
  std::size_t next_departure_ = 0;
  std::vector<std::uint8_t> decisions_;
  std::uint32_t just_held_ = 0;   ///< task that was held last, while nobody ran since
  bool wait_ = false;             ///< it was held in order to let time pass
};

}  // namespace protm::exec
