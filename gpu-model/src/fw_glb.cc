// SPDX-License-Identifier: GPL-2.0-only
// The global interface: what a scan after doorbell 0 finds, serves, or holds back while the GPU
// is on its way into, in, or out of protected mode.
#include "gpu-model/src/firmware.h"
#include "gpu-model/vocab/regs/job_control.h"

namespace protm::gpu {

namespace fw = vocab::fw;
using vocab::AckTarget;
using vocab::ExitCause;
using vocab::Latency;
using vocab::ObservationKind;

void Firmware::ring_doorbell(std::uint32_t page) {
  core_.observe(ObservationKind::doorbell, page);
  if (page != 0 && core_.in_protm()) {
    core_.observe(ObservationKind::rule_user_doorbell_inside, page);
  }
  const EventKind kind = page == 0 ? EventKind::doorbell_scan : EventKind::user_doorbell;
  core_.after(core_.latency(Latency::doorbell),
              {.kind = kind, .generation = mcu_generation_, .a = page});
}

std::optional<std::uint64_t> Firmware::ack_delay(AckTarget target, std::uint32_t slot) {
  const auto nr = static_cast<std::uint32_t>(target);
  if (core_.play(vocab::FaultKind::lose_ack, nr, slot)) return std::nullopt;
  const auto late = core_.play(vocab::FaultKind::late_ack, nr, slot);
  return core_.latency(Latency::ack) + (late ? late->value_ns : 0);
}

std::uint32_t Firmware::slots_with_requests(std::uint32_t named) {
  std::uint32_t found = 0;
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (((named >> slot) & 1) == 0) continue;
    const std::uint32_t req = load32(csg_in(slot, fw::csg_input::kReq));
    const std::uint32_t ack = load32(csg_out(slot, fw::csg_output::kAck));
    if (((req ^ ack) & fw::kCsgReqMask & ~slots_[slot].inflight) != 0) found |= 1u << slot;
  }
  return found;
}

Firmware::Requests Firmware::find_requests() {
  Requests r{};
  r.req = load32(glb_in(fw::glb_input::kReq));
  const std::uint32_t ack = load32(glb_out(fw::glb_output::kAck));
  if (mcu_ != vocab::McuState::enabled) return r;  // its memory is gone: what it read are no words
  const bool state_field = version_ >= fw::kVersionGlbState;
  r.glb = (r.req ^ ack) & fw::kGlbReqMask & ~fw::kGlbHalt;
  bool halt = (r.req & fw::kGlbHalt) != 0;
  if (state_field) {
    halt = vocab::Word<fw::GlbReq>(r.req)[fw::GlbReq::state] ==
           static_cast<std::uint32_t>(fw::GlbState::halt);
    // HALT is acked by the halt itself, the way back at once.
    if (!halt && ((r.req ^ ack) & fw::kGlbStateMask) != 0) r.glb |= fw::kGlbStateMask;
  }
  if ((glb_inflight_ & fw::kGlbProtmEnter) != 0 && (r.glb & fw::kGlbProtmEnter) == 0) {
    core_.observe(ObservationKind::rule_enter_while_pending, r.req, ack);
    if (entry_.ignored != 0) glb_inflight_ &= ~fw::kGlbProtmEnter;
    entry_.ignored = 0;
  }
  r.glb &= ~glb_inflight_;
  const std::uint32_t all = static_cast<std::uint32_t>((std::uint64_t{1} << slots_.size()) - 1);
  r.named = (load32(glb_in(fw::glb_input::kDoorbellReq)) ^
             load32(glb_out(fw::glb_output::kDoorbellAck))) &
            all;
  if (!halt) halt_seen_ = 0;
  r.halt = halt && halt_seen_ == 0 ? 1 : 0;
  return r;
}

void Firmware::scan() {
  if (mcu_ != vocab::McuState::enabled) return;
  const Requests r = find_requests();
  if (mcu_ != vocab::McuState::enabled) return;  // its memory is gone, it saw nothing
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) note_pend_acks(slot);
  if (entry_.exit_owed != 0) {
    const std::uint32_t ack = load32(glb_out(fw::glb_output::kAck));
    if (((r.req ^ ack) & fw::kGlbProtmExit) == 0) {
      entry_.exit_owed = 0;
      (void)glb_event(fw::kGlbProtmExit);
    }
  }
  if (core_.protm == ProtmState::normal) {
    serve(r);
  } else {
    hold_back(r);
  }
}

void Firmware::note_ping(std::uint32_t glb_diff, std::uint32_t inside, std::uint32_t other) {
  if ((glb_diff & fw::kGlbPing) == 0 || ping_noted_ != 0) return;
  ping_noted_ = 1;
  core_.observe(ObservationKind::ping_sampled, inside, other);
  if (inside != 0) core_.observe(ObservationKind::rule_ping_inside, other);
}

void Firmware::hold_back(const Requests& r) {
  const std::uint32_t csgs = slots_with_requests(r.named);
  const std::uint32_t glb = r.glb & ~fw::kGlbPing;
  const bool other = csgs != 0 || glb != 0 || r.halt != 0;
  if (core_.in_protm()) note_ping(r.glb, 1, other ? 1 : 0);
  ExitCause cause = ExitCause::forced_by_ping;
  std::uint32_t bits = r.glb;
  std::uint32_t slot = vocab::kAnySlot;
  if (csgs != 0) {
    cause = ExitCause::forced_by_csg_request;
    while (((csgs >> (slot + 1)) & 1) == 0) ++slot;  // kAnySlot + 1 wraps to slot 0
    ++slot;
    bits =
        (load32(csg_in(slot, fw::csg_input::kReq)) ^ load32(csg_out(slot, fw::csg_output::kAck))) &
        fw::kCsgReqMask;
  } else if (glb != 0 || r.halt != 0) {
    cause = ExitCause::forced_by_glb_request;
    bits |= r.halt;
  } else if (r.glb == 0) {
    if (!core_.yes(vocab::Switch::bare_doorbell_is_request)) return;
    cause = ExitCause::forced_by_doorbell;
  }
  for (std::uint32_t s = 0; s < slots_.size(); ++s) {
    if (((csgs >> s) & 1) == 0) continue;
    const std::uint32_t req = load32(csg_in(s, fw::csg_input::kReq));
    const std::uint32_t ack = load32(csg_out(s, fw::csg_output::kAck));
    if (((req ^ ack) & fw::kCsgStatusUpdate) != 0) {
      core_.observe(ObservationKind::status_update_sampled, s, core_.in_protm() ? 1 : 0);
    }
  }
  if (core_.protm == ProtmState::active) {
    force_exit(cause, bits, slot);
  } else if (core_.protm != ProtmState::exiting && entry_.deferred == 0) {
    entry_.deferred = 1;
    entry_.deferred_cause = static_cast<std::uint32_t>(cause);
    entry_.deferred_bits = bits;
    entry_.deferred_slot = slot;
  } else {
    entry_.deferred_bits |= r.glb;
  }
}

void Firmware::serve(const Requests& r) {
  if (r.glb != 0) core_.observe(ObservationKind::glb_request, r.glb, 0);
  note_ping(r.glb, 0, 0);
  if ((r.glb & fw::kGlbPing) != 0) glb_request(AckTarget::glb_ping, fw::kGlbPing, r.req);
  const std::uint32_t other = r.glb & ~(fw::kGlbPing | fw::kGlbProtmEnter);
  if (other != 0) glb_request(AckTarget::glb_other, other, r.req);
  store32(glb_out(fw::glb_output::kDoorbellAck), load32(glb_in(fw::glb_input::kDoorbellReq)));
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (((r.named >> slot) & 1) != 0) scan_csg(slot);
  }
  if (r.halt != 0) {
    halt_seen_ = 1;
    if (const auto delay = ack_delay(AckTarget::glb_halt, vocab::kAnySlot)) {
      core_.after(*delay, {.kind = EventKind::mcu_halted, .generation = mcu_generation_});
    }
    return;
  }
  if ((r.glb & fw::kGlbProtmEnter) != 0) sample_enter();
}

void Firmware::glb_request(AckTarget target, std::uint32_t bits, std::uint32_t req) {
  glb_inflight_ |= bits;
  if ((bits & fw::kGlbCfgAllocEn) != 0) enabled_cores_ = load64(glb_in(fw::glb_input::kCoreEnMask));
  if (const auto delay = ack_delay(target, vocab::kAnySlot)) {
    core_.after(
        *delay,
        {.kind = EventKind::glb_ack, .generation = mcu_generation_, .a = bits, .b = req & bits});
  }
}

void Firmware::glb_ack(std::uint32_t bits, std::uint32_t values) {
  const std::uint32_t ack = load32(glb_out(fw::glb_output::kAck));
  store32(glb_out(fw::glb_output::kAck), (ack & ~bits) | (values & bits));
  glb_inflight_ &= ~bits;
  read_timers(bits);
  core_.observe(ObservationKind::glb_ack, bits);
  if ((bits & fw::kGlbPing) != 0) {
    ping_noted_ = 0;
    core_.observe(ObservationKind::ping_acked);
  }
  if ((load32(glb_in(fw::glb_input::kAckIrqMask)) & bits) != 0) {
    core_.job.raise(vocab::kJobIrqGlb);
  }
}

bool Firmware::glb_event(std::uint32_t bit) {
  const std::uint32_t req = load32(glb_in(fw::glb_input::kReq));
  const std::uint32_t ack = load32(glb_out(fw::glb_output::kAck));
  if (((req ^ ack) & bit) != 0) return false;
  store32(glb_out(fw::glb_output::kAck), ack ^ bit);
  core_.observe(ObservationKind::glb_event, bit);
  if ((load32(glb_in(fw::glb_input::kAckIrqMask)) & bit) != 0) {
    core_.job.raise(vocab::kJobIrqGlb);
  }
  return true;
}

void Firmware::update_glb_idle() {
  for (const Slot& s : slots_) {
    if (s.active != 0 && s.idle == 0) {
      glb_busy_ = 1;
      ++idle_serial_;
      return;
    }
  }
  if (glb_busy_ == 0) return;
  if ((load32(glb_in(fw::glb_input::kReq)) & fw::kGlbIdleEn) == 0) return;
  glb_busy_ = 0;
  const std::uint64_t ns = timer_ns(fw::glb_input::kIdleTimer, core_.config.timestamp_hz);
  core_.after(ns + core_.latency(Latency::ack),
              {.kind = EventKind::glb_idle, .generation = mcu_generation_, .c = idle_serial_});
}

}  // namespace protm::gpu
