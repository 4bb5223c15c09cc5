// SPDX-License-Identifier: GPL-2.0-only
// The device and the driver core: probe, deferral, bind and unbind, devres, drmm, unplug, firmware
// files and module parameters. One platform device, one driver.
// Not modelled: device links, suppliers, driver-core attribute groups, late init; of a system sleep
// the freezing of tasks, which is the step runner's.
// Source: reference/facts-host.md section 9; drivers/base/power/main.c (7.3) device_prepare(),
// device_suspend(), device_complete().
#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {

// --- probe and remove ------------------------------------------------------------------------

int KernelImpl::really_probe() {
  probing_ = true;
  deferred_ = false;
  const std::uint32_t triggers = trigger_count_;
  drm_.emplace_back(around_.memory);
  drm_.back().refs = 1;   // devm_drm_dev_alloc: devres drops it last
  devres_.push_back(Devres{DevresKind::drm_device, "drm device", {}, drm_instance()});
  const int error = device_ops_.probe(device_ops_.ctx);
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
    pm_idle(PmMode::async);
  }
  return error;
}

int KernelImpl::device_attach() {
  contract::MutexGuard lock(*this, device_lock_);
  if (bound_) return 0;
  if (really_probe() == -vocab::kEPROBE_DEFER) deferred_ = true;
  return 0;
}

int KernelImpl::device_bind() {
  if (asleep_) return -EBUSY;
  if (!present_) {
    present_ = true;
    return device_attach();   // as a bus that finds the device: what probe says is not told
  }
  contract::MutexGuard lock(*this, device_lock_);
  if (bound_) return -EBUSY;
  const bool was_deferred = deferred_;
  const int error = really_probe();
  if (error != -vocab::kEPROBE_DEFER) return error;
  deferred_ = was_deferred;   // an explicit bind does not queue a retry (B5)
  return -EAGAIN;
}

void KernelImpl::trigger_deferred_probe() {
  ++trigger_count_;
  if (!deferred_ || bound_ || probing_) return;
  deferred_ = false;
  spawn("deferred_probe", [](void* self) { static_cast<KernelImpl*>(self)->device_attach(); },
        this);
}

int KernelImpl::device_unbind() {
  if (asleep_) return -EBUSY;
  if (!bound_) return -ENODEV;
  contract::MutexGuard lock(*this, device_lock_);
  if (!bound_) return 0;   // somebody else was first; sysfs looks before it has the lock
  pm_runtime_get_sync();
  if (pm_drop_usage()) pm_idle(PmMode::sync);   // the device may suspend here
  device_ops_.remove(device_ops_.ctx);
  release_devres();
  pm_reinit();
  bound_ = false;
  return 0;
}

int KernelImpl::device_unplug() {
  if (asleep_) return -EBUSY;
  if (!present_) return -ENODEV;
  present_ = false;
  deferred_ = false;
  device_unbind();
  return 0;
}

// --- system sleep ----------------------------------------------------------------------------

int KernelImpl::device_suspend() {
  if (asleep_) return -EBUSY;
  asleep_ = true;   // from here on nobody binds or unbinds
  pm_runtime_get_noresume();
  int error = 0;
  {
    contract::MutexGuard lock(*this, device_lock_);
    if (bound_) error = device_ops_.suspend(device_ops_.ctx);
  }
  if (error == 0) return 0;
  asleep_ = false;
  pm_runtime_put();
  return error;
}

int KernelImpl::device_resume() {
  if (!asleep_) return -EINVAL;
  int error = 0;
  {
    contract::MutexGuard lock(*this, device_lock_);
    if (bound_) error = device_ops_.resume(device_ops_.ctx);
  }
  asleep_ = false;
  pm_runtime_put();
  return error;
}

// --- devres and drmm -------------------------------------------------------------------------

int KernelImpl::devm_add_action(Callback fn, const char* role) {
  const std::int64_t failed = fault("devres", role);
  if (failed < 0) {
    call(fn);
    return static_cast<int>(failed);
  }
  devres_.push_back(Devres{DevresKind::action, role, fn, 0});
  return 0;
}

int KernelImpl::drmm_add_action(Callback fn, const char* role) {
  const std::int64_t failed = fault("drmm", role);
  if (failed < 0) {
    call(fn);
    return static_cast<int>(failed);
  }
  drm_current().actions.push_back(Devres{DevresKind::action, role, fn, 0});
  return 0;
}

void KernelImpl::release_devres() {
  while (!devres_.empty()) {
    const Devres entry = devres_.back();
    devres_.pop_back();
    switch (entry.kind) {
      case DevresKind::action: call(entry.fn); break;
      case DevresKind::irq: release_irq(entry.number); break;
      case DevresKind::runtime_pm: pm_disable(); break;
      case DevresKind::drm_device: drm_instance_put(entry.number); break;
    }
  }
}

// --- the DRM device --------------------------------------------------------------------------

std::uint32_t KernelImpl::drm_instance() const {
  return drm_.empty() ? UINT32_MAX : static_cast<std::uint32_t>(drm_.size() - 1);
}

DrmInstance& KernelImpl::drm_current() {
  if (drm_.empty()) contract::oops(contract::OopsKind::null_access, "drm device");
  return drm_.back();
}

void KernelImpl::drm_instance_get(std::uint32_t instance) {
  if (instance >= drm_.size()) contract::oops(contract::OopsKind::null_access, "drm device");
  if (drm_[instance].refs == 0) {
    say_once(contract::RecordKind::kernel_warn, 0, "refcount addition on 0: drm device");
    return;
  }
  ++drm_[instance].refs;
}

void KernelImpl::drm_instance_put(std::uint32_t instance) {
  if (instance >= drm_.size()) contract::oops(contract::OopsKind::null_access, "drm device");
  DrmInstance& d = drm_[instance];
  if (d.refs == 0) {
    say_once(contract::RecordKind::kernel_warn, 0, "refcount underflow: drm device");
    return;
  }
  if (--d.refs == 0) drm_release(d);
}

void KernelImpl::drm_release(DrmInstance& d) {
  while (!d.actions.empty()) {
    const Devres entry = d.actions.back();
    d.actions.pop_back();
    call(entry.fn);
  }
}

std::uint32_t KernelImpl::drm_users() const {
  std::uint32_t refs = 0;
  for (const DrmInstance& d : drm_) refs += d.refs;
  return bound_ ? refs - 1 : refs;   // one is the binding's own
}

bool KernelImpl::drm_instance_unplugged(std::uint32_t instance) const {
  return instance >= drm_.size() || drm_[instance].unplugged;
}

bool KernelImpl::dev_enter() {
  DrmInstance& d = drm_current();
  if (d.unplugged) return false;
  ++d.sections;
  return true;
}

void KernelImpl::dev_exit() {
  DrmInstance& d = drm_current();
  if (d.sections == 0) {
    warn("dev_exit without dev_enter");
    return;
  }
  if (--d.sections == 0) wake_all(WaitKind::device_sections, drm_instance());
}

void KernelImpl::dev_unplug() {
  might_sleep("dev_unplug", "drm device");
  DrmInstance& d = drm_current();
  const std::uint32_t nr = drm_instance();
  d.unplugged = true;
  if (around_.kernel.unplug_waits_for_tick) {
    block(WaitKind::time, 0, "grace period", tick_edge_ns(jiffies() + 1));
  }
  while (d.sections != 0) block(WaitKind::device_sections, nr, "drm device");
}

bool KernelImpl::dev_is_unplugged() const { return drm_instance_unplugged(drm_instance()); }

// --- what the driver gets from outside -------------------------------------------------------

/// The firmware files that a distribution has: whoever asks by another name finds nothing.
/// Source: MODULE_FIRMWARE() of panthor_fw.c (7.3).
constexpr std::array<std::string_view, 7> kFirmwareFiles{
    "arm/mali/arch10.8/mali_csffw.bin",  "arm/mali/arch10.10/mali_csffw.bin",
    "arm/mali/arch10.12/mali_csffw.bin", "arm/mali/arch11.8/mali_csffw.bin",
    "arm/mali/arch12.8/mali_csffw.bin",  "arm/mali/arch13.8/mali_csffw.bin",
    "arm/mali/arch14.8/mali_csffw.bin"};

contract::Result<std::span<const std::byte>> KernelImpl::request_firmware(const char* path) {
  might_sleep("request_firmware", path);
  const std::int64_t failed = fault("request_firmware", "firmware");
  if (failed < 0) return tl::unexpected(static_cast<int>(failed));
  const bool there = std::find(kFirmwareFiles.begin(), kFirmwareFiles.end(),
                               std::string_view(path)) != kFirmwareFiles.end();
  if (!there || around_.firmware.empty()) return tl::unexpected(-ENOENT);
  return around_.firmware;
}

const char* KernelImpl::module_param(const char* name) const {
  return std::strcmp(name, "protected_heap_name") == 0 ? around_.heap_param : nullptr;
}

}  // namespace protm::host
