// SPDX-License-Identifier: GPL-2.0-only
// Protected mode: faults, refusals, late answers, blocking and overruns.
#include <doctest/doctest.h>

#include "gpu-model/src/protm_fixture.h"
#include "gpu-model/vocab/tiler_heap.h"

namespace protm::gpu {

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

TEST_CASE("PROTM: protected sections that come later count from the next cold boot on") {
  ProtmDriver d({}, PageKind::normal);
  for (std::uint32_t page = 0; page < 2; ++page) {
    d.mcu.map_new(kProtSectionVa + page * 4096, PageKind::protected_memory, 0);
  }
  const auto restart = [&] {
    d.write(vocab::kMcuControl, 0);
    d.settle();
    d.start_mcu();
    d.request_glb(fw::kGlbCfgAllocEn);
    d.settle();
  };
  bool known = false;
  SUBCASE("not before any boot") {}
  SUBCASE("not after a warm one") {
    d.halt();
    restart();
  }
  SUBCASE("after one with the image loaded again") {
    d.reload_data();
    restart();
    known = true;
  }
  d.start_protected(0, 100);
  d.grant_and_enter();
  d.settle();
  CHECK(((d.read(vocab::kGpuIrqRawstat) & 2) == 0) == known);
  CHECK(d.done() == known);
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
  SUBCASE("exit_twice") {
    machine.inject({.kind = FaultKind::exit_twice, .value_ns = kMs});
    grant_and_enter();
    wait(kToActive + 200 * kUs);
    REQUIRE(count(ObservationKind::protm_exit_raised) == 1);
    ack_glb(fw::kGlbProtmExit);
    CHECK_FALSE(glb_pending(fw::kGlbProtmExit));
    settle();
    CHECK(glb_pending(fw::kGlbProtmExit));
    CHECK(count(ObservationKind::protm_exit_raised) == 1);  // it ends nothing
    CHECK_FALSE(active());
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

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a late ack that falls into the window comes after it") {
  machine.inject({.kind = FaultKind::late_ack,
                  .target = static_cast<std::uint32_t>(vocab::AckTarget::csg_status_update),
                  .value_ns = 500 * kUs});
  start_protected(0, 5000);
  request_csg(0, kStart, fw::kCsgStatusUpdate);
  wait(10 * kUs);
  grant_and_enter();
  wait(kToActive + 600 * kUs);
  CHECK_FALSE(active());
  CHECK(cause() == ExitCause::forced_by_csg_request);
  CHECK(((mcu.get32(csg_in(0, 0)) ^ mcu.get32(csg_out(0, 0))) & fw::kCsgStatusUpdate) == 0);
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

TEST_CASE_FIXTURE(ProtmDriver, "PROTM: a CS that waits for its heap does not ask in vain") {
  using namespace isa;
  namespace heap = vocab::tiler_heap;
  constexpr std::uint64_t kContextVa = 0x400000;
  constexpr std::uint64_t kChunkVa = 0x500000;
  vm.map_new(kContextVa);
  for (std::uint32_t page = 0; page < heap::kMinChunkBytes; page += kPage) {
    vm.map_new(kChunkVa + page);
  }
  // One pass of somebody else is tiled, and its fragments are in flight.
  vm.set64(kContextVa + heap::kVtStart, std::uint64_t{1} << 32 | 1);
  prepare_slot(0, 15);
  put_stream(0, {encode_move48(2, kContextVa), encode_heap_set(2),
                 encode_move48(kTilerChunkReg, heap::chunk_word(kChunkVa, heap::kMinChunkBytes)),
                 encode_move32(kTilerBytesReg, 2 * heap::kMinChunkBytes),
                 encode_prot_region(2), encode_run_tiling(0), encode_nop()});
  start_slot(0);
  const auto enter = [&] {
    ack_glb(fw::kGlbProtmExit);
    grant_and_enter();
    settle();
    REQUIRE(cause() == ExitCause::blocked);
  };
  grant_and_enter();
  settle();
  REQUIRE(count(ObservationKind::tiler_oom) == 1);
  CHECK_FALSE(pend_pending(0));
  // The host has no chunk.
  const std::uint32_t req = mcu.get32(cs_in(0, 0, 0));
  const std::uint32_t ack = mcu.get32(cs_out(0, 0, 0));
  mcu.set32(cs_in(0, 0, 0), (req & ~fw::kCsTilerOom) | (ack & fw::kCsTilerOom));
  ring(1);
  settle();
  REQUIRE(pend_pending(0));
  enter();
  CHECK(count(ObservationKind::tiler_chunk) == 1);
  for (int i = 0; i < 3; ++i) {
    ring(1);
    settle();
    CHECK_FALSE(pend_pending(0));
  }
  vm.set64(kContextVa + heap::kFragEnd, 1);
  ring(1);
  settle();
  CHECK(pend_pending(0));
  CHECK(count(ObservationKind::protm_active) == 2);
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
