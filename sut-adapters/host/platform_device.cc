// SPDX-License-Identifier: GPL-2.0-only
// The driver core's side: probe, deferral, bind and unbind, devres, drmm, unplug, sleep.
// Source: reference/facts-host.md section 9; drivers/base/power/main.c (7.3) device_prepare(),
// device_suspend(), device_complete(), dpm_complete(); drivers/base/dd.c device_block_probing(),
// device_unblock_probing().
#include "sut-adapters/host/platform_device.h"

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {

// --- probe and remove ------------------------------------------------------------------------

int PlatformDevice::really_probe() {
  if (asleep_) {   // put off until the system is awake again, also what sysfs asked for
    deferred_ = true;
    return -vocab::kEPROBE_DEFER;
  }
  probing_ = true;
  deferred_ = false;
  const std::uint32_t triggers = trigger_count_;
  instance_ = kernel_.drm_instance_add();   // devm_drm_dev_alloc: devres drops it last
  devres_.push_back(Devres{DevresKind::drm_device, "drm device", {}, instance_});
  const int error = ops_.probe(ops_.ctx);
  if (error != 0) {
    release_devres();
    pm_reinit();
  } else {
    bound_ = true;
  }
  probing_ = false;
  if (error == -vocab::kEPROBE_DEFER) {
    // A trigger that came while the probe ran must not be lost (B3).
    if (triggers != trigger_count_) trigger_deferred_probe();
  } else if (error == 0) {
    kernel_.device_bound(*this);
    pm_idle(PmMode::async);
  }
  return error;
}

int PlatformDevice::attach() {
  contract::MutexGuard lock(kernel_, device_lock_);
  if (bound_) return 0;
  if (really_probe() == -vocab::kEPROBE_DEFER) deferred_ = true;
  return 0;
}

int PlatformDevice::bind() {
  if (asleep_) return -EBUSY;
  if (!present_) {
    present_ = true;
    return attach();   // as a bus that finds the device: what probe says is not told
  }
  contract::MutexGuard lock(kernel_, device_lock_);
  if (bound_) return -EBUSY;
  const bool was_deferred = deferred_;
  const int error = really_probe();
  if (error != -vocab::kEPROBE_DEFER) return error;
  if (!asleep_) deferred_ = was_deferred;   // an explicit bind does not queue a retry (B5)
  return -EAGAIN;
}

void PlatformDevice::trigger_deferred_probe() {
  ++trigger_count_;
  if (!deferred_ || bound_ || probing_) return;
  deferred_ = false;
  kernel_.spawn(
      "deferred_probe", [](void* self) { static_cast<PlatformDevice*>(self)->attach(); }, this);
}

int PlatformDevice::unbind() {
  if (asleep_) return -EBUSY;
  if (!bound_) return -ENODEV;
  contract::MutexGuard lock(kernel_, device_lock_);
  if (!bound_) return 0;   // somebody else was first; sysfs looks before it has the lock
  pm_runtime_get_sync();
  if (pm_drop_usage()) pm_idle(PmMode::sync);   // the device may suspend here
  ops_.remove(ops_.ctx);
  release_devres();
  pm_reinit();
  bound_ = false;
  return 0;
}

int PlatformDevice::unplug() {
  if (asleep_) return -EBUSY;
  if (!present_) return -ENODEV;
  present_ = false;
  deferred_ = false;
  unbind();
  return 0;
}

// --- system sleep ----------------------------------------------------------------------------

int PlatformDevice::suspend() {
  if (asleep_) return -EBUSY;
  asleep_ = true;   // from here on nobody binds or unbinds
  pm_runtime_get_noresume();
  int error = 0;
  {
    contract::MutexGuard lock(kernel_, device_lock_);
    if (bound_) error = ops_.suspend(ops_.ctx);
  }
  if (error == 0) return 0;
  complete_sleep();
  return error;
}

int PlatformDevice::resume() {
  if (!asleep_) return -EINVAL;
  int error = 0;
  {
    contract::MutexGuard lock(kernel_, device_lock_);
    if (bound_) error = ops_.resume(ops_.ctx);
  }
  complete_sleep();
  return error;
}

void PlatformDevice::complete_sleep() {
  asleep_ = false;
  pm_runtime_put();
  trigger_deferred_probe();
}

// --- devres and drmm -------------------------------------------------------------------------

int PlatformDevice::devm_add_action(Callback fn, const char* role) {
  const std::int64_t failed = kernel_.fault("devres", role);
  if (failed < 0) {
    kernel_.call(fn);
    return static_cast<int>(failed);
  }
  devres_.push_back(Devres{DevresKind::action, role, fn, 0});
  return 0;
}

int PlatformDevice::drmm_add_action(Callback fn, const char* role) {
  const std::int64_t failed = kernel_.fault("drmm", role);
  if (failed < 0) {
    kernel_.call(fn);
    return static_cast<int>(failed);
  }
  drm_current().actions.push_back(Devres{DevresKind::action, role, fn, 0});
  return 0;
}

void PlatformDevice::release_devres() {
  while (!devres_.empty()) {
    const Devres entry = devres_.back();
    devres_.pop_back();
    switch (entry.kind) {
      case DevresKind::action: kernel_.call(entry.fn); break;
      case DevresKind::irq: release_irq(entry.number); break;
      case DevresKind::runtime_pm: pm_disable(); break;
      case DevresKind::drm_device: kernel_.drm_instance_put(entry.number); break;
    }
  }
}

// --- the DRM device --------------------------------------------------------------------------

DrmInstance& PlatformDevice::drm_current() {
  if (instance_ == kNoInstance) contract::oops(contract::OopsKind::null_access, "drm device");
  return kernel_.drm_[instance_];
}

bool PlatformDevice::dev_enter() {
  DrmInstance& d = drm_current();
  if (d.unplugged) return false;
  ++d.sections;
  return true;
}

void PlatformDevice::dev_exit() {
  DrmInstance& d = drm_current();
  if (d.sections == 0) {
    kernel_.warn("dev_exit without dev_enter");
    return;
  }
  if (--d.sections == 0) kernel_.wake_all(WaitKind::device_sections, instance_);
}

void PlatformDevice::dev_unplug() {
  kernel_.might_sleep("dev_unplug", "drm device");
  DrmInstance& d = drm_current();
  const std::uint32_t nr = instance_;
  d.unplugged = true;
  if (kernel_.around_.kernel.unplug_waits_for_tick) {
    kernel_.block(WaitKind::time, 0, "grace period", kernel_.tick_edge_ns(kernel_.jiffies() + 1));
  }
  while (d.sections != 0) kernel_.block(WaitKind::device_sections, nr, "drm device");
}

bool PlatformDevice::dev_is_unplugged() const {
  return kernel_.drm_instance_unplugged(instance_);
}

}  // namespace protm::host
