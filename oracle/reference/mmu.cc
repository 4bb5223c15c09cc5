// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/mmu.h"

#include <algorithm>
#include <bit>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/mmu_control.h"
#include "oracle/reference/bits.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/reclaim.h"
#include "oracle/reference/sched.h"

namespace protm::reference {

using namespace vocab;
using contract::Atomicity;
using contract::MutexGuard;

namespace {

constexpr std::uint32_t cmd_of(AsCommand c) { return static_cast<std::uint32_t>(c); }

/// Of a VM that has an AS.
std::uint32_t as_of(const Vm& vm) { return static_cast<std::uint32_t>(vm.as_id); }

}  // namespace

PackedRegion pack_region(std::uint64_t start, std::uint64_t size) {
  const std::uint64_t last = start + size - 1;
  const unsigned code = std::max<unsigned>(std::bit_width(start ^ last), 15) - 1;
  PackedRegion packed;
  packed.region.size = 2ull << code;
  packed.region.start = start & ~(packed.region.size - 1);
  packed.lockaddr = packed.region.start | code;
  return packed;
}

std::uint64_t memattr_from_mair(std::uint64_t mair, bool coherent) {
  std::uint64_t memattr = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const unsigned attr = static_cast<unsigned>(mair >> (8 * i)) & 0xff;
    const unsigned outer = attr >> 4, inner = attr & 0xf;
    unsigned out = kMemattrAllocExpl;
    if (outer == 0 || outer == 4) {
      out |= kMemattrNonCacheable | kMemattrShMidgardInner;
    } else {
      out |= kMemattrWriteBack;
      if ((inner & 1) != 0) out |= kMemattrAllocWrite;
      if ((inner & 2) != 0) out |= kMemattrAllocRead;
      if (coherent) out |= kMemattrShCpuInner;
    }
    memattr |= static_cast<std::uint64_t>(out) << (8 * i);
  }
  return memattr;
}

Mmu::Mmu(Device& device)
    : d_(device), k_(device.k),
      irq_(device.k, contract::IrqLine::mmu, kMmuIrqRawstat.offset, "mmu"),
      bind_queues_(device) {}

int Mmu::init(const Ptr<Mmu>& self) {
  const Ptr<IrqBlock> irq(&irq_, self.header(), self.generation());
  const int error = irq_.request(
      irq, [](void* mmu, std::uint32_t status) { static_cast<Mmu*>(mmu)->handle_fault(status); },
      this);
  if (error == 0) resume();
  return error;
}

std::uint32_t Mmu::as_slot_count() const {
  return static_cast<std::uint32_t>(std::popcount(d_.gpu->info().as_present & ~1u));
}

bool Mmu::is_bound(const Vm& vm) const {
  k_.assert_held(slots_lock_);
  return vm.as_id >= 0;
}

int Mmu::wait_ready(std::uint32_t as) {
  const std::uint32_t offset = as_offset(AsNr{as}, kAsStatus);
  const int error =
      k_.poll([&] { return !Word<AsStatus>{k_.read32(offset)}[AsStatus::as_active]; }, 10, 100'000,
              Atomicity::atomic);
  if (error == 0) return 0;
  k_.log("AS_ACTIVE bit stuck");
  d_.schedule_reset();
  return error;
}

int Mmu::command(std::uint32_t as, std::uint32_t cmd) {
  k_.assert_held(slots_lock_);
  int error = wait_ready(as);
  if (error != 0) return error;
  k_.write32(as_offset(AsNr{as}, kAsCommand), cmd);
  error = wait_ready(as);
  return error;
}

bool Mmu::as_commands_flush() const { return d_.driver.profile().as_commands_flush; }

int Mmu::flush_by_as(std::uint32_t as) {
  k_.write64(as_offset(AsNr{as}, kAsLockaddrLo), pack_region(0, ~0ull).lockaddr);
  const int error = command(as, cmd_of(AsCommand::lock));
  return error != 0 ? error : command(as, cmd_of(AsCommand::flush_mem));
}

int Mmu::as_enable(std::uint32_t as, Vm& vm) {
  k_.assert_held(slots_lock_);
  const int error = as_commands_flush() ? flush_by_as(as) : 0;
  if (error != 0) return error;
  k_.write64(as_offset(AsNr{as}, kAsTranstabLo), d_.drm.pgtable_ttbr(vm.table));
  k_.write64(as_offset(AsNr{as}, kAsMemattrLo), vm.memattr);
  k_.write64(as_offset(AsNr{as}, kAsTranscfgLo), vm.transcfg);
  return command(as, cmd_of(AsCommand::update));
}

bool Mmu::as_disable(std::uint32_t as, AsDisable how) {
  k_.assert_held(slots_lock_);
  const Ptr<Vm>& vm = slots_[as];
  const bool locked = vm && vm->locked.size != 0;
  bool flushed = true;
  if (as_commands_flush()) {
    if (flush_by_as(as) != 0) return false;
  } else {
    // Caches that are not flushed are the reset's, but the AS must not lead to pages that go.
    flushed = d_.gpu->flush_caches(kGpuCommandFlushAll);
    if (locked && command(as, cmd_of(AsCommand::unlock)) != 0) return false;
  }
  // The operation that locked the region still runs; it must not unlock it once more.
  if (locked) lock_is_gone(*vm);
  if (how == AsDisable::recycle) return flushed;
  k_.write64(as_offset(AsNr{as}, kAsTranstabLo), 0);
  k_.write64(as_offset(AsNr{as}, kAsMemattrLo), 0);
  k_.write64(as_offset(AsNr{as}, kAsTranscfgLo), kTranscfgAdrmodeUnmapped);
  if (how == AsDisable::full) return command(as, cmd_of(AsCommand::update)) == 0 && flushed;
  if (wait_ready(as) != 0) return false;
  k_.write32(as_offset(AsNr{as}, kAsCommand), cmd_of(AsCommand::update));
  return flushed;
}

void Mmu::release_slot_locked(Vm& vm) {
  k_.assert_held(slots_lock_);
  const std::uint32_t as = as_of(vm);
  slots_[as] = nullptr;
  vm.as_id = -1;
  vm.active_count = 0;
  vm.lru.unlink();
}

std::uint32_t Mmu::free_slot_locked() const {
  for (const std::uint32_t as : Bits{d_.gpu->info().as_present}) {
    if (as != kFirmwareSlot && !slots_[as]) return as;
  }
  return kFirmwareSlot;
}

int Mmu::pick_slot_locked(Vm& vm) {
  k_.assert_held(slots_lock_);
  std::uint32_t as = kFirmwareSlot;
  if (vm.kind == VmKind::user) {
    as = free_slot_locked();
    if (as == kFirmwareSlot) {
      const Ptr<Vm> victim = lru_.front();
      if (!victim) {
        k_.warn("no address space is idle");
        return -EBUSY;
      }
      as = as_of(*victim);
      // Where AS commands flush, as_enable() does, and so ends what the victim has locked.
      if (!as_commands_flush() && !as_disable(as, AsDisable::recycle)) return -EBUSY;
      release_slot_locked(*victim);
    }
  }
  vm.as_id = static_cast<int>(as);
  slots_[as] = vm.self;
  return 0;
}

int Mmu::take_slot(Vm& vm) {
  k_.assert_held(vm.op_lock);
  MutexGuard slots(k_, slots_lock_);
  const bool owned = is_bound(vm);
  int error = owned ? 0 : pick_slot_locked(vm);
  if (error == 0 && (!owned || vm.unhandled_fault)) {
    vm.unhandled_fault = false;
    error = as_enable(as_of(vm), vm);
    if (error != 0) release_slot_locked(vm);
  }
  if (error != 0) return error;
  vm.active_count = 1;
  vm.lru.unlink();
  return 0;
}

int Mmu::vm_active(const Ptr<Vm>& vm) {
  if (!k_.dev_enter()) return -ENODEV;
  int error = 0;
  // Only the tick gives user VMs an AS, so nobody else counts meanwhile.
  if (vm->active_count != 0) {
    ++vm->active_count;
  } else {
    d_.reclaim->vm_activated(*vm);
    // op_lock: a VM operation that began without an AS must not end with one.
    MutexGuard op(k_, vm->op_lock);
    error = d_.protm->gate_enter();
    if (error == 0) {
      error = take_slot(*vm);
      d_.protm->gate_leave();
    }
  }
  k_.dev_exit();
  return error;
}

void Mmu::vm_idle(const Ptr<Vm>& vm) {
  MutexGuard slots(k_, slots_lock_);
  if (vm->active_count == 0) return;  // a reset or suspend took the AS meanwhile
  if (--vm->active_count == 0) idle_locked(*vm);
}

void Mmu::idle_locked(Vm& vm) {
  k_.assert_held(slots_lock_);
  lru_.push_back(vm.lru);
}

int Mmu::lock_locked(Vm& vm, std::uint64_t start, std::uint64_t size) {
  MutexGuard slots(k_, slots_lock_);
  LockedRegion region{start, size};
  if (is_bound(vm)) {
    const PackedRegion packed = pack_region(start, size);
    k_.write64(as_offset(AsNr{as_of(vm)}, kAsLockaddrLo), packed.lockaddr);
    const int error = command(as_of(vm), cmd_of(AsCommand::lock));
    if (error != 0) return error;
    region = packed.region;
  }
  vm.locked = region;
  return 0;
}

bool Mmu::has_slot(const Vm& vm) {
  MutexGuard slots(k_, slots_lock_);
  return is_bound(vm);
}

Result<bool> Mmu::lock_region(Vm& vm, std::uint64_t start, std::uint64_t size) {
  // Without an AS no register is touched, and vm_active waits for op_lock (MMU-35).
  const bool gated = has_slot(vm);
  int error = gated ? d_.protm->gate_enter_for_op() : 0;
  if (error != 0) return tl::unexpected(error);
  error = as_commands_flush() ? 0 : lock_locked(vm, start, size);
  if (error == 0) return gated;
  if (gated) d_.protm->gate_leave();
  return tl::unexpected(error);
}

int Mmu::expand_region(Vm& vm, std::uint64_t start, std::uint64_t size) {
  const LockedRegion& old = vm.locked;
  if (start >= old.start && start + size <= old.start + old.size) return 0;
  // A lock is a power of two, so one that has not all of a block lies within it: what is asked for
  // has all that was locked. Or the AS was disabled meanwhile, and the lock went with it.
  return lock_locked(vm, start, size);
}

int Mmu::begin_change(Vm& vm, std::uint64_t start, std::uint64_t size) {
  return as_commands_flush() ? lock_locked(vm, start, size) : 0;
}

void Mmu::end_change(Vm& vm) {
  if (!as_commands_flush()) return;
  MutexGuard slots(k_, slots_lock_);
  const bool locked = is_bound(vm) && vm.locked.size != 0;
  if (locked) (void)command(as_of(vm), cmd_of(AsCommand::flush_pt));
  vm.locked = LockedRegion{};
}

void Mmu::unlock_region(Vm& vm, bool gated) {
  {
    MutexGuard slots(k_, slots_lock_);
    if (gated && is_bound(vm) && vm.locked.size != 0) {
      // What gets stuck has asked for a reset.
      const bool flushed = d_.gpu->flush_caches(kGpuCommandFlushAll);
      if (flushed) (void)command(as_of(vm), cmd_of(AsCommand::unlock));
    }
    vm.locked = LockedRegion{};
  }
  if (gated) d_.protm->gate_leave();
}

void Mmu::declare_unusable(Vm& vm) {
  if (vm.unusable) return;
  vm.unusable = true;
  MutexGuard slots(k_, slots_lock_);
  if (is_bound(vm) && k_.dev_enter()) {
    (void)as_disable(as_of(vm), AsDisable::full);
    k_.dev_exit();
  }
}

void Mmu::cut_off(Vm& vm) {
  // A gate that does not open has asked for a reset, which takes the AS down.
  if (d_.protm->gate_enter() != 0) {
    vm.unusable = true;
    return;
  }
  declare_unusable(vm);
  d_.protm->gate_leave();
}

void Mmu::vm_released(Vm& vm) {
  if (!has_slot(vm)) return;
  // Behind the mark of an unplug as well: until its turn at the MMU comes the AS translates, and
  // the VM's pages are free right after this. A gate that does not open leaves it to a reset.
  const bool gated = d_.protm->gate_enter() == 0;
  {
    MutexGuard slots(k_, slots_lock_);
    if (is_bound(vm)) {
      if (gated) (void)as_disable(as_of(vm), AsDisable::full);
      release_slot_locked(vm);
    }
  }
  if (gated) d_.protm->gate_leave();
}

bool Mmu::has_fault(const Ptr<Vm>& vm) { return vm->unhandled_fault; }

void Mmu::handle_fault(std::uint32_t status) {
  // In protected mode the AS would not execute the disable: get the GPU out of it first. When that
  // fails the reset cleans up, and the AS only has to stay silent until then.
  const bool gated = d_.protm->gate_enter() == 0;
  const bool waits = d_.driver.profile().as_disable_waits;
  for (const std::uint32_t as : Bits{status & kMmuIrqPageFaultMask}) {
    k_.log("unhandled page fault");
    MutexGuard slots(k_, slots_lock_);
    irq_.clear(1u << as);
    if (slots_[as]) slots_[as]->unhandled_fault = true;
    if (gated) {
      (void)as_disable(as, waits ? AsDisable::full : AsDisable::not_awaited);
    } else {
      irq_.disable_events(1u << as);
    }
  }
  if (gated) d_.protm->gate_leave();
  if (d_.is_initialized()) d_.sched->tick_now();
}

void Mmu::suspend() {
  {
    MutexGuard slots(k_, slots_lock_);
    for (const Ptr<Vm>& vm : slots_) {
      if (!vm) continue;
      // An AS that keeps its lock or its tables needs more than a power cycle.
      if (!as_disable(as_of(*vm), AsDisable::full)) d_.fast_reset = false;
      release_slot_locked(*vm);
    }
  }
  irq_.suspend();
}

void Mmu::resume() { irq_.resume(kMmuIrqPageFaultMask); }

void Mmu::pre_reset() { irq_.suspend(); }

void Mmu::forget_slots_locked() {
  for (const Ptr<Vm>& vm : slots_) {
    if (vm) release_slot_locked(*vm);
  }
}

void Mmu::forget_slots() {
  MutexGuard slots(k_, slots_lock_);
  forget_slots_locked();
}

void Mmu::unlock_slots_locked() {
  for (const Ptr<Vm>& vm : slots_) {
    if (!vm || vm->locked.size == 0) continue;
    if (command(as_of(*vm), cmd_of(AsCommand::unlock)) != 0) {
      k_.log("AS stays locked after a reset");
    }
  }
}

void Mmu::post_reset() {
  {
    MutexGuard slots(k_, slots_lock_);
    // An operation that locked its region behind the reset finds its AS gone when it comes to
    // unlock.
    unlock_slots_locked();
    forget_slots_locked();  // the reset took all translations down
  }
  resume();
}

bool Mmu::disable_all() {
  bool obeyed = true;
  MutexGuard slots(k_, slots_lock_);
  for (const Ptr<Vm>& vm : slots_) {
    if (vm && !as_disable(as_of(*vm), AsDisable::full)) obeyed = false;
  }
  return obeyed;
}

void Mmu::unplug() {
  if (d_.powered()) {
    irq_.suspend();
    // Nobody resets what is gone, and an AS that goes on translating leads to memory that is freed.
    if (!disable_all()) d_.gpu->soft_reset();
  }
  forget_slots();
}

}  // namespace protm::reference
