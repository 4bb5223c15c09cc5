// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/executor/random_delays.h"

#include <algorithm>

#include "gpu-model/vocab/split_mix.h"

namespace protm::exec {

using contract::Rivals;
using contract::Turn;

namespace {
/// Of so many events that may pass while a task is held all but one do.
constexpr std::uint64_t kEventsHeld = 4;
}  // namespace

RandomDelays::RandomDelays(std::uint32_t rate, std::uint64_t seed)
    : rate_(std::max<std::uint32_t>(rate, 1)), state_(seed * vocab::kSplitMixStep) {}

std::uint64_t RandomDelays::random() {
  state_ += vocab::kSplitMixStep;
  return vocab::split_mix(state_);
}

bool RandomDelays::hold(const contract::TaskView& /*task*/, const contract::Point& /*point*/,
                        const Rivals& rivals) {
  return rivals.time_may_pass && random() % rate_ == 0;
}

Turn RandomDelays::next(const Rivals& rivals) {
  if (!rivals.fresh.empty()) {
    const bool late = rivals.time_may_pass && random() % rate_ == 0;
    return {late ? Turn::What::hold : Turn::What::fresh, 0};
  }
  const bool goes_on = !rivals.time_may_pass || random() % kEventsHeld == 0;
  return {goes_on ? Turn::What::held : Turn::What::wait, 0};
}

}  // namespace protm::exec
