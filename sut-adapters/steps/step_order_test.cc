// SPDX-License-Identifier: GPL-2.0-only
// Goal: an order that one run showed is kept in another, as far as starts can bring it about.
#include "sut-adapters/steps/step_order.h"

#include <doctest/doctest.h>

#include <memory_resource>

#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::steps;
using contract::TraceBuilder;

namespace {

/// Three steps: 1 started after 0 returned, 2 after the fence of 0.
std::vector<StepTurn> order() {
  TraceBuilder b;
  b.started(0).returned(0, 0).started(1).fence(0, 0).started(2).returned(1, 0).returned(2, 0);
  b.record(contract::RecordKind::rest_state, {}, "vms").started(3);
  return turns_of(b.trace());
}

struct Run {
  std::pmr::unsynchronized_pool_resource memory{std::pmr::new_delete_resource()};
  rig::Matcher matcher{&memory};
  std::vector<StepState> states = std::vector<StepState>(4);
  std::vector<StepTurn> turns = order();
  StepOrder kept{turns};
  Run() { kept.arm(matcher, states); }
};

}  // namespace

TEST_CASE("turns_of: starts, returns and fences up to the end state") {
  CHECK(order().size() == 7);
  CHECK(order()[3].what == StepTurn::What::fence);
}

TEST_CASE("StepOrder: a step waits for all that came before its start") {
  Run r;
  CHECK(r.kept.may_start(0, r.states));
  CHECK_FALSE(r.kept.may_start(1, r.states));
  r.states[0].phase = StepPhase::running;
  CHECK_FALSE(r.kept.may_start(1, r.states));
  r.states[0].phase = StepPhase::done;
  CHECK(r.kept.may_start(1, r.states));
  r.states[1].phase = StepPhase::running;
  CHECK_FALSE(r.kept.may_start(2, r.states));
  r.matcher.happened(contract::EventKind::fence_signalled, 0, 5);
  CHECK(r.kept.may_start(2, r.states));
}

TEST_CASE("StepOrder: what never started in the order never starts; without an order all may") {
  Run r;
  CHECK(r.states[3].phase == StepPhase::abandoned);
  StepOrder none({});
  CHECK_FALSE(none.active());
  CHECK(none.may_start(2, r.states));
  CHECK_FALSE(none.give_up());
}

TEST_CASE("StepOrder: given up, steps start as their triggers say") {
  Run r;
  CHECK_FALSE(r.kept.may_start(2, r.states));
  CHECK(r.kept.give_up());
  CHECK(r.kept.may_start(2, r.states));
  CHECK_FALSE(r.kept.give_up());
}
