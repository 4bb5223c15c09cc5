// SPDX-License-Identifier: GPL-2.0-only
// Random delays: here and there a task is held while time passes, as a CPU that does something else
// holds it up. Processor work costs no time in a World, so that what hangs on microseconds comes
// out the same way each time; with delays it may come out the other way.
// Leaves out: turns of tasks that could go on at the same time (pct.h); how long a CPU is gone, for
// which Host has its limit, kLongestHoldNs.
#pragma once

#include <cstdint>

#include "sut-adapters/contract/schedule.h"

namespace protm::exec {

class RandomDelays final : public contract::SchedulePolicy {
 public:
  /// One point in `rate` is late; all runs of one seed are the same.
  RandomDelays(std::uint32_t rate, std::uint64_t seed);
  bool hold(const contract::TaskView& task, const contract::Point& point,
            const contract::Rivals& rivals) override;
  contract::Turn next(const contract::Rivals& rivals) override;
  void stopped(const contract::TaskView& /*task*/, bool /*returned*/) override {}

 private:
  std::uint64_t random();

  std::uint32_t rate_;
  std::uint64_t state_;
};

}  // namespace protm::exec
