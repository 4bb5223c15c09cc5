// SPDX-License-Identifier: GPL-2.0-only
// Determinism: the same Program gives the same Trace, byte for byte, whatever happened before, at
// whatever address, after a restore as after a fresh boot.
#include <doctest/doctest.h>

#include <cstdlib>

#include "conformance/runner/suite.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/executor/session.h"

using namespace protm;

namespace {

/// 100 in release, 10 in the other builds, or what the environment says. Source: decisions.md 26.
int rounds() {
  const char* const text = std::getenv("PROTM_REPLAY_ROUNDS");
  return text == nullptr ? PROTM_REPLAY_ROUNDS_DEFAULT : std::atoi(text);
}

/// Several times what any case needs. A livelock that repeats so far repeats.
constexpr std::uint64_t kEvents = 50'000;

void replay(const exec::Candidate& candidate) {
  const runner::Suite suite = runner::load_suite("conformance/suites", {});
  exec::Session a(candidate, rig::kWorldBaseA);
  exec::Session b(candidate, rig::kWorldBaseB);
  for (const runner::SuiteCase& c : suite.cases) {
    CAPTURE(c.program.id);
    const exec::RunOptions again{.event_budget = kEvents};
    exec::RunOptions anew = again;
    anew.start = exec::Start::fresh;
    const contract::Trace fresh = a.run(c.program, anew);
    const std::uint64_t hash = fresh.hash();
    CHECK(fresh.records.size() > 1);
    if (candidate.name == "reference") CHECK(fresh.machine_events < kEvents);  // a whole run
    // The run left its bytes behind; the snapshot takes every one of them back.
    const std::uint64_t first = a.prepare(c.program, exec::Start::snapshot);
    CHECK(a.run(c.program, again).hash() == hash);
    CHECK(a.prepare(c.program, exec::Start::snapshot) == first);
    for (int i = 0; i < rounds(); ++i) CHECK(b.run(c.program, again).hash() == hash);
  }
}

}  // namespace

TEST_CASE("replay: the reference repeats every case") { replay(differential::reference()); }

TEST_CASE("replay: series-v1 as posted repeats every case") {
  replay(*differential::default_registry().parse("series-v1"));
}
