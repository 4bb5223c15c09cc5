// SPDX-License-Identifier: GPL-2.0-only
// Determinism: the same Program gives the same Trace, byte for byte, whatever happened before, at
// whatever address, after a restore as after a fresh boot.
#include <doctest/doctest.h>

#include <cstdlib>
#include <numeric>
#include <vector>

#include "conformance/runner/suite.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/executor/session.h"

using namespace protm;

namespace {

/// How often all cases run once more, each time among other neighbours. Source: decisions.md 26.
std::size_t rounds() {
  const char* const text = std::getenv("PROTM_REPLAY_ROUNDS");
  return text == nullptr ? PROTM_REPLAY_ROUNDS_DEFAULT : std::strtoul(text, nullptr, 10);
}

/// Which of `n` cases comes at place `i` of a round: in order, backward, then with a step of the
/// round's own. What a run leaves outside of the World meets another case in each.
std::size_t at_place(std::size_t round, std::size_t i, std::size_t n) {
  if (round == 0) return i;
  if (round == 1) return n - 1 - i;
  constexpr std::size_t kStep = 37;
  std::size_t step = kStep * round;
  while (std::gcd(step, n) != 1) ++step;
  return (i * step + round) % n;
}

/// More than any case needs that comes to its end.
constexpr std::uint64_t kEvents = 50'000;

/// What a run that never ends is given. One that repeats so far repeats.
constexpr std::uint64_t kEventsWithoutEnd = 5'000;

/// A case, and what it must come to each time.
struct Known {
  exec::RunOptions options;
  std::uint64_t hash = 0;
};

Known first_run(exec::Session& session, const contract::Program& program, bool must_end) {
  Known known;
  known.options.start = exec::Start::fresh;
  known.options.event_budget = kEvents;
  contract::Trace trace = session.run(program, known.options);
  CHECK(trace.records.size() > 1);
  if (must_end) CHECK(trace.machine_events < kEvents);
  if (trace.machine_events >= kEvents) {
    known.options.event_budget = kEventsWithoutEnd;
    trace = session.run(program, known.options);
  }
  known.options.start = exec::RunOptions{}.start;
  known.hash = trace.hash();
  return known;
}

void replay(const exec::Candidate& candidate) {
  const runner::Suite suite = runner::load_suite("conformance/suites", {});
  exec::Session a(candidate, rig::kWorldBaseA);
  exec::Session b(candidate, rig::kWorldBaseB);
  std::vector<Known> known;
  for (const runner::SuiteCase& c : suite.cases) {
    CAPTURE(c.program.id);
    const Known& k = known.emplace_back(first_run(a, c.program, candidate.name == "reference"));
    // The run left its bytes behind; the snapshot takes every one of them back.
    const std::uint64_t first = a.prepare(c.program, exec::Start::snapshot);
    CHECK(a.run(c.program, k.options).hash() == k.hash);
    CHECK(a.prepare(c.program, exec::Start::snapshot) == first);
  }
  const std::size_t n = known.size();
  for (std::size_t round = 0; round < rounds(); ++round) {
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t at = at_place(round, i, n);
      CAPTURE(suite.cases[at].program.id);
      CAPTURE(round);
      CHECK(b.run(suite.cases[at].program, known[at].options).hash() == known[at].hash);
    }
  }
}

}  // namespace

TEST_CASE("replay: the reference repeats every case") { replay(differential::reference()); }

TEST_CASE("replay: series-v1 as posted repeats every case") {
  replay(*differential::default_registry().parse("series-v1"));
}
