// SPDX-License-Identifier: GPL-2.0-only
// Protected mode: PROTM_ENTER is sampled, acked, becomes active, ends and is reported. What no
// source decides is a switch (vocab/machine_config.h).
// Assumption: a region ends when its instructions are consumed and the work they started is done;
// a CS that was thrown out while blocked on a sync object asks again once the object allows it;
// CS of the same group that are outside a region stand still as other groups do.
// Source: facts-fw.md 9.2, 9.6; v1-on-real-kernel.md for the answers to an empty entry.
#include "gpu-model/src/firmware.h"

namespace protm::gpu {

namespace fw = vocab::fw;
using vocab::AckTarget;
using vocab::EmptyEnter;
using vocab::ExitCause;
using vocab::FaultKind;
using vocab::Latency;
using vocab::ObservationKind;
using vocab::Switch;

namespace {

constexpr std::uint64_t kProtmMagic = 0x70726f746d726567;
/// Cs::allowed of a CS that left its region and has to ask again.
constexpr std::uint32_t kAskAgain = 2;

}  // namespace

bool Firmware::group_allowed(std::uint32_t slot) {
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    if (cs_of(slot, cs).allowed == 1) return true;
  }
  return false;
}

bool Firmware::group_granted(std::uint32_t slot) {
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    const Cs& c = cs_of(slot, cs);
    if (c.allowed == 1 && c.raised != 0) return true;
  }
  return false;
}

bool Firmware::pend_acked(std::uint32_t slot, std::uint32_t cs) {
  const std::uint32_t req = load32(cs_in(slot, cs, fw::cs_input::kReq));
  const std::uint32_t ack = load32(cs_out(slot, cs, fw::cs_output::kAck));
  return ((req ^ ack) & fw::kCsProtmPend) == 0;
}

void Firmware::note_pend_acks(std::uint32_t slot) {
  if (slots_[slot].active == 0) return;
  for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
    Cs& c = cs_of(slot, cs);
    if (c.waiting == 0 || c.ack_seen != 0 || !pend_acked(slot, cs)) continue;
    c.ack_seen = 1;
    const bool late = core_.protm != ProtmState::normal;
    core_.observe(ObservationKind::protm_pend_acked, slot, cs, 0, late ? 1 : 0);
    if (!late) continue;
    core_.observe(ObservationKind::rule_pend_acked_after_sample, slot, cs);
    if (!core_.yes(Switch::acks_noticed_inside) || core_.protm == ProtmState::exiting) continue;
    c.allowed = 1;
    ++entry_.allowed;
    if (core_.protm == ProtmState::active) enter_region(slot, cs);
  }
}

void Firmware::check_protm_buffer(std::uint32_t slot) {
  const std::uint64_t va = slots_[slot].protm_suspend_buf;
  const Translation t = mmu_.probe(vocab::AsNr{0}, va);
  const bool good =
      va != 0 && t.result == WalkResult::ok && core_.ram.kind(t.pa) == PageKind::protected_memory;
  if (!good) core_.observe(ObservationKind::rule_protm_buffer_missing, slot, 0, va);
}

void Firmware::sample_enter() {
  Entry next{};
  next.serial = entry_.serial + 1;
  next.exit_owed = entry_.exit_owed;
  entry_ = next;
  std::uint64_t allowed_slots = 0;
  std::uint64_t waiting_slots = 0;
  std::uint64_t granted_slots = 0;  // where the driver answered a request
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
      Cs& c = cs_of(slot, cs);
      if (c.waiting == 0 || slots_[slot].active == 0) continue;
      ++entry_.waiting;
      waiting_slots |= 1ull << slot;
      if (!pend_acked(slot, cs)) continue;
      // What nobody asked for is not granted either: that CS resumes as it was left.
      const bool heard = c.rung != 0 || c.raised == 0;
      if (core_.yes(Switch::grant_needs_doorbell) && !heard) continue;
      c.allowed = 1;
      ++entry_.allowed;
      allowed_slots |= 1ull << slot;
      if (c.raised != 0) granted_slots |= 1ull << slot;
    }
  }
  core_.observe(ObservationKind::enter_sampled, entry_.allowed, entry_.waiting, allowed_slots,
                waiting_slots);
  check_entry_rules(allowed_slots, granted_slots);
  glb_inflight_ |= fw::kGlbProtmEnter;
  const auto empty = core_.answer<EmptyEnter>(Switch::empty_enter);
  const bool deaf = entry_.allowed == 0 && empty == EmptyEnter::never_ack;
  const auto delay = deaf ? std::nullopt : ack_delay(AckTarget::glb_protm_enter, vocab::kAnySlot);
  if (!delay) {
    entry_.ignored = 1;
    forget_allowed();
    return;
  }
  core_.protm = ProtmState::enter_requested;
  core_.after(*delay,
              {.kind = EventKind::protm_ack, .generation = mcu_generation_, .c = entry_.serial});
}

void Firmware::check_entry_rules(std::uint64_t allowed_slots, std::uint64_t granted_slots) {
  if (entry_.allowed == 0) {
    core_.observe(ObservationKind::rule_enter_without_allowed_cs, entry_.waiting);
  }
  // Firmware that does not ask again after RESUME leaves REQ equal to ACK: nobody granted that.
  if ((granted_slots & (granted_slots - 1)) != 0) {
    core_.observe(ObservationKind::rule_pend_acked_for_two_groups, 0, 0, granted_slots);
  }
  const std::uint32_t locked = mmu_.locked_as();
  if (locked != vocab::kMaxAs) {
    core_.observe(ObservationKind::rule_enter_with_locked_region, locked, 0, mmu_.lockaddr(locked));
  }
  const std::uint32_t req = load32(glb_in(fw::glb_input::kReq));
  const std::uint32_t ack = load32(glb_out(fw::glb_output::kAck));
  if (((req ^ ack) & fw::kGlbProtmExit) != 0) {
    core_.observe(ObservationKind::rule_exit_not_acked_before_enter);
  }
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (((allowed_slots >> slot) & 1) != 0) check_protm_buffer(slot);
  }
}

void Firmware::forget_allowed() {
  for (Cs& c : cs_) c.allowed = 0;
  entry_.allowed = 0;
}

void Firmware::freeze_others() {
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].active == 0) continue;
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) pause_runs(slot, cs);
    // Assumption: a group that goes in on a request of before its RESUME is saved as well. The
    // driver takes it for one of those that stay outside, and resumes it behind a reset.
    if (!group_granted(slot)) save_group(slot);
  }
  entry_.frozen = 1;
}

void Firmware::enter_acked() {
  const std::uint32_t ack = load32(glb_out(fw::glb_output::kAck));
  const bool empty = entry_.allowed == 0;
  const auto answer = core_.answer<EmptyEnter>(Switch::empty_enter);
  const bool at_once = empty && answer == EmptyEnter::exit_at_once;
  const bool out = (empty && answer == EmptyEnter::ack_never_active) ||
                   core_.play(FaultKind::ack_without_entry).has_value();
  if (!at_once && !out) freeze_others();
  glb_ack(fw::kGlbProtmEnter, ~ack);
  core_.observe(ObservationKind::enter_acked, entry_.allowed);
  if (at_once) {
    entry_.cause = static_cast<std::uint32_t>(ExitCause::empty);
    core_.protm = ProtmState::normal;
    core_.observe(ObservationKind::exit_cause, entry_.cause, 0, vocab::kAnySlot);
    exit_event(0);
    scan();
    return;
  }
  if (out) {
    core_.protm = ProtmState::normal;
    forget_allowed();
    scan();
    return;
  }
  core_.protm = ProtmState::acked;
  const auto late = core_.play(FaultKind::late_active);
  core_.after(core_.latency(Latency::protm_active) + (late ? late->value_ns : 0),
              {.kind = EventKind::protm_active, .generation = mcu_generation_, .c = entry_.serial});
}

void Firmware::enter_region(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  c.waiting = 0;
  c.allowed = 0;
  c.in_region = 1;
  c.block = static_cast<std::uint32_t>(Block::none);
  std::uint64_t left = 0;
  for (std::uint32_t i = 0; i < c.at.run_count; ++i) left += c.at.runs[i].left_ns;
  core_.observe(ObservationKind::region_started, slot, cs, c.at.region_left, left);
  arm_run(slot, cs);
  kick(slot, cs);
}

void Firmware::become_active() {
  core_.protm = ProtmState::active;
  core_.leave_from_ns = vocab::kNever;
  std::uint32_t first = vocab::kAnySlot;
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (first == vocab::kAnySlot && group_allowed(slot)) first = slot;
  }
  const bool some = first != vocab::kAnySlot;
  core_.observe(ObservationKind::protm_active, first, 0, some ? slots_[first].protm_suspend_buf : 0,
                some ? slots_[first].as : 0);
  const auto section = core_.answer<vocab::ProtSection>(Switch::prot_section_not_protected);
  const bool usable = prot_prepared_ != 0 && prot_sections_ok();
  if (section == vocab::ProtSection::fault_at_entry && !usable) raise_protm_fault();
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
      if (cs_of(slot, cs).allowed == 1) enter_region(slot, cs);
    }
  }
  if (some) plan_inside_faults();
  if (entry_.deferred != 0) {
    entry_.deferred = 0;
    const auto cause = static_cast<ExitCause>(entry_.deferred_cause);
    note_ping(entry_.deferred_bits, 1, cause == ExitCause::forced_by_ping ? 0 : 1);
    force_exit(cause, entry_.deferred_bits, entry_.deferred_slot);
    return;
  }
  const auto answer = core_.answer<EmptyEnter>(Switch::empty_enter);
  if (!some && answer != EmptyEnter::stay) begin_exit(ExitCause::empty, 0, vocab::kAnySlot);
}

void Firmware::plan_inside_faults() {
  if (const auto hit = core_.play(FaultKind::protected_fault)) {
    core_.protm_fault_hold_ns = hit->hold_ns;
    core_.after(
        hit->value_ns,
        {.kind = EventKind::protm_fault, .generation = mcu_generation_, .c = entry_.serial});
  }
  if (const auto hit = core_.play(FaultKind::as_fault_inside)) {
    core_.after(
        hit->value_ns,
        {.kind = EventKind::protm_as_fault, .generation = mcu_generation_, .c = entry_.serial});
  }
}

void Firmware::raise_protm_fault() {
  if (!core_.in_protm()) return;
  core_.hold_protm_fault();
  entry_.faulted = 1;
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) pause_runs(slot, cs);
  }
}

void Firmware::as_fault_inside() {
  if (core_.protm != ProtmState::active) return;
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
      Cs& c = cs_of(slot, cs);
      if (c.in_region == 0) continue;
      const std::uint64_t va = c.at.depth == 0 ? 0 : c.at.frames[c.at.depth - 1].pc;
      mmu_.latch_fault(vocab::AsNr{slots_[slot].as}, va, vocab::Exception::translation_fault_3,
                       Direction::read);
      pause_runs(slot, cs);
      c.block = static_cast<std::uint32_t>(Block::memory);
      return;
    }
  }
}

void Firmware::force_exit(ExitCause cause, std::uint32_t bits, std::uint32_t slot) {
  if (core_.in_protm()) core_.leave_from_ns = std::min(core_.leave_from_ns, core_.now.ns);
  if (entry_.refusing == 0) {
    if (const auto hit = core_.play(FaultKind::refuse_exit)) {
      entry_.refusing = 1;
      if (hit->value_ns != 0) {
        core_.after(
            hit->value_ns,
            {.kind = EventKind::protm_give_in, .generation = mcu_generation_, .c = entry_.serial});
      }
    }
  }
  if (entry_.refusing != 0) {
    core_.observe(ObservationKind::exit_refused, static_cast<std::uint32_t>(cause));
    return;
  }
  begin_exit(cause, bits, slot);
}

void Firmware::give_in() {
  entry_.refusing = 0;
  if (core_.protm != ProtmState::active) return;
  bool inside = false;
  for (const Cs& c : cs_) inside = inside || c.in_region != 0;
  if (!inside) {
    begin_exit(ExitCause::region_done, 0, vocab::kAnySlot);
  } else {
    scan();
  }
}

void Firmware::begin_exit(ExitCause cause, std::uint32_t bits, std::uint32_t slot) {
  if (core_.protm != ProtmState::active) return;
  core_.observe(ObservationKind::exit_cause, static_cast<std::uint32_t>(cause), bits, slot);
  entry_.cause = static_cast<std::uint32_t>(cause);
  core_.protm = ProtmState::exiting;
  core_.leave_from_ns = std::min(core_.leave_from_ns, core_.now.ns);
  const auto late = core_.play(FaultKind::late_exit);
  core_.after(core_.latency(Latency::protm_exit) + (late ? late->value_ns : 0),
              {.kind = EventKind::protm_exit, .generation = mcu_generation_, .c = entry_.serial});
}

void Firmware::region_finished(std::uint32_t slot, std::uint32_t cs) {
  cs_of(slot, cs).in_region = 0;
  core_.observe(ObservationKind::region_ended, slot, cs);
  for (const Cs& c : cs_) {
    if (c.in_region != 0) return;
  }
  if (entry_.refusing == 0) begin_exit(ExitCause::region_done, 0, slot);
}

void Firmware::region_blocked(std::uint32_t slot, std::uint32_t cs) {
  const bool fatal = cs_of(slot, cs).block == static_cast<std::uint32_t>(Block::fatal);
  for (const Cs& c : cs_) {
    if (c.in_region == 0) continue;
    const auto block = static_cast<Block>(c.block);
    if (block == Block::none || block == Block::scoreboard || block == Block::runs_full) return;
  }
  const auto rule = core_.answer<vocab::CsBlockInside>(Switch::cs_block_inside);
  if (!fatal && rule == vocab::CsBlockInside::stay) return;
  if (entry_.refusing == 0) {
    begin_exit(fatal ? ExitCause::fault : ExitCause::blocked, 0, slot);
  }
}

void Firmware::leave_region(std::uint32_t slot, std::uint32_t cs) {
  Cs& c = cs_of(slot, cs);
  const std::uint64_t va = slots_[slot].protm_suspend_buf;
  core_.observe(ObservationKind::region_unfinished, slot, cs, c.at.region_left, va);
  check_protm_buffer(slot);
  const GpuAccess image{vocab::AsNr{0}, va, Direction::write, GpuMode::protected_mode, Origin::mcu};
  if (va != 0 && mmu_.probe(vocab::AsNr{0}, va).result == WalkResult::ok) {
    (void)mmu_.store64(image, kProtmMagic);
  }
  pause_runs(slot, cs);
  c.in_region = 0;
  if (!core_.yes(Switch::region_progress_saved)) c.at = c.region_start;
  const auto block = static_cast<Block>(c.block);
  if ((block == Block::sync || block == Block::tiler) &&
      core_.yes(Switch::region_progress_saved)) {
    return;  // asks again once what it waits for allows it
  }
  c.waiting = 1;
  c.allowed = kAskAgain;
  c.block = static_cast<std::uint32_t>(Block::protm);
}

void Firmware::exit_event(std::uint32_t unfinished) {
  const bool visible = glb_event(fw::kGlbProtmExit);
  if (!visible) {
    core_.observe(ObservationKind::rule_exit_event_overrun, load32(glb_in(fw::glb_input::kReq)),
                  load32(glb_out(fw::glb_output::kAck)));
    const auto rule = core_.answer<vocab::ExitOverrun>(Switch::exit_overrun);
    if (rule == vocab::ExitOverrun::raised_after_ack) entry_.exit_owed = 1;
  }
  core_.observe(ObservationKind::protm_exit_raised, entry_.cause, unfinished, visible ? 1 : 0);
}

void Firmware::finish_exit() {
  std::uint32_t unfinished = 0;
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
      Cs& c = cs_of(slot, cs);
      if (c.in_region == 0) {
        if (c.allowed == 1) c.allowed = 0;
        continue;
      }
      ++unfinished;
      leave_region(slot, cs);
    }
  }
  core_.protm = ProtmState::normal;
  entry_.frozen = 0;
  mmu_.leave_protm();
  exit_event(unfinished);
  if (const auto hit = core_.play(FaultKind::exit_twice)) {
    core_.after(hit->value_ns, {.kind = EventKind::exit_twice, .generation = mcu_generation_});
  }
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].active == 0) continue;
    for (std::uint32_t cs = 0; cs < core_.config.cs_per_csg; ++cs) {
      if (cs_of(slot, cs).allowed == kAskAgain) raise_pend(slot, cs);
      arm_run(slot, cs);
    }
  }
  kick_all();
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) update_slot(slot);
  scan();
}

}  // namespace protm::gpu
