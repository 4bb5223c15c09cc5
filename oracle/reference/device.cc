// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/device.h"

#include "gpu-model/vocab/errno.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/fw.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/mmu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/reclaim.h"
#include "oracle/reference/sched.h"
#include "oracle/reference/uapi.h"
#include "oracle/reference/user_buffers.h"

namespace protm::reference {

using contract::MutexGuard;

namespace {

constexpr std::uint64_t kAutosuspendMs = 50;

}  // namespace

// --- probe -------------------------------------------------------------------------------------

int Device::probe() {
  // When an action cannot be registered it has run by then: there is no device any more.
  int error = k.drmm_add_action(contract::bind_fn<&Device::free_device>(self), "device");
  if (error != 0) return error;
  drm.drm_dev_init(&driver.drm_ops());
  // Before power is asked for: a deferred probe leaves no count behind (HEAP-29, HEAP-30).
  error = find_heap();
  if (error != 0) return error;
  reset_wq = k.alloc_workqueue("reset.wq", contract::WorkqueueKind::ordered);
  cleanup_wq = k.alloc_workqueue("cleanup.wq", contract::WorkqueueKind::unbound);
  bind_wq = k.alloc_workqueue("bind.wq", contract::WorkqueueKind::unbound);
  reset_work_.fn = contract::bind<&Device::run_reset>(self);
  k.init_completion(unplug_done_);
  k.init_completion(as_gone_);
  k.disable_work_sync(reset_work_);  // no reset before there is something to reset
  k.pm_runtime_enable(contract::bind<&Device::runtime_suspend>(self),
                      contract::bind<&Device::runtime_resume>(self));
  error = resume_and_get();
  if (error != 0) return error;
  error = init_parts();
  if (error == 0) error = gpu->read_info();
  const bool known = error == 0;   // the registers of another GPU are left alone
  if (known) error = init_hardware();
  if (error == 0) {
    k.enable_work(reset_work_);
    // The line of a driver before, whose fault nothing but a reset takes away, asked too early.
    if (reset_pending_) k.queue_work(reset_wq, reset_work_);
    k.pm_runtime_use_autosuspend(kAutosuspendMs);
    error = drm.drm_register(&driver.drm_ops());
    if (error != 0) k.disable_work_sync(reset_work_);
  }
  if (error != 0) {
    if (known) undo_parts();
    k.pm_runtime_put_sync_suspend();
    return error;
  }
  k.pm_runtime_put_autosuspend();
  return 0;
}

int Device::find_heap() {
  if (driver.profile().userspace_buffers) return 0;   // there is no such parameter
  const char* const name = k.module_param("protected_heap_name");
  if (name == nullptr || *name == '\0') return 0;
  protm_heap = driver.dma_heap_find(name);
  if (!protm_heap && !driver.profile().heap_at_group) {
    k.log("protected heap is not there yet");
    return -vocab::kEPROBE_DEFER;
  }
  // Files may outlive the driver's binding: the heap goes with the last reference of the device.
  return k.drmm_add_action(contract::bind_fn<&Device::put_heap>(self), "protm_heap");
}

void Device::put_heap(Device* device) {
  device->driver.dma_heap_put(device->protm_heap);
  device->protm_heap = nullptr;
}

// --- protected mode that comes after the probe ---------------------------------------------------

int Device::populate_from_heap() {
  k.assert_held(protm_setup_lock_);
  if (!k.dev_enter()) return -ENODEV;
  const char* const name = k.module_param("protected_heap_name");
  if (name != nullptr && *name != '\0') protm_heap = driver.dma_heap_find(name);
  int error = 0;
  if (protm_heap) {
    error = fw->populate_protected(nullptr);
    if (error != 0) put_heap(this);
  }
  k.dev_exit();
  return error;
}

int Device::restart_firmware() {
  int error = resume_and_get();
  if (error != 0) return error;
  // One that is under way may have started the firmware already.
  (void)wait_for_reset(resets_);
  const std::uint32_t before = resets_;
  schedule_reset();
  const bool done = wait_for_reset(before);
  k.pm_runtime_put_autosuspend();
  return done && !k.dev_is_unplugged() && !lost_ ? 0 : -EIO;
}

int Device::enable_protm_late() {
  if (!driver.profile().heap_at_group) return 0;
  MutexGuard lock(k, protm_setup_lock_);
  if (protm_heap) return 0;
  int error = populate_from_heap();
  if (error != 0 || !protm_heap || !fw->has_empty_section()) return error;
  error = restart_firmware();
  if (error == 0) fw->protected_sections_are_ready();
  return error;
}

int Device::init_parts() {
  gpu = driver.make_gpu(*this);
  mmu = driver.make_mmu(*this);
  reclaim = driver.make_reclaim(*this);
  fw = driver.make_fw(*this);
  protm = driver.make_protm(*this);
  sched = driver.make_sched(*this);
  user_buffers = driver.make_user_buffers(*this);
  return gpu && mmu && reclaim && fw && protm && sched && user_buffers ? 0 : -ENOMEM;
}

int Device::init_hardware() {
  int error = gpu->init(gpu);
  if (error == 0) error = mmu->init(mmu);
  // A driver before may have lost the GPU in protected mode, where it takes no AS command (I3).
  if (error == 0 && gpu->protm_active()) {
    reset_gpu();
    if (lost_) error = -EIO;
  }
  if (error == 0) error = fw->init(fw);
  if (error == 0) error = sched->init(sched);
  if (error == 0) sched_ready_ = true;
  return error;
}

bool Device::reset_out_of_protm() {
  // What is lost did not leave by the reset before either, and has no AS any more.
  if (lost_ || !protm->maybe_inside()) return false;
  reset_gpu();
  mmu->forget_slots();
  protm->forget();
  return true;
}

void Device::undo_parts() {
  sched_ready_ = false;
  sched->unplug();
  // What failed to wake has silenced its parts, and its registers have no power.
  const bool lit = powered();
  if (lit) (void)reset_out_of_protm();
  fw->stop_for_good();
  // Upstream frees the firmware's memory first, each piece with commands to an AS that may hang.
  mmu->unplug();
  k.complete_all(as_gone_);
  fw->unplug();
  user_buffers->forget();
  if (lit) gpu->silence();
}

void Device::free_device(Device* device) {
  Kernel& k = device->k;
  const auto stop = [&](contract::Workqueue wq) {
    if (wq.id != 0) k.destroy_workqueue(wq);
  };
  if (device->sched) stop(device->sched->heap_workqueue());
  if (device->sched) stop(device->sched->workqueue());
  stop(device->reset_wq);
  // What runs there leaves its cleanup to the next.
  stop(device->bind_wq);
  stop(device->cleanup_wq);
  const auto drop = [&](const auto& part) { k.free(part); };
  drop(device->user_buffers);
  drop(device->sched);
  drop(device->protm);
  drop(device->fw);
  drop(device->reclaim);
  drop(device->mmu);
  drop(device->gpu);
  if (device->driver.device_ == device->self) device->driver.device_ = nullptr;
  const Ptr<Device> self = device->self;
  k.free(self);
}

// --- power -------------------------------------------------------------------------------------

void Device::runtime_suspend() {
  pm_state_ = PmState::suspending;
  // A reset that fails takes the device away, which waits for whoever is in a section of it.
  if (sched_ready_) k.cancel_work_sync(reset_work_);
  if (sched_ready_ && k.dev_enter()) {
    sched->suspend();
    if (reset_out_of_protm()) {
      fw->pre_reset(HaltKind::hang);
    } else {
      fw->suspend();
    }
    mmu->suspend();
    gpu->suspend();
    k.dev_exit();
  }
  pm_state_ = PmState::suspended;
}

int Device::power_up_parts() {
  gpu->resume();
  mmu->resume();
  return fw->post_reset();
}

void Device::runtime_resume() {
  int error = 0;
  if (sched_ready_ && k.dev_enter()) {
    // A reset that was asked for while the power was off is what a slow start is.
    if (reset_pending_) {
      fast_reset = false;
      ++resets_;
    }
    reset_pending_ = false;
    error = power_up_parts();
    if (error != 0 && fast_reset) {
      mmu->suspend();
      fast_reset = false;
      gpu->suspend();
      error = power_up_parts();
    }
    if (error != 0) {
      mmu->suspend();
      gpu->suspend();
    } else {
      sched->resume();
    }
    k.dev_exit();
  }
  pm_state_ = error == 0 ? PmState::active : PmState::suspended;
  // What asked for a reset during the resume could only leave a mark.
  if (error == 0 && reset_pending_) k.queue_work(reset_wq, reset_work_);
  k.pm_callback_result(error);
}

int Device::system_suspend() {
  asleep_ = true;
  // A reset that failed takes the device away by itself, and needs its power to the end.
  bool leaving{};
  {
    MutexGuard lock(k, unplug_lock_);
    leaving = unplug_has_begun();
  }
  if (leaving) k.wait_for_completion(unplug_done_);
  return k.pm_runtime_force_suspend();  // fails for no driver whose callback does not
}

int Device::system_resume() {
  const int error = k.pm_runtime_force_resume();
  asleep_ = false;
  k.wake_up_all(awake_);
  if (sched_ready_) sched->wake();
  // A reset that was asked for on the way into sleep is for the next resume, which nobody may need.
  if (reset_pending_ && sched_ready_ && pm_state_ == PmState::suspended && resume_and_get() == 0) {
    k.pm_runtime_put_autosuspend();
  }
  return error;
}

int Device::resume_and_get() {
  // A suspend under way lets work pass: a reset that it waits for may wait for that work.
  k.wait_event(awake_, [this] {
    const bool lit = pm_state_ == PmState::active || pm_state_ == PmState::suspending;
    return !asleep_ || lit || !driver.waits_for_wake();
  });
  return k.pm_runtime_resume_and_get();
}

// --- reset -------------------------------------------------------------------------------------

void Device::schedule_reset() {
  if (reset_pending_ || k.dev_is_unplugged()) return;  // nobody resets what is gone
  reset_pending_ = true;
  if (pm_state_ == PmState::active) k.queue_work(reset_wq, reset_work_);
}

bool Device::wait_for_reset(std::uint32_t before) {
  if (resets_ != before) return true;
  if (k.dev_is_unplugged()) return wait_for_unplug();
  if (!reset_pending_) return false;
  k.flush_work(reset_work_);
  if (resets_ != before) return true;
  // On the way into a suspend it is left to the resume, which a sleeping system does not do for
  // whoever asks. No suspend waits for who waits here: those are users and their cleanup.
  k.wait_event(awake_, [this] { return !asleep_; });
  if (resume_and_get() == 0) k.pm_runtime_put_autosuspend();
  if (resets_ != before) return true;
  return k.dev_is_unplugged() && wait_for_unplug();
}

bool Device::wait_for_unplug() {
  // Whoever comes here is in no section of the device, and the unplug waits for none of them.
  k.wait_for_completion(as_gone_);
  return true;
}

void Device::reset_gpu() {
  gpu->soft_reset();
  if (gpu->protm_active()) gpu->hard_reset();
  if (!gpu->protm_active()) return;
  // Nothing gets the GPU out: no command may be sent any more, the device is lost.
  lost_ = true;
  mmu->forget_slots();
}

void Device::run_reset() {
  // Suspended or about to be: the next resume loads everything again.
  if (pm_state_ != PmState::active) return;
  if (!k.dev_enter()) return;
  // No suspend beside it: that would wait for the reset, the reset for the jobs that it stops, and
  // those for the suspend.
  k.pm_runtime_get_noresume();
  k.log("gpu reset");
  sched->pre_reset();
  fw->pre_reset(HaltKind::hang);
  mmu->pre_reset();
  mmu->bind_queues().stop_all();
  reset_gpu();
  if (!lost_) {
    protm->forget();
    (void)gpu->l2_power_on();
    mmu->post_reset();
  }
  mmu->bind_queues().start_all();
  const bool runs = !lost_ && fw->post_reset() == 0;
  reset_pending_ = false;
  ++resets_;
  // Last, and with the mark gone: a line that is still high asks for a reset of its own (RST-3).
  gpu->unmask_protm_fault();
  sched->post_reset(runs);
  k.pm_runtime_put_autosuspend();
  k.dev_exit();
  if (!runs) {
    k.log("gpu does not come back after a reset");
    unplug();
  }
}

// --- unplug ------------------------------------------------------------------------------------

void Device::unplug() {
  bool first{};
  {
    MutexGuard lock(k, unplug_lock_);
    first = !unplug_has_begun();
    unplug_begun_ = true;
  }
  if (!first) {
    // Somebody else is at it; who asks must find it done.
    k.wait_for_completion(unplug_done_);
    return;
  }
  (void)k.pm_runtime_get_sync();
  k.dev_unplug();
  drm.drm_unregister();
  undo_parts();
  k.pm_runtime_put_sync_suspend();
  reset_pending_ = false;  // nothing is left that could be reset
  k.complete_all(unplug_done_);
}

}  // namespace protm::reference
