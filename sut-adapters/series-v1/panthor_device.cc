// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/panthor_device.h"

#include <utility>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_drv.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_gpu.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/panthor_pwr.h"
#include "sut-adapters/series-v1/panthor_sched.h"

namespace protm::v1 {
namespace {

using contract::Kernel;

constexpr const char* kHeapParam = "protected_heap_name";

bool panthor_device_is_initialized(const PanthorDevice* ptdev) {
  return ptdev->scheduler != nullptr;
}

void panthor_device_reset_work(PanthorDevice* ptdev) {
  Kernel& k = ptdev->kernel;
  // A reset that was asked for around a suspend is done by the next resume.
  if (ptdev->pm.state != PmState::active) return;
  if (!k.dev_enter()) return;
  // Upstream takes no reference: an autosuspend waits for this work, this work for run_job, and
  // run_job for the end of the suspend.
  k.pm_runtime_get_noresume();
  panthor_sched_pre_reset(ptdev);
  panthor_fw_pre_reset(ptdev, true);
  panthor_mmu_pre_reset(ptdev);
  (void)panthor_hw_soft_reset(ptdev);
  (void)panthor_hw_l2_power_on(ptdev);
  panthor_mmu_post_reset(ptdev);
  const int ret = panthor_fw_post_reset(ptdev);
  ptdev->protm.exit_refused = false;
  ptdev->reset.pending = false;
  // A line that is still high asks for a reset of its own.
  panthor_gpu_enable_protm_fault_interrupt(ptdev);
  panthor_sched_post_reset(ptdev, ret != 0);
  k.pm_runtime_put_autosuspend();
  k.dev_exit();
  if (ret != 0) {
    k.log("Failed to boot MCU after reset, making device unusable.");
    panthor_device_unplug(ptdev);
  }
}

// A GPU that did not leave protected mode takes no AS or cache command before it is reset. As
// posted (RST-24, RST-29) a session is not even asked to end.
bool panthor_device_reset_out_of_protm(PanthorDevice* ptdev, Switch as_posted) {
  if (has_defect(ptdev, as_posted) || !panthor_gpu_in_protm(ptdev)) return false;
  (void)panthor_hw_soft_reset(ptdev);
  panthor_mmu_forget(ptdev);
  ptdev->protm.exit_refused = false;
  return true;
}

int panthor_device_suspend(PanthorDevice* ptdev) {
  Kernel& k = ptdev->kernel;
  if (ptdev->pm.state != PmState::active) return -EINVAL;
  ptdev->pm.state = PmState::suspending;
  // Before the section, whose end a reset that fails waits for when it unplugs the device.
  const bool gone = !panthor_device_is_initialized(ptdev) || k.dev_is_unplugged();
  if (!gone) k.cancel_work_sync(ptdev->reset.work);
  if (panthor_device_is_initialized(ptdev) && k.dev_enter()) {
    panthor_sched_suspend(ptdev);
    panthor_fw_pre_reset(ptdev, panthor_device_reset_out_of_protm(ptdev, Switch::rst_24));
    panthor_mmu_suspend(ptdev);
    panthor_gpu_suspend(ptdev);
    panthor_pwr_suspend(ptdev);
    k.dev_exit();
  }
  ptdev->pm.state = PmState::suspended;
  return 0;
}

int panthor_device_resume_hw_components(PanthorDevice* ptdev) {
  panthor_pwr_resume(ptdev);
  panthor_gpu_resume(ptdev);
  panthor_mmu_resume(ptdev);
  const int ret = panthor_fw_resume(ptdev);
  if (ret == 0) return 0;
  panthor_fw_pre_reset(ptdev, true);
  panthor_mmu_suspend(ptdev);
  panthor_gpu_suspend(ptdev);
  panthor_pwr_suspend(ptdev);
  return ret;
}

int panthor_device_resume(PanthorDevice* ptdev) {
  Kernel& k = ptdev->kernel;
  if (ptdev->pm.state != PmState::suspended) return -EINVAL;
  ptdev->pm.state = PmState::resuming;
  int ret = 0;
  if (panthor_device_is_initialized(ptdev) && k.dev_enter()) {
    if (ptdev->reset.pending) {
      ptdev->reset.fast = false;
      ptdev->reset.pending = false;
    }
    const bool fast = ptdev->reset.fast;
    ret = panthor_device_resume_hw_components(ptdev);
    if (ret != 0 && fast) {
      k.log("Fast reset failed, trying a slow reset");
      ret = panthor_device_resume_hw_components(ptdev);
    }
    if (ret == 0) panthor_sched_resume(ptdev);
    k.dev_exit();
  }
  if (ret != 0) {
    ptdev->pm.recovery_needed = true;
    ptdev->pm.state = PmState::suspended;
    return ret;
  }
  ptdev->pm.state = PmState::active;
  // Somebody may have asked for a reset while the device came up.
  if (ptdev->reset.pending) k.queue_work(ptdev->reset.wq, ptdev->reset.work);
  return 0;
}

void panthor_runtime_suspend(PanthorDevice* ptdev) {
  ptdev->kernel.pm_callback_result(panthor_device_suspend(ptdev));
}

void panthor_runtime_resume(PanthorDevice* ptdev) {
  ptdev->kernel.pm_callback_result(panthor_device_resume(ptdev));
}

// The heap of the module parameter, held until the DRM device is released; as posted until unplug,
// with the pointer left behind (HEAP-32).
void panthor_protm_heap_put_early(PanthorDevice* ptdev) {
  if (!has_defect(ptdev, Switch::heap_32) || ptdev->protm.heap == nullptr) return;
  dma_heap_put(ptdev->heaps, ptdev->protm.heap);
}

void panthor_protm_heap_put(PanthorDevice* ptdev) {
  dma_heap_put(ptdev->heaps, ptdev->protm.heap);
  ptdev->protm.heap = nullptr;
}

int panthor_protm_heap_init(PanthorDevice* ptdev) {
  Kernel& k = ptdev->kernel;
  if (!has_patch(ptdev, 4)) return 0;
  const char* const name = k.module_param(kHeapParam);
  if (name == nullptr || name[0] == '\0') return 0;
  ptdev->protm.heap = dma_heap_find(ptdev->heaps, name);
  if (ptdev->protm.heap == nullptr) {
    k.log("Protected heap not (yet) available - deferring probe");
    return -vocab::kEPROBE_DEFER;
  }
  if (has_defect(ptdev, Switch::heap_32)) return 0;
  // On failure the reference has been dropped already (drmm_add_action_or_reset).
  return k.drmm_add_action(contract::bind_fn<panthor_protm_heap_put>(ptdev->self), "protm_heap");
}

// A driver before may have lost the GPU in protected mode, where it takes no AS command.
int panthor_get_out_of_protm(PanthorDevice* ptdev) {
  if (!panthor_gpu_in_protm(ptdev)) return 0;
  (void)panthor_hw_soft_reset(ptdev);
  return panthor_gpu_in_protm(ptdev) ? -EIO : 0;
}

// Everything behind the first runtime PM reference, in order; `done` counts what to take back.
int panthor_init_hw_components(PanthorDevice* ptdev, int* done) {
  using Step = int (*)(PanthorDevice*);
  static constexpr Step kSteps[] = {panthor_hw_init,            panthor_pwr_init,
                                    panthor_gpu_init,           panthor_gpu_coherency_init,
                                    panthor_mmu_init,           panthor_fw_init,
                                    panthor_sched_init};
  for (const Step step : kSteps) {
    int ret = step == panthor_fw_init ? panthor_get_out_of_protm(ptdev) : 0;
    if (ret == 0) ret = step(ptdev);
    if (ret != 0) return ret;
    ++*done;
  }
  return 0;
}

void panthor_unwind_hw_components(PanthorDevice* ptdev, int done) {
  if (done > 6) panthor_sched_unplug(ptdev);
  if (done > 5) panthor_fw_unplug(ptdev);
  if (done > 4) panthor_mmu_unplug(ptdev);
  if (done > 2) panthor_gpu_unplug(ptdev);
  if (done > 1) panthor_pwr_unplug(ptdev);
}

}  // namespace

void panthor_device_schedule_reset(PanthorDevice* ptdev) {
  if (ptdev->reset.pending || ptdev->unplug.begun) return;
  ptdev->reset.pending = true;
  if (ptdev->pm.state != PmState::active) return;
  ptdev->kernel.queue_work(ptdev->reset.wq, ptdev->reset.work);
}

int panthor_device_sleep(PanthorDevice* ptdev) {
  ptdev->kernel.init_completion(ptdev->pm.awake);
  ptdev->pm.asleep = true;
  // Upstream lets the system sleep while a reset that failed takes the device away. No switch
  // stands for that.
  if (ptdev->unplug.begun) ptdev->kernel.wait_for_completion(ptdev->unplug.done);
  const int ret = ptdev->kernel.pm_runtime_force_suspend();
  if (ret == 0) return 0;
  ptdev->pm.asleep = false;
  ptdev->kernel.complete_all(ptdev->pm.awake);
  return ret;
}

int panthor_device_wake(PanthorDevice* ptdev) {
  const int ret = ptdev->kernel.pm_runtime_force_resume();
  ptdev->pm.asleep = false;
  ptdev->kernel.complete_all(ptdev->pm.awake);
  if (ptdev->scheduler == nullptr || ptdev->unplug.begun) return ret;
  panthor_sched_wake(ptdev);
  // What the suspend left for the next resume must not wait for somebody to ask for one.
  const bool left = ptdev->reset.pending && ptdev->pm.state == PmState::suspended;
  if (left && panthor_device_resume_and_get(ptdev) == 0) ptdev->kernel.pm_runtime_put_autosuspend();
  return ret;
}

int panthor_device_resume_and_get(PanthorDevice* ptdev) {
  const PmState now = ptdev->pm.state;
  const bool dark = now == PmState::suspended || now == PmState::resuming;
  if (ptdev->pm.asleep && dark) ptdev->kernel.wait_for_completion(ptdev->pm.awake);
  const int ret = ptdev->kernel.pm_runtime_resume_and_get();
  if (ret != 0 && ptdev->pm.recovery_needed) {
    ptdev->pm.recovery_needed = false;
    ptdev->kernel.pm_runtime_set_suspended();
  }
  return ret;
}

int panthor_device_init(PanthorDevice* ptdev) {
  Kernel& k = ptdev->kernel;
  k.init_completion(ptdev->unplug.done);
  // Before the device is powered, so that a deferral has nothing to take back.
  int ret = panthor_protm_heap_init(ptdev);
  if (ret != 0) return ret;
  ptdev->reset.work.fn = contract::bind_fn<panthor_device_reset_work>(ptdev->self);
  ptdev->reset.wq = k.alloc_workqueue("panthor-reset-wq", contract::WorkqueueKind::ordered);
  k.disable_work_sync(ptdev->reset.work);

  k.pm_runtime_enable(contract::bind_fn<panthor_runtime_suspend>(ptdev->self),
                      contract::bind_fn<panthor_runtime_resume>(ptdev->self));
  ret = k.pm_runtime_resume_and_get();
  if (ret != 0) {
    panthor_protm_heap_put_early(ptdev);
    return ret;
  }
  int done = 0;
  ret = panthor_init_hw_components(ptdev, &done);
  if (ret == 0) {
    k.enable_work(ptdev->reset.work);
    // A line that the driver before left high has asked while the work was disabled. As posted the
    // mark stays, and no reset runs any more. No switch stands for that.
    if (ptdev->reset.pending) k.queue_work(ptdev->reset.wq, ptdev->reset.work);
    k.pm_runtime_use_autosuspend(kAutosuspendMs);
    ret = ptdev->drm.drm_register(&kPanthorDrmDriver);
    if (ret != 0) {
      // Upstream leaves a reset that was asked for meanwhile to run over what is unwound here.
      k.disable_work_sync(ptdev->reset.work);
      k.pm_runtime_dont_use_autosuspend();
    }
  }
  if (ret != 0) {
    panthor_unwind_hw_components(ptdev, done);
    const bool skipped = done == 0 && has_defect(ptdev, Switch::heap_30);
    // Upstream the suspend takes a device that only failed to register for one that still works.
    const contract::Ptr<PanthorScheduler> unwound = std::exchange(ptdev->scheduler, nullptr);
    if (!skipped) k.pm_runtime_put_sync_suspend();
    ptdev->scheduler = unwound;
    panthor_protm_heap_put_early(ptdev);
    return ret;
  }
  k.pm_runtime_put_autosuspend();
  return 0;
}

void panthor_device_unplug(PanthorDevice* ptdev) {
  Kernel& k = ptdev->kernel;
  k.mutex_lock(ptdev->unplug.lock);
  if (ptdev->unplug.begun) {
    k.mutex_unlock(ptdev->unplug.lock);
    k.wait_for_completion(ptdev->unplug.done);
    return;
  }
  ptdev->unplug.begun = true;
  k.pm_runtime_get_sync();
  // drm_dev_unplug(): whoever opens the node before it is gone finds the device unplugged.
  k.dev_unplug();
  ptdev->drm.drm_unregister();
  k.mutex_unlock(ptdev->unplug.lock);

  panthor_sched_unplug(ptdev);
  const bool powered = ptdev->pm.state != PmState::suspended;
  if (powered) (void)panthor_device_reset_out_of_protm(ptdev, Switch::rst_29);
  panthor_fw_unplug(ptdev);
  panthor_mmu_unplug(ptdev);
  panthor_gpu_unplug(ptdev);
  panthor_pwr_unplug(ptdev);
  panthor_protm_heap_put_early(ptdev);
  k.pm_runtime_dont_use_autosuspend();
  k.pm_runtime_put_sync_suspend();
  ptdev->reset.pending = false;   // nothing is left that could be reset
  k.complete_all(ptdev->unplug.done);
}

}  // namespace protm::v1
