// SPDX-License-Identifier: GPL-2.0-only
// Protected mode: the session (grant, enter, exit, forced exit) and the gate that keeps MMU and
// cache commands out of it.
// The gate is a rw-semaphore: entry holds it for writing, an MMU command sequence for reading. A
// reader that finds the GPU in protected mode throws it out with a PING; it looks at GPU_STATUS
// and never at driver state that needs sched.lock, so it cannot deadlock with the tick (MMU-33).
// Lock order: sched.lock > vm.op_lock > protm.lock > as.slots_lock > gpu.cache_flush_lock.
// Not modelled: a limit on the time that a session may last while nobody else wants to run.
// Source: patch 7 and its review; facts-driver.md 13, facts-fw.md 9; kbase r51p0 for the order.
#pragma once

#include "oracle/reference/device.h"

namespace protm::reference {

struct Group;

class Protm {
 public:
  explicit Protm(Device& device) : d_(device), k_(device.k) {}
  virtual ~Protm() = default;

  /// True when there is protected memory: a heap, or what user space gave.
  [[nodiscard]] bool supported() const;

  /// Protected memory may come after the firmware's first boot (L-HEAP-1).
  [[nodiscard]] bool comes_later() const;
  /// True when protected jobs can run: there is a heap, and firmware with a protected section.
  [[nodiscard]] virtual bool capable() const;

  // --- gate, without sched.lock -------------------------------------------------------------
  /// Keeps the GPU out of protected mode until gate_leave. Sleeps.
  /// Errors: -ETIMEDOUT the GPU does not leave; a reset is scheduled, no command may follow.
  virtual int gate_enter();
  /// The same for a VM operation, which may have to wait for the end of the session instead.
  int gate_enter_for_op();
  void gate_leave() { k_.up_read(lock_); }
  /// Sends a PING so that the firmware leaves protected mode, and waits for it, 500 ms at most.
  /// False: the GPU is still inside.
  virtual bool force_exit();
  /// True when the watchdog may ping; then `ping_leave` has to follow.
  virtual bool ping_enter();
  void ping_leave() { k_.up_read(lock_); }
  /// GPU_IRQ reported a fault in protected mode.
  virtual void fault_seen();

  // --- session, under sched.lock ------------------------------------------------------------
  /// Grants the pending requests of `group`, which is active on a slot, and enters. False: no ack,
  /// no entry, a fault, or a reset comes first; the caller schedules the reset.
  virtual bool enter(const Ptr<Group>& group);
  /// The group inside protected mode; NULL when there is no session.
  [[nodiscard]] const Ptr<Group>& active_group() const { return active_; }
  /// PROTM_EXIT differs in GLB_REQ and GLB_ACK.
  [[nodiscard]] bool exit_pending() const;
  /// Handles PROTM_EXIT: acknowledges it and ends the session, if there is one.
  virtual void handle_exit();
  /// Ends a session that the driver knows to be over, and forgets faults: after reset and suspend.
  virtual void forget();
  [[nodiscard]] bool faulted() const { return faulted_; }
  /// The GPU may be inside, whatever the driver knows about it.
  [[nodiscard]] bool maybe_inside() const { return window_; }
  /// The group that was granted when an entry failed, or whose session was over when the reset for
  /// its fault came. For the reset path. May be NULL.
  [[nodiscard]] const Ptr<Group>& culprit() const { return culprit_; }

 protected:
  /// Makes CS_REQ.PROTM_PEND equal to CS_ACK for the pending queues and tells the firmware.
  virtual void grant(const Ptr<Group>& group);
  /// Waits for the MMU command sequences under way and holds off new ones during an entry.
  virtual void hold_off_commands() { k_.down_write(lock_); }
  virtual void let_commands_in() { k_.up_write(lock_); }
  /// ENTER toggled and acknowledged, then the GPU inside or already out again.
  bool request_entry();
  /// Leaves a gate that did not open, for the reset. -ETIMEDOUT.
  int give_up();
  void end_session();

  Device& d_;
  Kernel& k_;

  contract::RwSem lock_{.role = "protm.lock"};

 private:
  bool window_ = false;    ///< the GPU may be inside: set before ENTER, cleared after the exit
  bool faulted_ = false;
  Ptr<Group> active_;      ///< with a reference
  Ptr<Group> culprit_;     ///< with a reference
};

}  // namespace protm::reference
