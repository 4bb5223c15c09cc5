// SPDX-License-Identifier: GPL-2.0-only
// What calls, jobs, Programs, starts, tick periods, protected sessions, VM_BINDs inside of them and
// heap accessors cost on a candidate and on the reference, in one run. Meant for linux-uml too,
// where each Program starts a kernel: the cost of one call is what a long Program costs more than a
// short one. Time is processor time, of child processes too.
// Not measured: candidates under memory pressure, several kernels at a time.
#include "bench/compared_bench.h"

#include <benchmark/benchmark.h>
#include <cstdio>
#include <string>

#include "bench/bench_programs.h"
#include "bench/timed_run.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/executor/session.h"

namespace protm::bench {
namespace {

/// A start costs far more than what is measured, so runs are counted and not timed.
constexpr int kKernels = 20;
constexpr int kRuns = 200;

constexpr int kHeapActors = 7;

std::string steps_program(const std::string& steps) {
  return "schema: 1\nid: bench/steps\nentries: [BASE-1]\ntitle: Steps\nwhy: What a call costs.\n"
         "requires: [panthor, vm_bind]\nactors:\n  user:\n"
         "    - {id: v, vm_create: {}}\n    - {id: s, stream_area: {vm: $v}}\n"
         "    - {id: g, group_create: {vm: $v, queues: [{queue: {ringbuf: 4KiB}}]}}\n" + steps;
}

/// A protected job with that stream, and a wait for it.
std::string protected_program(const std::string& stream) {
  return "schema: 1\nid: bench/protected\nentries: [BASE-1]\ntitle: Protected\n"
         "why: What a session costs.\nrequires: [panthor, protm, vm_bind]\nactors:\n  video:\n"
         "    - {id: v, vm_create: {}}\n    - {id: s, stream_area: {vm: $v}}\n"
         "    - {id: b, bo_create: {size: 4KiB}}\n"
         "    - {id: g, group_create: {vm: $v, flags: [protm],"
         " queues: [{queue: {ringbuf: 4KiB}}]}}\n"
         "    - {id: j, group_submit: {group: $g, stream: " + stream + "}}\n"
         "    - {wait: {job: $j, timeout: 5s}}\n";
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

/// Sessions in protected mode, one after the other.
std::string sessions_program(int n) {
  std::string regions;
  for (int i = 0; i < n; ++i) regions += "{prot_region: [{run_compute: 10us}]}, ";
  return protected_program("[" + regions + "{nop: {}}]");
}

/// VM_BINDs, each of which comes while the GPU is protected and forces it out.
std::string binds_inside_program(int n) {
  std::string steps = "  ui:\n";
  for (int i = 1; i <= n; ++i) {
    steps += "    - {after: protm_active x" + std::to_string(i) +
             " + 1ms, vm_bind: {vm: $v, ops: [" +
             (i % 2 == 1 ? "{map: {bo: $b, va: 0x200000, size: 4KiB}}"
                         : "{unmap: {va: 0x200000, size: 4KiB}}") +
             "]}}\n";
  }
  return protected_program("[{prot_region: [{run_compute: 300ms}]}]") + steps;
}

/// `n` look-ups and puts of one heap by each of seven actors.
std::string heap_program(int n) {
  std::string steps = "schema: 1\nid: bench/heap\nentries: [HEAP-1]\ntitle: Heaps\n"
                      "why: What an accessor costs.\nrequires: [heap_core]\nactors:\n"
                      "  owner:\n    - {heap_register: {name: shared}}\n";
  for (int actor = 1; actor <= kHeapActors; ++actor) {
    steps += "  user" + std::to_string(actor) + ":\n";
    for (int i = 0; i < n; ++i) {
      const std::string id = "h" + std::to_string(actor) + "_" + std::to_string(i);
      steps += "    - {at: 1ms, id: " + id + ", heap_find: {name: shared}}\n";
      steps += "    - {heap_put: {heap: $" + id + "}}\n";
    }
  }
  return steps;
}

/// Whether the candidate can run it; says so when it cannot.
bool can_run(benchmark::State& state, const exec::Candidate& who,
             const contract::Program& program) {
  const std::uint32_t lacks = program.requires_mask & ~who.capabilities;
  if (lacks == 0) return true;
  state.SkipWithError("the candidate does not have what it needs");
  return false;
}

/// Items are whole Programs, kernel start included.
void whole(benchmark::State& state, const exec::Candidate& who, const contract::Program& program) {
  if (!can_run(state, who, program)) return;
  exec::Session session(who);
  for (auto _ : state) {
    const auto run = timed_run(session, program, exec::Start::fresh);
    if (!run) return state.SkipWithError("the run did not complete");
    state.SetIterationTime(run->seconds);
  }
  state.SetItemsProcessed(state.iterations());
}

struct Pair {
  contract::Program shorter, longer;
  int items = 0;   ///< what the longer one has more
};

/// Items are what the long Program has more.
void part(benchmark::State& state, const exec::Candidate& who, const Pair& pair) {
  if (!can_run(state, who, pair.longer)) return;
  exec::Session session(who);
  for (auto _ : state) {
    const auto little = timed_run(session, pair.shorter, exec::Start::fresh);
    const auto much = timed_run(session, pair.longer, exec::Start::fresh);
    if (!little || !much) return state.SkipWithError("a run did not complete");
    state.SetIterationTime(difference(*much, *little).seconds);
  }
  state.SetItemsProcessed(state.iterations() * pair.items);
}

void add(const char* what, const exec::Candidate& who, auto&& run) {
  benchmark::RegisterBenchmark((std::string(what) + "/" + who.spec).c_str(), run)
      ->UseManualTime()
      ->Iterations(who.whole != nullptr ? kKernels : kRuns)
      ->Unit(benchmark::kMillisecond);
}

void register_for(const exec::Candidate& who) {
  const auto made = [](const std::string& text) { return program_of_text("bench", text); };
  const auto steps = [&](const std::string& text) { return made(steps_program(text)); };
  const auto add_part = [&](const char* what, Pair pair) {
    add(what, who, [=](benchmark::State& s) { part(s, who, pair); });
  };
  add("start", who, [=](benchmark::State& s) { whole(s, who, empty_program()); });
  add("program", who, [=, p = steps(jobs(4))](benchmark::State& s) { whole(s, who, p); });
  add_part("ioctl", {steps(queries(4)), steps(queries(60)), 56});
  add_part("job", {steps(jobs(2)), steps(jobs(30)), 28});
  for (const std::uint32_t groups : {8, 16, 64}) {
    constexpr int kPeriods = 200;
    const Busy little{.groups = groups, .run_ns = 500'000'000};
    Busy much = little;
    much.run_ns += kPeriods * contract::kLimits.tick_ns;
    add_part(("tick_of_" + std::to_string(groups) + "_groups").c_str(),
             {busy_groups(little), busy_groups(much), kPeriods});
  }
  add_part("session", {made(sessions_program(2)), made(sessions_program(32)), 30});
  add_part("bind_inside", {made(binds_inside_program(2)), made(binds_inside_program(18)), 16});
  add_part("heap_find_put", {made(heap_program(1)), made(heap_program(17)), 16 * kHeapActors});
}

}  // namespace

bool register_compared(const std::string& sut) {
  if (sut.empty()) {
    register_for(differential::reference());
    return true;
  }
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
