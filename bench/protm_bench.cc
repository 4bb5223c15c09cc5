// SPDX-License-Identifier: GPL-2.0-only
// What boot, restore, a run and a differential run cost. Each benchmark is one line of the budget
// of a night's fuzzing. Ticks are in tick_bench.cc, what stands around the runs in parts_bench.cc.
#include <benchmark/benchmark.h>

#include <memory_resource>
#include <string>
#include <string_view>

#include "bench/bench_programs.h"
#include "bench/compared_bench.h"
#include "oracle/differential/differential.h"
#include "sut-adapters/executor/session.h"

namespace {

using namespace protm;

/// A run from power-on: machine, module load and probe included.
void fresh_boot(benchmark::State& state, const char* sut) {
  const contract::Program empty = bench::empty_program();
  exec::Session session(bench::candidate(sut));
  for (auto _ : state) {
    benchmark::DoNotOptimize(session.run(empty, {.start = exec::Start::fresh}));
  }
}

/// As the inputs of a fuzzer, nearly each with a configuration of its own: boot and snapshot.
void changed_boot(benchmark::State& state, const char* sut) {
  const contract::Program empty = bench::empty_program();
  exec::Session session(bench::candidate(sut));
  std::uint64_t seed = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(session.run(empty, {.latency_seed = ++seed}));
  }
}

/// The same from the snapshot.
void restore(benchmark::State& state, const char* sut) {
  const contract::Program empty = bench::empty_program();
  exec::Session session(bench::candidate(sut));
  for (auto _ : state) benchmark::DoNotOptimize(session.run(empty));
  state.counters["world_bytes"] = static_cast<double>(session.world().used());
}

/// One Program on one candidate; no oracle, no judge.
void run_only(benchmark::State& state, const char* sut) {
  const contract::Program fixed = bench::program("protected-and-bind");
  exec::Session session(bench::candidate(sut));
  std::size_t records = 0;
  for (auto _ : state) records = session.run(fixed).records.size();
  state.counters["records"] = static_cast<double>(records);
  state.SetItemsProcessed(state.iterations());
}

/// Oracle and candidate and judge: what a fuzzer pays for one input.
void differential_run(benchmark::State& state, const char* sut) {
  const contract::Program fixed = bench::program("protected-and-bind");
  differential::Differential differential(bench::candidate(sut));
  const differential::Comparison first = differential.compare(fixed);
  if (first.verdict.outcome != judge::Outcome::agreed) {
    state.SkipWithError(("not agreed: " + first.verdict.detail).c_str());
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(differential.compare(fixed));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(fresh_boot, reference, "reference")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(fresh_boot, series_v1, "series-v1:none")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(changed_boot, reference, "reference")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(restore, reference, "reference")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(run_only, reference, "reference")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(run_only, series_v1, "series-v1:none")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(differential_run, none, "series-v1:none")->Unit(benchmark::kMicrosecond);

/// Takes `--sut=NAME` out of the arguments; empty when it is not there.
std::string take_sut(int& argc, char** argv) {
  constexpr std::string_view kOption = "--sut=";
  std::string sut;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word(argv[i]);
    if (word.starts_with(kOption)) {
      sut = word.substr(kOption.size());
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  return sut;
}

}  // namespace

int main(int argc, char** argv) {
  std::pmr::set_default_resource(std::pmr::null_memory_resource());
  const std::string sut = take_sut(argc, argv);
  if (!sut.empty() && !bench::register_compared(sut)) return 2;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
