// SPDX-License-Identifier: GPL-2.0-only
// What the scheduler's tick periods cost, with the machine, Host and the step runner around them.
// `ticks` counts a whole run; `tick` takes a short run from a long one, so that boot, group
// creation and end state drop out, and fits its time against the number of groups.
// On a busy machine `events_per_tick` is what to compare of many groups: their creation takes so
// long that its noise is as large as the ticks.
// Not measured: the reference's tick without machine and Host, because no interface runs it alone;
// more than 896 groups, because an open file has no more than 128 and a VM of its own, and beyond
// seven VMs ticks pay for changes of AS; more than 8 slots (the shared section has no room for
// them).
#include <benchmark/benchmark.h>

#include <algorithm>

#include "bench/bench_programs.h"
#include "bench/timed_run.h"
#include "sut-adapters/contract/limits.h"

namespace {

using namespace protm;

/// Items are tick periods of simulated time of the whole run.
void ticks(benchmark::State& state, const char* name) {
  const contract::Program fixed = bench::program(name);
  exec::Session session(bench::candidate("reference"));
  std::uint64_t periods = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    const auto run = bench::timed_run(session, fixed);
    if (!run) return state.SkipWithError("the run did not complete");
    periods += run->periods();
    events = run->events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(periods));
  state.counters["machine_events"] = static_cast<double>(events);
}

/// The time of an iteration is that of one tick period: of those that the long run has more.
void tick(benchmark::State& state, bench::Busy busy) {
  constexpr std::uint64_t kShort = 1'000'000'000;
  constexpr std::uint64_t kPeriods = 350;           // ends before a job that has a slot times out
  // Each group had a slot by then, whoever is created late: one takes its turn in each tick.
  busy.run_ns = std::max(kShort, 2 * busy.groups * contract::kLimits.tick_ns);
  const contract::Program shorter = bench::busy_groups(busy);
  busy.run_ns += kPeriods * contract::kLimits.tick_ns;
  const contract::Program longer = bench::busy_groups(busy);
  exec::Session session(bench::candidate("reference"));
  std::uint64_t events = 0;
  for (auto _ : state) {
    const auto little = bench::timed_run(session, shorter);
    const auto much = bench::timed_run(session, longer);
    if (!little || !much) return state.SkipWithError("a run did not complete");
    const bench::Timed more = bench::difference(*much, *little);
    state.SetIterationTime(more.seconds / static_cast<double>(kPeriods));
    events += more.events;
  }
  if (events == 0) return state.SkipWithError("nothing ran on the machine");
  state.SetComplexityN(busy.groups);
  state.counters["ticks"] = benchmark::Counter(static_cast<double>(state.iterations()),
                                               benchmark::Counter::kIsRate);
  state.counters["events_per_tick"] = benchmark::Counter(
      static_cast<double>(events) / static_cast<double>(kPeriods),
      benchmark::Counter::kAvgIterations);
}

void by_groups(benchmark::State& state) {
  tick(state, {.groups = static_cast<std::uint32_t>(state.range(1)),
               .slots = static_cast<std::uint32_t>(state.range(0))});
}
void by_kind(benchmark::State& state) {
  tick(state, {.groups = 64,
               .slots = 8,
               .priorities = static_cast<std::uint32_t>(state.range(0)),
               .protected_percent = static_cast<std::uint32_t>(state.range(1))});
}

BENCHMARK_CAPTURE(ticks, rotation, "rotation")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ticks, steady, "steady")->Unit(benchmark::kMillisecond);

/// Registered by hand: a fit needs a family of its own for each number of slots, and all groups in
/// it more than slots.
const bool kRegistered = [] {
  for (const std::int64_t slots : {3, 8}) {
    const std::string name = "tick/by_groups_" + std::to_string(slots) + "_slots";
    auto* const family = benchmark::RegisterBenchmark(name.c_str(), by_groups);
    family->ArgNames({"slots", "groups"})->UseManualTime()->Unit(benchmark::kMicrosecond);
    // Left to itself the library fits the processor time of whole runs. RMS says how far from flat.
    family->Iterations(20)->Complexity(benchmark::o1);
    for (std::int64_t groups = slots == 3 ? 4 : 16; groups <= 64; groups *= 2) {
      family->Args({slots, groups});
    }
  }
  benchmark::RegisterBenchmark("tick/by_many_groups_8_slots", by_groups)
      ->ArgNames({"slots", "groups"})
      ->ArgsProduct({{8}, {64, 128, 512, 896}})
      ->Iterations(10)  // noisy: to make so many groups takes longer than 350 ticks
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond)
      ->Complexity(benchmark::o1);
  benchmark::RegisterBenchmark("tick/no_rotation", by_groups)
      ->ArgNames({"slots", "groups"})
      ->ArgsProduct({{8}, {2, 4, 8}})
      ->Iterations(20)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark("tick/64_groups_8_slots", by_kind)
      ->ArgNames({"priorities", "protected_percent"})
      ->ArgsProduct({{1, 2, 4}, {0, 25, 100}})
      ->Iterations(20)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
  return true;
}();

}  // namespace
