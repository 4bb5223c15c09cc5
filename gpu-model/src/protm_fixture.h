// SPDX-License-Identifier: GPL-2.0-only
// Fixture of the protected-mode tests: a booted machine with protected and normal jobs.
// Leaves out: what test_driver.h leaves out.
// Source: facts-fw.md 9.2.
#pragma once

#include "gpu-model/src/test_driver.h"

namespace protm::gpu {

using vocab::EmptyEnter;
using vocab::ExitCause;
using vocab::FaultKind;
using vocab::kMs;
using vocab::kUs;
using vocab::Switch;

inline constexpr std::uint32_t kStart = static_cast<std::uint32_t>(fw::CsgState::start);
inline constexpr std::uint32_t kSuspend = static_cast<std::uint32_t>(fw::CsgState::suspend);
inline constexpr std::uint32_t kResume = static_cast<std::uint32_t>(fw::CsgState::resume);
inline constexpr std::uint64_t kProtDataVa = 0x400000;
inline constexpr std::uint32_t kStreamBytes = 512;  // room for the stream of one slot

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
    push(slot, {encode_move48(92, kStreamVa + slot * kStreamBytes), encode_move32(94, bytes),
                encode_call(92, 94), encode_wait(0xff), encode_move48(92, kDataVa + slot * 16),
                encode_move48(94, 1), encode_sync_add64(92, 94, ErrorPropagate::yes),
                encode_error_barrier()});
  }
  void put_stream(std::uint32_t slot, const std::vector<std::uint64_t>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      vm.set64(kStreamVa + slot * kStreamBytes + 8 * i, words[i]);
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

inline constexpr std::uint64_t kToActive = (2 + 20 + 50) * kUs;

}  // namespace protm::gpu
