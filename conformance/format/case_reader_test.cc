// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/case_reader.h"

#include <doctest/doctest.h>

#include "sut-adapters/contract/capability.h"
#include "sut-adapters/contract/op_table.h"

using namespace protm;
using namespace protm::contract;
using namespace protm::format;

namespace {

constexpr std::string_view kHeapCase = R"(schema: 1
id: heap/heap-002-put-null
entries: [HEAP-2]
title: dma_heap_put(NULL) does nothing
why: an error path that puts what it never found would crash the kernel.
requires: [heap_core, host_checks]
boot: cold
heap: {param: none, present: no}
faults:
  - {machine: late_ack, target: glb_ping, nth: 2, times: forever, value: 3ms}
  - {call: alloc, role: "kbo_va:protm_suspend", error: ENOMEM}
actors:
  driver:
    - {id: reg, heap_register: {name: system, protected: yes, limit: 64KiB}}
    - {id: h, heap_find: system}
    - {id: buf, heap_alloc: {heap: $h, len: 8KiB, fd_flags: 0x80002}}
    - buffer_put: $buf
    - heap_put: $h
    - {at: 3ms, id: null_put, heap_put_null: {}}
    - {after: step $late returned x2 + 5us, heap_unregister: $reg}
  app:
    - {id: late, heap_open: system}
    - {id: bad, heap_ioctl: {file: 99, args_memory: [bad_pointer]}}
caps: {app: [sys_nice, sys_admin]}
reaches: [step $null_put returned]
then:
  - {result: $null_put, is: 0}
  - {result: $bad, is: EBADF}
  - {never: oops}
  - {at_most: 1, of: fault 1 applied}
)";

}  // namespace

TEST_CASE("read_case: a heap case becomes a Program") {
  const auto read = read_case("t.yaml", kHeapCase);
  if (!read) FAIL(diagnostics_text(read.error()));
  const Program& p = *read;
  CHECK(p.id == "heap/heap-002-put-null");
  CHECK(p.requires_mask == (Capability::heap_core | Capability::host_checks));
  CHECK(p.boot == Boot::cold);
  CHECK_FALSE(p.heap_param_set);
  CHECK_FALSE(p.heap_present);
  REQUIRE(p.actors.size() == 2);
  CHECK(p.actors[1].sys_nice);
  CHECK(p.actors[1].sys_admin);
  REQUIRE(p.steps.size() == 9);
  CHECK(p.steps[2].op.fields[0].number == 1);
  CHECK(p.steps[2].op.fields[1].number == 8192);
  CHECK(p.steps[5].when.at_ns == 3'000'000);
  CHECK(p.steps[6].when.after == EventSpec{EventKind::step_returned, 7, 2});
  CHECK(p.steps[6].when.delay_ns == 5000);
  CHECK(p.steps[8].op.fields[0].kind == Value::Kind::raw);
  CHECK(p.faults[0].machine.times == vocab::kForever);
  CHECK(p.faults[1].call.value == -ENOMEM);
  CHECK(p.then[1].value == static_cast<std::uint64_t>(-EBADF));
  CHECK(p.then[3].event.arg == 1);
}

TEST_CASE("read_case: the short and the long spelling of a value mean the same") {
  const auto program = [](std::string_view stream) {
    const auto read = read_case("t.yaml", "schema: 1\nactors:\n  a:\n" + std::string(stream));
    if (!read) FAIL(diagnostics_text(read.error()));
    return *read;
  };
  const Program long_form = program(
      "    - {id: v, vm_create: {}}\n"
      "    - {id: g, group_create: {vm: $v, flags: [protm], queues: [{queue: {ringbuf: 4KiB}}]}}\n"
      "    - {group_submit: {group: $g, stream: [{nop: {}}, {wait: {slots: 3}}], file: $drm}}\n"
      "    - {after: 'protm_active + 2ms', probe: {}}\n");
  const Program short_form = program(
      "    - {id: v, vm_create: }\n"
      "    - {id: g, group_create: {vm: $v, flags: 1, queues: [{ringbuf: 4096}]}}\n"
      "    - {group_submit: {group: $g, stream: [nop, {wait: 3}]}}\n"
      "    - {after: protm_active + 2000us, probe: {}}\n");
  CHECK(long_form.steps == short_form.steps);
}
