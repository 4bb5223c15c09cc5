// SPDX-License-Identifier: GPL-2.0-only
// CSG slots: state changes, endpoint configuration, status updates, suspend and resume.
// A suspended group's state is kept by the machine; a recognisable image goes into the suspend
// buffer, so that RESUME from a buffer that was never written, was overwritten or was replaced is
// seen. Assumption: SUSPEND and TERMINATE withdraw PROTM_PEND and TILER_OOM events that were not
// acked. Assumption: START and RESUME look at those CS only whose doorbells were rung, and the
// CS_STATUS words hold what the last STATUS_UPDATE, SUSPEND or TERMINATE found; drivers do both.
// Source: panthor_sched.c csg_slot_prog_locked(), tick_ctx_init() (7.3).
#include "gpu-model/src/firmware.h"
#include "gpu-model/vocab/regs/job_control.h"

namespace protm::gpu {

namespace fw = vocab::fw;
using fw::CsgState;
using vocab::AckTarget;
using vocab::ObservationKind;

namespace {

constexpr std::uint64_t kSuspendMagic = 0x70726f746d737573;  // in the buffer's first word

CsgState state_of(std::uint32_t word) { return vocab::Word<fw::CsgReq>(word)[fw::CsgReq::state]; }

GpuAccess buffer_access(std::uint64_t va, Direction direction) {
  return {vocab::AsNr{0}, va, direction, GpuMode::normal, Origin::mcu};
}

}  // namespace

void Firmware::csg_irq(std::uint32_t slot, std::uint32_t bits) {
  if ((load32(csg_in(slot, fw::csg_input::kAckIrqMask)) & bits) != 0) {
    core_.job.raise(vocab::job_irq_csg(slot));
  }
}

void Firmware::csg_event(std::uint32_t slot, std::uint32_t bit) {
  const std::uint32_t req = load32(csg_in(slot, fw::csg_input::kReq));
  const std::uint32_t ack = load32(csg_out(slot, fw::csg_output::kAck));
  if (((req ^ ack) & bit) == 0) store32(csg_out(slot, fw::csg_output::kAck), ack ^ bit);
  core_.observe(ObservationKind::csg_event, slot, bit);
  csg_irq(slot, bit);
}

void Firmware::scan_csg(std::uint32_t slot) {
  Slot& s = slots_[slot];
  const std::uint32_t req = load32(csg_in(slot, fw::csg_input::kReq));
  const std::uint32_t ack = load32(csg_out(slot, fw::csg_output::kAck));
  const std::uint32_t doorbell_req = load32(csg_in(slot, fw::csg_input::kDoorbellReq));
  const std::uint32_t named = doorbell_req ^ load32(csg_out(slot, fw::csg_output::kDoorbellAck));
  store32(csg_out(slot, fw::csg_output::kDoorbellAck), doorbell_req);
  s.named |= named;
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    if ((named >> cs & 1) != 0 && pend_acked(slot, cs)) cs_of(slot, cs).rung = 1;
  }

  std::uint32_t diff = (req ^ ack) & fw::kCsgReqMask & ~s.inflight;
  if ((diff & fw::kCsgStateMask) != 0) diff |= fw::kCsgStateMask;
  if (s.inflight != 0) s.rescan = 1;
  const auto ask = [&](AckTarget target, std::uint32_t bits) {
    if ((diff & bits) == 0) return;
    s.inflight |= bits;
    if (const auto delay = ack_delay(target, slot)) {
      core_.after(*delay, {.kind = EventKind::csg_ack,
                           .generation = mcu_generation_,
                           .a = slot,
                           .b = bits,
                           .c = req});
    }
  };
  if ((diff & fw::kCsgStateMask) != 0) {
    core_.observe(ObservationKind::csg_state_sampled, slot, ack & fw::kCsgStateMask,
                  req & fw::kCsgStateMask);
  }
  if ((diff & fw::kCsgStatusUpdate) != 0) {
    core_.observe(ObservationKind::status_update_sampled, slot, 0);
  }
  ask(AckTarget::csg_state, fw::kCsgStateMask);
  ask(AckTarget::csg_ep_cfg, fw::kCsgEpCfg);
  ask(AckTarget::csg_status_update, fw::kCsgStatusUpdate);
  if (named != 0 && s.active != 0) {
    if (const auto delay = ack_delay(AckTarget::cs_state, slot)) {
      core_.after(*delay, {.kind = EventKind::cs_requests,
                           .generation = mcu_generation_,
                           .a = slot,
                           .b = named,
                           .c = s.generation});
    }
  }
}

void Firmware::csg_ack(std::uint32_t slot, std::uint32_t bits, std::uint32_t req) {
  Slot& s = slots_[slot];
  if (entry_.frozen != 0) return postpone_csg_ack(slot, bits, req);
  const std::uint32_t old = load32(csg_out(slot, fw::csg_output::kAck));
  if ((bits & fw::kCsgStateMask) != 0) {
    if ((req & fw::kCsgStateMask) > static_cast<std::uint32_t>(CsgState::resume)) {
      s.inflight &= ~bits;  // an unknown state is ignored
      return;
    }
    change_state(slot, state_of(old), state_of(req));
  }
  if ((bits & fw::kCsgEpCfg) != 0) {
    const bool new_layout = version_ >= fw::kVersionEndpointReq2;
    const auto word = [&](bool read) {
      return load32(csg_in(slot, new_layout == read ? fw::csg_input::kEndpointReq2
                                                    : fw::csg_input::kEndpointReq));
    };
    if (word(false) != s.endpoint_unread && word(true) == s.endpoint_req) {
      core_.observe(ObservationKind::rule_endpoint_word_unread, slot, 0, word(false));
    }
    s.endpoint_unread = word(false);
    s.endpoint_req = word(true);
    s.priority = vocab::Word<fw::CsgEpReq>(s.endpoint_req)[fw::CsgEpReq::priority];
    core_.observe(ObservationKind::ep_cfg_acked, slot, s.priority, s.endpoint_req);
  }
  if ((bits & fw::kCsgStatusUpdate) != 0) {
    write_status(slot);
    update_slot(slot);
  }
  // The acks of events may have changed meanwhile: read again before writing.
  const std::uint32_t ack = load32(csg_out(slot, fw::csg_output::kAck));
  store32(csg_out(slot, fw::csg_output::kAck), (ack & ~bits) | (req & bits));
  s.inflight &= ~bits;
  if ((bits & fw::kCsgStateMask) != 0) {
    s.state = req & fw::kCsgStateMask;
    core_.observe(ObservationKind::csg_state_acked, slot, old & fw::kCsgStateMask, s.state,
                  s.suspend_buf);
  }
  csg_irq(slot, bits);
  check_priorities(slot);
  update_glb_idle();
  if (s.rescan != 0 && s.inflight == 0) {
    s.rescan = 0;
    scan_csg(slot);
  }
}

void Firmware::postpone_csg_ack(std::uint32_t slot, std::uint32_t bits, std::uint32_t req) {
  // A late answer that falls into protected mode: the firmware leaves before it acts on it.
  if (core_.protm == ProtmState::active) {
    force_exit(vocab::ExitCause::forced_by_csg_request, bits, slot);
  }
  core_.after(
      core_.latency(vocab::Latency::protm_exit) + core_.latency(vocab::Latency::ack),
      {.kind = EventKind::csg_ack, .generation = mcu_generation_, .a = slot, .b = bits, .c = req});
}

void Firmware::check_priorities(std::uint32_t slot) {
  const Slot& s = slots_[slot];
  if (s.active == 0 || s.inflight != 0) return;
  for (std::uint32_t other = 0; other < slots_.size(); ++other) {
    const Slot& o = slots_[other];
    if (other == slot || o.active == 0 || o.inflight != 0 || o.priority != s.priority) continue;
    core_.observe(ObservationKind::rule_equal_priority, slot, other, s.priority);
  }
}

void Firmware::read_slot_config(std::uint32_t slot) {
  Slot& s = slots_[slot];
  s.as = load32(csg_in(slot, fw::csg_input::kConfig)) & 0xf;
  s.suspend_buf = load64(csg_in(slot, fw::csg_input::kSuspendBuf));
  s.protm_suspend_buf = load64(csg_in(slot, fw::csg_input::kProtmSuspendBuf));
  s.barred = 0;
  if (load64(csg_in(slot, fw::csg_input::kAllowCompute)) == 0) s.barred |= kBarsCompute;
  if (load64(csg_in(slot, fw::csg_input::kAllowFragment)) == 0) s.barred |= kBarsFragment;
  if (load32(csg_in(slot, fw::csg_input::kAllowOther)) == 0) s.barred |= kBarsTiling;
}

void Firmware::change_state(std::uint32_t slot, CsgState from, CsgState to) {
  Slot& s = slots_[slot];
  const bool running = s.active != 0;
  if (to == CsgState::start || to == CsgState::resume) {
    if (running) {
      core_.observe(ObservationKind::rule_start_on_running_slot, slot,
                    static_cast<std::uint32_t>(to));
      // START <-> RESUME on a running group has nothing to do.
      return;
    }
    read_slot_config(slot);
    to == CsgState::start ? start_group(slot) : resume_group(slot);
    return;
  }
  if (!running) return;
  if (to == CsgState::suspend) save_group(slot);
  stop_group(slot);
  (void)from;
}

void Firmware::start_group(std::uint32_t slot) {
  Slot& s = slots_[slot];
  s.active = 1;
  s.used = 1;
  s.idle = 0;
  s.idle_sent = 0;
  ++s.generation;
  s.progress_armed = 0;
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) cs_of(slot, cs) = Cs{};
  start_streams(slot);
  update_slot(slot);
}

void Firmware::start_streams(std::uint32_t slot) {
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    if ((slots_[slot].named >> cs & 1) != 0) {
      cs_level(slot, cs);
    } else {
      cs_of(slot, cs) = Cs{};
    }
  }
}

void Firmware::stop_group(std::uint32_t slot) {
  Slot& s = slots_[slot];
  write_status(slot);
  update_slot(slot);
  withdraw_pend(slot);
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    Cs& c = cs_of(slot, cs);
    if (c.active != 0) core_.observe(ObservationKind::cs_stopped, slot, cs);
    c = Cs{};
  }
  s.active = 0;
  s.named = 0;
  s.idle = 1;
  s.progress_at = 0;
  ++s.generation;
  s.progress_armed = 0;
  update_glb_idle();
}

void Firmware::withdraw_pend(std::uint32_t slot) {
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    const Cs& c = cs_of(slot, cs);
    std::uint32_t bits = c.waiting != 0 ? fw::kCsProtmPend : 0;
    if (c.tiler_phase == static_cast<std::uint32_t>(TilerPhase::asked)) bits |= fw::kCsTilerOom;
    if (bits == 0) continue;
    const std::uint32_t req = load32(cs_in(slot, cs, fw::cs_input::kReq));
    const std::uint32_t ack = load32(cs_out(slot, cs, fw::cs_output::kAck));
    store32(cs_out(slot, cs, fw::cs_output::kAck), (ack & ~bits) | (req & bits));
  }
}

void Firmware::save_group(std::uint32_t slot) {
  Slot& s = slots_[slot];
  const Translation t = mmu_.translate(buffer_access(s.suspend_buf, Direction::write));
  if (s.suspend_buf == 0 || t.result != WalkResult::ok) {
    core_.observe(ObservationKind::rule_suspend_buffer_missing, slot, 0, s.suspend_buf);
    return;
  }
  const std::uint64_t key = t.pa.value & ~vocab::kPageMask;
  const auto found = saved_.try_emplace(key, saved_.get_allocator().resource()).first;
  SavedGroup& group = found->second;
  group.serial = ++save_serial_;
  group.cs.clear();
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    const Cs& live = cs_of(slot, cs);
    if (live.active == 0) continue;
    Cs& copy = group.cs.emplace_back(SavedCs{cs, live}).cs;
    for (std::uint32_t i = 0; i < copy.at.run_count; ++i) {
      Run& run = copy.at.runs[i];
      if (run.ends_at != 0)
        run.left_ns = run.ends_at > core_.now.ns ? run.ends_at - core_.now.ns : 1;
      run.ends_at = 0;
    }
    copy.step_queued = 0;
    // The event goes with the slot; what the host answered meanwhile counts for nobody.
    if (copy.tiler_phase != 0) copy.tiler_phase = static_cast<std::uint32_t>(TilerPhase::takes);
    copy.allowed = 0;
    copy.ack_seen = 0;
    copy.in_region = 0;
    if (live.in_region != 0) copy.waiting = 1;
  }
  store64(s.suspend_buf, kSuspendMagic);
  store64(s.suspend_buf + 8, group.serial);
}

void Firmware::resume_group(std::uint32_t slot) {
  Slot& s = slots_[slot];
  std::uint64_t magic = 0;
  std::uint64_t serial = 0;
  const Translation t = mmu_.translate(buffer_access(s.suspend_buf, Direction::read));
  if (s.suspend_buf != 0 && t.result == WalkResult::ok) {
    magic = load64(s.suspend_buf);
    serial = load64(s.suspend_buf + 8);
  }
  const auto found = saved_.find(t.pa.value & ~vocab::kPageMask);
  if (magic != kSuspendMagic || found == saved_.end() || found->second.serial != serial) {
    core_.observe(ObservationKind::rule_resume_without_save, slot, 0, s.suspend_buf);
    start_group(slot);  // Assumption: what is in the buffer counts as a fresh state
    return;
  }
  s.active = 1;
  s.used = 1;
  s.idle = 0;
  s.idle_sent = 0;
  ++s.generation;
  s.progress_armed = 0;
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) cs_of(slot, cs) = Cs{};
  for (const SavedCs& saved : found->second.cs) {
    cs_of(slot, static_cast<std::uint32_t>(saved.index)) = saved.cs;
  }
  saved_.erase(found);
  start_streams(slot);
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    Cs& c = cs_of(slot, cs);
    if (c.active == 0) continue;
    c.block = c.waiting != 0 ? static_cast<std::uint32_t>(Block::protm)
              : c.block == static_cast<std::uint32_t>(Block::fatal) ? c.block
                                                                    : 0;
    arm_run(slot, cs);
    if (c.at.run_count != 0) note_progress(slot);
    c.raised = 0;
    if (c.waiting != 0 && core_.yes(vocab::Switch::pend_again_on_resume)) raise_pend(slot, cs);
    kick(slot, cs);
  }
  update_slot(slot);
}

void Firmware::write_status(std::uint32_t slot) {
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    if (cs_of(slot, cs).active != 0) update_status(slot, cs);
  }
}

void Firmware::update_slot(std::uint32_t slot) {
  Slot& s = slots_[slot];
  bool idle = true;
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    if (cs_of(slot, cs).active != 0) idle = idle && cs_idle(slot, cs);
  }
  if (s.active == 0) return;
  const bool held = core_.in_protm() &&
                    core_.answer<vocab::IdleEvents>(vocab::Switch::idle_events_while_active) ==
                        vocab::IdleEvents::held;
  s.idle = idle ? 1 : 0;
  store32(csg_out(slot, fw::csg_output::kStatusState), idle ? fw::kCsgStatusStateIdle : 0);
  if (!idle) s.idle_sent = 0;
  if (idle && s.idle_sent == 0 && !held) {
    s.idle_sent = 1;
    csg_event(slot, fw::kCsgIdle);
  }
  update_glb_idle();
}

}  // namespace protm::gpu
