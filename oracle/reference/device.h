// SPDX-License-Identifier: GPL-2.0-only
// The device: what the concerns share, power states, reset work, unplug, probe order.
// Lives from probe to the last reference of the DRM device (drmm).
// Leaves out: clocks, devfreq, the MMIO page of user space.
// Source: panthor_device.c (7.3), patch 4 and its review; facts-driver-7x.md 7.
#pragma once

#include "oracle/reference/dma_heap.h"

namespace protm::reference {

class ReferenceDriver;
class Fw;
class Gpu;
class Mmu;
class Protm;
class Reclaim;
class Sched;
class UserBuffers;
struct HeapPool;
struct Vm;

enum class PmState : std::uint8_t { suspended, active, suspending };

class Device {
 public:
  Device(Kernel& kernel, Drm& drm, ReferenceDriver& owner) : k(kernel), drm(drm), driver(owner) {}

  Kernel& k;
  Drm& drm;
  ReferenceDriver& driver;
  Ptr<Device> self;
  Ptr<Gpu> gpu;
  Ptr<Mmu> mmu;
  Ptr<Reclaim> reclaim;
  Ptr<Fw> fw;
  Ptr<Protm> protm;
  Ptr<Sched> sched;
  Ptr<UserBuffers> user_buffers;          ///< of the announced design
  Ptr<contract::DmaHeapBase> protm_heap;  ///< NULL: no protected memory on this device
  contract::Workqueue reset_wq;           ///< ordered: reset, ping and job timeouts never overlap
  contract::Workqueue cleanup_wq;
  contract::Workqueue bind_wq;            ///< the VMs' queues of operations
  std::uint32_t live_vms = 0;             ///< VMs of files, kept by vm.cc
  std::uint32_t live_groups = 0;          ///< group objects, kept by sched_group.cc

  /// Everything after the allocation of the device. On failure nothing is left to undo but devres.
  int probe();
  void unplug();

  /// Asks for a GPU reset, once. Legal in any context that may queue work.
  void schedule_reset();
  [[nodiscard]] bool reset_is_pending() const { return reset_pending_; }
  /// How many resets were carried out: read before what may ask for one.
  [[nodiscard]] std::uint32_t resets() const { return resets_; }
  /// Waits for a reset that is asked for, which may be over by now; false when none was carried out
  /// since there were `before`. Another one may be asked for by then. An unplug counts as one as
  /// soon as no VM has an AS any more. Not for the unplug itself, nor for what it waits for.
  bool wait_for_reset(std::uint32_t before);
  /// True from the moment when a fast restart of the firmware is possible until it is used.
  bool fast_reset{};
  /// The GPU is in protected mode for good: its registers take no command any more.
  [[nodiscard]] bool lost() const { return lost_; }
  [[nodiscard]] bool is_initialized() const { return sched_ready_; }
  [[nodiscard]] PmState pm_state() const { return pm_state_; }
  /// Registers can be used: not so behind a suspend, nor behind a resume that failed.
  /// Source: panthor_fw.c panthor_fw_unplug() (7.3) and its like: pm_runtime_active().
  [[nodiscard]] bool powered() const { return pm_state_ != PmState::suspended; }
  /// Power for a piece of work. While the system sleeps that is not to be had, whatever runtime PM
  /// says (a device that was in use counts as active): the work waits until it is awake.
  int resume_and_get();
  int system_suspend();
  int system_resume();
  /// Looks for the heap once more where the probe had to do without, populates the firmware's
  /// protected sections from it and starts the firmware anew. Still no heap is no error: then
  /// there is no protected mode. Sleeps. Errors: -ENODEV, -ENOMEM, -EIO the reset failed.
  /// Source: Boris Brezillon, 7 and 12 May 2026 (L-HEAP-1).
  int enable_protm_late();
  /// A slow reset, and its end: firmware looks for its protected sections at a cold boot only.
  /// Errors: -EIO the device did not come back, and those of a resume.
  /// Source: Liviu Dudau and Boris Brezillon, 12 May 2026.
  int restart_firmware();

 private:
  int find_heap();
  int populate_from_heap();
  int init_hardware();
  int init_parts();
  int power_up_parts();
  void undo_parts();
  void runtime_suspend();
  void runtime_resume();
  void run_reset();
  /// Resets the GPU, the harder way if need be. A GPU that stays in protected mode even so is lost.
  void reset_gpu();
  /// Resets a GPU that did not leave protected mode: without firmware nothing else gets it out, and
  /// no AS or cache command may be sent before. The MMU keeps nothing over it. True when it did.
  bool reset_out_of_protm();
  bool wait_for_unplug();
  static void put_heap(Device* device);
  static void free_device(Device* device);

  /// Under unplug_lock.
  [[nodiscard]] bool unplug_has_begun() const {
    k.assert_held(unplug_lock_);
    return unplug_begun_;
  }

  contract::Work reset_work_{.role = "reset_work"};
  contract::Mutex unplug_lock_{.role = "unplug.lock"};
  contract::Mutex protm_setup_lock_{.role = "protm.setup_lock"};
  contract::Completion unplug_done_{.role = "unplug.done"};
  contract::Completion as_gone_{.role = "unplug.as_gone"};
  contract::WaitQueue awake_{.role = "pm.awake"};
  PmState pm_state_{};
  std::uint32_t resets_{};   ///< that were carried out, by a slow start as well
  bool asleep_ = false;
  bool reset_pending_ = false;
  bool sched_ready_ = false;
  bool lost_ = false;
  bool unplug_begun_ = false;
};

}  // namespace protm::reference
