// SPDX-License-Identifier: GPL-2.0-only
// The MCU and its firmware: boot, the GLB, CSG and CS interfaces in shared memory, command
// streams, suspend and resume, and protected mode. Behaviour is the answer to requests found in
// memory after a doorbell; every ack comes at least one latency later.
// Leaves out: performance counters, trace buffers, exception handlers of streams (a tiler without
// memory faults), sleep and suspend of GLB_REQ.STATE, and what else facts-fw.md marks as kbase
// only.
// Source: facts-fw.md; switches for what nobody knows: vocab/machine_config.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "gpu-model/src/core.h"
#include "gpu-model/src/cs_state.h"
#include "gpu-model/src/gpu_control.h"
#include "gpu-model/src/mmu.h"
#include "gpu-model/vocab/cs_isa.h"
#include "gpu-model/vocab/fw_image.h"
#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/machine_fault.h"
#include "gpu-model/vocab/regs/gpu_control.h"

namespace protm::gpu {

/// A loadable section as the image lists it.
struct ImageSection {
  std::uint32_t flags;
  std::uint32_t va;
  std::uint32_t size;
  std::uint32_t data_start;
  std::uint32_t data_size;
};

/// A CS of a suspended group.
struct SavedCs {
  std::uint64_t index;
  Cs cs;
};

/// What a suspended group left behind, found again by the physical page of its buffer.
struct SavedGroup {
  explicit SavedGroup(std::pmr::memory_resource* memory) : cs(memory) {}
  std::pmr::vector<SavedCs> cs;  // those that were started
  std::uint64_t serial = 0;
};

/// PROTM_ENTER that was sampled.
struct Entry {
  std::uint64_t serial;   // events of an older entry are ignored
  std::uint32_t allowed;  // CS allowed when sampled
  std::uint32_t waiting;
  std::uint32_t cause;     // ExitCause of the exit under way
  std::uint32_t deferred;  // a request waits for the end of protected mode
  std::uint32_t deferred_cause;
  std::uint32_t deferred_bits;
  std::uint32_t deferred_slot;
  std::uint32_t refusing;   // the firmware refuses to leave
  std::uint32_t ignored;    // a PROTM_ENTER that will never be acked
  std::uint32_t faulted;    // a protected fault happened inside
  std::uint32_t exit_owed;  // an exit event waits for the host's ack (switch exit_overrun)
  std::uint32_t frozen;     // normal work stands still
};
static_assert(std::has_unique_object_representations_v<Entry>);

class Firmware {
 public:
  Firmware(Core& core, Mmu& mmu, GpuControl& gpu, std::pmr::memory_resource* memory);

  /// The image that the driver is expected to have loaded when the MCU starts. Not copied.
  void expect_image(std::span<const std::byte> image);

  // Register side.
  void write_mcu_control(std::uint32_t value);
  [[nodiscard]] std::uint32_t mcu_control() const { return mcu_control_; }
  [[nodiscard]] std::uint32_t mcu_status() const { return static_cast<std::uint32_t>(mcu_); }
  void ring_doorbell(std::uint32_t page);
  /// Soft reset: everything but the suspend buffers is lost.
  void reset();

  /// Runs one event that belongs to the firmware.
  void run(const Event& event);
  /// An AS changed: stalled accesses may go on or end.
  void as_changed(std::uint32_t as);
  /// L2 power, which the MCU needs to boot.
  void set_l2_ready(bool ready) { l2_ready_ = ready ? 1 : 0; }
  /// Whether a soft reset can end the present state (switch soft_reset_while_stuck).
  [[nodiscard]] bool reset_works() const;

 private:
  // Interface memory, AS 0.
  [[nodiscard]] std::uint32_t load32(std::uint64_t va);
  [[nodiscard]] std::uint64_t load64(std::uint64_t va);
  void store32(std::uint64_t va, std::uint32_t value);
  void store64(std::uint64_t va, std::uint64_t value);
  void mcu_fault();
  /// A word that lies in one page, where the MMU's cache knows it; nullptr: ask the MMU.
  [[nodiscard]] std::byte* word64_at(std::uint64_t va, Direction direction) const;
  [[nodiscard]] std::uint64_t glb_in(std::uint32_t field) const {
    return vocab::fw::kSharedVa + core_.config.layout.glb_input + field;
  }
  [[nodiscard]] std::uint64_t glb_out(std::uint32_t field) const {
    return vocab::fw::kSharedVa + core_.config.layout.glb_output + field;
  }
  [[nodiscard]] std::uint64_t csg_in(std::uint32_t slot, std::uint32_t field) const {
    const auto& l = core_.config.layout;
    return vocab::fw::kSharedVa + l.csg_input + std::uint64_t{slot} * l.csg_io_stride + field;
  }
  [[nodiscard]] std::uint64_t csg_out(std::uint32_t slot, std::uint32_t field) const {
    const auto& l = core_.config.layout;
    return vocab::fw::kSharedVa + l.csg_output + std::uint64_t{slot} * l.csg_io_stride + field;
  }
  [[nodiscard]] std::uint64_t cs_in(std::uint32_t slot, std::uint32_t cs,
                                    std::uint32_t field) const {
    const auto& l = core_.config.layout;
    return csg_in(slot, 0) + l.cs_input + std::uint64_t{cs} * l.cs_io_stride + field;
  }
  [[nodiscard]] std::uint64_t cs_out(std::uint32_t slot, std::uint32_t cs,
                                     std::uint32_t field) const {
    const auto& l = core_.config.layout;
    return csg_in(slot, 0) + l.cs_output + std::uint64_t{cs} * l.cs_io_stride + field;
  }

  // mcu.cc
  void boot();
  void disabled();
  [[nodiscard]] std::optional<vocab::BootProblem> boot_problem();
  [[nodiscard]] bool section_loaded(const ImageSection& section);
  /// Whether data that the image wants cleared was, at its end.
  [[nodiscard]] bool tails_are_clear();
  [[nodiscard]] bool prot_sections_ok() const;
  /// Whether nothing is left in memory of an earlier boot.
  [[nodiscard]] bool is_cold();
  void prepare_protm();
  void publish_interfaces();
  void clear_acks();
  void drop_slots();
  void set_mcu(vocab::McuState state);

  // fw_glb.cc
  void scan();
  /// Requests that a scan found.
  struct Requests {
    std::uint32_t req;    // GLB_REQ
    std::uint32_t glb;    // its bits that differ and are not in flight
    std::uint32_t named;  // slots named by doorbell_req
    std::uint32_t halt;   // HALT went up
  };
  [[nodiscard]] Requests find_requests();
  void serve(const Requests& r);
  void hold_back(const Requests& r);
  void note_ping(std::uint32_t glb_diff, std::uint32_t inside, std::uint32_t other);
  [[nodiscard]] std::uint32_t slots_with_requests(std::uint32_t named);
  void glb_request(vocab::AckTarget target, std::uint32_t bits, std::uint32_t req);
  void glb_ack(std::uint32_t bits, std::uint32_t values);
  [[nodiscard]] bool glb_event(std::uint32_t bit);
  void halt();
  void update_glb_idle();
  [[nodiscard]] std::optional<std::uint64_t> ack_delay(vocab::AckTarget target, std::uint32_t slot);

  // fw_csg.cc
  void scan_csg(std::uint32_t slot);
  void csg_ack(std::uint32_t slot, std::uint32_t bits, std::uint32_t req);
  void postpone_csg_ack(std::uint32_t slot, std::uint32_t bits, std::uint32_t req);
  void change_state(std::uint32_t slot, vocab::fw::CsgState from, vocab::fw::CsgState to);
  void start_group(std::uint32_t slot);
  void stop_group(std::uint32_t slot);
  void save_group(std::uint32_t slot);
  void resume_group(std::uint32_t slot);
  void read_slot_config(std::uint32_t slot);
  void check_priorities(std::uint32_t slot);
  void csg_event(std::uint32_t slot, std::uint32_t bit);
  void csg_irq(std::uint32_t slot, std::uint32_t bits);
  void update_slot(std::uint32_t slot);
  void write_status(std::uint32_t slot);
  void start_streams(std::uint32_t slot);
  void withdraw_pend(std::uint32_t slot);

  // fw_cs.cc
  [[nodiscard]] bool overtaken(const Event& event) const;
  void user_doorbell(std::uint32_t page);
  [[nodiscard]] Cs& cs_of(std::uint32_t slot, std::uint32_t cs) {
    return cs_[slot * core_.config.cs_per_csg + cs];
  }
  void cs_requests(std::uint32_t slot, std::uint32_t mask);
  void cs_level(std::uint32_t slot, std::uint32_t cs);
  void cs_event(std::uint32_t slot, std::uint32_t cs, std::uint32_t bit);
  void update_status(std::uint32_t slot, std::uint32_t cs);
  [[nodiscard]] bool cs_idle(std::uint32_t slot, std::uint32_t cs);
  void kick(std::uint32_t slot, std::uint32_t cs);
  void kick_slot(std::uint32_t slot);
  void kick_all();
  void kick_sync_waiters();
  void raise_pend(std::uint32_t slot, std::uint32_t cs);
  void start_run(std::uint32_t slot, std::uint32_t cs, std::uint32_t opcode,
                 std::uint32_t scoreboard, std::uint64_t ns);
  void arm_run(std::uint32_t slot, std::uint32_t cs);
  void pause_runs(std::uint32_t slot, std::uint32_t cs);
  void run_done(std::uint32_t slot, std::uint32_t cs);
  [[nodiscard]] std::uint32_t busy_scoreboards(const Cs& c) const;
  void fatal(std::uint32_t slot, std::uint32_t cs, vocab::Exception code, std::uint64_t info);
  void fault(std::uint32_t slot, std::uint32_t cs, vocab::Exception code, std::uint64_t info);

  // cs_exec.cc: what an instruction tells the loop.
  enum class Outcome : std::uint32_t { next, blocked };
  void step(std::uint32_t slot, std::uint32_t cs);
  [[nodiscard]] bool may_run(const Cs& c) const;
  [[nodiscard]] bool fetch(std::uint32_t slot, std::uint32_t cs, std::uint64_t& word);
  void close_frames(std::uint32_t slot, std::uint32_t cs);
  Outcome execute(std::uint32_t slot, std::uint32_t cs, const vocab::cs::Instruction& i);
  void exec_registers(Cs& c, const vocab::cs::Instruction& i);
  Outcome exec_flow(std::uint32_t slot, std::uint32_t cs, const vocab::cs::Instruction& i);
  Outcome exec_memory(std::uint32_t slot, std::uint32_t cs, const vocab::cs::Instruction& i);
  Outcome exec_sync(std::uint32_t slot, std::uint32_t cs, const vocab::cs::Instruction& i);
  Outcome exec_sync_wait(std::uint32_t slot, std::uint32_t cs, const vocab::cs::Instruction& i);
  Outcome exec_run(std::uint32_t slot, std::uint32_t cs, const vocab::cs::Instruction& i);
  Outcome exec_call(std::uint32_t slot, std::uint32_t cs, const vocab::cs::Instruction& i);
  Outcome exec_region(std::uint32_t slot, std::uint32_t cs, const vocab::cs::Instruction& i);
  Outcome memory_result(std::uint32_t slot, std::uint32_t cs, WalkResult result);
  [[nodiscard]] GpuAccess access_of(std::uint32_t slot, const Cs& c, std::uint64_t va,
                                    Direction direction, Origin origin) const;
  [[nodiscard]] bool sync_wait_met(std::uint32_t slot, Cs& c, WalkResult& result);

  // fw_tiler.cc
  Outcome exec_tiling(std::uint32_t slot, std::uint32_t cs);
  Outcome exec_heap_op(std::uint32_t slot, std::uint32_t cs, const vocab::cs::Instruction& i);
  Outcome take_chunks(std::uint32_t slot, std::uint32_t cs);
  Outcome ask_for_chunk(std::uint32_t slot, std::uint32_t cs);
  Outcome host_answered(std::uint32_t slot, std::uint32_t cs);
  Outcome heap_word(std::uint32_t slot, std::uint32_t cs, std::uint64_t va, std::uint64_t& value);
  Outcome set_heap_word(std::uint32_t slot, std::uint32_t cs, std::uint64_t va,
                        std::uint64_t value);
  [[nodiscard]] bool oom_open(std::uint32_t slot, std::uint32_t cs);
  /// Whether a CS that was refused memory waits for fragment work of its heap that is in flight.
  [[nodiscard]] bool heap_is_held(std::uint32_t slot, std::uint32_t cs);
  /// What a CS that was thrown out of a region was blocked on allows it to go on.
  [[nodiscard]] bool may_ask_again(std::uint32_t slot, std::uint32_t cs);
  void kick_tiler_waiters();

  // fw_timers.cc
  void read_timers(std::uint32_t bits);
  [[nodiscard]] std::uint64_t timer_ns(std::uint32_t field, std::uint64_t hz);
  void note_progress(std::uint32_t slot);
  void progress_timeout(std::uint32_t slot);
  /// Whether there are cores to run on.
  bool cores_on();
  void cores_idle();
  void cores_off();
  [[nodiscard]] bool any_run(std::uint32_t slot);

  // protm.cc
  void sample_enter();
  void enter_acked();
  void become_active();
  void begin_exit(vocab::ExitCause cause, std::uint32_t bits, std::uint32_t slot);
  void force_exit(vocab::ExitCause cause, std::uint32_t bits, std::uint32_t slot);
  void finish_exit();
  void give_in();
  void enter_region(std::uint32_t slot, std::uint32_t cs);
  void check_protm_buffer(std::uint32_t slot);
  void check_entry_rules(std::uint64_t allowed_slots, std::uint64_t granted_slots);
  void forget_allowed();
  void leave_region(std::uint32_t slot, std::uint32_t cs);
  void region_finished(std::uint32_t slot, std::uint32_t cs);
  void region_blocked(std::uint32_t slot, std::uint32_t cs);
  void freeze_others();
  void plan_inside_faults();
  void exit_event(std::uint32_t unfinished);
  void raise_protm_fault();
  void as_fault_inside();
  [[nodiscard]] bool group_allowed(std::uint32_t slot);
  /// One of its CS is allowed because the driver answered its request, so the driver knows that the
  /// group is inside.
  [[nodiscard]] bool group_granted(std::uint32_t slot);
  /// CS_REQ and CS_ACK agree on PROTM_PEND.
  [[nodiscard]] bool pend_acked(std::uint32_t slot, std::uint32_t cs);
  void note_pend_acks(std::uint32_t slot);

  Core& core_;
  Mmu& mmu_;
  GpuControl& gpu_;
  std::span<const std::byte> image_;
  std::pmr::vector<ImageSection> sections_;
  std::pmr::vector<vocab::fw_image::OddWord> odd_words_;  // published last
  std::pmr::vector<Slot> slots_;
  std::pmr::vector<Cs> cs_;
  std::pmr::map<std::uint64_t, SavedGroup> saved_;  // key = PA of the suspend buffer's first page
  Entry entry_{};
  std::uint64_t save_serial_ = 0;
  std::uint64_t idle_serial_ = 0;
  std::uint64_t progress_ns_ = 0;  // 0 = the timer is off
  std::uint64_t pwroff_ns_ = 0;
  std::uint64_t enabled_cores_ = 0;  // of SHADER, since the last CFG_ALLOC_EN
  std::uint32_t cores_armed_ = 0;  // a cores_off event is on its way
  std::uint32_t halted_ = 0;         // it was, since the last boot: its data is in order
  std::uint32_t version_ = 0;   // as published, which the image may say otherwise
  std::uint32_t prot_prepared_ = 0;  // the last cold boot found the protected sections
  vocab::McuState mcu_ = vocab::McuState::disabled;
  std::uint32_t mcu_control_ = 0;
  std::uint32_t mcu_generation_ = 0;
  std::uint32_t glb_inflight_ = 0;
  std::uint32_t halt_seen_ = 0;
  std::uint32_t l2_ready_ = 0;
  std::uint32_t glb_busy_ = 0;    // something ran since the last GLB IDLE
  std::uint32_t ping_noted_ = 0;  // the present PING was reported already
};

}  // namespace protm::gpu
