// SPDX-License-Identifier: GPL-2.0-only
// Slots, command streams, suspend and resume, faults of streams.
#include <doctest/doctest.h>

#include "gpu-model/src/test_driver.h"

namespace protm::gpu {

using isa::Opcode;
using vocab::kMs;
using vocab::kUs;

namespace {

constexpr std::uint32_t kStart = static_cast<std::uint32_t>(fw::CsgState::start);
constexpr std::uint32_t kSuspend = static_cast<std::uint32_t>(fw::CsgState::suspend);
constexpr std::uint32_t kResume = static_cast<std::uint32_t>(fw::CsgState::resume);

struct BootedDriver : TestDriver {
  BootedDriver() {
    boot();
    vm.map_new(kStreamVa);
    vm.map_new(kDataVa);
    machine.clear_observations();
  }
  void stream_at(std::uint64_t va, const std::vector<std::uint64_t>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) vm.set64(va + 8 * i, words[i]);
  }
  /// The ring job of the kernel driver around a stream.
  std::vector<std::uint64_t> job(std::uint64_t stream_va, std::uint32_t bytes) {
    using namespace isa;
    std::vector<std::uint64_t> w{
        encode_move32(94, 1),
        encode_flush_cache2(kFlushAll, 0, 94, 0),
        encode_move48(92, stream_va),
        encode_move32(94, bytes),
        encode_wait(1),
        encode_call(92, 94),
        encode_move48(92, kDataVa),
        encode_move48(94, 1),
        encode_wait(0xff),
        encode_sync_add64(92, 94, ErrorPropagate::yes),
        encode_error_barrier(),
    };
    w.resize(16, encode_nop());
    return w;
  }
};

std::vector<std::uint64_t> store(std::uint32_t value, std::uint64_t va) {
  return {isa::encode_move48(2, va), isa::encode_move32(4, value),
          isa::encode_store_multiple(4, 2, 1, 0)};
}

std::vector<std::uint64_t> compute(std::uint32_t tasks) {
  return {isa::encode_move32(37, tasks), isa::encode_move32(38, 1), isa::encode_move32(39, 1),
          isa::encode_set_sb_entry(2, 3), isa::encode_run_compute(0, 0)};
}

}  // namespace

TEST_CASE_FIXTURE(BootedDriver, "CSG: START and EP_CFG are acked after doorbell and latency") {
  prepare_slot(0, 15);
  request_csg(0, kStart, fw::kCsgEpCfg);
  wait(22 * kUs - 1);
  CHECK(csg_state(0) == 0);
  wait(1);
  CHECK(csg_state(0) == kStart);
  CHECK(nth(ObservationKind::csg_state_acked).c == kStart);
  CHECK(nth(ObservationKind::ep_cfg_acked).b == 15);
  CHECK((machine.irq_lines() & 1) == 1);
  CHECK((read(vocab::kJobIrqRawstat) & 1) == 1);
  CHECK((mcu.get32(cs_out(0, 0, 0)) & fw::kCsStateMask) == 1);
}

TEST_CASE_FIXTURE(BootedDriver, "CSG: a request that changes before its ack is served after it") {
  prepare_slot(0, 15);
  request_csg(0, kStart, fw::kCsgEpCfg);
  wait(5 * kUs);
  request_csg(0, kSuspend, 0);
  settle();
  CHECK(csg_state(0) == kSuspend);
  CHECK(count(ObservationKind::csg_state_acked) == 2);
}

TEST_CASE_FIXTURE(BootedDriver, "CSG: an empty group is idle and says so") {
  prepare_slot(0, 15);
  start_slot(0);
  CHECK(mcu.get32(csg_out(0, fw::csg_output::kStatusState)) == 1);
  CHECK(((mcu.get32(csg_in(0, 0)) ^ mcu.get32(csg_out(0, 0))) & fw::kCsgIdle) != 0);
}

TEST_CASE_FIXTURE(BootedDriver, "CS: a job computes, signals its sync object, raises its events") {
  prepare_slot(3, 14);
  auto words = store(42, kDataVa + 0x20);
  const auto run = compute(100);
  words.insert(words.end(), run.begin(), run.end());
  stream_at(kStreamVa, words);
  push(3, job(kStreamVa, static_cast<std::uint32_t>(words.size() * 8)));
  start_slot(3);
  CHECK(vm.get64(kDataVa) == 1);
  CHECK(vm.get32(kDataVa + 0x20) == 42);
  CHECK(vm.get32(kDataVa + 8) == 0);
  CHECK(extract(3) == insert(3));
  const auto called = nth(ObservationKind::stream_call);
  CHECK(called.a == 3);
  CHECK(called.c == kStreamVa);
  CHECK((called.d & 0xffffffff) == 1);
  CHECK(count(ObservationKind::stream_return) == 1);
  // The fence's write comes after the work: 100 tasks of a microsecond.
  const auto sync = nth(ObservationKind::sync_object);
  CHECK(sync.at.ns >= called.at.ns + 100 * kUs);
  CHECK(((mcu.get32(csg_in(3, 0)) ^ mcu.get32(csg_out(3, 0))) & fw::kCsgSyncUpdate) != 0);
  CHECK((read(vocab::kJobIrqRawstat) & 8) != 0);
  CHECK(machine.at_rest());
}

TEST_CASE_FIXTURE(BootedDriver, "CS: a user doorbell starts work that was added later") {
  prepare_slot(0, 15);
  start_slot(0);
  const auto words = store(7, kDataVa + 0x40);
  stream_at(kStreamVa, words);
  push(0, job(kStreamVa, 24));
  settle();
  CHECK(extract(0) == 0);
  ring(2);  // another page
  settle();
  CHECK(extract(0) == 0);
  ring(1);
  settle();
  CHECK(vm.get32(kDataVa + 0x40) == 7);
  CHECK(vm.get64(kDataVa) == 1);
}

TEST_CASE_FIXTURE(BootedDriver, "CS: arithmetic, branches and loads") {
  using namespace isa;
  prepare_slot(0, 15);
  vm.set32(kDataVa + 0x80, 5);
  stream_at(kStreamVa,
            {encode_move48(2, kDataVa), encode_load_multiple(10, 2, 1, 0x80), encode_move32(12, 0),
             encode_add_imm32(12, 12, 3), encode_add_imm32(10, 10, -1),
             encode_branch(-3, Condition::gt, 10), encode_store_multiple(12, 2, 1, 0x84)});
  push(0, job(kStreamVa, 7 * 8));
  start_slot(0);
  CHECK(vm.get32(kDataVa + 0x84) == 15);
}

TEST_CASE_FIXTURE(BootedDriver, "CS: SYNC_WAIT blocks until another group's SYNC_ADD") {
  using namespace isa;
  prepare_slot(0, 15);
  prepare_slot(1, 14);
  stream_at(kStreamVa, {encode_move48(2, kDataVa + 0x100), encode_move48(4, 0),
                        encode_sync_wait(Opcode::sync_wait64, 2, 4, Condition::gt)});
  push(0, job(kStreamVa, 24));
  start_slot(0);
  CHECK(vm.get64(kDataVa) == 0);
  CHECK(mcu.get32(csg_out(0, fw::csg_output::kStatusState)) == 1);
  CHECK(mcu.get32(cs_out(0, 0, fw::cs_output::kStatusBlockedReason)) == 0);  // nobody asked yet
  ask_status(0);
  const vocab::Word<fw::CsStatusWait> status(mcu.get32(cs_out(0, 0, fw::cs_output::kStatusWait)));
  CHECK(status[fw::CsStatusWait::sync_wait]);
  CHECK(status[fw::CsStatusWait::sync_64b]);
  CHECK(mcu.get32(cs_out(0, 0, fw::cs_output::kStatusBlockedReason)) == 3);
  CHECK(mcu.get64(cs_out(0, 0, fw::cs_output::kStatusWaitSyncPtr)) == kDataVa + 0x100);
  stream_at(kStreamVa + 0x100, {encode_move48(2, kDataVa + 0x100), encode_move48(4, 1),
                                encode_sync_add64(2, 4, ErrorPropagate::no)});
  push(1, job(kStreamVa + 0x100, 24));
  start_slot(1);
  CHECK(vm.get64(kDataVa) == 2);
}

TEST_CASE_FIXTURE(BootedDriver, "CSG: SUSPEND keeps the work, RESUME on another slot goes on") {
  prepare_slot(0, 15);
  const auto words = compute(1000);
  stream_at(kStreamVa, words);
  push(0, job(kStreamVa, 40));
  request_csg(0, kStart, fw::kCsgEpCfg);
  wait(500 * kUs);
  REQUIRE(vm.get64(kDataVa) == 0);
  request_csg(0, kSuspend, 0);
  settle(10 * kMs);
  CHECK(csg_state(0) == kSuspend);
  CHECK(vm.get64(kDataVa) == 0);
  CHECK(mcu.get64(kSuspendVa) != 0);
  const auto started = nth(ObservationKind::run_started, 1);
  REQUIRE(started.c == static_cast<std::uint64_t>(Opcode::run_compute));
  request_csg(0, kResume, 0);
  settle(10 * kMs);
  CHECK(csg_state(0) == kResume);
  CHECK(vm.get64(kDataVa) == 1);
  CHECK(count(ObservationKind::rule_resume_without_save) == 0);
}

TEST_CASE_FIXTURE(BootedDriver, "CSG: RESUME from a buffer that was never written is a rule hit") {
  prepare_slot(0, 15);
  request_csg(0, kResume, fw::kCsgEpCfg);
  settle();
  CHECK(count(ObservationKind::rule_resume_without_save) == 1);
  SUBCASE("and so is one whose buffer was overwritten") {
    request_csg(0, kSuspend, 0);
    settle();
    mcu.set64(kSuspendVa + 8, 77);
    request_csg(0, kResume, 0);
    settle();
    CHECK(count(ObservationKind::rule_resume_without_save) == 2);
  }
}

TEST_CASE_FIXTURE(BootedDriver, "CSG: SUSPEND without a buffer is a rule hit") {
  prepare_slot(0, 15);
  mcu.set64(csg_in(0, fw::csg_input::kSuspendBuf), 0);
  start_slot(0);
  request_csg(0, kSuspend, 0);
  settle();
  CHECK(count(ObservationKind::rule_suspend_buffer_missing) == 1);
}

TEST_CASE_FIXTURE(BootedDriver, "CSG: a group resumes after a reset from what was saved") {
  prepare_slot(0, 15);
  stream_at(kStreamVa, compute(1000));
  push(0, job(kStreamVa, 40));
  request_csg(0, kStart, fw::kCsgEpCfg);
  wait(500 * kUs);
  request_csg(0, kSuspend, 0);
  settle(kMs);
  write(vocab::kGpuCommand, vocab::kGpuCommandSoftReset);
  settle();
  power_on();
  program_as(0, mcu.root());
  reload_data();
  start_mcu();
  request_glb(fw::kGlbCfgAllocEn);
  program_as(1, vm.root());
  request_csg(0, kResume, fw::kCsgEpCfg);
  settle();
  CHECK(vm.get64(kDataVa) == 1);
  CHECK(count(ObservationKind::rule_resume_without_save) == 0);
}

TEST_CASE_FIXTURE(BootedDriver, "CSG: work ends on cores that CFG_ALLOC_EN enabled, or never") {
  std::uint64_t cores = 0;
  SUBCASE("none") {}
  SUBCASE("two") { cores = 5; }
  mcu.set64(glb_in(fw::glb_input::kCoreEnMask), cores);
  request_glb(fw::kGlbCfgAllocEn);
  settle();
  prepare_slot(0, 15);
  stream_at(kStreamVa, compute(1000));
  push(0, job(kStreamVa, 40));
  request_csg(0, kStart, fw::kCsgEpCfg);
  wait(20 * kMs);
  CHECK(vm.get64(kDataVa) == (cores != 0 ? 1 : 0));
}

TEST_CASE_FIXTURE(BootedDriver, "CSG: equal priorities on two slots are a rule hit") {
  prepare_slot(0, 15);
  prepare_slot(1, 14);
  start_slot(0);
  start_slot(1);
  CHECK(count(ObservationKind::rule_equal_priority) == 0);
  SUBCASE("a swap in one doorbell is right") {
    mcu.set32(csg_in(0, fw::csg_input::kEndpointReq), 14u << 28);
    mcu.set32(csg_in(1, fw::csg_input::kEndpointReq), 15u << 28);
    request_csg(0, kStart, fw::kCsgEpCfg);
    request_csg(1, kStart, fw::kCsgEpCfg);
    settle();
    CHECK(count(ObservationKind::rule_equal_priority) == 0);
  }
  SUBCASE("a raise alone is not") {
    mcu.set32(csg_in(1, fw::csg_input::kEndpointReq), 15u << 28);
    request_csg(1, kStart, fw::kCsgEpCfg);
    settle();
    CHECK(count(ObservationKind::rule_equal_priority) == 1);
  }
}

TEST_CASE_FIXTURE(BootedDriver, "CS: an undefined opcode is CS_FATAL") {
  prepare_slot(0, 15);
  stream_at(kStreamVa, {std::uint64_t{0xee} << 56});
  push(0, job(kStreamVa, 8));
  start_slot(0);
  CHECK(mcu.get32(cs_out(0, 0, fw::cs_output::kFatal)) ==
        static_cast<std::uint32_t>(vocab::Exception::cs_instr_invalid));
  CHECK(((mcu.get32(cs_in(0, 0, 0)) ^ mcu.get32(cs_out(0, 0, 0))) & fw::kCsFatal) != 0);
  CHECK((mcu.get32(csg_out(0, fw::csg_output::kCsIrqReq)) & 1) == 1);
  CHECK(vm.get64(kDataVa) == 0);
}

TEST_CASE_FIXTURE(BootedDriver, "CS: CS_FAULT skips to ERROR_BARRIER and marks the sync object") {
  prepare_slot(0, 15);
  machine.inject({.kind = vocab::FaultKind::cs_fault,
                  .target = static_cast<std::uint32_t>(vocab::Exception::cs_inherit_fault)});
  stream_at(kStreamVa, store(9, kDataVa + 0x40));
  push(0, job(kStreamVa, 24));
  push(0, job(kStreamVa, 24));
  start_slot(0);
  CHECK(vm.get64(kDataVa) == 0);  // stands still at the job to which the error belongs
  CHECK(extract(0) < 128);
  ring_streams(0);  // a doorbell without the ack is no answer
  CHECK(vm.get64(kDataVa) == 0);
  ack_fault(0);
  settle();  // nor the ack alone
  CHECK(vm.get64(kDataVa) == 0);
  ring_streams(0);
  CHECK(vm.get64(kDataVa) == 2);
  CHECK(vm.get32(kDataVa + 8) == 1);
  CHECK(vm.get32(kDataVa + 0x40) == 9);  // by the second job
  CHECK(count(ObservationKind::stream_call) == 1);
  CHECK(mcu.get32(cs_out(0, 0, fw::cs_output::kFault)) == 0x4b);
}

TEST_CASE_FIXTURE(BootedDriver, "CS: a register that is not there makes an instruction invalid") {
  const std::uint32_t regs = machine.config().cs_regs;
  const std::array<std::pair<std::uint64_t, bool>, 8> words{{
      {isa::encode_move32(regs - 1, 1), true},
      {isa::encode_move32(regs, 1), false},
      {isa::encode_move48(regs - 2, 1), true},
      {isa::encode_move48(regs - 1, 1), false},
      {isa::encode_flush_cache2(isa::kFlushAll, 0, regs - 1, 0), true},
      {isa::encode_flush_cache2(isa::kFlushAll, 0, regs, 0), false},
      {isa::encode_add_imm64(0, regs - 2, 1), true},
      {isa::encode_add_imm64(0, regs - 1, 1), false},
  }};
  for (std::uint32_t slot = 0; slot < words.size(); ++slot) {
    const auto& [word, valid] = words[slot];
    prepare_slot(slot, 15 - slot);
    push(slot, {word});
    start_slot(slot);
    CAPTURE(slot);
    const auto invalid = static_cast<std::uint32_t>(vocab::Exception::cs_instr_invalid);
    CHECK(mcu.get32(cs_out(slot, 0, fw::cs_output::kFatal)) == (valid ? 0 : invalid));
  }
}

TEST_CASE_FIXTURE(BootedDriver, "CS: a page fault stalls until the AS is disabled, then is fatal") {
  prepare_slot(0, 15);
  stream_at(kStreamVa, store(9, 0x7000000));
  push(0, job(kStreamVa, 24));
  start_slot(0);
  CHECK((machine.irq_lines() & 2) != 0);
  CHECK(machine.read(vocab::as_offset({1}, vocab::kAsFaultstatus)) == 0x3c2);
  CHECK(machine.read(vocab::as_offset({1}, vocab::kAsFaultaddressLo)) == 0x7000000);
  CHECK(count(ObservationKind::cs_fatal) == 0);
  program_as(1, 0);
  CHECK(count(ObservationKind::cs_fatal) == 1);
  CHECK(count(ObservationKind::mmu_fault) == 1);
}

TEST_CASE_FIXTURE(BootedDriver, "CS: work stalls in a locked region and goes on at UNLOCK") {
  prepare_slot(0, 15);
  stream_at(kStreamVa, store(9, kDataVa + 0x40));
  push(0, job(kStreamVa, 24));
  machine.write(vocab::as_offset({1}, vocab::kAsLockaddrLo), kDataVa | 14);
  as_command(1, vocab::AsCommand::lock);
  settle();
  start_slot(0);
  CHECK(vm.get32(kDataVa + 0x40) == 0);
  CHECK(count(ObservationKind::rule_stall_on_locked_region) != 0);
  as_command(1, vocab::AsCommand::unlock);
  settle();
  CHECK(vm.get32(kDataVa + 0x40) == 9);
  CHECK(vm.get64(kDataVa) == 1);
}

TEST_CASE_FIXTURE(BootedDriver, "CS: an endless stream costs few events and can be terminated") {
  using namespace isa;
  prepare_slot(0, 15);
  stream_at(kStreamVa, {encode_branch(-1, Condition::always, 0)});
  push(0, job(kStreamVa, 8));
  request_csg(0, kStart, fw::kCsgEpCfg);
  const std::uint64_t before = machine.events_run();
  wait(5 * vocab::kSec);
  CHECK(machine.events_run() - before < 5000);
  CHECK(count(ObservationKind::budget_exhausted) == 1);
  request_csg(0, 0, 0);
  settle();
  CHECK(csg_state(0) == 0);
  CHECK(machine.at_rest());
}

TEST_CASE_FIXTURE(BootedDriver, "GLB: IDLE comes once all slots were idle for the idle timer") {
  prepare_slot(0, 15);
  stream_at(kStreamVa, compute(1000));
  push(0, job(kStreamVa, 40));
  start_slot(0);
  CHECK(glb_pending(fw::kGlbIdle));
  const auto event = nth(ObservationKind::glb_event);
  CHECK(event.a == fw::kGlbIdle);
  CHECK(event.at.ns > kMs);
}

TEST_CASE_FIXTURE(BootedDriver, "CSG: a start leaves a CS alone whose doorbell was not rung") {
  prepare_slot(0, 15);
  stream_at(kStreamVa, compute(10));
  push(0, job(kStreamVa, 40));
  mcu.set32(csg_in(0, 0), kStart);
  name_slot(0);
  settle();
  CHECK(csg_state(0) == kStart);
  CHECK(extract(0) == 0);
  name_streams(0);
  name_slot(0);
  settle();
  CHECK(extract(0) == insert(0));
}

TEST_CASE_FIXTURE(BootedDriver, "CSG: work for which the group may use no core never starts") {
  prepare_slot(0, 15);
  mcu.set64(csg_in(0, fw::csg_input::kAllowCompute), 0);
  stream_at(kStreamVa, compute(10));
  push(0, job(kStreamVa, 40));
  start_slot(0);
  CHECK(count(ObservationKind::run_started) == 2);  // a flush, and the compute work
  CHECK(count(ObservationKind::run_ended) == 1);
}

TEST_CASE_FIXTURE(BootedDriver, "CSG: STATUS_UPDATE acks after the status words are current") {
  prepare_slot(0, 15);
  stream_at(kStreamVa, compute(1000));
  push(0, job(kStreamVa, 40));
  request_csg(0, kStart, fw::kCsgEpCfg);
  wait(200 * kUs);
  request_csg(0, kStart, fw::kCsgStatusUpdate);
  wait(22 * kUs);
  CHECK(((mcu.get32(csg_in(0, 0)) ^ mcu.get32(csg_out(0, 0))) & fw::kCsgStatusUpdate) == 0);
  CHECK(mcu.get32(cs_out(0, 0, fw::cs_output::kStatusScoreboards)) == 4);
  CHECK(mcu.get32(cs_out(0, 0, fw::cs_output::kStatusBlockedReason)) == 1);
}

}  // namespace protm::gpu
