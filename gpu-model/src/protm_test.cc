// SPDX-License-Identifier: GPL-2.0-only
// Protected mode: entry, exits of every cause, empty entries, faults, rules.
#include <doctest/doctest.h>

#include "gpu-model/src/test_driver.h"

namespace protm::gpu {

using vocab::EmptyEnter;
using vocab::ExitCause;
using vocab::FaultKind;
using vocab::kMs;
using vocab::kUs;
using vocab::Switch;

namespace {

constexpr std::uint32_t kStart = static_cast<std::uint32_t>(fw::CsgState::start);
constexpr std::uint32_t kSuspend = static_cast<std::uint32_t>(fw::CsgState::suspend);
constexpr std::uint32_t kResume = static_cast<std::uint32_t>(fw::CsgState::resume);
constexpr std::uint64_t kProtDataVa = 0x400000;

/// A booted machine with one protected job: region of `tasks` microseconds, then a store.
struct ProtmDriver : TestDriver {
  explicit ProtmDriver(FirmwareImageSpec spec = {}, PageKind prot_kind = PageKind::protected_memory)
      : TestDriver(test_config(), spec) {
    boot(prot_kind);
    vm.map_new(kStreamVa);
    vm.map_new(kDataVa);
    vm.map_new(kProtDataVa, PageKind::protected_memory);
    machine.clear_observations();
  }
  void set(Switch id, std::uint8_t word) { machine.config().set_switch(id, word); }

  void push_job(std::uint32_t slot, std::uint32_t bytes) {
    using namespace isa;
    push(slot, {encode_move48(92, kStreamVa + slot * 0x200), encode_move32(94, bytes),
                encode_call(92, 94), encode_wait(0xff), encode_move48(92, kDataVa + slot * 16),
                encode_move48(94, 1), encode_sync_add64(92, 94, ErrorPropagate::yes),
                encode_error_barrier()});
  }
  void put_stream(std::uint32_t slot, const std::vector<std::uint64_t>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      vm.set64(kStreamVa + slot * 0x200 + 8 * i, words[i]);
    }
    push_job(slot, static_cast<std::uint32_t>(words.size() * 8));
  }
  void put_protected_job(std::uint32_t slot, std::uint32_t tasks) {
    using namespace isa;
    put_stream(slot, {encode_move48(2, kProtDataVa), encode_move32(4, 77), encode_move32(37, tasks),
                      encode_move32(38, 1), encode_move32(39, 1), encode_prot_region(2),
                      encode_run_compute(0, 0), encode_store_multiple(4, 2, 1, 0),
                      encode_move48(6, kDataVa + 0x80), encode_move32(8, 55),
                      encode_store_multiple(8, 6, 1, 0)});
  }
  void put_normal_job(std::uint32_t slot, std::uint32_t tasks) {
    using namespace isa;
    put_stream(slot, {encode_move32(37, tasks), encode_move32(38, 1), encode_move32(39, 1),
                      encode_run_compute(0, 0)});
  }
  void start_protected(std::uint32_t slot, std::uint32_t tasks) {
    prepare_slot(slot, 15 - slot);
    put_protected_job(slot, tasks);
    start_slot(slot);
    REQUIRE(pend_pending(slot));
  }
  void enter() { request_glb(fw::kGlbProtmEnter); }
  void grant_and_enter(std::uint32_t slot = 0) {
    ack_pend(slot);
    enter();
  }
  [[nodiscard]] bool active() { return (read(vocab::kGpuStatus) & 0x80) != 0; }
  [[nodiscard]] ExitCause cause(std::size_t n = 0) {
    return static_cast<ExitCause>(nth(ObservationKind::exit_cause, n).a);
  }
  [[nodiscard]] bool done(std::uint32_t slot = 0) { return vm.get64(kDataVa + slot * 16) == 1; }
};

constexpr std::uint64_t kToActive = (2 + 20 + 50) * kUs;

}  // namespace

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: pend, ack, enter, active, region, exit, in this order") {
  start_protected(0, 1000);
  const auto pend = nth(ObservationKind::protm_pend);
  CHECK(pend.c == kProtmSuspendVa);
  CHECK((read(vocab::kJobIrqRawstat) & 1) == 1);
  const vocab::Word<fw::CsStatusWait> status(mcu.get32(cs_out(0, 0, fw::cs_output::kStatusWait)));
  CHECK(status[fw::CsStatusWait::protm_pend]);
  CHECK(machine.at_rest());
  CHECK(mcu.get32(csg_out(0, fw::csg_output::kStatusState)) == 0);

  grant_and_enter();
  wait(2 * kUs + 20 * kUs - 1);
  CHECK(glb_pending(fw::kGlbProtmEnter));
  wait(1);
  CHECK_FALSE(glb_pending(fw::kGlbProtmEnter));
  CHECK_FALSE(active());
  wait(50 * kUs - 1);
  CHECK_FALSE(active());
  wait(1);
  CHECK(active());
  CHECK_FALSE(glb_pending(fw::kGlbProtmExit));
  settle();
  CHECK_FALSE(active());
  CHECK(glb_pending(fw::kGlbProtmExit));
  CHECK(cause() == ExitCause::region_done);
  CHECK(done());
  CHECK(vm.get32(kProtDataVa) == 77);
  CHECK(vm.get32(kDataVa + 0x80) == 55);
  // The region took its thousand tasks, the exit its latency.
  const auto began = nth(ObservationKind::protm_active);
  const auto left = nth(ObservationKind::exit_cause);
  CHECK(left.at - began.at >= 1000 * kUs);
  CHECK(nth(ObservationKind::protm_exit_raised).at - left.at == 30 * kUs);
  CHECK(began.a == 0);
  CHECK(began.c == kProtmSuspendVa);
  CHECK(nth(ObservationKind::enter_sampled).a == 1);
  for (const Observation& o : machine.observations()) {
    CAPTURE(std::string(vocab::observation_info(o.kind).name));
    CHECK_FALSE(vocab::is_rule_hit(o.kind));
  }
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: what no CS asked for, by switch") {
  prepare_slot(0, 15);
  put_normal_job(0, 1000);
  request_csg(0, kStart, fw::kCsgEpCfg);
  wait(100 * kUs);
  SUBCASE("exit_at_once") {
    enter();
    wait(22 * kUs);
    CHECK_FALSE(glb_pending(fw::kGlbProtmEnter));
    CHECK(glb_pending(fw::kGlbProtmExit));
    CHECK(count(ObservationKind::protm_active) == 0);
    settle();
    CHECK(done());
  }
  SUBCASE("enter_then_exit") {
    set(Switch::empty_enter, static_cast<std::uint8_t>(EmptyEnter::enter_then_exit));
    enter();
    wait(kToActive);
    CHECK(active());
    wait(30 * kUs);
    CHECK_FALSE(active());
    CHECK(glb_pending(fw::kGlbProtmExit));
    settle();
    CHECK(done());
  }
  SUBCASE("stay") {
    set(Switch::empty_enter, static_cast<std::uint8_t>(EmptyEnter::stay));
    enter();
    settle();
    CHECK(active());
    CHECK_FALSE(done());
    request_glb(fw::kGlbPing);
    settle();
    CHECK_FALSE(active());
    CHECK(done());
    CHECK_FALSE(glb_pending(fw::kGlbPing));
  }
  SUBCASE("ack_never_active") {
    set(Switch::empty_enter, static_cast<std::uint8_t>(EmptyEnter::ack_never_active));
    enter();
    settle();
    CHECK_FALSE(glb_pending(fw::kGlbProtmEnter));
    CHECK_FALSE(glb_pending(fw::kGlbProtmExit));
    CHECK(count(ObservationKind::protm_active) == 0);
    CHECK(done());
  }
  SUBCASE("never_ack") {
    set(Switch::empty_enter, static_cast<std::uint8_t>(EmptyEnter::never_ack));
    enter();
    settle();
    CHECK(glb_pending(fw::kGlbProtmEnter));
    CHECK(done());
    request_glb(fw::kGlbPing);
    settle();
    CHECK_FALSE(glb_pending(fw::kGlbPing));
    CHECK(glb_pending(fw::kGlbProtmEnter));
  }
  CHECK(count(ObservationKind::rule_enter_without_allowed_cs) == 1);
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: forced exits serve the request afterwards") {
  start_protected(0, 5000);
  grant_and_enter();
  wait(kToActive + 1000 * kUs);
  REQUIRE(active());
  ExitCause expected{};
  SUBCASE("PING") {
    request_glb(fw::kGlbPing);
    expected = ExitCause::forced_by_ping;
    wait(2 * kUs);
    CHECK(glb_pending(fw::kGlbPing));
    CHECK(nth(ObservationKind::ping_sampled).a == 1);
    CHECK(nth(ObservationKind::ping_sampled).b == 0);
  }
  SUBCASE("PING with another reason") {
    request_csg(0, kStart, fw::kCsgStatusUpdate);
    request_glb(fw::kGlbPing);
    expected = ExitCause::forced_by_csg_request;
    wait(2 * kUs);
    CHECK(nth(ObservationKind::ping_sampled).b == 1);
  }
  SUBCASE("STATUS_UPDATE") {
    request_csg(0, kStart, fw::kCsgStatusUpdate);
    expected = ExitCause::forced_by_csg_request;
  }
  SUBCASE("GLB request") {
    request_glb(fw::kGlbCfgAllocEn);
    expected = ExitCause::forced_by_glb_request;
  }
  wait(35 * kUs);
  CHECK_FALSE(active());
  CHECK(cause() == expected);
  CHECK(glb_pending(fw::kGlbProtmExit));
  CHECK(nth(ObservationKind::protm_exit_raised).b == 1);
  CHECK(count(ObservationKind::region_unfinished) == 1);
  CHECK(pend_pending(0));
  CHECK_FALSE(done());
  settle();
  CHECK_FALSE(glb_pending(fw::kGlbPing | fw::kGlbCfgAllocEn));
  CHECK(((mcu.get32(csg_in(0, 0)) ^ mcu.get32(csg_out(0, 0))) & fw::kCsgStatusUpdate) == 0);
  CHECK(count(ObservationKind::rule_protm_buffer_missing) == 0);

  ack_glb(fw::kGlbProtmExit);
  grant_and_enter();
  const auto again = machine.now();
  settle();
  CHECK(done());
  CHECK(vm.get32(kProtDataVa) == 77);
  // Progress was saved: about four of the five milliseconds were left.
  const auto end = nth(ObservationKind::region_ended).at;
  CHECK(end - again < 4200 * kUs);
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: without saved progress a region starts again") {
  set(Switch::region_progress_saved, 0);
  start_protected(0, 5000);
  grant_and_enter();
  wait(kToActive + 4000 * kUs);
  request_glb(fw::kGlbPing);
  wait(100 * kUs);
  ack_glb(fw::kGlbProtmExit);
  grant_and_enter();
  const auto again = machine.now();
  settle();
  CHECK(done());
  CHECK(nth(ObservationKind::region_ended).at - again >= 5000 * kUs);
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a bare doorbell and a user doorbell do nothing inside") {
  start_protected(0, 5000);
  grant_and_enter();
  wait(kToActive + 100 * kUs);
  SUBCASE("default") {
    ring(0);
    name_slot(0);
    ring(1);
    wait(100 * kUs);
    CHECK(active());
    CHECK(count(ObservationKind::rule_user_doorbell_inside) == 1);
    settle();
    CHECK(done());
    CHECK(cause() == ExitCause::region_done);
  }
  SUBCASE("a switch makes the bare doorbell a request") {
    set(Switch::bare_doorbell_is_request, 1);
    ring(0);
    wait(100 * kUs);
    CHECK_FALSE(active());
    CHECK(cause() == ExitCause::forced_by_doorbell);
  }
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: other groups stand still and are saved at the entry") {
  prepare_slot(1, 14);
  put_normal_job(1, 2000);
  start_protected(0, 5000);
  prepare_slot(2, 13);
  put_normal_job(2, 10000);
  request_csg(2, kStart, fw::kCsgEpCfg);
  wait(500 * kUs);
  grant_and_enter();
  wait(kToActive + 4000 * kUs);
  REQUIRE(active());
  CHECK(count(ObservationKind::run_ended) == 0);
  CHECK(mcu.get64(kSuspendVa + 0x2000) != 0);
  CHECK(mcu.get64(kSuspendVa) == 0);
  SUBCASE("they go on after the exit") {
    settle();
    CHECK(done());
    CHECK(done(2));
  }
  SUBCASE("after a reset in the window they resume from there") {
    write(vocab::kGpuCommand, vocab::kGpuCommandSoftReset);
    CHECK_FALSE(active());
    settle();
    power_on();
    program_as(0, mcu.root());
    start_mcu();
    program_as(1, vm.root());
    request_csg(2, kResume, fw::kCsgEpCfg);
    settle();
    CHECK(done(2));
    CHECK(count(ObservationKind::rule_resume_without_save) == 0);
  }
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a group suspended while pending asks again on resume") {
  start_protected(0, 100);
  request_csg(0, kSuspend, 0);
  settle();
  CHECK_FALSE(pend_pending(0));
  CHECK(count(ObservationKind::protm_pend) == 1);
  SUBCASE("default: raised again") {
    request_csg(0, kResume, 0);
    settle();
    CHECK(pend_pending(0));
    grant_and_enter();
    settle();
    CHECK(done());
  }
  SUBCASE("switch: not raised again, status_wait tells") {
    set(Switch::pend_again_on_resume, 0);
    request_csg(0, kResume, 0);
    settle();
    CHECK_FALSE(pend_pending(0));
    const vocab::Word<fw::CsStatusWait> status(mcu.get32(cs_out(0, 0, fw::cs_output::kStatusWait)));
    CHECK(status[fw::CsStatusWait::protm_pend]);
    grant_and_enter();
    settle();
    CHECK(done());
  }
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: an ack after the sample counts only by switch") {
  start_protected(0, 100);
  prepare_slot(1, 14);
  put_protected_job(1, 100);
  start_slot(1);
  bool noticed = false;
  SUBCASE("default: not noticed") {}
  SUBCASE("switch: noticed") {
    set(Switch::acks_noticed_inside, 1);
    noticed = true;
  }
  grant_and_enter(0);
  wait(10 * kUs);
  ack_pend(1);
  name_slot(1);
  settle();
  CHECK(count(ObservationKind::rule_pend_acked_after_sample) == 1);
  CHECK(done(0));
  CHECK(done(1) == noticed);
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: entry rules") {
  start_protected(0, 100);
  SUBCASE("two groups at once") {
    prepare_slot(1, 14);
    put_protected_job(1, 100);
    start_slot(1);
    ack_pend(1);
    grant_and_enter(0);
    settle();
    CHECK(count(ObservationKind::rule_pend_acked_for_two_groups) == 1);
  }
  SUBCASE("a locked region") {
    machine.write(vocab::as_offset({1}, vocab::kAsLockaddrLo), 0x900000 | 14);
    as_command(1, vocab::AsCommand::lock);
    settle();
    grant_and_enter();
    settle();
    CHECK(nth(ObservationKind::rule_enter_with_locked_region).a == 1);
  }
  SUBCASE("the exit before was not acked") {
    grant_and_enter();
    settle();
    REQUIRE(glb_pending(fw::kGlbProtmExit));
    enter();
    settle();
    CHECK(count(ObservationKind::rule_exit_not_acked_before_enter) == 1);
    CHECK(count(ObservationKind::rule_exit_event_overrun) == 1);
    CHECK(nth(ObservationKind::protm_exit_raised, 1).c == 0);
  }
  SUBCASE("no protected suspend buffer") {
    request_csg(0, kSuspend, 0);
    settle();
    mcu.set64(csg_in(0, fw::csg_input::kProtmSuspendBuf), 0);
    request_csg(0, kResume, 0);
    settle();
    grant_and_enter();
    settle();
    CHECK(count(ObservationKind::rule_protm_buffer_missing) == 1);
  }
  SUBCASE("a request toggled back before its ack") {
    grant_and_enter();
    wait(3 * kUs);
    mcu.set32(glb_in(0), mcu.get32(glb_in(0)) ^ fw::kGlbProtmEnter);
    ring(0);
    wait(3 * kUs);
    CHECK(count(ObservationKind::rule_enter_while_pending) == 1);
  }
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a suspend buffer in normal memory is a rule hit") {
  prepare_slot(0, 15, PageKind::normal);
  put_protected_job(0, 100);
  start_slot(0);
  grant_and_enter();
  settle();
  CHECK(count(ObservationKind::rule_protm_buffer_missing) == 1);
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: an AS command inside stays busy until the exit") {
  start_protected(0, 2000);
  grant_and_enter();
  wait(kToActive + 100 * kUs);
  machine.write(vocab::as_offset({3}, vocab::kAsTranscfgLo), 6);
  as_command(3, vocab::AsCommand::update);
  wait(kMs);
  CHECK(machine.read(vocab::as_offset({3}, vocab::kAsStatus)) == 1);
  CHECK(count(ObservationKind::rule_as_command_while_active) == 1);
  settle();
  CHECK(machine.read(vocab::as_offset({3}, vocab::kAsStatus)) == 0);
  const auto finished = nth(ObservationKind::as_command_done);
  CHECK(finished.d == 1);
  CHECK(finished.at == nth(ObservationKind::protm_exit_raised).at);
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a protected fault holds its line until the reset") {
  machine.inject({.kind = FaultKind::protected_fault, .value_ns = 100 * kUs});
  start_protected(0, 1000);
  grant_and_enter();
  wait(kToActive + 100 * kUs);
  CHECK((read(vocab::kGpuIrqRawstat) & 2) == 2);
  CHECK(machine.irq_lines() >= 4);
  write(vocab::kGpuIrqClear, 2);
  CHECK((read(vocab::kGpuIrqRawstat) & 2) == 2);
  settle();
  CHECK(active());
  CHECK_FALSE(done());
  write(vocab::kGpuCommand, vocab::kGpuCommandSoftReset);
  CHECK((read(vocab::kGpuIrqRawstat) & 2) == 0);
  CHECK_FALSE(active());
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a fault line may outlast the reset") {
  machine.inject({.kind = FaultKind::protected_fault, .value_ns = 100 * kUs, .hold_ns = 500 * kUs});
  start_protected(0, 1000);
  grant_and_enter();
  wait(kToActive + 100 * kUs);
  write(vocab::kGpuCommand, vocab::kGpuCommandSoftReset);
  wait(499 * kUs);
  CHECK((read(vocab::kGpuIrqRawstat) & 0x102) == 0x102);
  wait(kUs);
  write(vocab::kGpuIrqClear, 2);
  CHECK((read(vocab::kGpuIrqRawstat) & 2) == 0);
}

TEST_CASE("PROTM: an image without protected memory faults at entry") {
  SUBCASE("no section in the image") {
    ProtmDriver d({.prot = ProtSectionKind::none});
    d.start_protected(0, 100);
    d.grant_and_enter();
    d.wait(kToActive);
    CHECK((d.read(vocab::kGpuIrqRawstat) & 2) == 2);
  }
  SUBCASE("section in normal memory") {
    ProtmDriver d({}, PageKind::normal);
    d.start_protected(0, 100);
    d.grant_and_enter();
    d.settle();
    CHECK((d.read(vocab::kGpuIrqRawstat) & 2) == 2);
    CHECK_FALSE(d.done());
  }
  SUBCASE("the switch ignores it") {
    ProtmDriver d({.prot = ProtSectionKind::none});
    d.set(Switch::prot_section_not_protected, 1);
    d.start_protected(0, 100);
    d.grant_and_enter();
    d.settle();
    CHECK((d.read(vocab::kGpuIrqRawstat) & 2) == 0);
    CHECK(d.done());
  }
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a firmware that refuses to leave") {
  const std::uint64_t gives_in = 3 * kMs;
  std::uint64_t value = 0;
  bool reset_works = true;
  SUBCASE("for ever") {}
  SUBCASE("for a while") { value = gives_in; }
  SUBCASE("even at reset") {
    set(Switch::soft_reset_while_stuck, 0);
    reset_works = false;
  }
  machine.inject({.kind = FaultKind::refuse_exit, .value_ns = value});
  start_protected(0, 50000);
  grant_and_enter();
  wait(kToActive + 100 * kUs);
  request_glb(fw::kGlbPing);
  wait(2 * kMs);
  CHECK(active());
  CHECK(glb_pending(fw::kGlbPing));
  CHECK(count(ObservationKind::exit_refused) >= 1);
  wait(2 * kMs);
  CHECK(active() == (value == 0));
  if (value != 0) {
    CHECK_FALSE(glb_pending(fw::kGlbPing));
    return;
  }
  write(vocab::kGpuCommand, vocab::kGpuCommandSoftReset);
  settle(kMs);
  CHECK(active() == !reset_works);
  CHECK(((read(vocab::kGpuIrqRawstat) & 0x100) != 0) == reset_works);
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: acked but never active, late active, late exit, lost ack") {
  start_protected(0, 100);
  SUBCASE("ack_without_entry") {
    machine.inject({.kind = FaultKind::ack_without_entry});
    grant_and_enter();
    settle();
    CHECK_FALSE(glb_pending(fw::kGlbProtmEnter));
    CHECK(count(ObservationKind::protm_active) == 0);
    CHECK_FALSE(done());
  }
  SUBCASE("late_active") {
    machine.inject({.kind = FaultKind::late_active, .value_ns = kMs});
    grant_and_enter();
    wait(kToActive + kMs - 1);
    CHECK_FALSE(active());
    wait(1);
    CHECK(active());
  }
  SUBCASE("late_exit") {
    machine.inject({.kind = FaultKind::late_exit, .value_ns = kMs});
    grant_and_enter();
    wait(kToActive + kMs);
    CHECK(active());
    settle();
    CHECK(done());
  }
  SUBCASE("lose_ack") {
    machine.inject({.kind = FaultKind::lose_ack,
                    .target = static_cast<std::uint32_t>(vocab::AckTarget::glb_protm_enter)});
    grant_and_enter();
    settle();
    CHECK(glb_pending(fw::kGlbProtmEnter));
    CHECK(count(ObservationKind::protm_active) == 0);
  }
}

TEST_CASE_FIXTURE(ProtmDriver,
                  "PROTM: a request before the entry is done forces the exit at once") {
  start_protected(0, 5000);
  grant_and_enter();
  wait(5 * kUs);
  request_csg(0, kStart, fw::kCsgStatusUpdate);
  wait(kToActive - 5 * kUs);
  CHECK(active());
  CHECK(cause() == ExitCause::forced_by_csg_request);
  wait(30 * kUs);
  CHECK_FALSE(active());
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a PING on the way in counts as sampled inside, once") {
  start_protected(0, 5000);
  grant_and_enter();
  wait(5 * kUs);
  request_glb(fw::kGlbPing);
  settle();
  REQUIRE(count(ObservationKind::ping_sampled) == 1);
  CHECK(nth(ObservationKind::ping_sampled).a == 1);
  CHECK(count(ObservationKind::rule_ping_inside) == 1);
  CHECK(cause() == ExitCause::forced_by_ping);
  CHECK_FALSE(glb_pending(fw::kGlbPing));
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: SUSPEND of the protected group leaves first, then saves") {
  start_protected(0, 5000);
  grant_and_enter();
  wait(kToActive + 100 * kUs);
  request_csg(0, kSuspend, 0);
  settle();
  CHECK(csg_state(0) == kSuspend);
  CHECK_FALSE(pend_pending(0));
  CHECK(nth(ObservationKind::csg_state_acked, 1).at > nth(ObservationKind::protm_exit_raised).at);
  ack_glb(fw::kGlbProtmExit);
  request_csg(0, kResume, 0);
  settle();
  CHECK(pend_pending(0));
  grant_and_enter();
  settle();
  CHECK(done());
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a CS that blocks inside leaves and asks again later") {
  using namespace isa;
  prepare_slot(0, 15);
  put_stream(0, {encode_move48(2, kDataVa + 0x100), encode_move48(4, 0), encode_prot_region(2),
                 encode_sync_wait(Opcode::sync_wait64, 2, 4, Condition::gt), encode_nop()});
  start_slot(0);
  grant_and_enter();
  wait(kToActive + 100 * kUs);
  SUBCASE("default: exit") {
    CHECK_FALSE(active());
    CHECK(cause() == ExitCause::blocked);
    CHECK_FALSE(pend_pending(0));
    vm.set64(kDataVa + 0x100, 1);
    ring(1);
    settle();
    CHECK(pend_pending(0));
    ack_glb(fw::kGlbProtmExit);
    grant_and_enter();
    settle();
    CHECK(done());
  }
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a CS that blocks inside stays by switch") {
  using namespace isa;
  set(Switch::cs_block_inside, 1);
  prepare_slot(0, 15);
  put_stream(0, {encode_move48(2, kDataVa + 0x100), encode_move48(4, 0), encode_prot_region(2),
                 encode_sync_wait(Opcode::sync_wait64, 2, 4, Condition::gt), encode_nop()});
  start_slot(0);
  grant_and_enter();
  settle();
  CHECK(active());
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: CS_FATAL inside ends the window") {
  prepare_slot(0, 15);
  put_stream(0, {isa::encode_prot_region(1), std::uint64_t{0xee} << 56});
  start_slot(0);
  grant_and_enter();
  settle();
  CHECK_FALSE(active());
  CHECK(cause() == ExitCause::fault);
  CHECK(count(ObservationKind::cs_fatal) == 1);
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a store to protected memory outside a region faults") {
  using namespace isa;
  prepare_slot(0, 15);
  put_stream(
      0, {encode_move48(2, kProtDataVa), encode_move32(4, 77), encode_store_multiple(4, 2, 1, 0)});
  start_slot(0);
  CHECK(count(ObservationKind::gpu_protected_access) == 1);
  CHECK((read(vocab::kMmuIrqRawstat) & 2) == 2);
  CHECK(vm.get32(kProtDataVa) == 0);
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: MMU fault inside, by switch") {
  using namespace isa;
  bool as_fault = false;
  SUBCASE("protected fault, no details") {}
  SUBCASE("AS fault") {
    set(Switch::mmu_fault_inside, 1);
    as_fault = true;
  }
  prepare_slot(0, 15);
  put_stream(0, {encode_move48(2, 0x7000000), encode_move32(4, 77), encode_prot_region(1),
                 encode_store_multiple(4, 2, 1, 0)});
  start_slot(0);
  grant_and_enter();
  settle();
  CHECK(((read(vocab::kMmuIrqRawstat) & 2) != 0) == as_fault);
  CHECK(((read(vocab::kGpuIrqRawstat) & 2) != 0) == !as_fault);
  CHECK(active());
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: an overrun exit event is raised after the ack by switch") {
  set(Switch::exit_overrun, 1);
  start_protected(0, 100);
  grant_and_enter();
  settle();
  const std::uint32_t first = mcu.get32(glb_out(0)) & fw::kGlbProtmExit;
  enter();
  settle();
  CHECK((mcu.get32(glb_out(0)) & fw::kGlbProtmExit) == first);
  ack_glb(fw::kGlbProtmExit);
  ring(0);
  settle();
  CHECK(glb_pending(fw::kGlbProtmExit));
}

TEST_CASE("Machine: the same input gives the same observations") {
  const auto record = [] {
    ProtmDriver d;
    d.start_protected(0, 1000);
    d.grant_and_enter();
    d.wait(kToActive + 300 * kUs);
    d.request_glb(fw::kGlbPing);
    d.settle();
    return std::vector<Observation>(d.machine.observations().begin(),
                                    d.machine.observations().end());
  };
  CHECK(record() == record());
}

}  // namespace protm::gpu
