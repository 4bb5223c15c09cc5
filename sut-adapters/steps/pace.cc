// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/steps/pace.h"

#include <algorithm>

namespace protm::steps {

bool SteppedPace::at_rest() {
  return sut_.next_needed_timer_ns() == vocab::kNever && rig_.at_rest();
}

bool SteppedPace::move(std::uint64_t also_ns) {
  const std::uint64_t t = std::min({rig_.next_event_ns(), sut_.next_timer_ns(), also_ns});
  if (t == vocab::kNever) return false;
  rig_.advance(vocab::SimTime{std::max(t, rig_.now().ns)});
  sut_.time_reached();
  return true;
}

}  // namespace protm::steps
