// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/lib/shrink.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "conformance/format/case_reader.h"
#include "conformance/format/case_writer.h"
#include "fuzzers/mutator/program_cut.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/contract/op_table.h"

namespace protm::fuzz {
namespace {

using contract::NodeType;
using contract::Program;

Program program_of(const std::string& text) {
  auto read = format::read_case("test.yaml", text);
  REQUIRE(read.has_value());
  return std::move(*read);
}

constexpr const char* kTwoClients = R"(schema: 1
machine: {seed: 5, ack_ns: 123us, csg_slots: 4}
actors:
  first:
    - {id: v, vm_create: {}}
    - {stream_area: $v}
    - {id: g, group_create: {vm: $v, queues: [{ringbuf: 8KiB}, {ringbuf: 4KiB}]}}
    - {id: j, group_submit: {group: $g, stream: [nop, {run_compute: 7300us}, nop]}}
    - {wait: $j}
  second:
    - {after: job $j started + 1ms, id: w, vm_create: {}}
    - {id: b, bo_create: {size: 64KiB, vm: $w}}
    - {vm_destroy: $w}
faults:
  - {machine: late_ack, target: glb_ping, value: 3ms}
  - {machine: lose_irq, target: gpu}
)";

std::size_t count_of(const Program& p, NodeType type) {
  return static_cast<std::size_t>(
      std::count_if(p.steps.begin(), p.steps.end(), [&](const contract::Step& s) {
        return s.op.type == static_cast<std::uint16_t>(type);
      }));
}

TEST_CASE("remove_steps: what needs a removed step goes with it, the rest is renumbered") {
  Program p = program_of(kTwoClients);
  std::vector<bool> gone(p.steps.size());
  gone[0] = true;  // the first VM: its area, group, job and wait cannot be without it
  remove_steps(p, gone);
  REQUIRE(p.steps.size() == 3);
  CHECK(p.steps[0].when == contract::Trigger{});  // the job that it waited for is gone
  CHECK(p.steps[2].op.fields.front().number == 0);
  remove_idle_actors(p);
  CHECK(p.actors.size() == 1);
  CHECK(p.steps[2].actor == 0);
}

TEST_CASE("remove_idle_actors: a schedule names those that are left, by their new numbers") {
  Program p = program_of(kTwoClients);
  REQUIRE(p.actors.size() == 2);
  p.schedule = {{.task = {.actor = 0, .role = {}}, .until = {}},
                {.task = {.actor = contract::TaskSpec::kNoActor, .role = "tick_work"}, .until = {}},
                {.task = {.actor = 1, .role = {}}, .until = {}}};
  p.explore.tasks = {p.schedule[0].task, p.schedule[2].task};
  std::vector<bool> gone(p.steps.size());
  for (std::size_t i = 0; i < gone.size(); ++i) gone[i] = p.steps[i].actor == 0;
  remove_steps(p, gone);
  remove_idle_actors(p);
  REQUIRE(p.schedule.size() == 2);
  CHECK(p.schedule[0].task.role == "tick_work");
  CHECK(p.schedule[1].task.actor == 0);
  REQUIRE(p.explore.tasks.size() == 1);
  CHECK(p.explore.tasks[0].actor == 0);
}

TEST_CASE("remove_steps: an optional field that names a removed step is dropped") {
  Program p = program_of(kTwoClients);
  std::vector<bool> gone(p.steps.size());
  gone[5] = true;  // the second VM
  remove_steps(p, gone);
  CHECK(count_of(p, NodeType::bo_create) == 1);
  CHECK(count_of(p, NodeType::vm_destroy) == 0);
  CHECK(format::write_case(p).find("vm: $w") == std::string::npos);
}

TEST_CASE("remove_faults: events about the other faults follow them") {
  Program p = program_of(kTwoClients);
  p.steps[4].when.after = {.kind = contract::EventKind::fault_applied, .arg = 1, .count = 1};
  p.steps[5].when.after = {.kind = contract::EventKind::fault_applied, .arg = 0, .count = 1};
  remove_faults(p, 0, 1);
  REQUIRE(p.faults.size() == 1);
  CHECK(p.faults[0].machine.kind == vocab::FaultKind::lose_irq);
  CHECK(p.faults[0].machine.id == 0);
  CHECK(p.steps[4].when.after.arg == 0);
  CHECK(p.steps[5].when == contract::Trigger{});
}

TEST_CASE("shrink: only what the question asks for is left, in the shortest form") {
  const auto has_job = [](const Program& p) { return count_of(p, NodeType::group_submit) != 0; };
  const Shrunk small = shrink(program_of(kTwoClients), has_job, 10'000);
  CHECK(small.complete);
  CHECK(format::write_case(small.program) == R"(schema: 1
actors:
  first:
    - {id: v, vm_create: {}}
    - {id: g, group_create: $v}
    - {group_submit: $g}
)");
}

TEST_CASE("shrink: schedules, exploration and actors that do not matter go, those that do stay") {
  Program p = program_of(kTwoClients);
  p.schedule = {{.verb = contract::ScheduleEntry::Verb::run, .task = {.actor = 0, .role = {}},
                 .until = {.kind = contract::PointKind::mutex_lock, .object = {}, .count = 3}},
                {.verb = contract::ScheduleEntry::Verb::let, .task = {.actor = 1, .role = {}},
                 .until = {}}};
  p.explore.preemptions = 2;
  const auto enough = [](const Program& q) { return q.steps.size() >= 5; };
  const Program plain = shrink(p, enough, 1000).program;
  CHECK(plain.schedule.empty());
  CHECK_FALSE(plain.explore.active());
  CHECK(plain.actors.size() == 1);
  CHECK(plain.steps.size() == 5);
  const auto any = [](const Program& q) { return !q.schedule.empty(); };
  const Program held = shrink(p, any, 1000).program;
  REQUIRE(held.schedule.size() == 1);
  CHECK(held.schedule[0].until.count == 1);
}

TEST_CASE("shrink: a step that is only waited for hands its moment to its neighbours") {
  const Program p = program_of(R"(schema: 1
actors:
  only:
    - {id: v, vm_create: {}}
    - {after: step $v returned + 62ms, id: b, bo_create: 4KiB}
    - {vm_destroy: $v}
)");
  // A VM goes some time after it came.
  const auto late = [](const Program& q) {
    return std::any_of(q.steps.begin(), q.steps.end(), [](const contract::Step& s) {
      return s.op.type == static_cast<std::uint16_t>(NodeType::vm_destroy) &&
             s.when.after.kind == contract::EventKind::step_returned && s.when.delay_ns != 0;
    });
  };
  CHECK(format::write_case(shrink(p, late, 1000).program).find("bo_create") == std::string::npos);
}

TEST_CASE("shrink: a step that hands its moment on may take an earlier one with it") {
  const Program p = program_of(R"(schema: 1
actors:
  first:
    - {after: step $b returned + 62ms, vm_destroy: $v}
    - {bo_query_info: $b}
  second:
    - {id: v, vm_create: {}}
    - {id: b, bo_create: 4KiB}
)");
  const auto late_and_paired = [](const Program& q) {
    return count_of(q, NodeType::bo_query_info) == count_of(q, NodeType::bo_create) &&
           std::any_of(q.steps.begin(), q.steps.end(),
                       [](const contract::Step& s) { return s.when.delay_ns != 0; });
  };
  const Program small = shrink(p, late_and_paired, 1000).program;
  CHECK(count_of(small, NodeType::bo_create) == 0);
  CHECK(count_of(small, NodeType::vm_create) == 1);
}

TEST_CASE("shrink: who uses the second of two like things uses the first") {
  const auto two_jobs = [](const Program& q) { return count_of(q, NodeType::group_submit) == 2; };
  const Program p = shrink(program_of(R"(schema: 1
actors:
  only:
    - {id: v, vm_create: {}}
    - {id: g, group_create: $v}
    - {group_submit: $g}
    - {id: w, vm_create: {}}
    - {id: h, group_create: $w}
    - {group_submit: $h}
)"),
                           two_jobs, 1000)
                        .program;
  CHECK(count_of(p, NodeType::vm_create) == 1);
  CHECK(count_of(p, NodeType::group_create) == 1);
}

TEST_CASE("shrink: a limit on the questions is kept, and said") {
  std::uint32_t asked = 0;
  const Shrunk small = shrink(
      program_of(kTwoClients),
      [&](const Program& p) {
        ++asked;
        return p.steps.size() >= 5;
      },
      10);
  CHECK(asked == 10);
  CHECK(small.runs == 10);
  CHECK_FALSE(small.complete);
  CHECK(small.program.steps.size() >= 5);
}

TEST_CASE("shrink: a real divergence keeps its signature and loses what others do meanwhile") {
  const auto who = differential::default_registry().parse("series-v1:only=HEAP-2");
  REQUIRE(who.has_value());
  differential::Differential differential(*who);
  Program p = program_of(R"(schema: 1
actors:
  user:
    - {id: h, heap_register: {name: other}}
    - heap_put_null
    - {heap_unregister: $h}
  noise:
    - {id: v, vm_create: {}}
    - {at: 3ms, vm_destroy: $v}
)");
  const std::string wanted = shown_by(differential.compare(p).verdict);
  REQUIRE_FALSE(wanted.empty());
  const Shrunk small = shrink(
      std::move(p),
      [&](const Program& q) { return shown_by(differential.compare(q).verdict) == wanted; }, 200);
  CHECK(format::write_case(small.program) ==
        "schema: 1\nactors:\n  user:\n    - {heap_put_null: {}}\n");
}

}  // namespace
}  // namespace protm::fuzz
