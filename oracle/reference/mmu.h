// SPDX-License-Identifier: GPL-2.0-only
// AS slots and their commands, MMU_IRQ, locked regions.
// Every command sequence runs behind the protected-mode gate; the gate is taken before slots_lock
// and, in VM operations, once for the time from LOCK to UNLOCK.
// Leaves out: identity mappings. FLUSH_PT and FLUSH_MEM are for a profile, this base uses neither.
// Source: panthor_mmu.c (7.3), patches 6 and 7 and their review; facts-driver-7x.md 1.
#pragma once

#include <array>

#include "oracle/reference/irq.h"
#include "oracle/reference/vm_bind.h"

namespace protm::reference {

/// What as_disable leaves behind: an AS that is off, one that will be in a moment, or one for the
/// next VM.
enum class AsDisable : std::uint8_t { full, not_awaited, recycle };

/// AS_LOCKADDR for a range, with the range that it really covers.
struct PackedRegion {
  std::uint64_t lockaddr{};
  LockedRegion region;
};
[[nodiscard]] PackedRegion pack_region(std::uint64_t start, std::uint64_t size);
/// AS_MEMATTR from MAIR, for a coherent or a non-coherent device.
[[nodiscard]] std::uint64_t memattr_from_mair(std::uint64_t mair, bool coherent);

class Mmu {
 public:
  explicit Mmu(Device& device);
  virtual ~Mmu() = default;

  int init(const Ptr<Mmu>& self);
  void unplug();
  void suspend();
  void resume();
  void pre_reset();
  void post_reset();
  /// Takes all AS from their VMs without a command.
  void forget_slots();

  /// Gives the VM an AS and counts a user. Errors: -EBUSY no AS, -ETIMEDOUT, -ENODEV.
  virtual int vm_active(const Ptr<Vm>& vm);
  void vm_idle(const Ptr<Vm>& vm);
  /// Gate and LOCK for a VM operation, under op_lock; tells whether the gate was taken. Where AS
  /// commands flush, each change of the tables has a LOCK of its own (`begin_change`).
  /// Errors: -ETIMEDOUT; then no gate is held.
  virtual Result<bool> lock_region(Vm& vm, std::uint64_t start, std::uint64_t size);
  /// Grows the locked region inside an operation.
  virtual int expand_region(Vm& vm, std::uint64_t start, std::uint64_t size);
  /// LOCK and FLUSH_PT around a change of the tables inside an operation, where AS commands flush;
  /// else nothing. A FLUSH_PT that gets stuck schedules a reset. Errors: -ETIMEDOUT.
  int begin_change(Vm& vm, std::uint64_t start, std::uint64_t size);
  void end_change(Vm& vm);
  /// Flush and UNLOCK, either of which schedules a reset when it gets stuck. Leaves the gate when
  /// `gated`.
  void unlock_region(Vm& vm, bool gated);
  /// No further map works; a running AS is cut off. Call inside an operation.
  void declare_unusable(Vm& vm);
  /// The same behind the gate, outside of an operation, under op_lock.
  virtual void cut_off(Vm& vm);
  /// Takes the AS away from a VM that dies.
  virtual void vm_released(Vm& vm);
  [[nodiscard]] bool has_fault(const Ptr<Vm>& vm);
  [[nodiscard]] BindQueues& bind_queues() { return bind_queues_; }
  /// Slots that groups can use: all but the firmware's.
  [[nodiscard]] virtual std::uint32_t as_slot_count() const;

 protected:
  virtual void handle_fault(std::uint32_t status);
  /// The AS of an operation under way is gone, and was unlocked before.
  virtual void lock_is_gone(Vm& vm) { vm.locked = LockedRegion{}; }

  Device& d_;
  Kernel& k_;

 private:
  /// Whether the VM has an AS just now, under slots_lock.
  [[nodiscard]] bool is_bound(const Vm& vm) const;
  /// The same for whoever does not hold it: it may have changed by the time of the answer.
  [[nodiscard]] bool has_slot(const Vm& vm);
  [[nodiscard]] bool as_commands_flush() const;
  int wait_ready(std::uint32_t as);
  int command(std::uint32_t as, std::uint32_t cmd);
  /// FLUSH_MEM of all that is reached through the AS, behind a LOCK; ends any lock of it.
  /// Errors: -ETIMEDOUT.
  int flush_by_as(std::uint32_t as);
  int as_enable(std::uint32_t as, Vm& vm);
  /// Switches off all AS that are in use; false when one did not obey.
  bool disable_all();
  /// False: the flush or a command got stuck; behind a flush that did the AS is off all the same.
  bool as_disable(std::uint32_t as, AsDisable how);
  int lock_locked(Vm& vm, std::uint64_t start, std::uint64_t size);
  int take_slot(Vm& vm);
  int pick_slot_locked(Vm& vm);
  /// The firmware's slot where users' VMs have all others.
  [[nodiscard]] std::uint32_t free_slot_locked() const;
  void release_slot_locked(Vm& vm);
  void forget_slots_locked();
  void unlock_slots_locked();
  void idle_locked(Vm& vm);

  static constexpr std::uint32_t kSlots = vocab::kMaxAs;
  static constexpr std::uint32_t kFirmwareSlot = 0;
  IrqBlock irq_;
  contract::Mutex slots_lock_{.role = "as.slots_lock"};
  std::array<Ptr<Vm>, kSlots> slots_{};
  List<Vm> lru_;                    ///< idle VMs that still own an AS
  BindQueues bind_queues_;
};

}  // namespace protm::reference
