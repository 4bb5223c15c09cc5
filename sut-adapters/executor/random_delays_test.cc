// SPDX-License-Identifier: GPL-2.0-only
// Goal: a delay needs time that may pass, and the same seed delays the same points.
#include "sut-adapters/executor/random_delays.h"

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <vector>

using namespace protm;
using contract::Rivals;
using contract::TaskView;
using contract::Turn;

namespace {

constexpr std::array<TaskView, 1> kTask{TaskView{.id = 1, .role = "sched.tick"}};

Rivals rivals(std::span<const TaskView> fresh, std::span<const TaskView> held, bool time) {
  return {.fresh = fresh, .held = held, .time_may_pass = time};
}

std::vector<bool> holds(exec::RandomDelays delays, bool time_may_pass) {
  std::vector<bool> out;
  for (int i = 0; i < 200; ++i) {
    out.push_back(delays.hold(kTask[0], {}, rivals({}, {}, time_may_pass)));
  }
  return out;
}

}  // namespace

TEST_CASE("RandomDelays: a task is held only where time may pass, by its seed") {
  CHECK(holds({8, 1}, false) == std::vector<bool>(200, false));
  const std::vector<bool> held = holds({8, 1}, true);
  CHECK(held != std::vector<bool>(200, false));
  CHECK(held != std::vector<bool>(200, true));
  CHECK(held == holds({8, 1}, true));
  CHECK(held != holds({8, 2}, true));
}

TEST_CASE("RandomDelays: who is held goes on at the latest when no time may pass") {
  exec::RandomDelays delays(8, 3);
  CHECK(delays.next(rivals({}, kTask, false)).what == Turn::What::held);
  int waited = 0;
  for (int i = 0; i < 100; ++i) {
    const Turn turn = delays.next(rivals({}, kTask, true));
    waited += turn.what == Turn::What::wait ? 1 : 0;
  }
  CHECK(waited > 50);
  CHECK(waited < 100);
  CHECK(delays.next(rivals(kTask, {}, false)).what == Turn::What::fresh);
}
