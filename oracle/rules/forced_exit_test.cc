// SPDX-License-Identifier: GPL-2.0-only
// Goal: FW-25 and SCHED-48 speak up when nothing needed normal mode, and only then.
#include <doctest/doctest.h>

#include <cerrno>

#include "gpu-model/vocab/fw_interface.h"
#include "oracle/rules/rule_table.h"
#include "oracle/rules/rule_words.h"
#include "sut-adapters/contract/bus.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using rules::asked;
using K = vocab::ObservationKind;
using vocab::kMs;
using vocab::kUs;

namespace {

struct World {
  Program program;
  std::uint32_t bind = add_step(program, make_node(NodeType::vm_bind));
  std::uint32_t wait = add_step(program, make_node(NodeType::wait));
};

/// A window into which `what` falls after 5 ms; the exit follows.
/// Slot 0 enters, and `what` throws it out.
TraceBuilder& asked_out(TraceBuilder& b, K what) {
  b.saw(K::enter_sampled, {.a = 1}).after(70 * kUs).saw(K::protm_active, {.a = 0});
  return b.after(5 * kMs).saw(what, {.a = 1, .b = 1u * (what != K::ping_sampled)});
}
TraceBuilder window(K what) {
  TraceBuilder b;
  b.saw(K::doorbell, {.a = 1});
  return asked_out(b, what);
}
TraceBuilder& leave(TraceBuilder& b) {
  return b.after(30 * kUs).saw(
      K::protm_exit_raised, {.a = static_cast<std::uint32_t>(vocab::ExitCause::forced_by_ping)});
}

constexpr std::pair<std::string_view, K> kRules[] = {
    {"FW-25", K::ping_sampled}, {"SCHED-48", K::status_update_sampled}};

}  // namespace

TEST_CASE("forced exit: without a reason it breaks the rule, and re-entry is no reason") {
  const World w;
  for (const auto& row : kRules) {
    const std::string_view id = row.first;
    const K kind = row.second;
    CAPTURE(id);
    TraceBuilder b = window(kind);
    leave(b).after(20 * kUs).saw(K::status_update_sampled, {.a = 1});
    b.after(20 * kUs).saw(K::protm_pend, {.c = 0x1000}).after(40 * kUs);
    b.saw(K::enter_sampled, {.a = 1}).after(60 * kMs).saw(K::csg_state_sampled);
    const RuleResult r = asked(id, w.program, b);
    CHECK(r.armed == 1);
    REQUIRE(r.violation);
    CHECK(r.violation->record == 3);
  }
}

TEST_CASE("forced exit: whatever needs normal mode behind it is a reason") {
  const World w;
  for (const auto& row : kRules) {
    const std::string_view id = row.first;
    const K kind = row.second;
    for (const K reason : {K::as_command, K::csg_state_sampled, K::ep_cfg_acked, K::flush_caches,
                           K::reset_started, K::mcu_halt, K::mcu_disable}) {
      CAPTURE(id);
      TraceBuilder b = window(kind);
      leave(b).after(100 * kUs).saw(reason);
      CHECK_FALSE(asked(id, w.program, b).violation);
      TraceBuilder late = window(kind);
      leave(late).after(3 * kMs).saw(reason);
      CHECK(asked(id, w.program, late).violation);
    }
    TraceBuilder refused = window(kind);  // no exit at all: the reset comes much later
    refused.after(500 * kMs).saw(K::reset_started);
    CHECK_FALSE(asked(id, w.program, refused).violation);
  }
}

TEST_CASE("forced exit: faults, new work and operations in flight are reasons") {
  const World w;
  for (const auto& row : kRules) {
    const std::string_view id = row.first;
    const K kind = row.second;
    CAPTURE(id);
    for (const K reason : {K::doorbell, K::mmu_fault, K::protm_fault, K::cs_fatal,
                           K::rule_user_doorbell_inside}) {
      TraceBuilder b;
      b.saw(K::protm_active).after(kMs).saw(reason, {.a = 1}).after(kMs);
      b.saw(kind, {.a = 1, .b = kind == K::ping_sampled ? 0u : 1u});
      leave(b);
      CHECK_FALSE(asked(id, w.program, b).violation);
    }
    const auto in_flight = [&](std::uint32_t step) {
      TraceBuilder b;
      b.started(step).saw(K::protm_active).after(kMs);
      b.saw(kind, {.a = 1, .b = kind == K::ping_sampled ? 0u : 1u});
      return leave(b);
    };
    CHECK_FALSE(asked(id, w.program, in_flight(w.bind)).violation);
    CHECK(asked(id, w.program, in_flight(w.wait)).violation);
  }
}

TEST_CASE("FW-25: a PING outside a window, or beside another request, is nobody's business") {
  const World w;
  TraceBuilder outside;
  outside.saw(K::protm_active).after(kMs).saw(K::protm_exit_raised);
  outside.after(kMs).saw(K::ping_sampled, {.a = 0});
  CHECK_FALSE(asked("FW-25", w.program, outside).violation);
  TraceBuilder beside;
  beside.saw(K::protm_active).after(kMs).saw(K::ping_sampled, {.a = 1, .b = 1});
  CHECK_FALSE(asked("FW-25", w.program, beside).violation);
}

TEST_CASE("forced exit: another group's unfinished job is a reason, a finished one is none") {
  for (const auto& [id, kind] : kRules) {
    Program p;
    const auto group = add_step(p, make_node(NodeType::group_create));
    const auto other = add_step(p, make_node(NodeType::group_create));
    const auto own_job = add_job(p, group);
    const auto other_job = add_job(p, other);
    const auto trace = [&, what = kind](bool finished) {
      TraceBuilder b;
      b.event(EventKind::group_on_slot, group, 0).returned(own_job, 0).returned(other_job, 0);
      if (finished) b.fence(other_job, 0);
      return leave(asked_out(b, what));
    };
    CHECK_FALSE(asked(id, p, trace(false)).violation);
    CHECK(asked(id, p, trace(true)).violation);
  }
}

TEST_CASE("forced exit: of a call of several jobs the fence is that of one") {
  for (const auto& [id, kind] : kRules) {
    Program p;
    const auto group = add_step(p, make_node(NodeType::group_create));
    const auto other = add_step(p, make_node(NodeType::group_create));
    const auto jobs = add_job(p, other);
    const auto trace = [&, what = kind](std::uint32_t event, std::uint64_t error) {
      TraceBuilder b;
      b.event(EventKind::group_on_slot, group, 0).event(EventKind::group_on_slot, other, 1);
      b.returned(jobs, 0).fence(jobs, error);
      if (event != 0) b.saw(K::csg_event, {.a = 1, .b = event});
      return leave(asked_out(b, what));
    };
    CHECK(asked(id, p, trace(0, 0)).violation);
    set_list(p, jobs, "more", {make_node(NodeType::job)});
    CHECK_FALSE(asked(id, p, trace(0, 0)).violation);
    CHECK_FALSE(asked(id, p, trace(vocab::fw::kCsgSyncUpdate, 0)).violation);
    CHECK(asked(id, p, trace(vocab::fw::kCsgIdle, 0)).violation);
    CHECK(asked(id, p, trace(0, ETIMEDOUT)).violation);   // the others die with it
  }
}

TEST_CASE("forced exit: what follows may be as late as the machine answers") {
  World w;
  for (const auto& [id, kind] : kRules) {
    TraceBuilder b = window(kind);
    leave(b).after(60 * kMs).saw(K::csg_state_sampled);
    w.program.machine.set_latency(vocab::Latency::ack, 20 * kUs);
    CHECK(asked(id, w.program, b).violation);
    w.program.machine.set_latency(vocab::Latency::ack, 6 * kMs);
    CHECK_FALSE(asked(id, w.program, b).violation);
  }
}

TEST_CASE("forced exit: a driver that is not told of the exit goes on when its waits end") {
  World w;
  w.program.faults.resize(1);
  w.program.faults[0].machine.kind = vocab::FaultKind::lose_irq;
  w.program.faults[0].machine.target = static_cast<std::uint32_t>(IrqLine::job);
  for (const auto& [id, kind] : kRules) {
    const auto late = [&, rule = id, what = kind](bool lost, std::uint64_t ns) {
      TraceBuilder b;
      if (lost) {
        b.saw(K::fault_applied, {.b = static_cast<std::uint32_t>(vocab::FaultKind::lose_irq)});
      }
      b.saw(K::protm_active).after(5 * kMs);
      b.saw(what, {.a = 1, .b = 1u * (what != K::ping_sampled)});
      leave(b).after(ns).saw(K::csg_state_sampled);
      return asked(rule, w.program, b).violation.has_value();
    };
    CHECK_FALSE(late(true, 675 * kMs));
    CHECK(late(true, 680 * kMs));
    CHECK(late(false, 100 * kMs));
  }
}

TEST_CASE("forced exit: a driver may lose the activation that tells of the exit itself") {
  World w;
  w.program.faults.resize(1);
  vocab::MachineFault& fault = w.program.faults[0].machine;
  fault.kind = vocab::FaultKind::lose_irq;
  for (const auto& [id, kind] : kRules) {
    const auto late = [&, rule = id, what = kind](IrqLine line, std::uint64_t ns) {
      fault.target = static_cast<std::uint32_t>(line);
      TraceBuilder b = window(what);
      leave(b).saw(K::fault_applied, {.b = static_cast<std::uint32_t>(fault.kind)});
      b.after(ns).saw(K::csg_state_sampled);
      return asked(rule, w.program, b).violation.has_value();
    };
    CHECK_FALSE(late(IrqLine::job, 675 * kMs));
    CHECK(late(IrqLine::job, 680 * kMs));
    CHECK(late(IrqLine::gpu, 100 * kMs));
  }
}

TEST_CASE("forced exit: what follows waits for a slot whose answer is kept back") {
  using enum vocab::FaultKind;
  using Target = vocab::AckTarget;
  World w;
  w.program.faults.resize(1);
  vocab::MachineFault& fault = w.program.faults[0].machine;
  for (const auto& [id, kind] : kRules) {
    const auto late = [&, rule = id, what = kind](vocab::MachineFault planted, std::uint64_t ns,
                                                  bool played = true) {
      fault = planted;
      TraceBuilder b = window(what);
      leave(b).after(20 * kUs).saw(K::status_update_sampled, {.a = 1});
      if (played) b.saw(K::fault_applied, {.b = static_cast<std::uint32_t>(fault.kind)});
      b.after(ns).saw(K::csg_state_sampled);
      return asked(rule, w.program, b).violation.has_value();
    };
    const auto of = [](vocab::FaultKind f, Target target, std::uint64_t value_ns) {
      return vocab::MachineFault{
          .kind = f, .target = static_cast<std::uint32_t>(target), .value_ns = value_ns};
    };
    CHECK_FALSE(late(of(late_ack, Target::csg_status_update, 10 * kMs), 10 * kMs));
    CHECK_FALSE(late(of(late_ack, Target::csg_ep_cfg, 10 * kMs), 10 * kMs));
    CHECK(late(of(late_ack, Target::csg_status_update, 10 * kMs), 13 * kMs));
    CHECK(late(of(late_ack, Target::csg_status_update, 10 * kMs), 10 * kMs, false));
    CHECK(late(of(late_ack, Target::glb_ping, 10 * kMs), 10 * kMs));
    CHECK(late(of(late_exit, Target::csg_status_update, 10 * kMs), 10 * kMs));
    // The driver waits for 100 ms, or an eighth more.
    CHECK_FALSE(late(of(lose_ack, Target::csg_status_update, 0), 112 * kMs));
    CHECK(late(of(lose_ack, Target::csg_status_update, 0), 120 * kMs));
    CHECK(late(of(late_ack, Target::csg_status_update, 400 * kMs), 120 * kMs));
  }
}
