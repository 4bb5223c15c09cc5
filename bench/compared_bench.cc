// SPDX-License-Identifier: GPL-2.0-only
// What calls, jobs, Programs, starts and tick periods cost on a candidate and on the reference, in
// one run. Meant for linux-uml, where each Program starts a kernel: the cost of one call is what a
// long Program costs more than a short one. Time is processor time, of child processes too.
// Not measured: candidates under memory pressure, several kernels at a time.
#include "bench/compared_bench.h"

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "bench/bench_programs.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/executor/session.h"

namespace protm::bench {
namespace {

double processor_seconds() {
  double total = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& t : {usage.ru_utime, usage.ru_stime}) {
      total += static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    }
  }
  return total;
}

/// A start costs far more than what is measured, so runs are counted and not timed.
constexpr int kKernels = 20;
constexpr int kRuns = 200;

struct Timed {
  double seconds = 0;
  std::uint64_t simulated_ns = 0;
};

Timed timed(exec::Session& session, const contract::Program& program, benchmark::State& state) {
  const double start = processor_seconds();
  const contract::Trace trace = session.run(program, {.start = exec::Start::fresh});
  const double seconds = processor_seconds() - start;
  if (trace.end != contract::RunEnd::completed) {
    state.SkipWithError(("the run did not complete: " + trace.why).c_str());
    return {};
  }
  return {seconds, trace.records.empty() ? 0 : trace.records.back().time_ns};
}

std::string steps_program(const std::string& steps) {
  return "schema: 1\nid: bench/steps\nentries: [BASE-1]\ntitle: Steps\nwhy: What a call costs.\n"
         "requires: [panthor, vm_bind]\nactors:\n  user:\n"
         "    - {id: v, vm_create: {}}\n    - {id: s, stream_area: {vm: $v}}\n"
         "    - {id: g, group_create: {vm: $v, queues: [{queue: {ringbuf: 4KiB}}]}}\n" + steps;
}

std::string queries(int n) {
  return "    - {repeat: " + std::to_string(n) + ", dev_query: {what: gpu_info}}\n";
}

std::string jobs(int n) {
  std::string steps;
  for (int i = 0; i < n; ++i) {
    const std::string id = "j" + std::to_string(i);
    steps += "    - {id: " + id + ", group_submit: {group: $g, stream: [{nop: {}}]}}\n";
    steps += "    - {wait: {job: $" + id + ", timeout: 1s}}\n";
  }
  return steps;
}

/// Items are whole Programs, kernel start included.
void whole(benchmark::State& state, const exec::Candidate& who, const contract::Program& program) {
  exec::Session session(who);
  for (auto _ : state) state.SetIterationTime(timed(session, program, state).seconds);
  state.SetItemsProcessed(state.iterations());
}

/// Items are what the long Program has more; `items` of them, or its tick periods when that is 0.
void difference(benchmark::State& state, const exec::Candidate& who,
                const contract::Program& shorter, const contract::Program& longer, int items) {
  exec::Session session(who);
  std::uint64_t done = 0;
  for (auto _ : state) {
    const Timed little = timed(session, shorter, state);
    const Timed much = timed(session, longer, state);
    // A disturbed short run must not make the difference negative.
    state.SetIterationTime(std::max(much.seconds - little.seconds, 1e-9));
    const std::uint64_t ns = much.simulated_ns - std::min(little.simulated_ns, much.simulated_ns);
    done += items != 0 ? static_cast<std::uint64_t>(items) : ns / contract::kLimits.tick_ns;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(done));
}

void add(const char* what, const exec::Candidate& who, auto&& run) {
  benchmark::RegisterBenchmark((std::string(what) + "/" + who.spec).c_str(), run)
      ->UseManualTime()
      ->Iterations(who.whole != nullptr ? kKernels : kRuns)
      ->Unit(benchmark::kMillisecond);
}

void register_for(const exec::Candidate& who) {
  const auto steps = [](const std::string& text) {
    return program_of_text("bench", steps_program(text));
  };
  add("start", who, [=](benchmark::State& s) { whole(s, who, empty_program()); });
  add("program", who, [=](benchmark::State& s) { whole(s, who, steps(jobs(4))); });
  add("ioctl", who, [=](benchmark::State& s) {
    difference(s, who, steps(queries(4)), steps(queries(60)), 56);
  });
  add("job", who, [=](benchmark::State& s) {
    difference(s, who, steps(jobs(2)), steps(jobs(30)), 28);
  });
  add("tick", who, [=](benchmark::State& s) {
    difference(s, who, busy_groups(16, 8, 1000), busy_groups(16, 8, 3000), 0);
  });
}

}  // namespace

bool register_compared(const std::string& sut) {
  const auto candidate = differential::default_registry().parse(sut);
  if (!candidate) {
    std::fprintf(stderr, "protm: error: --sut: %s\n", candidate.error().c_str());
    return false;
  }
  register_for(differential::oracle_for(*candidate));
  register_for(*candidate);
  return true;
}

}  // namespace protm::bench
