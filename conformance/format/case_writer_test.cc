// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/case_writer.h"

#include <doctest/doctest.h>

#include "conformance/format/case_reader.h"
#include "conformance/format/program_order.h"
#include "sut-adapters/contract/op_table.h"

using namespace protm;
using namespace protm::contract;
using namespace protm::format;

namespace {

constexpr std::string_view kProtmCase = R"(schema: 1
id: mmu/mmu-020-bind-in-window
entries: [MMU-14, MMU-20]
title: A VM_BIND that arrives inside a window, 'late', neither touches the MMU nor fails
why: 'AS commands: not executed while the GPU is in protected mode'
requires: [protm, vm_bind]
machine: {csg_slots: 3, as_count: 4, coherent: yes, ack_ns: 200us, protm_active_ns: 50us,
  empty_enter: never_ack, seed: 17}
firmware: {prot_sections: 2, prot: zero, patch: [{at: 0x4, is: 0x103}], says: [{at: 0x10, is: 0x2},
   {at: 0x40, is: 0xffffffff}], truncate_to: 4KiB}
heap: {param: vendor heap, protected: no}
actors:
  video:
    - {id: v, vm_create: {}}
    - {stream_area: $v}
    - {id: b, bo_create: 64KiB}
    - {vm_bind: {vm: $v, flags: [async, 0x10], ops: [{map: {bo: $b, va: 0x200000, size: 64KiB}}]}}
    - {id: g, group_create: {vm: $v, priority: 9, flags: [protm], queues: [{ringbuf: 4KiB}, {}]}}
    - {at: 3ms, id: j, group_submit: {group: $g, stream: [nop, {prot_region: [{run_compute: 5ms},
       {store32: {va: 0x200000, value: 7}}]}]}}
    - {wait: $j}
    - probe: {}
  ui:
    - {after: protm_active x2 + 1ms, id: late, vm_bind: {vm: $v, ops: [{unmap: 0x208000}]}}
    - {after: job $j started, vm_destroy: 77}
    - {id: h, heap_register: {name: '12', limit: 100}}
  nobody: []
caps: {ui: [sys_nice]}
faults:
  - {machine: late_ack, target: glb_ping, slot: 3, nth: 2, times: forever, value: 3ms, hold: 1us}
  - {machine: cs_fatal, target: CS_BUS_FAULT, times: 4}
  - {machine: stuck_as_command, target: 2}
  - {call: alloc, role: 'kbo_va:protm_suspend', nth: 3, error: ENOMEM}
  - {call: heap_alloc, role: protected, short_by: 4KiB}
schedule:
  - {let: video, until: mutex_lock sched.lock x3}
  - {run: tick_work, until: mmio_write AS_COMMAND}
  - {run: ui, until: kref_put x2 x1}
  - {run: nobody, until: blocked x2}
explore: {preemptions: 2, tasks: [ui, reset_work], runs: 30}
reaches: [protm_active, CSG_STATE suspend acked x3, AS_COMMAND.LOCK written, group $g off slot]
then:
  - {result: $late, is: 0}
  - {result: $late, is: EINVAL}
  - {fence: $j, is: signalled}
  - {fence: $j, is: ECANCELED}
  - {memory: $b, offset: 8, is: 7}
  - {output: $v, field: 2, is: 0x100000000}
  - {never: oops}
  - {at_most: 2, of: irq gpu high}
  - {group_state: $g, is: [timedout, innocent]}
)";

Program read(std::string_view text) {
  const auto program = read_case("t.yaml", text);
  if (!program) FAIL(diagnostics_text(program.error()) << text);
  return *program;
}

}  // namespace

TEST_CASE("write_case: reading back what was written gives the same Program") {
  const Program before = read(kProtmCase);
  for (const Defaults defaults : {Defaults::leave_out, Defaults::all}) {
    const std::string text = write_case(before, defaults);
    INFO(text);
    CHECK(equal(read(text), before));
    CHECK(write_case(read(text), defaults) == text);
  }
  CHECK(write_case(before, Defaults::all).find("# defaults: {flags: 0, user_va_range: 0") !=
        std::string::npos);
}

TEST_CASE("equal: each part of a Program counts") {
  const Program base = read(kProtmCase);
  const auto differs = [&](auto change) {
    Program other = base;
    change(other);
    CHECK_FALSE(equal(base, other));
  };
  differs([](Program& p) { p.why += "x"; });
  differs([](Program& p) { p.machine.latency_seed = 3; });
  differs([](Program& p) { p.machine.csg_slots = 4; });
  differs([](Program& p) { p.faults[0].machine.hold_ns = 0; });
  differs([](Program& p) { p.faults[4].call.value = 1; });
  differs([](Program& p) { p.steps[5].op.fields[2].list.pop_back(); });
  differs([](Program& p) { p.then.pop_back(); });
  differs([](Program& p) { p.heap_protected = true; });
}

TEST_CASE("write_case: steps in mixed order are sorted by actor with their references") {
  Program p;
  p.actors = {{.name = "a", .sys_nice = false, .sys_admin = false},
              {.name = "b", .sys_nice = false, .sys_admin = false}};
  const auto add = [&p](NodeType type, std::uint32_t actor) -> Step& {
    Step step;
    step.actor = actor;
    step.op.type = static_cast<std::uint16_t>(type);
    step.op.fields.resize(node_info(type).fields.size());
    p.steps.push_back(step);
    return p.steps.back();
  };
  add(NodeType::vm_create, 1);
  Step& destroy = add(NodeType::vm_destroy, 0);
  destroy.op.fields[0].kind = Value::Kind::ref;
  destroy.when.after = EventSpec{EventKind::step_returned, 0, 1};
  const Program after = read(write_case(p));
  REQUIRE(after.steps.size() == 2);
  CHECK(after.steps[0].op.fields[0].number == 1);
  CHECK(after.steps[0].when.after.arg == 1);
  CHECK(after.steps[1].id == "vm1");
}
