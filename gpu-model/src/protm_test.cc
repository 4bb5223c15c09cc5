// SPDX-License-Identifier: GPL-2.0-only
// Protected mode: entry, exits of every cause, empty entries, entry rules.
#include <doctest/doctest.h>

#include "gpu-model/src/protm_fixture.h"

namespace protm::gpu {

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: pend, ack, enter, active, region, exit, in this order") {
  start_protected(0, 1000);
  const auto pend = nth(ObservationKind::protm_pend);
  CHECK(pend.c == kProtmSuspendVa);
  CHECK((read(vocab::kJobIrqRawstat) & 1) == 1);
  ask_status(0);
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
    reload_data();
    start_mcu();
    request_glb(fw::kGlbCfgAllocEn);
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
    ask_status(0);
    const vocab::Word<fw::CsStatusWait> status(mcu.get32(cs_out(0, 0, fw::cs_output::kStatusWait)));
    CHECK(status[fw::CsStatusWait::protm_pend]);
    SUBCASE("and grants it together with another group's request") {
      prepare_slot(1, 14);
      put_protected_job(1, 100);
      start_slot(1);
      grant_and_enter(1);  // nobody granted slot 0: its REQ equals ACK by itself
      CHECK(count(ObservationKind::rule_pend_acked_for_two_groups) == 0);
    }
    grant_and_enter();
    settle();
    CHECK(done());
  }
}

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a reset that ends in a session leaves nobody to see acks") {
  machine.inject({.kind = vocab::FaultKind::stuck_reset, .value_ns = 10 * vocab::kSec});
  write(vocab::kGpuCommand, vocab::kGpuCommandSoftReset);
  wait(100 * kMs);
  power_on();
  program_as(0, mcu.root());
  reload_data();
  start_mcu();
  request_glb(fw::kGlbCfgAllocEn);
  program_as(1, vm.root());
  start_protected(0, 20'000'000);
  prepare_slot(1, 14);
  put_protected_job(1, 100);
  start_slot(1);
  grant_and_enter(0);
  wait(kMs);
  REQUIRE(active());
  wait(10 * vocab::kSec);
  REQUIRE(count(ObservationKind::reset_completed) == 1);
  name_slot(1);
  settle();
  CHECK(count(ObservationKind::mcu_boot_failed) == 1);
  CHECK(count(ObservationKind::rule_pend_acked_after_sample) == 0);
  CHECK(count(ObservationKind::rule_enter_while_pending) == 0);
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

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a grant may count with the doorbell of its CS only") {
  start_protected(0, 100);
  const auto ring_cs = [&] {
    mcu.set32(csg_in(0, fw::csg_input::kDoorbellReq),
              mcu.get32(csg_out(0, fw::csg_output::kDoorbellAck)) ^ 1);
    name_slot(0);
  };
  bool entered = true;
  SUBCASE("default: without") { ack_pend(0); }
  SUBCASE("switch, without") {
    set(Switch::grant_needs_doorbell, 1);
    ack_pend(0);
    entered = false;
  }
  SUBCASE("switch, with") {
    set(Switch::grant_needs_doorbell, 1);
    ack_pend(0);
    ring_cs();
  }
  SUBCASE("switch, a doorbell before the ack is none") {
    set(Switch::grant_needs_doorbell, 1);
    ring_cs();
    settle();
    ack_pend(0);
    entered = false;
  }
  enter();
  settle();
  CHECK(nth(ObservationKind::enter_sampled).a == (entered ? 1u : 0u));
  CHECK(done() == entered);
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

}  // namespace protm::gpu
