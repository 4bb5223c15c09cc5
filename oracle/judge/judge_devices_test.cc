// SPDX-License-Identifier: GPL-2.0-only
// Goal: with two GPUs each is judged by what it did itself, and what is of the whole system once.
#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <vector>

#include "gpu-model/vocab/regs/mmu_control.h"
#include "oracle/judge/compare.h"
#include "oracle/judge/facts.h"
#include "oracle/judge/gpu_views.h"
#include "oracle/judge/judge.h"
#include "oracle/judge/touched.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using namespace protm::judge;
using K = vocab::ObservationKind;
using vocab::kMs;
using vocab::kSec;

namespace {

constexpr auto kRef = Value::Kind::ref;

/// Armed by each entry that it is shown; broken by a second one, or by a second group.
RuleResult one_entry(const Program& program, const Trace& trace) {
  RuleResult out;
  std::uint32_t groups = 0;
  for (std::uint32_t s = 0; s < program.steps.size(); ++s) {
    groups += step_type(program, s) == NodeType::group_create ? 1 : 0;
  }
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    if (!is(trace.records[i], K::enter_sampled)) continue;
    if (++out.armed < 2 && groups < 2) continue;
    out.violation = Violation{i, trace.records[i].time_ns, "entry", "a second entry or group"};
  }
  return out;
}
constexpr std::array kEachGpu{
    Rule{"T1", "one_entry", "one entry and one group", "test", HostEyes::not_needed, one_entry}};
constexpr std::array kSystem{Rule{"T1", "one_entry", "one entry and one group", "test",
                                  HostEyes::not_needed, one_entry, RuleScope::whole_system}};

/// A file, a VM, a group and a job on each of two GPUs.
struct TwoGpus {
  Program program;
  std::array<std::uint32_t, 2> file{}, vm{}, group{}, job{};
  TwoGpus() {
    program.devices = 2;
    for (std::uint32_t d = 0; d < 2; ++d) {
      file[d] = add_step(program, make_node(NodeType::open));
      program.steps[file[d]].device = d;
      const NamedField of_file{"file", kRef, file[d]};
      vm[d] = add_step(program, make_node(NodeType::vm_create, {of_file}));
      group[d] = add_step(program,
                          make_node(NodeType::group_create, {of_file, {"vm", kRef, vm[d]}}));
      job[d] = add_step(program,
                        make_node(NodeType::group_submit, {of_file, {"group", kRef, group[d]}}));
    }
  }
};

Verdict judged(const Program& program, const TraceBuilder& b, std::span<const Rule> rules) {
  return judge::judge(program, b.trace(), b.trace(), {.adapter = "test", .rules = rules});
}

}  // namespace

TEST_CASE("judge: a rule of each GPU sees what that one did, one of the system sees all") {
  const TwoGpus w;
  TraceBuilder b;
  b.saw(K::enter_sampled).saw(K::enter_sampled, {.device = 1});
  const Verdict each = judged(w.program, b, kEachGpu);
  CHECK(each.findings.empty());
  CHECK(each.checked.front().n == 2);
  const Verdict system = judged(w.program, b, kSystem);
  REQUIRE_FALSE(system.findings.empty());
  CHECK(system.findings.front().rule == "T1");
  CHECK(system.checked.front().n == 2);
}

TEST_CASE("judge: stays in protected mode are those of one GPU each") {
  const TwoGpus w;
  TraceBuilder b;
  b.event(EventKind::group_on_slot, w.group[0], 0);
  b.event(EventKind::group_on_slot, w.group[1], 0, 1);
  b.saw(K::protm_active).saw(K::protm_active, {.device = 1});
  b.saw(K::protm_exit_raised, {.a = 0}).saw(K::reset_started, {.device = 1});
  const auto windows = windows_of(w.program, b.trace());
  REQUIRE(windows.size() == 2);
  CHECK(windows[0].group == w.group[0]);
  CHECK(windows[0].begin == 2);
  CHECK(windows[0].end == 4);
  CHECK(windows[1].group == w.group[1]);
  CHECK(windows[1].begin == 3);
  CHECK(windows[1].end == 5);
  CHECK(windows[1].cause == vocab::ExitCause::reset);
}

TEST_CASE("judge: a view has what is at rest in its own GPU and in the system") {
  const TwoGpus w;
  TraceBuilder b;
  for (std::uint32_t gpu = 0; gpu < 3; ++gpu) {
    b.record(RecordKind::rest_state, {.a = gpu, .c = 10 + gpu}, "protm_active");
  }
  const GpuViews views(w.program, b.trace());
  for (std::uint32_t device = 0; device < 2; ++device) {
    std::vector<std::uint64_t> values;
    for (const Record& r : views.trace(device).records) {
      if (r.kind == RecordKind::rest_state) values.push_back(r.c);
    }
    CHECK(values == std::vector<std::uint64_t>{10, 11 + device});
  }
}

TEST_CASE("judge: a fault of the first GPU hits who sits in that one's slot") {
  TwoGpus w;
  w.program.faults.push_back(Fault{});
  const auto hit = [&w](bool other_sits) {
    TraceBuilder b;
    b.event(EventKind::group_on_slot, w.group[0], 0);
    if (other_sits) b.event(EventKind::group_on_slot, w.group[1], 0, 1);
    if (other_sits) b.saw(K::enter_sampled, {.device = 1, .c = 1}).saw(K::mcu_boot, {.device = 1});
    return b.saw(K::fault_applied, {.c = 0}).saw(K::fault_applied, {.c = vocab::kAnySlot});
  };
  const TraceBuilder alone = hit(false), beside = hit(true);
  CHECK(faults_end(w.program, alone.trace(), beside.trace()) == alone.trace().records.size());
  CHECK(faults_end(w.program, beside.trace(), alone.trace()) == beside.trace().records.size());
}

TEST_CASE("judge: an AS command that hangs is another one where it is another command") {
  TwoGpus w;
  w.program.faults.push_back(Fault{});
  const auto hit = [](vocab::AsCommand command, vocab::FaultKind kind) {
    TraceBuilder b;
    b.saw(K::as_command, {.a = 1, .b = static_cast<std::uint32_t>(command)});
    return b.saw(K::fault_applied, {.b = static_cast<std::uint32_t>(kind)});
  };
  const auto end = [&](vocab::FaultKind kind, vocab::AsCommand other) {
    return faults_end(w.program, hit(vocab::AsCommand::lock, kind).trace(),
                      hit(other, kind).trace());
  };
  constexpr auto kStuck = vocab::FaultKind::stuck_as_command;
  CHECK(end(kStuck, vocab::AsCommand::lock) == 2);
  CHECK(end(kStuck, vocab::AsCommand::unlock) == 1);
  CHECK(end(vocab::FaultKind::stuck_flush, vocab::AsCommand::unlock) == 2);
}

TEST_CASE("judge: what poisons one GPU leaves the rules of the other in force") {
  const TwoGpus w;
  const auto entries = [](std::uint8_t of, std::uint8_t poisoned) {
    TraceBuilder b;
    b.saw(K::rule_equal_priority, {.device = poisoned}).after(kMs);
    return b.saw(K::enter_sampled, {.device = of}).saw(K::enter_sampled, {.device = of});
  };
  CHECK_FALSE(judged(w.program, entries(0, 1), kEachGpu).findings.empty());
  CHECK_FALSE(judged(w.program, entries(1, 0), kEachGpu).findings.empty());
  CHECK(judged(w.program, entries(0, 0), kEachGpu).findings.empty());
  CHECK(judged(w.program, entries(1, 1), kEachGpu).findings.empty());
  CHECK(judged(w.program, entries(0, 1), kSystem).findings.empty());
}

TEST_CASE("judge: an unbind touches the groups of its GPU, and so does a fault there") {
  TwoGpus w;
  const std::uint32_t unbind = add_step(w.program, make_node(NodeType::unbind));
  w.program.steps[unbind].device = 1;
  const std::uint32_t late = add_step(
      w.program, make_node(NodeType::vm_create, {{"file", kRef, w.file[0]}}));
  TraceBuilder b;
  b.event(EventKind::group_on_slot, w.group[0], 0);
  b.event(EventKind::group_on_slot, w.group[1], 0, 1);
  b.started(unbind).fence(w.job[0], EINVAL).fence(w.job[1], EINVAL);
  b.saw(K::cs_fatal, {.device = 1, .a = 0});
  b.started(late).returned(late, -ENODEV).returned(w.vm[1], -ENODEV);
  const Fates fates = fates_of(w.program, b.trace());
  CHECK_FALSE(fates.touched.contains(w.group[0]));
  CHECK(fates.touched.at(w.group[1]) == 2);
  CHECK(fates.died.at(w.group[0]) == 3);
  CHECK(fates.died.at(w.group[1]) == 4);
  CHECK_FALSE(fates.own_fault.contains(w.group[0]));
  CHECK(fates.own_fault.contains(w.group[1]));
  CHECK_FALSE(going_at(w.program, b.trace(), 7));
  CHECK(going_at(w.program, b.trace(), 8));
}

TEST_CASE("judge: a GPU that hangs excuses calls of its own") {
  const TwoGpus w;
  TraceBuilder b;
  b.started(w.vm[0]).started(w.vm[1]).saw(K::exit_refused);
  b.returned(w.vm[0], -ETIMEDOUT).returned(w.vm[1], -ETIMEDOUT);
  CHECK(hung_during(w.program, b.trace(), b.trace().records[3].b, 3));
  CHECK_FALSE(hung_during(w.program, b.trace(), b.trace().records[4].b, 4));
}

TEST_CASE("judge: the order of turns and their share are those of one GPU") {
  TwoGpus w;
  const auto turns = [&w](bool first_first) {
    TraceBuilder b;
    for (const std::uint32_t k : {0u, 1u}) {
      const std::uint32_t d = first_first ? k : 1 - k;
      b.event(EventKind::group_on_slot, w.group[d], 0, static_cast<std::uint8_t>(d)).after(kSec);
      b.event(EventKind::job_ended, w.job[d], 0, static_cast<std::uint8_t>(d)).after(kSec);
    }
    return b;
  };
  const TraceBuilder one = turns(true), other = turns(false);
  const Verdict v = judge::judge(w.program, one.trace(), other.trace(),
                                 {.adapter = "test", .rules = {}});
  CHECK_MESSAGE(v.findings.empty(), v.detail);
  w.program.then.emplace_back().kind = FactKind::lead;
  const auto failed = failing_facts(w.program, one.trace());
  REQUIRE(failed.size() == 1);   // no two groups of one GPU
  CHECK_FALSE(failed.front().record.has_value());
}
