// SPDX-License-Identifier: GPL-2.0-only
// Goal: a fact that fails says in the words of the case what happened.
#include "oracle/judge/facts.h"

#include <doctest/doctest.h>

#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using K = vocab::ObservationKind;

TEST_CASE("then: a fact about an event names the command or the step that it is about") {
  Program p;
  p.steps.resize(2);
  p.steps[1].id.push_back('j');
  p.then.push_back({.kind = FactKind::never, .event = {EventKind::as_command_written, 3, 1}});
  p.then.push_back({.kind = FactKind::never, .event = {EventKind::fence_signalled, 1, 1}});
  p.then.push_back(
      {.kind = FactKind::at_most, .value = 1, .event = {EventKind::fence_signalled, 0, 1}});
  TraceBuilder b;
  b.saw(K::as_command, {.a = 1, .b = 3}).fence(1, 0).fence(0, 0).fence(0, 0);
  const auto failures = judge::failing_facts(p, b.trace());
  REQUIRE(failures.size() == 3);
  CHECK(failures[0].detail == "'AS_COMMAND.UNLOCK written' happened more than 0 times");
  CHECK(failures[1].detail == "'fence $j signalled' happened more than 0 times");
  CHECK(failures[2].detail == "'fence 0 signalled' happened more than 1 times");
}
