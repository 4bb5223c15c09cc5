// SPDX-License-Identifier: GPL-2.0-only
// Goal: with two GPUs each is judged by what it did itself, and what is of the whole system once.
#include <doctest/doctest.h>

#include <array>

#include "oracle/judge/judge.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using namespace protm::judge;
using K = vocab::ObservationKind;

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
