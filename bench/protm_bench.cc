// SPDX-License-Identifier: GPL-2.0-only
// What boot, restore, a run and a differential run cost. Each benchmark is one line of the budget
// of a night's fuzzing. Ticks are in tick_bench.cc, what stands around the runs in parts_bench.cc.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

/// Options of ours, as Google Benchmark calls them; "" = not handed on.
struct Option {
  std::string_view ours, theirs;
};
constexpr Option kOptions[] = {
    {"--sut=", ""},
    {"--filter=", "--benchmark_filter="},
    {"--format=", "--benchmark_format="},
    {"--list", "--benchmark_list_tests=true"},
};

struct Asked {
  std::string sut;
  std::vector<std::string> rest;   ///< for Google Benchmark
  bool is_good = true;
};

/// Other words that begin with --benchmark_ are handed on as they are.
Asked read_options(std::span<char* const> words) {
  Asked asked;
  for (const std::string_view word : words) {
    const Option* const option =
        std::find_if(std::begin(kOptions), std::end(kOptions),
                     [&](const Option& o) { return word.starts_with(o.ours); });
    if (word.starts_with("--benchmark_")) {
      asked.rest.emplace_back(word);
    } else if (option == std::end(kOptions)) {
      std::fprintf(stderr,
                   "protm: error: bench has no option '%.*s'\n"
                   "  = expected one of: --sut=NAME, --filter=REGEX, --format=text|json, --list\n",
                   static_cast<int>(word.size()), word.data());
      asked.is_good = false;
    } else if (option->theirs.empty()) {
      asked.sut = word.substr(option->ours.size());
    } else {
      std::string value(word.substr(option->ours.size()));
      if (option->ours == "--format=" && value == "text") value = "console";
      asked.rest.push_back(std::string(option->theirs) + value);
    }
  }
  return asked;
}

}  // namespace

int main(int argc, char** argv) {
  std::pmr::set_default_resource(std::pmr::null_memory_resource());
  Asked asked = read_options({argv + 1, static_cast<std::size_t>(argc - 1)});
  if (!asked.is_good || !bench::register_compared(asked.sut)) return 2;
  std::vector<char*> words{argv[0]};
  for (std::string& word : asked.rest) words.push_back(word.data());
  int count = static_cast<int>(words.size());
  benchmark::Initialize(&count, words.data());
  if (benchmark::ReportUnrecognizedArguments(count, words.data())) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
