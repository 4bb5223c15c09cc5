// SPDX-License-Identifier: GPL-2.0-only
// What the scheduler's tick periods cost, with the machine, Host and the step runner around them.
// `ticks` counts a whole run; `tick_period` takes a short run from a long one, so that boot, group
// creation and end state drop out.
// Not measured: the reference's tick without machine and Host, because no interface runs it alone;
// more groups than the 64 steps of a Program can make and keep busy.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>

#include "bench/bench_programs.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/executor/session.h"

namespace {

using namespace protm;

struct Timed {
  double seconds = 0;
  std::uint64_t periods = 0;
  std::uint64_t events = 0;
};

Timed run_timed(exec::Session& session, const contract::Program& program) {
  const std::clock_t start = std::clock();   // of the process: others may be running too
  const contract::Trace trace = session.run(program);
  const std::clock_t took = std::clock() - start;
  return {static_cast<double>(took) / CLOCKS_PER_SEC,
          trace.records.back().time_ns / contract::kLimits.tick_ns, trace.machine_events};
}

/// Items are tick periods of simulated time of the whole run.
void ticks(benchmark::State& state, const char* name) {
  const contract::Program fixed = bench::program(name);
  exec::Session session(bench::candidate("reference"));
  std::uint64_t periods = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    const Timed run = run_timed(session, fixed);
    periods += run.periods;
    events = run.events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(periods));
  state.counters["machine_events"] = static_cast<double>(events);
}

/// Items are the tick periods by which the long run is longer; so are the machine's events.
void tick_period(benchmark::State& state) {
  const auto groups = static_cast<std::uint32_t>(state.range(0));
  const auto slots = static_cast<std::uint32_t>(state.range(1));
  const contract::Program shorter = bench::busy_groups(groups, slots, 50);
  const contract::Program longer = bench::busy_groups(groups, slots, 500);
  exec::Session session(bench::candidate("reference"));
  std::uint64_t periods = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    const Timed little = run_timed(session, shorter);
    const Timed much = run_timed(session, longer);
    // A disturbed short run must not make the difference negative.
    state.SetIterationTime(std::max(much.seconds - little.seconds, 1e-9));
    if (much.periods <= little.periods) return state.SkipWithError("the long run is not longer");
    periods += much.periods - little.periods;
    events += much.events - little.events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(periods));
  state.counters["events_per_tick"] = static_cast<double>(events) / static_cast<double>(periods);
}

BENCHMARK_CAPTURE(ticks, rotation, "rotation")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ticks, steady, "steady")->Unit(benchmark::kMillisecond);
BENCHMARK(tick_period)
    ->ArgNames({"groups", "slots"})
    ->ArgsProduct({{2, 8, 16, 31}, {4, 8}})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
