// SPDX-License-Identifier: GPL-2.0-only
// What stands around the runs of one input: reading a case, decoding bytes, judging two traces.
#include <benchmark/benchmark.h>

#include <vector>

#include "bench/bench_programs.h"
#include "conformance/format/binary.h"
#include "conformance/format/case_reader.h"
#include "conformance/format/random_programs.h"
#include "oracle/judge/judge.h"
#include "oracle/rules/rule_table.h"
#include "sut-adapters/executor/session.h"

namespace {

using namespace protm;

/// The judge alone on two traces that agree.
void judge_only(benchmark::State& state) {
  const contract::Program fixed = bench::program("protected-and-bind");
  const auto trace_of = [&](const char* sut) {
    exec::Session session(bench::candidate(sut));
    return session.run(fixed);
  };
  const contract::Trace oracle = trace_of("reference");
  const contract::Trace candidate = trace_of("series-v1:none");
  const judge::JudgeOptions options{.adapter = "series-v1:none", .rules = rules::rule_table()};
  for (auto _ : state) benchmark::DoNotOptimize(judge::judge(fixed, oracle, candidate, options));
}

void yaml_read(benchmark::State& state) {
  const std::string text = bench::program_text("protected-and-bind");
  for (auto _ : state) benchmark::DoNotOptimize(format::read_case("bench", text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

/// Items are random byte strings, with the lengths of the decoder's own statistics.
void decode_random(benchmark::State& state) {
  format::RandomBytes random(1);
  std::vector<std::vector<std::uint8_t>> strings(1000);
  for (auto& bytes : strings) bytes = random.string();
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(format::decode(strings[next]));
    next = (next + 1) % strings.size();
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(judge_only)->Unit(benchmark::kMicrosecond);
BENCHMARK(yaml_read)->Unit(benchmark::kMicrosecond);
BENCHMARK(decode_random)->Unit(benchmark::kMicrosecond);

}  // namespace
