// SPDX-License-Identifier: GPL-2.0-only
// What devices share: DRM devices, which live as long as their files, whoever they belong to;
// firmware files and module parameters.
// Not modelled: late init, attribute groups.
// Source: reference/facts-host.md section 9; drm_drv.c drm_dev_put().
#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {

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

bool KernelImpl::drm_instance_unplugged(std::uint32_t instance) const {
  return instance >= drm_.size() || drm_[instance].unplugged;
}

std::uint32_t KernelImpl::drm_instance_add() {
  drm_.emplace_back(around_.memory).refs = 1;
  return static_cast<std::uint32_t>(drm_.size() - 1);
}

std::uint32_t KernelImpl::drm_users() const {
  std::uint32_t refs = 0;
  for (const DrmInstance& d : drm_) refs += d.refs;
  if (device_.bound()) --refs;   // one is the binding's own
  return second_ && second_->bound() ? refs - 1 : refs;
}

void KernelImpl::device_bound(const PlatformDevice& device) {
  if (!second_) return;
  (&device == &device_ ? *second_ : device_).trigger_deferred_probe();
}

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
