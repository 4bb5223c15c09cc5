// SPDX-License-Identifier: GPL-2.0-only
// What boot, restore, a run, a differential run and scheduler ticks cost. Each benchmark is one
// line of the budget of a night's fuzzing. Reads programs/*.yaml below the repository root.
// Not measured: the reference's tick alone, without the machine and the kernel below it.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory_resource>
#include <string>

#include "conformance/format/case_reader.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/differential.h"
#include "sut-adapters/contract/limits.h"

namespace {

using namespace protm;

contract::Program program(const char* name) {
  const char* const root = std::getenv("PROTM_ROOT");
  const std::string file =
      std::string(root == nullptr ? "." : root) + "/bench/programs/" + name + ".yaml";
  auto read = format::read_case_file(file);
  if (read) return std::move(*read);
  std::fprintf(stderr, "%s", format::diagnostics_text(read.error()).c_str());
  std::exit(2);
}

exec::Candidate candidate(const char* spec) {
  return *differential::default_registry().parse(spec);
}

/// A run from power-on: machine, module load and probe included.
void fresh_boot(benchmark::State& state, const char* sut) {
  contract::Program empty = program("protected-and-bind");
  empty.steps.clear();
  empty.reaches.clear();
  empty.then.clear();
  exec::Session session(candidate(sut));
  for (auto _ : state) {
    benchmark::DoNotOptimize(session.run(empty, {.start = exec::Start::fresh}));
  }
}

/// The same from the snapshot.
void restore(benchmark::State& state, const char* sut) {
  contract::Program empty = program("protected-and-bind");
  empty.steps.clear();
  empty.reaches.clear();
  empty.then.clear();
  exec::Session session(candidate(sut));
  for (auto _ : state) benchmark::DoNotOptimize(session.run(empty));
  state.counters["world_bytes"] = static_cast<double>(session.world().used());
}

/// One Program on one candidate; no oracle, no judge.
void run_only(benchmark::State& state, const char* sut) {
  const contract::Program fixed = program("protected-and-bind");
  exec::Session session(candidate(sut));
  std::size_t records = 0;
  for (auto _ : state) records = session.run(fixed).records.size();
  state.counters["records"] = static_cast<double>(records);
  state.SetItemsProcessed(state.iterations());
}

/// Oracle and candidate and judge: what a fuzzer pays for one input.
void differential_run(benchmark::State& state, const char* sut) {
  const contract::Program fixed = program("protected-and-bind");
  differential::Differential differential(candidate(sut));
  const differential::Comparison first = differential.compare(fixed);
  if (first.verdict.outcome != judge::Outcome::agreed) {
    state.SkipWithError(("not agreed: " + first.verdict.detail).c_str());
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(differential.compare(fixed));
  state.SetItemsProcessed(state.iterations());
}

/// Items are tick periods of simulated time, with machine, host and step runner around them.
void ticks(benchmark::State& state, const char* name) {
  const contract::Program fixed = program(name);
  exec::Session session(candidate("reference"));
  std::uint64_t periods = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    const contract::Trace trace = session.run(fixed);
    periods += trace.records.back().time_ns / contract::kLimits.tick_ns;
    events = trace.machine_events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(periods));
  state.counters["machine_events"] = static_cast<double>(events);
}

BENCHMARK_CAPTURE(fresh_boot, reference, "reference")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(fresh_boot, series_v1, "series-v1:none")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(restore, reference, "reference")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(run_only, reference, "reference")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(run_only, series_v1, "series-v1:none")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(differential_run, none, "series-v1:none")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(ticks, rotation, "rotation")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ticks, steady, "steady")->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  std::pmr::set_default_resource(std::pmr::null_memory_resource());
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
