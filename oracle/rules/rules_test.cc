// SPDX-License-Identifier: GPL-2.0-only
// Goal: no rule that cannot fail. Each rule has a trace that breaks it and one that arms and keeps
// it (FW-25 and SCHED-48 in forced_exit_test.cc; L1 to L4, I12 and PM-1 in liveness_test.cc; what
// hardware and firmware are set up with in setup_test.cc); the list at the end is held against
// rule_table.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "oracle/rules/rule_table.h"
#include "oracle/rules/rule_words.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using rules::asked;
using rules::words;
using K = vocab::ObservationKind;
using vocab::kMs;
using vocab::kSec;
using vocab::kUs;

namespace {

constexpr auto kRef = Value::Kind::ref;
constexpr auto kNumber = Value::Kind::number;

/// A group with the flag, a job of it, and what else tests refer to.
struct World {
  Program program;
  std::uint32_t vm, group, job, bind;
  World() {
    program.heap_param = "protected";
    vm = add_step(program, make_node(NodeType::vm_create));
    group = add_step(program, make_node(NodeType::group_create,
                                        {{"vm", kRef, vm}, {"flags", kNumber, 1}}));
    job = add_job(program, group);
    bind = add_step(program, make_node(NodeType::vm_bind, {{"vm", kRef, vm}}));
  }
};

/// One right protected session of slot 0, up to `exit_raised`.
TraceBuilder& session(TraceBuilder& b, vocab::ExitCause cause = vocab::ExitCause::region_done) {
  b.saw(K::protm_pend, {.a = 0, .c = 0x1000});
  b.after(20 * kUs).saw(K::protm_pend_acked, {.a = 0});
  b.saw(K::enter_sampled, {.a = 1, .b = 0, .c = 1});
  b.after(70 * kUs).saw(K::protm_active, {.a = 0});
  b.after(kMs).saw(K::protm_exit_raised, {.a = static_cast<std::uint32_t>(cause)});
  return b;
}

void check_right(std::string_view id, const Program& program, const TraceBuilder& b) {
  CAPTURE(id);
  CHECK(words(asked(id, program, b)) == "kept");
}

void check_wrong(std::string_view id, const Program& program, const TraceBuilder& b,
                 std::size_t record) {
  CAPTURE(id);
  CHECK(words(asked(id, program, b)) == "broken at record " + std::to_string(record));
}

}  // namespace

TEST_CASE("rule_table: ids and slugs are unique, slugs have no digits, texts are there") {
  std::set<std::string_view> ids, slugs;
  for (const Rule& rule : rules::rule_table()) {
    CHECK(ids.insert(rule.id).second);
    CHECK(slugs.insert(rule.slug).second);
    CHECK(rule.slug.find_first_of("0123456789") == std::string_view::npos);
    CHECK_FALSE(rule.sentence.empty());
    CHECK_FALSE(rule.source.empty());
    CHECK(rules::rule_by_id(rule.id) == &rule);
  }
  CHECK(rules::rule_by_id("I99") == nullptr);
}

TEST_CASE("rule_table: heaps, modules and waits are of the whole system") {
  std::set<std::string_view> system;
  for (const Rule& rule : rules::rule_table()) {
    if (rule.scope == RuleScope::whole_system) system.insert(rule.id);
  }
  CHECK(system == std::set<std::string_view>{"I6", "I11", "KBO-9", "L1", "L4"});
}

TEST_CASE("hit_table: every hardware-rule observation is judged by a rule or says why not") {
  std::set<K> seen;
  for (const rules::HitRow& row : rules::hit_table()) {
    CHECK(vocab::is_rule_hit(row.kind));
    CHECK(seen.insert(row.kind).second);
    CHECK(row.judged_by.empty() != row.why_not.empty());
    if (row.judged_by.empty()) continue;
    REQUIRE(rules::rule_by_id(row.judged_by) != nullptr);
    // The rule that the row names must be broken by the observation alone.
    TraceBuilder b;
    b.saw(row.kind);
    const World w;
    const RuleResult r = asked(row.judged_by, w.program, b);
    CAPTURE(row.judged_by);
    CHECK(r.violation.has_value());
  }
  for (const auto& info : vocab::observation_table()) {
    if (vocab::is_rule_hit(info.id)) CHECK(seen.contains(info.id));
  }
}

TEST_CASE("hardware rules: armed by what could break them, broken by the machine's word") {
  struct Row {
    std::string_view id;
    K arming, hit;
  };
  const Row rows[] = {
      {"HW-enter-with-locked-region", K::enter_sampled, K::rule_enter_with_locked_region},
      {"HW-pend-acked-for-two-groups", K::enter_sampled, K::rule_pend_acked_for_two_groups},
      {"HW-pend-acked-after-sample", K::protm_pend_acked, K::rule_pend_acked_after_sample},
      {"HW-protm-buffer-missing", K::enter_sampled, K::rule_protm_buffer_missing},
      {"HW-enter-while-pending", K::enter_sampled, K::rule_enter_while_pending},
      {"HW-resume-without-save", K::csg_state_acked, K::rule_resume_without_save},
      {"HW-suspend-buffer-missing", K::csg_state_acked, K::rule_suspend_buffer_missing},
      {"HW-exit-event-overrun", K::protm_exit_raised, K::rule_exit_event_overrun},
      {"HW-start-on-running-slot", K::csg_state_sampled, K::rule_start_on_running_slot},
      {"HW-endpoint-word-unread", K::ep_cfg_acked, K::rule_endpoint_word_unread},
      {"HW-flush-while-active", K::flush_caches, K::rule_flush_while_active},
      {"HW-unlock-without-lock", K::as_command, K::rule_unlock_without_lock},
      {"HW-table-changed-unlocked", K::as_command, K::rule_table_changed_unlocked},
      {"HW-freed-page-mapped", K::as_command, K::rule_freed_page_mapped},
      {"HW-power-command-refused", K::power_changed, K::rule_power_command_refused},
      {"HW-write-ignored", K::power_changed, K::rule_write_ignored},
      {"I3", K::protm_active, K::rule_as_command_while_active},
  };
  World w;
  for (const Row& row : rows) {
    TraceBuilder right;
    right.saw(row.arming);
    check_right(row.id, w.program, right);
    TraceBuilder wrong;
    wrong.saw(row.arming).after(5).saw(row.hit);
    check_wrong(row.id, w.program, wrong, 1);
  }
  w.program.heap_protected = false;  // then the buffer is the heap's fault
  TraceBuilder b;
  b.saw(K::rule_protm_buffer_missing);
  CHECK_FALSE(asked("HW-protm-buffer-missing", w.program, b).violation);
  w.program.heap_protected = true;
  CHECK(asked("HW-protm-buffer-missing", w.program, b).violation);
  add_step(w.program, make_node(NodeType::heap_register, {{"protected", Value::Kind::number, 0}}));
  CHECK_FALSE(asked("HW-protm-buffer-missing", w.program, b).violation);
}

TEST_CASE("I1: an entry needs an acknowledged request since the last exit") {
  World w;
  TraceBuilder right;
  session(session(right).after(kMs));
  check_right("I1", w.program, right);

  TraceBuilder nobody;
  nobody.saw(K::enter_sampled, {.a = 0, .b = 1});
  check_wrong("I1", w.program, nobody, 0);

  TraceBuilder old_ack;
  session(old_ack).after(kMs).saw(K::enter_sampled, {.a = 1, .c = 1});
  check_wrong("I1", w.program, old_ack, 5);
  w.program.machine.set_switch(vocab::Switch::pend_again_on_resume,
                               static_cast<std::uint8_t>(vocab::YesNo::no));
  check_right("I1", w.program, old_ack);

  World v;
  TraceBuilder same_scan;  // firmware saw both in one scan, the request first in its report
  same_scan.saw(K::enter_sampled, {.a = 1, .c = 1}).saw(K::protm_pend_acked, {.a = 0});
  check_right("I1", v.program, same_scan);
}

TEST_CASE("I2: one session at a time") {
  const World w;
  TraceBuilder right;
  session(session(right).after(kMs));
  check_right("I2", w.program, right);

  TraceBuilder inside;
  inside.saw(K::enter_sampled, {.a = 1}).after(9).saw(K::protm_active);
  inside.after(9).saw(K::enter_sampled, {.a = 1});
  check_wrong("I2", w.program, inside, 2);

  TraceBuilder thrown;
  thrown.saw(K::enter_sampled, {.a = 1}).after(9).saw(K::protm_active);
  thrown.after(9).saw(K::exit_cause,
                      {.a = static_cast<std::uint32_t>(vocab::ExitCause::forced_by_glb_request),
                       .b = vocab::fw::kGlbProtmEnter});
  check_wrong("I2", w.program, thrown, 2);

  TraceBuilder ping;
  ping.saw(K::enter_sampled, {.a = 1}).after(9).saw(K::protm_active);
  ping.after(9).saw(K::exit_cause,
                    {.a = static_cast<std::uint32_t>(vocab::ExitCause::forced_by_glb_request),
                     .b = vocab::fw::kGlbPing});
  check_right("I2", w.program, ping);
}

TEST_CASE("I4: at rest the GPU is in normal mode") {
  const World w;
  TraceBuilder right;
  session(right).after(kSec).record(RecordKind::rest_state, {}, "vms");
  check_right("I4", w.program, right);

  TraceBuilder wrong;
  wrong.saw(K::protm_active).after(kSec).record(RecordKind::rest_state, {}, "vms");
  check_wrong("I4", w.program, wrong, 1);

  right.record(RecordKind::rest_state, {.c = 1}, "protm_active");
  check_wrong("I4", w.program, right, 6);

  // The driver has not heard of the exit.
  World deaf;
  deaf.program.faults.push_back(Fault{});
  deaf.program.faults.back().machine.kind = vocab::FaultKind::lose_irq;
  TraceBuilder lost;
  lost.saw(K::fault_applied, {.b = static_cast<std::uint32_t>(vocab::FaultKind::lose_irq)});
  session(lost).after(kSec).record(RecordKind::rest_state, {.c = 1}, "protm_active");
  check_right("I4", deaf.program, lost);
  check_wrong("I4", w.program, lost, 6);
}

TEST_CASE("I6: a group that could not be created leaves no buffer in use") {
  const World w;
  const auto trace = [&](std::int64_t result, bool freed) {
    TraceBuilder b;
    b.started(w.group).record(RecordKind::heap_alloc, {.a = 1, .c = 4096});
    if (freed) b.record(RecordKind::heap_buffer_freed, {.a = 1, .c = 4096});
    b.returned(w.group, result).after(kMs).record(RecordKind::rest_state, {}, "vms");
    return b;
  };
  check_right("I6", w.program, trace(-EINVAL, true));
  check_right("I6", w.program, trace(0, false));
  check_wrong("I6", w.program, trace(-EINVAL, false), 3);

  // A destroyed group holds no buffer either, and one that the heap refused never existed.
  Program p = w.program;
  const auto destroy =
      add_step(p, make_node(NodeType::group_destroy, {{"group", kRef, w.group}}));
  TraceBuilder b;
  b.record(RecordKind::heap_alloc, {.sub = ENOMEM, .a = 1});
  b.record(RecordKind::heap_alloc, {.a = 1});
  b.returned(w.group, 0).returned(destroy, 0).record(RecordKind::rest_state, {}, "vms");
  check_wrong("I6", p, b, 4);
}

TEST_CASE("I6: what the heaps count outweighs what the records suggest") {
  const World w;
  const auto trace = [&](std::uint64_t counted) {
    TraceBuilder b;
    b.record(RecordKind::heap_alloc, {.a = 1}).returned(w.group, -EINVAL);
    b.record(RecordKind::rest_state, {}, "vms");
    return b.record(RecordKind::rest_state, {.c = counted}, "live_heap_buffers");
  };
  check_right("I6", w.program, trace(1));  // the firmware's section
  check_wrong("I6", w.program, trace(2), 2);
}

TEST_CASE("I6: buffers of a probe before the trace, of steps and of later probes may be out") {
  Program p;
  p.heap_param = "protected";
  const auto unbind = add_step(p, make_node(NodeType::unbind));
  const auto probe = add_step(p, make_node(NodeType::probe));
  const auto own = add_step(p, make_node(NodeType::heap_alloc));
  TraceBuilder b;
  b.record(RecordKind::heap_buffer_freed, {.a = 1}).returned(unbind, 0);
  b.record(RecordKind::heap_alloc, {.a = 1}).returned(probe, 0);
  b.record(RecordKind::heap_alloc, {.a = 1}).returned(own, 1);
  TraceBuilder right = b;
  right.record(RecordKind::rest_state, {}, "vms");
  check_right("I6", p, right);
  TraceBuilder wrong = b;
  wrong.record(RecordKind::heap_alloc, {.a = 1}).record(RecordKind::rest_state, {}, "vms");
  check_wrong("I6", p, wrong, 7);
}

TEST_CASE("I6: a descriptor that comes again is no second buffer that was given back") {
  Program p;
  const auto file = add_step(p, make_node(NodeType::heap_open));
  const auto ioctl = make_node(NodeType::heap_ioctl, {{"file", kRef, file}});
  const auto first = add_step(p, ioctl);
  const auto other = add_step(p, ioctl);
  const auto close = make_node(NodeType::buffer_close, {{"buffer", kRef, first}});
  const auto end = add_step(p, close);
  const auto again = add_step(p, close);
  TraceBuilder b;
  b.record(RecordKind::heap_alloc, {.a = 1}).returned(first, 0);
  b.record(RecordKind::heap_alloc, {.a = 1}).returned(other, 0);
  b.record(RecordKind::heap_buffer_freed, {.a = 1}).returned(end, 0).returned(again, 0);
  TraceBuilder right = b;
  right.record(RecordKind::rest_state, {}, "vms");
  check_right("I6", p, right);
  TraceBuilder wrong = b;
  wrong.record(RecordKind::heap_alloc, {.a = 1}).record(RecordKind::rest_state, {}, "vms");
  check_wrong("I6", p, wrong, 8);
}

TEST_CASE("I7: a request that nobody can grant takes the group off its slot") {
  const World w;
  const auto terminated = Record{.a = 2, .b = 1, .c = 0};
  TraceBuilder right;
  right.saw(K::protm_pend, {.a = 2, .c = 0}).after(kMs).saw(K::csg_state_acked, terminated);
  right.after(kSec).returned(w.bind, 0);
  check_right("I7", w.program, right);

  TraceBuilder hangs;
  hangs.saw(K::protm_pend, {.a = 2, .c = 0}).after(5 * kSec).saw(K::csg_state_acked, terminated);
  check_wrong("I7", w.program, hangs, 0);
  const auto r = asked("I7", w.program, hangs);
  CHECK(r.violation->time_ns > 30 * kMs);
  CHECK(r.violation->time_ns < kSec);

  TraceBuilder other_slot;
  other_slot.saw(K::protm_pend, {.a = 2, .c = 0}).after(kMs);
  other_slot.saw(K::csg_state_acked, {.a = 1, .b = 1, .c = 0}).after(kSec).returned(w.bind, 0);
  check_wrong("I7", w.program, other_slot, 0);

  TraceBuilder granted;
  granted.saw(K::protm_pend, {.a = 2, .c = 0}).after(kMs);
  granted.saw(K::enter_sampled, {.a = 1, .c = 1u << 2});
  check_wrong("I7", w.program, granted, 1);

  TraceBuilder faulty;
  faulty.saw(K::protm_pend, {.a = 2, .c = 0}).after(kMs).saw(K::fault_applied);
  faulty.after(kSec).returned(w.bind, 0);
  check_right("I7", w.program, faulty);

  TraceBuilder busy;   // a tick that waits for a lost ack takes no request
  busy.saw(K::fault_applied).after(kMs).saw(K::protm_pend, {.a = 2, .c = 0});
  busy.after(kSec).returned(w.bind, 0);
  check_right("I7", w.program, busy);
  check_wrong("I7", w.program, busy.after(6 * kSec).returned(w.bind, 0), 1);

  World slow;   // a session on its way may have to begin and end first
  slow.program.machine.set_latency(vocab::Latency::protm_active, 2 * kSec);
  check_right("I7", slow.program, hangs);

  World lossy;   // who hears nothing owes nothing, and all of it behind that
  lossy.program.faults.push_back(Fault{});
  lossy.program.faults.back().machine.kind = vocab::FaultKind::lose_irq;
  TraceBuilder deaf;
  deaf.saw(K::fault_applied, {.b = static_cast<std::uint32_t>(vocab::FaultKind::lose_irq)});
  deaf.after(kMs).saw(K::protm_pend, {.a = 2, .c = 0}).after(20 * kSec).returned(w.bind, 0);
  check_right("I7", lossy.program, deaf);
  deaf.saw(K::irq_line, {.a = 0, .b = 1}).after(5 * kSec).returned(w.bind, 0);
  check_right("I7", lossy.program, deaf);
  check_wrong("I7", lossy.program, deaf.after(5 * kSec).returned(w.bind, 0), 1);
}

TEST_CASE("I8: the protected fault is unmasked after a reset") {
  World w;
  const auto mask = [](std::uint32_t value) {
    return Record{.a = vocab::kGpuIrqMask.offset, .b = value};
  };
  const std::uint32_t all = vocab::GpuIrq::protm_fault.mask | vocab::GpuIrq::gpu_fault.mask;
  TraceBuilder right;
  right.saw(K::reset_started).after(9).saw(K::reset_completed);
  right.after(9).saw(K::register_write, mask(vocab::GpuIrq::gpu_fault.mask));
  right.after(9).saw(K::register_write, mask(all)).after(9).saw(K::register_write, mask(0));
  check_right("I8", w.program, right);

  TraceBuilder wrong;
  wrong.saw(K::reset_started).after(9).saw(K::reset_completed);
  wrong.after(9).saw(K::register_write, mask(vocab::GpuIrq::gpu_fault.mask));
  check_wrong("I8", w.program, wrong, 2);

  TraceBuilder by_line;  // a normal trace has no register writes, but the line shows the mask
  by_line.saw(K::reset_completed).after(9);
  by_line.saw(K::irq_line, {.a = 2, .b = 1, .c = vocab::GpuIrq::reset_completed.mask, .d = 1});
  const Record flush{.a = 2, .b = 1, .c = vocab::GpuIrq::clean_caches_completed.mask, .d = 1};
  by_line.after(kMs).saw(K::irq_line, flush);
  CHECK(asked("I8", w.program, by_line).armed == 0);  // the driver is not done with its reset
  by_line.saw(K::mcu_boot).after(kMs - 1).saw(K::irq_line, flush);
  CHECK(asked("I8", w.program, by_line).armed == 0);
  by_line.after(1).saw(K::irq_line, flush);
  check_wrong("I8", w.program, by_line, 5);

  // The next fault proves the mask when it raises the line itself, whatever was seen before.
  const auto next_fault = [&](std::uint32_t mask) {
    TraceBuilder b = by_line;
    b.after(kMs).saw(K::protm_fault, {.a = 1}).saw(K::rule_ping_inside);
    return b.saw(K::irq_line, {.a = 2, .b = 1, .c = vocab::GpuIrq::protm_fault.mask, .d = mask});
  };
  check_right("I8", w.program, next_fault(all));
  check_wrong("I8", w.program, next_fault(vocab::GpuIrq::gpu_fault.mask), 5);

  w.program.faults.push_back(Fault{});
  w.program.faults.back().machine.kind = vocab::FaultKind::protected_fault;
  w.program.faults.back().machine.hold_ns = kMs;
  CHECK(asked("I8", w.program, wrong).armed == 0);
}

TEST_CASE("I9: a heap that was full before the reset excuses nothing, but one that goes does") {
  World w;
  const auto other = add_step(w.program, make_node(NodeType::group_create, {{"vm", kRef, w.vm}}));
  const auto other_job = add_job(w.program, other);
  const auto heap = add_step(w.program,
                             make_node(NodeType::tiler_heap_create, {{"vm", kRef, w.vm}}));
  const auto gone = add_step(w.program,
                             make_node(NodeType::tiler_heap_destroy, {{"heap", kRef, heap}}));
  constexpr std::uint64_t kHeapVa = 8192;
  const auto full_before = [&](std::uint64_t va, bool destroyed) {
    TraceBuilder b;
    b.record(RecordKind::user_write, {.b = heap, .c = 1, .d = kHeapVa});
    if (destroyed) b.started(gone);
    b.event(EventKind::group_on_slot, other, 1).saw(K::tiler_oom, {.a = 1, .c = va});
    b.saw(K::protm_active, {.a = 0}).after(kMs).saw(K::reset_started).after(kMs);
    b.fence(other_job, EIO).after(kMs);
    return b.record(RecordKind::group_state, {.a = other, .b = 2, .c = 1});
  };
  check_wrong("I9", w.program, full_before(kHeapVa, false), 5);
  check_wrong("I9", w.program, full_before(kHeapVa + 1, true), 6);
  check_right("I9", w.program, full_before(kHeapVa, true));
  // Where another heap has the address by then, that one is there.
  const auto next = add_step(w.program,
                             make_node(NodeType::tiler_heap_create, {{"vm", kRef, w.vm}}));
  TraceBuilder given_again;
  given_again.record(RecordKind::user_write, {.b = heap, .c = 1, .d = kHeapVa}).started(gone);
  given_again.record(RecordKind::user_write, {.b = next, .c = 1, .d = kHeapVa});
  given_again.event(EventKind::group_on_slot, other, 1).saw(K::tiler_oom, {.a = 1, .c = kHeapVa});
  given_again.saw(K::protm_active, {.a = 0}).after(kMs).saw(K::reset_started).after(kMs);
  given_again.fence(other_job, EIO).after(kMs);
  given_again.record(RecordKind::group_state, {.a = other, .b = 2, .c = 1});
  check_wrong("I9", w.program, given_again, 7);
}

TEST_CASE("I9: a page fault is that of its VM, also of who gets a slot later") {
  World w;
  const auto other = add_step(w.program, make_node(NodeType::group_create, {{"vm", kRef, w.vm}}));
  const auto other_job = add_job(w.program, other);
  const auto vm = add_step(w.program, make_node(NodeType::vm_create));
  const auto faulty = add_step(w.program, make_node(NodeType::group_create, {{"vm", kRef, vm}}));
  for (const bool same_vm : {false, true}) {
    TraceBuilder paged;
    paged.event(EventKind::group_on_slot, same_vm ? w.group : faulty, 1);
    paged.saw(K::protm_active, {.a = 2}).after(kMs).saw(K::reset_started).saw(K::mmu_fault);
    paged.saw(K::cs_fatal, {.a = 1}).after(kMs).fence(other_job, EIO);
    paged.record(RecordKind::group_state, {.a = other, .b = 2, .c = 1});
    if (same_vm) check_right("I9", w.program, paged);
    if (!same_vm) check_wrong("I9", w.program, paged, 5);
    // Whoever it was may be taken off its slot before its CS tells.
    for (const std::uint32_t as : {2u, 3u}) {
      TraceBuilder untold;
      untold.event(EventKind::group_on_slot, same_vm ? w.group : faulty, 1);
      untold.saw(K::stream_call, {.a = 1, .d = 2}).saw(K::protm_active, {.a = 4}).after(kMs);
      untold.saw(K::reset_started).saw(K::mmu_fault, {.a = as}).after(kMs).fence(other_job, EIO);
      untold.record(RecordKind::group_state, {.a = other, .b = 2, .c = 1});
      if (same_vm && as == 2) check_right("I9", w.program, untold);
      if (!same_vm || as == 3) check_wrong("I9", w.program, untold, 5);
    }
  }
}

TEST_CASE("I9: who goes with its file or the device is none that the reset cost") {
  World w;
  const auto file = add_step(w.program, make_node(NodeType::open));
  const auto other = add_step(w.program, make_node(NodeType::group_create,
                                                   {{"vm", kRef, w.vm}, {"file", kRef, file}}));
  const auto other_job = add_job(w.program, other);
  const auto close = add_step(w.program, make_node(NodeType::close, {{"file", kRef, file}}));
  const auto elsewhere = add_step(w.program, make_node(NodeType::close));
  const auto unbind = add_step(w.program, make_node(NodeType::unbind));
  const auto trace = [&](std::uint32_t step) {
    TraceBuilder b;
    b.event(EventKind::group_on_slot, w.group, 0).saw(K::protm_active, {.a = 0}).after(kMs);
    b.saw(K::reset_started).started(step).after(kMs).fence(other_job, ECANCELED);
    return b.record(RecordKind::group_state, {.a = other, .b = 2, .c = 1});
  };
  check_right("I9", w.program, trace(close));
  check_right("I9", w.program, trace(unbind));
  check_wrong("I9", w.program, trace(elsewhere), 4);
}

TEST_CASE("I9: of groups that got one handle nobody knows whose a job is") {
  World w;
  const auto other = add_step(w.program, make_node(NodeType::group_create, {{"vm", kRef, w.vm}}));
  const auto other_job = add_job(w.program, other);
  const auto trace = [&](std::uint64_t handle) {
    TraceBuilder b;
    b.record(RecordKind::user_write, {.b = w.group, .d = 4});
    b.record(RecordKind::user_write, {.b = other, .d = handle});
    b.event(EventKind::group_on_slot, w.group, 0).saw(K::protm_active, {.a = 0}).after(kMs);
    b.saw(K::reset_started).after(kMs).fence(other_job, EINVAL);
    return b.record(RecordKind::group_state, {.a = other, .b = 2, .c = 1});
  };
  check_right("I9", w.program, trace(4));
  check_wrong("I9", w.program, trace(5), 5);
}

TEST_CASE("I9: a reset in protected mode spares the other groups") {
  World w;
  const auto other = add_step(w.program, make_node(NodeType::group_create, {{"vm", kRef, w.vm}}));
  const auto other_job = add_job(w.program, other);
  const auto trace = [&](std::uint32_t victim_job, std::uint32_t victim) {
    TraceBuilder b;
    b.event(EventKind::group_on_slot, w.group, 0).event(EventKind::group_on_slot, other, 1);
    b.saw(K::protm_active, {.a = 0}).after(kMs).saw(K::reset_started).after(kMs);
    b.fence(victim_job, EIO).after(kMs);
    b.record(RecordKind::group_state, {.a = victim, .b = 2, .c = 1});
    return b;
  };
  check_right("I9", w.program, trace(w.job, w.group));
  check_wrong("I9", w.program, trace(other_job, other), 4);

  TraceBuilder own_fault;
  own_fault.event(EventKind::group_on_slot, w.group, 0).event(EventKind::group_on_slot, other, 1);
  own_fault.saw(K::cs_fatal, {.a = 1}).saw(K::protm_active, {.a = 0}).after(kMs);
  own_fault.saw(K::reset_started).after(kMs).fence(other_job, EIO);
  own_fault.record(RecordKind::group_state, {.a = other, .b = 2, .c = 1});
  check_right("I9", w.program, own_fault);

  // Who asks in vain, enters or finds its heap full behind the reset, has not died of it.
  for (const auto cause : {K::protm_pend, K::protm_active, K::tiler_oom}) {
    TraceBuilder later;
    later.event(EventKind::group_on_slot, w.group, 0).event(EventKind::group_on_slot, other, 1);
    later.saw(K::protm_active, {.a = 0}).after(kMs).saw(K::reset_started).after(kMs);
    later.saw(cause, {.a = 1}).after(kMs).fence(other_job, EIO);
    later.record(RecordKind::group_state, {.a = other, .b = 2, .c = 1});
    check_right("I9", w.program, later);
  }

  // A group that faults before its first CALL was not seen in its slot; one that was never started
  // has not earned anything.
  for (const bool started : {true, false}) {
    TraceBuilder unseen;
    unseen.event(EventKind::group_on_slot, w.group, 0).saw(K::protm_active, {.a = 0});
    const auto state = started ? vocab::fw::CsgState::start : vocab::fw::CsgState::suspend;
    unseen.saw(K::csg_state_acked, {.a = 1, .c = static_cast<std::uint64_t>(state)});
    unseen.saw(K::mmu_fault).after(kMs).saw(K::reset_started).after(kMs).fence(other_job, EIO);
    unseen.record(RecordKind::group_state, {.a = other, .b = 2, .c = 1});
    if (started) check_right("I9", w.program, unseen);
    if (!started) check_wrong("I9", w.program, unseen, 5);
  }

  // A job that has had its time takes the younger ones of its group along, whose fence may come
  // first, also of one that the group has not taken yet; one that is over has no part in it. Its
  // time runs from its submission: the GPU may not have come to it.
  const auto late_job = add_job(w.program, other);
  for (const bool over : {false, true}) {
    TraceBuilder late;
    late.event(EventKind::group_on_slot, other, 1).returned(late_job, 0);
    if (over) late.after(kMs).fence(late_job, 0);
    late.after(5 * kSec).returned(other_job, 0);
    late.saw(K::protm_active, {.a = 0}).after(kMs).saw(K::reset_started).after(kMs);
    TraceBuilder early = late;
    late.fence(other_job, ETIMEDOUT).record(RecordKind::group_state, {.a = other, .b = 1});
    early.fence(other_job, ECANCELED).record(RecordKind::group_state, {.a = other, .b = 1});
    if (!over) check_right("I9", w.program, late);
    if (!over) check_right("I9", w.program, early);
    if (over) check_wrong("I9", w.program, late, 6);
  }

  w.program.faults.push_back(Fault{});
  w.program.faults.back().machine.kind = vocab::FaultKind::lose_ack;
  w.program.faults.back().machine.target = static_cast<std::uint32_t>(vocab::AckTarget::csg_state);
  CHECK(asked("I9", w.program, trace(other_job, other)).armed == 0);
}

TEST_CASE("I10: the CPU keeps off protected memory") {
  World w;
  TraceBuilder right;
  right.record(RecordKind::heap_alloc, {.a = 1, .c = 4096});
  check_right("I10", w.program, right);
  TraceBuilder wrong = right;
  wrong.saw(K::cpu_protected_access, {.a = 1, .b = 4});
  check_wrong("I10", w.program, wrong, 1);
  w.program.heap_protected = false;
  CHECK_FALSE(asked("I10", w.program, wrong).violation);
}

TEST_CASE("I11: an unbind of one GPU leaves that one suspended, whatever the other does") {
  Program p;
  p.devices = 2;
  const auto unbind = add_step(p, make_node(NodeType::unbind));
  p.steps[unbind].device = 1;
  const auto active = [&](std::uint64_t first, std::uint64_t second) {
    TraceBuilder b;
    b.returned(unbind, 0).record(RecordKind::rest_state, {.a = 1, .c = first}, "rpm_active");
    return b.record(RecordKind::rest_state, {.a = 2, .c = second}, "rpm_active");
  };
  check_right("I11", p, active(1, 0));
  check_wrong("I11", p, active(0, 1), 2);
}

TEST_CASE("I11: a failed probe and an unbind leave the device suspended") {
  Program p;
  p.boot = Boot::cold;
  const auto probe = add_step(p, make_node(NodeType::probe));
  const auto trace = [&](std::int64_t result, std::uint64_t active) {
    TraceBuilder b;
    b.returned(probe, result).record(RecordKind::rest_state, {.c = active}, "rpm_active");
    return b;
  };
  check_right("I11", p, trace(-ENODEV, 0));
  check_wrong("I11", p, trace(-ENODEV, 1), 1);
  CHECK(asked("I11", p, trace(0, 1)).armed == 0);

  const auto again = add_step(p, make_node(NodeType::probe));
  const auto later = [&](std::uint64_t after_unbind) {
    TraceBuilder b;
    b.returned(probe, -EAGAIN).returned(again, 0);
    b.record(RecordKind::rest_state, {.c = 1}, "rpm_active");
    return b.record(RecordKind::rest_state, {.c = after_unbind}, "rpm_active");
  };
  check_right("I11", p, later(0));
  check_wrong("I11", p, later(1), 3);

  const auto load = add_step(p, make_node(NodeType::load));
  const auto loaded = [&](std::uint64_t after_unbind) {
    TraceBuilder b;
    b.returned(probe, -ENODEV).returned(load, 0);
    b.record(RecordKind::rest_state, {.c = 1}, "rpm_active");
    return b.record(RecordKind::rest_state, {.c = after_unbind}, "rpm_active");
  };
  check_right("I11", p, loaded(0));
  check_wrong("I11", p, loaded(1), 3);

  const auto unbind = add_step(p, make_node(NodeType::unbind));
  const auto unbound = [&](std::uint64_t active) {
    TraceBuilder b;
    b.returned(probe, 0).returned(unbind, 0);
    return b.record(RecordKind::rest_state, {.c = active}, "rpm_active");
  };
  check_right("I11", p, unbound(0));
  check_wrong("I11", p, unbound(1), 2);
}

TEST_CASE("KBO-9: an access mode that exists, unless user space asks") {
  Program p;
  const auto group = add_step(p, make_node(NodeType::group_create));
  const auto ioctl = add_step(p, make_node(NodeType::heap_ioctl));
  const auto trace = [&](std::uint32_t step, std::uint32_t fd_flags) {
    TraceBuilder b;
    b.started(step).record(RecordKind::heap_alloc, {.b = fd_flags});
    b.returned(step, 0);
    return b;
  };
  check_right("KBO-9", p, trace(group, 0x80002));
  check_wrong("KBO-9", p, trace(group, 0x80003), 1);
  CHECK(asked("KBO-9", p, trace(ioctl, 3)).armed == 0);
}

TEST_CASE("rule_table: holds no rule without a trace in these tests") {
  const std::set<std::string_view> tested{
      "I1", "I2", "I3", "I4", "I6", "I7", "I8", "I9", "I10", "I11", "L1", "FW-25", "SCHED-48",
      "KBO-9", "L2", "L3", "L4", "I12", "PM-1",
      "HW-enter-with-locked-region", "HW-pend-acked-for-two-groups", "HW-pend-acked-after-sample",
      "HW-protm-buffer-missing", "HW-enter-while-pending", "HW-resume-without-save",
      "HW-suspend-buffer-missing", "HW-exit-event-overrun", "HW-start-on-running-slot",
      "HW-endpoint-word-unread", "HW-as-setup",
      "HW-flush-while-active", "HW-unlock-without-lock", "HW-table-changed-unlocked",
      "HW-freed-page-mapped", "HW-power-command-refused",
      "HW-write-ignored", "HW-hard-reset-first", "HW-firmware-setup"};
  CHECK(tested.size() == rules::rule_table().size());
  for (const Rule& rule : rules::rule_table()) CHECK(tested.contains(rule.id));
}
