// SPDX-License-Identifier: GPL-2.0-only
// Command streams as the host sees them: requests, events, status words, timed work.
#include <algorithm>

#include "gpu-model/src/firmware.h"
#include "gpu-model/vocab/regs/job_control.h"

namespace protm::gpu {

namespace fw = vocab::fw;
using vocab::Exception;
using vocab::ObservationKind;

namespace {

/// The bit of Slot::barred that keeps work of this opcode from ever starting.
std::uint64_t bar_of(std::uint32_t opcode) {
  switch (static_cast<vocab::cs::Opcode>(opcode)) {
    case vocab::cs::Opcode::run_compute:
    case vocab::cs::Opcode::run_compute_indirect:
      return kBarsCompute;
    case vocab::cs::Opcode::run_fragment:
      return kBarsFragment;
    case vocab::cs::Opcode::run_tiling:
    case vocab::cs::Opcode::run_idvs:
      return kBarsTiling;
    default:
      return 0;
  }
}

}  // namespace

void Firmware::cs_level(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  const std::uint32_t req = load32(cs_in(slot, cs, fw::cs_input::kReq));
  const std::uint32_t ack = load32(cs_out(slot, cs, fw::cs_output::kAck));
  const auto state = vocab::Word<fw::CsReq>(req)[fw::CsReq::state];
  if (state == fw::CsState::start && c.active == 0) {
    c = Cs{};
    c.active = 1;
    const std::uint64_t input = load64(cs_in(slot, cs, fw::cs_input::kRingbufInput));
    const std::uint64_t output = load64(cs_in(slot, cs, fw::cs_input::kRingbufOutput));
    c.at.extract = load64(input + fw::ring::kExtractInit);
    store64(output + fw::ring::kExtract, c.at.extract);
    store32(output + fw::ring::kActive, 1);
    core_.observe(ObservationKind::cs_started, slot, cs,
                  load64(cs_in(slot, cs, fw::cs_input::kRingbufBase)),
                  load32(cs_in(slot, cs, fw::cs_input::kRingbufSize)));
    kick(slot, cs);
  } else if (state == fw::CsState::stop && c.active != 0) {
    core_.observe(ObservationKind::cs_stopped, slot, cs);
    c = Cs{};
  }
  if (((req ^ ack) & fw::kCsFault) == 0) c.fault_told = 0;
  const std::uint32_t changed = (req ^ ack) & fw::kCsLevelMask;
  if (changed == 0) return;
  store32(cs_out(slot, cs, fw::cs_output::kAck),
          (ack & ~fw::kCsLevelMask) | (req & fw::kCsLevelMask));
  if ((load32(cs_in(slot, cs, fw::cs_input::kAckIrqMask)) & changed) != 0) {
    core_.job.raise(vocab::job_irq_csg(slot));
  }
}

void Firmware::cs_requests(std::uint32_t slot, std::uint32_t mask) {
  if (slots_[slot].active == 0) return;
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    if (((mask >> cs) & 1) == 0) continue;
    cs_level(slot, cs);
    kick(slot, cs);
  }
}

void Firmware::cs_event(std::uint32_t slot, std::uint32_t cs, std::uint32_t bit) {
  const std::uint32_t req = load32(cs_in(slot, cs, fw::cs_input::kReq));
  const std::uint32_t ack = load32(cs_out(slot, cs, fw::cs_output::kAck));
  if (((req ^ ack) & bit) == 0) store32(cs_out(slot, cs, fw::cs_output::kAck), ack ^ bit);
  const std::uint32_t irq_req = load32(csg_out(slot, fw::csg_output::kCsIrqReq));
  const std::uint32_t irq_ack = load32(csg_in(slot, fw::csg_input::kCsIrqAck));
  if ((((irq_req ^ irq_ack) >> cs) & 1) == 0) {
    store32(csg_out(slot, fw::csg_output::kCsIrqReq), irq_req ^ (1u << cs));
  }
  if ((load32(cs_in(slot, cs, fw::cs_input::kAckIrqMask)) & bit) != 0) {
    core_.job.raise(vocab::job_irq_csg(slot));
  }
}

std::uint32_t Firmware::busy_scoreboards(const Cs& c) const {
  std::uint32_t mask = 0;
  for (std::uint32_t i = 0; i < c.at.run_count; ++i) mask |= 1u << c.at.runs[i].scoreboard;
  return mask;
}

void Firmware::update_status(std::uint32_t slot, std::uint32_t cs) {
  const Cs& c = cs_of(slot, cs);
  const auto block = static_cast<Block>(c.block);
  const std::uint64_t base = load64(cs_in(slot, cs, fw::cs_input::kRingbufBase));
  const std::uint32_t size = load32(cs_in(slot, cs, fw::cs_input::kRingbufSize));
  const std::uint64_t ring_pc = size == 0 ? base : base + (c.at.extract & (size - 1));
  store64(cs_out(slot, cs, fw::cs_output::kStatusCmdPtr),
          c.at.depth == 0 ? ring_pc : c.at.frames[c.at.depth - 1].pc);
  auto wait = vocab::Word<fw::CsStatusWait>{};
  auto reason = fw::BlockedReason::unblocked;
  if (block == Block::scoreboard || block == Block::runs_full) {
    wait = wait.with(fw::CsStatusWait::sb_mask, c.wait_mask).with(fw::CsStatusWait::sb_source, 8);
    reason = fw::BlockedReason::sb_wait;
  } else if (block == Block::sync) {
    wait = wait.with(fw::CsStatusWait::sync_wait, true)
               .with(fw::CsStatusWait::sync_64b, c.sync_64 != 0)
               .with(fw::CsStatusWait::sync_condition, c.sync_condition);
    reason = fw::BlockedReason::sync_wait;
  }
  if (c.waiting != 0) wait = wait.with(fw::CsStatusWait::protm_pend, true);
  store32(cs_out(slot, cs, fw::cs_output::kStatusWait), wait.raw());
  store32(cs_out(slot, cs, fw::cs_output::kStatusReqResource), c.req_resource);
  store64(cs_out(slot, cs, fw::cs_output::kStatusWaitSyncPtr), c.sync_va);
  store32(cs_out(slot, cs, fw::cs_output::kStatusWaitSyncValue),
          static_cast<std::uint32_t>(c.sync_value));
  store32(cs_out(slot, cs, fw::cs_output::kStatusWaitSyncValueHi),
          static_cast<std::uint32_t>(c.sync_value >> 32));
  store32(cs_out(slot, cs, fw::cs_output::kStatusScoreboards), busy_scoreboards(c));
  store32(cs_out(slot, cs, fw::cs_output::kStatusBlockedReason),
          static_cast<std::uint32_t>(reason));
}

bool Firmware::cs_idle(std::uint32_t slot, std::uint32_t cs) {
  const Cs& c = cs_of(slot, cs);
  const std::uint32_t req = load32(cs_in(slot, cs, fw::cs_input::kReq));
  const auto block = static_cast<Block>(c.block);
  if (block == Block::fatal) return true;
  if (c.at.run_count != 0 || c.in_region != 0) return false;
  if (c.waiting != 0) {
    return (req & fw::kCsIdleProtmPend) != 0 || core_.yes(vocab::Switch::pend_counts_as_idle);
  }
  if (block == Block::sync) return (req & fw::kCsIdleSyncWait) != 0;
  if (block != Block::none || c.at.depth != 0) return false;
  const std::uint64_t input = load64(cs_in(slot, cs, fw::cs_input::kRingbufInput));
  const bool empty = load64(input + fw::ring::kInsert) == c.at.extract;
  return empty && (req & fw::kCsIdleEmpty) != 0;
}

void Firmware::kick(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  if (c.active == 0 || c.step_queued != 0) return;
  if (c.block == static_cast<std::uint32_t>(Block::fatal)) return;
  c.step_queued = 1;
  core_.after(core_.latency(vocab::Latency::instruction), {.kind = EventKind::cs_step,
                                                           .generation = mcu_generation_,
                                                           .a = slot,
                                                           .b = cs,
                                                           .c = slots_[slot].generation});
}

void Firmware::kick_slot(std::uint32_t slot) {
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) kick(slot, cs);
}

void Firmware::kick_all() {
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) kick_slot(slot);
}

void Firmware::kick_sync_waiters() {
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
      if (cs_of(slot, cs).block == static_cast<std::uint32_t>(Block::sync)) kick(slot, cs);
    }
  }
}

void Firmware::raise_pend(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  c.waiting = 1;
  c.allowed = 0;
  c.ack_seen = 0;
  c.raised = 1;
  c.rung = 0;
  c.block = static_cast<std::uint32_t>(Block::protm);
  core_.observe(ObservationKind::protm_pend, slot, cs, slots_[slot].protm_suspend_buf,
                slots_[slot].as);
  cs_event(slot, cs, fw::kCsProtmPend);
}

void Firmware::start_run(std::uint32_t slot, std::uint32_t cs, std::uint32_t opcode,
                         std::uint32_t scoreboard, std::uint64_t ns) {
  Cs& c = cs_of(slot, cs);
  c.at.runs[c.at.run_count++] = Run{ns == 0 ? 1 : ns, 0, opcode, scoreboard & 0xf};
  core_.observe(ObservationKind::run_started, slot, cs, opcode, ns);
  arm_run(slot, cs);
  note_progress(slot);
}

void Firmware::arm_run(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  if (c.at.run_count == 0 || c.at.runs[0].ends_at != 0) return;
  if (entry_.frozen != 0 && c.in_region == 0) return;
  if (!cores_on()) return;
  Run& run = c.at.runs[0];
  if ((slots_[slot].barred & bar_of(run.opcode)) != 0) return;  // waits for a core for ever
  core_.after(run.left_ns, {.kind = EventKind::run_done,
                            .generation = mcu_generation_,
                            .a = slot,
                            .b = cs,
                            .c = slots_[slot].generation});
  run.ends_at = core_.now.ns + run.left_ns;
}

void Firmware::pause_runs(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  if (c.at.run_count == 0 || c.at.runs[0].ends_at == 0) return;
  Run& run = c.at.runs[0];
  run.left_ns = run.ends_at > core_.now.ns ? run.ends_at - core_.now.ns : 1;
  run.ends_at = 0;
}

void Firmware::run_done(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  // An end that was planned before a pause is not the end.
  if (c.at.run_count == 0 || c.at.runs[0].ends_at != core_.now.ns) return;
  core_.observe(ObservationKind::run_ended, slot, cs, c.at.runs[0].opcode);
  std::copy(c.at.runs.begin() + 1, c.at.runs.begin() + c.at.run_count, c.at.runs.begin());
  c.at.runs[--c.at.run_count] = Run{};
  arm_run(slot, cs);
  slots_[slot].progress_at = 0;
  if (any_run(slot)) note_progress(slot);
  cores_idle();
  kick(slot, cs);
}

void Firmware::fatal(std::uint32_t slot, std::uint32_t cs, Exception code, std::uint64_t info) {
  Cs& c = cs_of(slot, cs);
  core_.observe(ObservationKind::cs_fatal, slot, cs, static_cast<std::uint64_t>(code), info);
  store32(cs_out(slot, cs, fw::cs_output::kFatal), static_cast<std::uint32_t>(code));
  store64(cs_out(slot, cs, fw::cs_output::kFatalInfo), info);
  c.block = static_cast<std::uint32_t>(Block::fatal);
  c.at.run_count = 0;
  c.at.runs = {};
  c.tiler_phase = 0;
  cs_event(slot, cs, fw::kCsFatal);
  if (c.in_region != 0) {
    c.in_region = 0;
    c.at.region_left = 0;
    region_blocked(slot, cs);
  }
}

void Firmware::fault(std::uint32_t slot, std::uint32_t cs, Exception code, std::uint64_t info) {
  Cs& c = cs_of(slot, cs);
  core_.observe(ObservationKind::cs_fault, slot, cs, static_cast<std::uint64_t>(code), info);
  store32(cs_out(slot, cs, fw::cs_output::kFault), static_cast<std::uint32_t>(code));
  store64(cs_out(slot, cs, fw::cs_output::kFaultInfo), info);
  c.in_error = 1;
  c.error_code = static_cast<std::uint32_t>(code);
  c.fault_told = c.in_region == 0 ? 1 : 0;
  cs_event(slot, cs, fw::kCsFault);
}

void Firmware::as_changed(std::uint32_t as) {
  if (mcu_ != vocab::McuState::enabled) return;
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].active == 0 || slots_[slot].as != as) continue;
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
      if (cs_of(slot, cs).block == static_cast<std::uint32_t>(Block::memory)) kick(slot, cs);
    }
  }
}

bool Firmware::overtaken(const Event& event) const {
  if (event.generation != mcu_generation_) return true;
  switch (event.kind) {
    case EventKind::cs_step:
    case EventKind::run_done:
    case EventKind::progress_timer:
    case EventKind::cs_requests:
      return slots_[event.a].generation != event.c;
    case EventKind::protm_ack:
    case EventKind::protm_active:
    case EventKind::protm_exit:
    case EventKind::protm_give_in:
    case EventKind::protm_fault:
    case EventKind::protm_as_fault:
      return entry_.serial != event.c;
    default:
      return false;
  }
}

void Firmware::user_doorbell(std::uint32_t page) {
  if (entry_.frozen != 0) return;
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
      if (cs_of(slot, cs).active == 0) continue;
      const auto config = vocab::Word<fw::CsConfig>(load32(cs_in(slot, cs, fw::cs_input::kConfig)));
      if (config[fw::CsConfig::doorbell] == page) kick(slot, cs);
    }
  }
}

void Firmware::run(const Event& event) {
  if (overtaken(event)) return;
  if (event.kind == EventKind::boot_done) return boot();
  if (event.kind == EventKind::mcu_disabled) return disabled();
  if (mcu_ != vocab::McuState::enabled) return;
  if (event.kind == EventKind::glb_idle) {
    if (event.c == idle_serial_) (void)glb_event(fw::kGlbIdle);
    return;
  }
  switch (event.kind) {
    case EventKind::doorbell_scan:
      return scan();
    case EventKind::user_doorbell:
      return user_doorbell(event.a);
    case EventKind::glb_ack:
      return glb_ack(event.a, event.b);
    case EventKind::mcu_halted:
      return halt();
    case EventKind::csg_ack:
      return csg_ack(event.a, event.b, static_cast<std::uint32_t>(event.c));
    case EventKind::cs_requests:
      return cs_requests(event.a, event.b);
    case EventKind::cs_step:
      return step(event.a, event.b);
    case EventKind::run_done:
      return run_done(event.a, event.b);
    case EventKind::progress_timer:
      return progress_timeout(event.a);
    case EventKind::cores_off:
      return cores_off();
    case EventKind::protm_ack:
      return enter_acked();
    case EventKind::protm_active:
      return become_active();
    case EventKind::protm_exit:
      return finish_exit();
    case EventKind::protm_give_in:
      return give_in();
    case EventKind::exit_twice:
      (void)glb_event(fw::kGlbProtmExit);
      return;
    case EventKind::protm_fault:
      return raise_protm_fault();
    case EventKind::protm_as_fault:
      return as_fault_inside();
    default:
      return;
  }
}

}  // namespace protm::gpu
