// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/mmu.h"

namespace protm::gpu {

using vocab::AsCommand;
using vocab::AsCommandState;
using vocab::ObservationKind;

namespace {

void set_half(std::uint64_t& reg, std::uint32_t value, bool high) {
  reg = high ? (reg & 0xffffffffull) | std::uint64_t{value} << 32 : (reg & ~0xffffffffull) | value;
}

}  // namespace

std::uint32_t Mmu::read(std::uint32_t as, std::uint32_t offset) const {
  if (!known(as)) return 0;
  const As& a = as_[as];
  const bool high = (offset & 4) != 0;
  switch (offset & ~4u) {
    case vocab::kAsTranstabLo.offset:
      return half(a.shadow.transtab, high);
    case vocab::kAsMemattrLo.offset:
      return half(a.shadow.memattr, high);
    case vocab::kAsLockaddrLo.offset:
      return half(a.shadow.lockaddr, high);
    case vocab::kAsCommand.offset:
      return high ? a.fault_status : 0;
    case vocab::kAsFaultaddressLo.offset:
      return half(a.fault_va, high);
    case vocab::kAsStatus.offset:
      return high ? 0 : a.busy;
    case vocab::kAsTranscfgLo.offset:
      return half(a.shadow.transcfg, high);
    default:
      return 0;
  }
}
static_assert(vocab::kAsFaultstatus.offset == vocab::kAsCommand.offset + 4);

void Mmu::write(std::uint32_t as, std::uint32_t offset, std::uint32_t value) {
  if (!known(as)) return;
  As& a = as_[as];
  const bool high = (offset & 4) != 0;
  switch (offset & ~4u) {
    case vocab::kAsTranstabLo.offset:
      set_half(a.shadow.transtab, value, high);
      break;
    case vocab::kAsMemattrLo.offset:
      set_half(a.shadow.memattr, value, high);
      break;
    case vocab::kAsLockaddrLo.offset:
      set_half(a.shadow.lockaddr, value, high);
      break;
    case vocab::kAsTranscfgLo.offset:
      set_half(a.shadow.transcfg, value, high);
      break;
    case vocab::kAsCommand.offset:
      if (!high) command(as, value);
      break;
    default:
      break;
  }
}

void Mmu::command(std::uint32_t as, std::uint32_t value) {
  As& a = as_[as];
  const auto seen = [&](AsCommandState state) {
    core_.observe(ObservationKind::as_command, as, value, a.shadow.lockaddr,
                  static_cast<std::uint64_t>(state));
  };
  if (value == static_cast<std::uint32_t>(AsCommand::nop)) {
    seen(AsCommandState::accepted);
    return;
  }
  if (core_.in_protm()) {
    seen(AsCommandState::deferred_protm);
    core_.observe(ObservationKind::rule_as_command_while_active, as, value, a.shadow.lockaddr);
    a.busy = 1;
    if (a.deferred_count < a.deferred.size()) a.deferred[a.deferred_count++] = value;
    if (value == static_cast<std::uint32_t>(AsCommand::lock)) a.pending_lock = a.shadow.lockaddr;
    return;
  }
  if (a.busy != 0) {
    seen(AsCommandState::while_busy);  // Assumption: dropped
    return;
  }
  const auto stuck = core_.faults.chance(vocab::FaultKind::stuck_as_command, as, vocab::kAnySlot);
  seen(stuck ? AsCommandState::stuck : AsCommandState::accepted);
  if (stuck) {
    core_.observe(ObservationKind::fault_applied, stuck->id,
                  static_cast<std::uint32_t>(stuck->kind));
  }
  a.busy = 1;
  a.command = value;
  a.pending_lock = a.shadow.lockaddr;
  if (stuck) hung_as_ |= 1u << as;
  if (stuck && stuck->value_ns == 0) return;
  core_.after(time_of(value) + (stuck ? stuck->value_ns : 0),
              {.kind = EventKind::as_done, .a = as});
}

std::uint64_t Mmu::time_of(std::uint32_t command) const {
  const std::uint64_t itself = core_.latency(vocab::Latency::as_command);
  const auto is = [command](AsCommand c) { return command == static_cast<std::uint32_t>(c); };
  if (!is(AsCommand::flush_pt) && !is(AsCommand::flush_mem)) return itself;
  return itself + core_.latency(vocab::Latency::flush);
}

void Mmu::drop_cache(std::uint32_t as) {
  if ((cached_as_ >> as & 1) == 0) return;
  cached_as_ &= ~(1u << as);
  for (CacheLine& line : cache_) {
    if ((line.tag & vocab::kPageMask) == (as << 1 | 1)) line = CacheLine{};
  }
}

void Mmu::start_command(std::uint32_t as, std::uint32_t value) {
  As& a = as_[as];
  drop_cache(as);
  switch (static_cast<AsCommand>(value)) {
    case AsCommand::update:
      a.live = a.shadow;
      core_.observe(ObservationKind::as_updated, as, a.live.transtab != 0 ? 1 : 0, a.live.memattr,
                    a.live.transcfg);
      break;
    case AsCommand::lock:
      a.lock = LockState::locked;
      a.lock_word = a.pending_lock;
      break;
    case AsCommand::unlock:
    case AsCommand::flush_pt:
    case AsCommand::flush_mem:
      if (a.lock == LockState::none) {
        core_.observe(ObservationKind::rule_unlock_without_lock, as, value);
      }
      a.lock = LockState::none;
      break;
    case AsCommand::nop:
      break;
  }
}

bool Mmu::finish_command(std::uint32_t as) {
  As& a = as_[as];
  if (a.busy == 0) return false;
  start_command(as, a.command);
  core_.observe(ObservationKind::as_command_done, as, a.command, 0, 0);
  a.busy = 0;
  hung_as_ &= ~(1u << as);
  return a.command != static_cast<std::uint32_t>(AsCommand::lock);
}

void Mmu::leave_protm() {
  for (std::uint32_t as = 0; as < vocab::kMaxAs; ++as) {
    As& a = as_[as];
    for (std::uint32_t i = 0; i < a.deferred_count; ++i) {
      start_command(as, a.deferred[i]);
      core_.observe(ObservationKind::as_command_done, as, a.deferred[i], 0, 1);
      a.busy = 0;
    }
    a.deferred_count = 0;
    a.deferred = {};
  }
}

void Mmu::reset() {
  for (As& a : as_) {
    const bool locking =
        a.busy != 0 && a.command == static_cast<std::uint32_t>(AsCommand::lock);
    const bool was_locked = a.lock != LockState::none || locking;
    a = As{};
    if (was_locked) a.lock = LockState::lost;
    a.shadow.transcfg = vocab::kTranscfgAdrmodeUnmapped;
    a.live.transcfg = vocab::kTranscfgAdrmodeUnmapped;
  }
  cache_ = {};
  cached_as_ = 0;
  hung_as_ = 0;
  core_.events.cancel(EventKind::as_done);
}

std::uint32_t Mmu::locked_as() const {
  for (std::uint32_t as = 0; as < vocab::kMaxAs; ++as) {
    if (as_[as].lock == LockState::locked) return as;
  }
  return vocab::kMaxAs;
}

bool Mmu::idle() const {
  for (const As& a : as_) {
    if (a.busy != 0) return false;
  }
  return true;
}

bool Mmu::locked_at(const As& as, std::uint64_t va) const {
  if (as.lock != LockState::locked) return false;
  const std::uint64_t code = as.lock_word & vocab::kLockaddrSizeMask;
  if (code >= 47) return true;  // larger than the address space: all of it
  const unsigned bits = static_cast<unsigned>(code < 14 ? 15 : code + 1);
  return (va >> bits) == (as.lock_word >> bits);
}

}  // namespace protm::gpu
