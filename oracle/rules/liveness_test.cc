// SPDX-License-Identifier: GPL-2.0-only
// Goal: the liveness rules, I12 and PM-1 speak up when something that is owed does not come, or
// something comes that nobody asked for, and only then.
#include <doctest/doctest.h>

#include <cerrno>
#include <set>

#include "oracle/rules/liveness.h"
#include "oracle/rules/rule_table.h"
#include "oracle/rules/rule_words.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using rules::asked;
using rules::words;
using K = vocab::ObservationKind;
using vocab::kMs;
using vocab::kSec;

namespace {

constexpr auto kRef = Value::Kind::ref;
constexpr auto kNumber = Value::Kind::number;

void check_right(std::string_view id, const Program& program, const TraceBuilder& b) {
  CAPTURE(id);
  CHECK(words(asked(id, program, b)) == "kept");
}

void check_wrong(std::string_view id, const Program& program, const TraceBuilder& b,
                 std::size_t record) {
  CAPTURE(id);
  CHECK(words(asked(id, program, b)) == "broken at record " + std::to_string(record));
}

/// Two groups of the same priority with a job each, accepted at time 0.
struct TwoGroups {
  Program program;
  std::uint32_t vm, a, b, job_a, job_b, wait, suspend, resume;
  TwoGroups() {
    vm = add_step(program, make_node(NodeType::vm_create));
    a = add_step(program, make_node(NodeType::group_create, {{"vm", kRef, vm}}));
    b = add_step(program, make_node(NodeType::group_create, {{"vm", kRef, vm}}));
    job_a = add_job(program, a);
    job_b = add_job(program, b);
    wait = add_step(program, make_node(NodeType::wait, {{"job", kRef, job_a},
                                                        {"timeout", kNumber, kSec}}));
    suspend = add_step(program, make_node(NodeType::suspend));
    resume = add_step(program, make_node(NodeType::resume));
  }
  TraceBuilder& accepted(TraceBuilder& t) const {
    t.returned(job_a, 0).returned(job_b, 0);
    return t.event(EventKind::group_on_slot, a, 0);
  }
};

/// A group with a job, and a bind of its VM.
struct OneGroup {
  Program program;
  std::uint32_t vm, group, job, bind;
  OneGroup() {
    vm = add_step(program, make_node(NodeType::vm_create));
    group = add_step(program, make_node(NodeType::group_create, {{"vm", kRef, vm}}));
    job = add_job(program, group);
    bind = add_step(program, make_node(NodeType::vm_bind, {{"vm", kRef, vm}}));
  }
};

/// More than 3 ticks and one for each of two groups, with room for the machine's latencies.
constexpr std::uint64_t kLateNs = 60 * kMs;

}  // namespace

TEST_CASE("L1: fences signal in time") {
  OneGroup w;
  const auto trace = [&](std::uint64_t fence_after, std::uint64_t rest_after) {
    TraceBuilder b;
    b.started(w.job).returned(w.job, 0);
    if (fence_after != 0) b.at(fence_after).fence(w.job, 0);
    b.at(rest_after).record(RecordKind::rest_state, {}, "vms");
    return b;
  };
  check_right("L1", w.program, trace(kMs, kSec));
  check_wrong("L1", w.program, trace(0, kSec), 1);
  check_wrong("L1", w.program, trace(20 * kSec, 21 * kSec), 1);

  TraceBuilder at_teardown = trace(0, kSec);
  at_teardown.after(kMs).fence(w.job, ECANCELED);
  check_wrong("L1", w.program, at_teardown, 1);

  TraceBuilder dead;
  dead.started(w.job).returned(w.job, 0).after(kMs);
  dead.record(RecordKind::group_state, {.a = w.group, .b = 1});
  check_right("L1", w.program, dead);

  TraceBuilder fault_resets_t;  // the runner stopped at its own T, before the rule's
  fault_resets_t.started(w.job).returned(w.job, 0).at(10 * kSec).saw(K::fault_applied);
  fault_resets_t.at(17 * kSec).record(RecordKind::rest_state, {}, "vms");
  check_right("L1", w.program, fault_resets_t);

  set_list(w.program, w.job, "stream", {make_node(NodeType::i_sync_wait64)});
  CHECK(asked("L1", w.program, trace(0, kSec)).armed == 0);
}

TEST_CASE("L1: jobs keep their places while the GPU is down behind a resume that failed") {
  OneGroup w;
  const auto resume = add_step(w.program, make_node(NodeType::resume));
  const auto trace = [&](std::int64_t result, bool boots) {
    TraceBuilder b;
    b.started(w.job).returned(w.job, 0).started(resume);
    b.at(kSec).saw(K::mcu_boot_failed).returned(resume, result);
    if (boots) b.at(2 * kSec).saw(K::mcu_boot);
    b.at(40 * kSec).record(RecordKind::rest_state, {}, "vms");
    return b;
  };
  check_right("L1", w.program, trace(-ETIMEDOUT, false));
  check_wrong("L1", w.program, trace(0, false), 1);
  check_wrong("L1", w.program, trace(-ETIMEDOUT, true), 1);
  TraceBuilder by_job;   // a wake-up that fails without a step that says so
  by_job.started(w.job).returned(w.job, 0).saw(K::power_changed, {.a = 2, .c = 0});
  by_job.at(kSec).saw(K::mcu_boot_failed).at(40 * kSec);
  check_right("L1", w.program, by_job.record(RecordKind::rest_state, {}, "vms"));
}

TEST_CASE("L1: an asynchronous bind has a fence, and is excused with what it waits for") {
  OneGroup w;
  const auto trace = [&](std::uint64_t fence_after) {
    TraceBuilder b;
    b.started(w.job).returned(w.job, 0).started(w.bind).returned(w.bind, 0);
    b.at(kMs).fence(w.job, 0);
    if (fence_after != 0) b.at(fence_after).fence(w.bind, 0);
    return b.at(kSec).record(RecordKind::rest_state, {}, "vms");
  };
  const Node waits = make_node(NodeType::bind_unmap, {{"wait", kRef, w.job}});
  set_list(w.program, w.bind, "ops", {make_node(NodeType::bind_map), waits});
  CHECK(asked("L1", w.program, trace(0)).armed == 1);  // synchronous: no fence of its own
  Node& bind = w.program.steps[w.bind].op;
  bind.fields[*field_index(node_info(NodeType::vm_bind), "flags")] =
      Value{.kind = kNumber, .number = 1, .text = {}, .list = {}};
  CHECK(asked("L1", w.program, trace(kMs)).armed == 2);
  check_right("L1", w.program, trace(2 * kMs));
  check_wrong("L1", w.program, trace(0), 3);

  set_list(w.program, w.job, "stream", {make_node(NodeType::i_sync_wait64)});
  CHECK(asked("L1", w.program, trace(0)).armed == 0);
}

TEST_CASE("L2: a group with work waits for its slot no longer than its ticks") {
  const TwoGroups w;
  TraceBuilder right;
  w.accepted(right).after(20 * kMs).event(EventKind::group_on_slot, w.b, 1);
  right.after(10 * kSec).fence(w.job_b, 0);
  check_right("L2", w.program, right);

  TraceBuilder wrong;
  w.accepted(wrong).after(kLateNs).event(EventKind::group_on_slot, w.b, 1);
  check_wrong("L2", w.program, wrong, 3);

  // Who is in protected mode keeps the others from running, on their slots or not; on a slot it
  // has to be one of a lower priority.
  TraceBuilder inside;
  w.accepted(inside).event(EventKind::group_on_slot, w.b, 1);
  inside.saw(K::protm_active, {.a = 0}).after(kLateNs).saw(K::protm_exit_raised);
  check_right("L2", w.program, inside);
  TwoGroups unequal;
  unequal.program.steps[unequal.a].op =
      make_node(NodeType::group_create, {{"vm", kRef, unequal.vm}, {"priority", kNumber, 0}});
  check_wrong("L2", unequal.program, inside, 5);

  // A reset starts all clocks again, and so does a system sleep.
  TraceBuilder reset;
  w.accepted(reset).after(30 * kMs).saw(K::reset_completed);
  reset.after(30 * kMs).event(EventKind::group_on_slot, w.b, 1);
  check_right("L2", w.program, reset);
  TraceBuilder asleep;
  w.accepted(asleep).started(w.suspend).after(kSec).returned(w.resume, 0);
  asleep.after(20 * kMs).event(EventKind::group_on_slot, w.b, 1);
  check_right("L2", w.program, asleep);
}

TEST_CASE("L2: nothing is owed to a job that waits for a syncobj of its own, before it starts") {
  TwoGroups w;
  const auto sync = add_step(w.program, make_node(NodeType::syncobj_create));
  Node& submit = w.program.steps[w.job_b].op;
  submit.fields[*field_index(node_info(NodeType::group_submit), "syncs")].list.push_back(
      make_node(NodeType::sync_wait, {{"syncobj", kRef, sync}}));
  TraceBuilder late;
  w.accepted(late).after(kLateNs).event(EventKind::group_on_slot, w.b, 1);
  check_right("L2", w.program, late);
  late.event(EventKind::job_started, w.job_b, 1).event(EventKind::group_off_slot, w.b, 1);
  late.after(kLateNs).event(EventKind::group_on_slot, w.b, 1);
  check_wrong("L2", w.program, late, 6);
}

TEST_CASE("L2: nothing is owed to a call of which one job is behind another that waits") {
  TwoGroups w;
  const auto waits = add_step(w.program, make_node(NodeType::group_submit,
                                                   {{"group", kRef, w.b}, {"queue", kNumber, 1}}));
  w.program.steps[waits].op.fields[*field_index(node_info(NodeType::group_submit), "wait")] =
      Value{.kind = kRef, .number = w.job_a, .text = {}, .list = {}};
  TraceBuilder late;
  late.started(waits).returned(waits, 0);
  w.accepted(late).after(kLateNs).event(EventKind::group_on_slot, w.b, 1);
  check_wrong("L2", w.program, late, 5);   // on another queue
  set_list(w.program, w.job_b, "more",
           {make_node(NodeType::job, {{"queue", kNumber, 1}})});
  check_right("L2", w.program, late);
}

TEST_CASE("L2: nothing is owed to a group that is destroyed, however often") {
  TwoGroups w;
  const auto destroy =
      add_step(w.program, make_node(NodeType::group_destroy, {{"group", kRef, w.b}}));
  const auto late = [&](std::initializer_list<std::int64_t> results) {
    TraceBuilder b;
    w.accepted(b);
    for (const std::int64_t result : results) b.started(destroy).returned(destroy, result);
    return b.after(kLateNs).event(EventKind::group_on_slot, w.b, 1);
  };
  check_right("L2", w.program, late({0}));
  check_right("L2", w.program, late({0, -EINVAL}));
  check_wrong("L2", w.program, late({-EINVAL}), 5);
}

TEST_CASE("L2: a group whose destroy waits for its jobs has its turns until it returns") {
  TwoGroups w;
  w.program.steps[w.a].op = make_node(NodeType::group_create,
                                      {{"vm", kRef, w.vm}, {"priority", kNumber, 2}});
  const auto destroy =
      add_step(w.program, make_node(NodeType::group_destroy, {{"group", kRef, w.a}}));
  TraceBuilder waits;
  w.accepted(waits).started(destroy).after(kLateNs).event(EventKind::group_on_slot, w.b, 1);
  check_right("L2", w.program, waits);
  TraceBuilder back;
  w.accepted(back).started(destroy).returned(destroy, 0).after(kLateNs);
  check_wrong("L2", w.program, back.event(EventKind::group_on_slot, w.b, 1), 5);
}

TEST_CASE("L2: what a schedule holds is late by so much, and no more") {
  TwoGroups w;
  const auto late = [&w](std::uint64_t ns) {
    TraceBuilder b;
    w.accepted(b).after(ns).event(EventKind::group_on_slot, w.b, 1);
    return b;
  };
  check_wrong("L2", w.program, late(kLateNs), 3);
  w.program.schedule.resize(2);
  check_right("L2", w.program, late(kLateNs));
  check_wrong("L2", w.program, late(kLateNs + 2 * kLongestHoldNs), 3);
}

TEST_CASE("L3: a request with the highest priority is entered within its ticks") {
  const TwoGroups w;
  TraceBuilder right;
  w.accepted(right).saw(K::protm_pend, {.a = 0, .c = 0x1000});
  right.after(20 * kMs).saw(K::protm_active, {.a = 0}).after(kSec).fence(w.job_a, 0);
  check_right("L3", w.program, right);

  TraceBuilder wrong;
  w.accepted(wrong).saw(K::protm_pend, {.a = 0, .c = 0x1000});
  wrong.after(kLateNs).fence(w.job_a, ETIMEDOUT);
  check_wrong("L3", w.program, wrong, 4);

  // Who was granted before goes on in the time of another one.
  TraceBuilder beside;
  w.accepted(beside).saw(K::protm_pend, {.a = 0, .c = 0x1000}).saw(K::region_started, {.a = 0});
  beside.after(kLateNs).fence(w.job_a, ETIMEDOUT);
  check_right("L3", w.program, beside);

  // The request of a group that is resumed inside its region comes before it is seen.
  TraceBuilder early;
  w.accepted(early).saw(K::protm_pend, {.a = 1, .c = 0x1000});
  early.event(EventKind::group_on_slot, w.b, 1).after(kLateNs).fence(w.job_a, 0);
  check_wrong("L3", w.program, early, 5);
}

TEST_CASE("L2, L3: whose job faulted is dead, or has its turn before those below") {
  TwoGroups w;
  const std::uint32_t high =
      add_step(w.program, make_node(NodeType::group_create,
                                    {{"vm", kRef, w.vm}, {"priority", kNumber, 2}}));
  const std::uint32_t bad = add_job(w.program, high);
  const std::uint32_t next = add_job(w.program, high);
  TraceBuilder b;
  w.accepted(b).returned(bad, 0).returned(next, 0).after(kMs).fence(bad, EINVAL);
  b.saw(K::protm_pend, {.a = 0, .c = 0x1000});
  TraceBuilder waits = b;
  waits.after(kLateNs).fence(w.job_a, ETIMEDOUT);
  CHECK(words(asked("L3", w.program, waits)) == "not armed");
  check_right("L2", w.program, waits);   // the other one may be dead

  TraceBuilder goes_on = b;
  goes_on.event(EventKind::job_started, next, 1).event(EventKind::group_off_slot, high, 1);
  goes_on.after(kLateNs).fence(next, 0);
  check_wrong("L2", w.program, goes_on, 9);

  TraceBuilder dead = b;
  dead.fence(next, EINVAL).after(kLateNs).fence(w.job_a, ETIMEDOUT);
  check_wrong("L3", w.program, dead, 8);
}

TEST_CASE("L1-L3: who waits for a syncobj is excused with the job that is to signal it") {
  TwoGroups w;
  const std::uint32_t sync = add_step(w.program, make_node(NodeType::syncobj_create));
  const auto named = [sync](NodeType type) { return make_node(type, {{"syncobj", kRef, sync}}); };
  set_list(w.program, w.job_a, "syncs", {named(NodeType::sync_signal)});
  set_list(w.program, w.job_b, "syncs", {named(NodeType::sync_wait)});
  CHECK(rules::excused_lines(w.program).empty());
  set_list(w.program, w.job_a, "stream", {make_node(NodeType::i_sync_wait64)});
  CHECK(rules::excused_lines(w.program) == std::set<std::uint32_t>{w.a, w.b});
}

TEST_CASE("L2, L3: a tick is its period in jiffies of the candidate's kernel, and one more") {
  const TwoGroups w;
  TraceBuilder b;
  w.accepted(b).saw(K::protm_pend, {.a = 0, .c = 0x1000});
  b.after(kLateNs).fence(w.job_a, 0);
  const auto longest = [&b](std::uint64_t jiffy_ns) {
    b.edit().jiffy_ns = jiffy_ns;
    return rules::longest_tick_ns(b.trace());
  };
  CHECK(longest(4 * kMs) == 16 * kMs);
  CHECK(longest(1 * kMs) == 11 * kMs);
  check_wrong("L3", w.program, b, 4);
  CHECK(longest(10 * kMs) == 20 * kMs);
  check_right("L3", w.program, b);
}

TEST_CASE("L3: nothing is owed while the job line is lost, and all of it behind that") {
  TwoGroups w;
  w.program.faults.push_back(Fault{});
  w.program.faults.back().machine.kind = vocab::FaultKind::lose_irq;
  constexpr auto kKind = static_cast<std::uint32_t>(vocab::FaultKind::lose_irq);
  const auto lost = [&w] {
    TraceBuilder b;
    w.accepted(b).saw(K::protm_pend, {.a = 0, .c = 0x1000}).saw(K::fault_applied, {.b = kKind});
    b.after(20 * kSec);
    return b;
  };
  TraceBuilder deaf = lost();
  check_right("L3", w.program, deaf.fence(w.job_a, ETIMEDOUT));
  TraceBuilder hears = lost().saw(K::irq_line, {.a = 0, .b = 1}).after(20 * kSec);
  check_wrong("L3", w.program, hears.fence(w.job_a, ETIMEDOUT), 6);
  w.program.faults.back().machine.target = 2;  // another line
  check_wrong("L3", w.program, deaf, 5);
}

TEST_CASE("L2: nothing is owed while a session lasts that no PING can end") {
  TwoGroups w;
  w.program.faults.push_back(Fault{});
  vocab::MachineFault& fault = w.program.faults.back().machine;
  fault.kind = vocab::FaultKind::lose_ack;
  const auto low = add_step(w.program, make_node(NodeType::group_create,
                                                 {{"vm", kRef, w.vm}, {"priority", kNumber, 0}}));
  for (const auto target : {vocab::AckTarget::glb_ping, vocab::AckTarget::glb_protm_enter}) {
    fault.target = static_cast<std::uint32_t>(target);
    TraceBuilder b;
    b.saw(K::fault_applied, {.b = static_cast<std::uint32_t>(vocab::FaultKind::lose_ack)});
    b.after(10 * kSec).event(EventKind::group_on_slot, low, 0).saw(K::protm_active, {.a = 0});
    b.returned(w.job_a, 0).returned(w.job_b, 0).after(kSec).fence(w.job_a, ETIMEDOUT);
    if (target == vocab::AckTarget::glb_ping) check_right("L2", w.program, b);
    else check_wrong("L2", w.program, b, 5);
  }
}

TEST_CASE("L2, L3: nobody is owed a turn once a handle has found another group") {
  for (const bool destroyed : {false, true}) {
    TwoGroups w;
    const auto destroy =
        add_step(w.program, make_node(NodeType::group_destroy, {{"group", kRef, w.a}}));
    TraceBuilder b;
    w.accepted(b).fence(w.job_a, 0);
    if (destroyed) b.returned(destroy, 0);
    const auto late = add_job(w.program, w.a);
    b.returned(late, 0).after(10 * kLateNs).event(EventKind::group_on_slot, w.b, 1);
    if (destroyed) check_right("L2", w.program, b);
    if (!destroyed) check_wrong("L2", w.program, b, 5);
  }
}

TEST_CASE("L4: a call that blocked comes back") {
  const TwoGroups w;
  TraceBuilder right;
  right.record(RecordKind::step_blocked, {.b = w.wait}).after(2 * kSec).returned(w.wait, 0);
  check_right("L4", w.program, right);

  TraceBuilder wrong;
  wrong.record(RecordKind::step_blocked, {.b = w.wait}).after(12 * kSec).returned(w.wait, 0);
  check_wrong("L4", w.program, wrong, 0);

  // A wait for a syncobj has a time-out of its own too, 10 s where the step has none.
  for (const NodeType type : {NodeType::syncobj_wait, NodeType::syncobj_timeline_wait}) {
    Program p = w.program;
    const auto wait = add_step(p, make_node(type, {{"timeout", kNumber, 20 * kSec}}));
    const auto usual = add_step(p, make_node(type));
    TraceBuilder waits;
    waits.record(RecordKind::step_blocked, {.b = wait}).after(21 * kSec).returned(wait, -ETIME);
    waits.record(RecordKind::step_blocked, {.b = usual}).after(19 * kSec).returned(usual, -ETIME);
    check_right("L4", p, waits);
    waits.record(RecordKind::step_blocked, {.b = usual}).after(21 * kSec).returned(usual, -ETIME);
    check_wrong("L4", p, waits, 4);
  }

  TraceBuilder never;
  never.record(RecordKind::step_blocked, {.b = w.vm}).after(11 * kSec).saw(K::ping_sampled);
  check_wrong("L4", w.program, never, 0);

  // Who holds the lock waits for acks that nobody tells.
  Program deaf = w.program;
  deaf.faults.push_back(Fault{});
  deaf.faults.back().machine.kind = vocab::FaultKind::lose_irq;
  const auto entries_while_blocked = [&](std::uint32_t n) {
    TraceBuilder b;
    b.saw(K::fault_applied, {.b = static_cast<std::uint32_t>(vocab::FaultKind::lose_irq)});
    b.saw(K::enter_sampled).record(RecordKind::step_blocked, {.b = w.vm});
    for (std::uint32_t i = 0; i < n; ++i) b.saw(K::enter_sampled);
    return b.after(19 * kSec).returned(w.vm, 0);
  };
  check_right("L4", deaf, entries_while_blocked(1));
  check_wrong("L4", deaf, entries_while_blocked(0), 2);
  deaf.faults.back().machine.target = 2;
  check_wrong("L4", deaf, entries_while_blocked(1), 2);
}

TEST_CASE("L4: a call for one GPU is excused while the system sleeps, not for another one's loss") {
  TwoGroups w;
  w.program.devices = 2;
  w.program.steps[w.resume].device = 1;
  TraceBuilder asleep;
  asleep.record(RecordKind::step_blocked, {.b = w.vm}).after(9 * kSec).returned(w.resume, 0);
  check_right("L4", w.program, asleep.after(9 * kSec).returned(w.vm, 0));

  w.program.faults.push_back(Fault{});
  w.program.faults.back().machine.kind = vocab::FaultKind::lose_irq;
  const auto entry_of = [&](std::uint8_t device) {
    TraceBuilder b;
    b.saw(K::fault_applied, {.b = static_cast<std::uint32_t>(vocab::FaultKind::lose_irq)});
    b.record(RecordKind::step_blocked, {.b = w.vm}).saw(K::enter_sampled, {.device = device});
    return b.after(19 * kSec).returned(w.vm, 0);
  };
  check_right("L4", w.program, entry_of(0));
  check_wrong("L4", w.program, entry_of(1), 1);
}

TEST_CASE("I12: without protected work nothing of protected mode is asked for") {
  const TwoGroups w;
  TraceBuilder right;
  w.accepted(right).event(EventKind::job_started, w.job_a, 0);
  check_right("I12", w.program, right);
  TraceBuilder wrong;
  w.accepted(wrong).saw(K::enter_sampled);
  check_wrong("I12", w.program, wrong, 3);

  Program with_region = w.program;
  set_list(with_region, w.job_a, "stream", {make_node(NodeType::i_prot_region)});
  CHECK(asked("I12", with_region, wrong).armed == 0);
}

TEST_CASE("PM-1: nothing is asked of a GPU that sleeps") {
  const TwoGroups w;
  TraceBuilder right;
  right.returned(w.suspend, 0).after(kSec).started(w.resume).saw(K::doorbell);
  check_right("PM-1", w.program, right);
  TraceBuilder wrong;
  wrong.returned(w.suspend, 0).after(kMs).saw(K::as_command, {.a = 1, .b = 1});
  check_wrong("PM-1", w.program, wrong, 1);
  TraceBuilder refused;
  refused.returned(w.suspend, -EBUSY).saw(K::doorbell);
  CHECK_FALSE(asked("PM-1", w.program, refused).violation);
}
