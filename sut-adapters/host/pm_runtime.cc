// SPDX-License-Identifier: GPL-2.0-only
// Runtime PM of a device. Source: reference/facts-host.md section 10 (K7 column).
// Not modelled: parents, children, links, ignore_children, no_callbacks, slack of the timer.
#include "gpu-model/vocab/errno.h"
#include "sut-adapters/host/kernel_impl.h"
#include "sut-adapters/host/platform_device.h"

namespace protm::host {

using contract::RpmStatus;

void PlatformDevice::pm_runtime_enable(Callback suspend_fn, Callback resume_fn) {
  if (pm_.enabled) {
    kernel_.warn("runtime PM enabled twice");
    return;
  }
  pm_.suspend_fn = suspend_fn;
  pm_.resume_fn = resume_fn;
  pm_.enabled = true;
  devres_.push_back(Devres{DevresKind::runtime_pm, "runtime pm", {}, 0});
}

void PlatformDevice::pm_runtime_use_autosuspend(std::uint64_t delay_ms) {
  pm_.autosuspend = true;
  pm_.delay_ms = delay_ms;
}

void PlatformDevice::pm_runtime_dont_use_autosuspend() {
  pm_.autosuspend = false;
  if (kernel_.remove_expiry(ExpiryKind::autosuspend, nr_)) pm_idle(PmMode::async);
}

void PlatformDevice::pm_runtime_set_suspended() {
  if (pm_.enabled && pm_.error == 0) return;   // -EAGAIN, which panthor does not look at
  pm_.status = RpmStatus::suspended;
  pm_.error = 0;
}

// --- usage count -----------------------------------------------------------------------------

void PlatformDevice::pm_runtime_get_noresume() { ++pm_.usage; }

int PlatformDevice::pm_runtime_get_sync() {
  kernel_.might_sleep("pm_runtime_get_sync", "device");
  ++pm_.usage;
  return pm_resume(PmMode::sync);
}

int PlatformDevice::pm_runtime_resume_and_get() {
  const int result = pm_runtime_get_sync();
  if (result >= 0) return 0;
  pm_drop_usage();
  return result;
}

bool PlatformDevice::pm_drop_usage() {
  if (pm_.usage == 0) {
    kernel_.warn("runtime PM usage count underflow");
    return false;
  }
  return --pm_.usage == 0;
}

void PlatformDevice::pm_runtime_put_autosuspend() {
  pm_.last_busy_ns = kernel_.now().ns;
  if (pm_drop_usage()) pm_suspend(PmMode::async, PmTimer::honour);
}

void PlatformDevice::pm_runtime_put() {
  if (pm_drop_usage()) pm_idle(PmMode::async);
}

void PlatformDevice::pm_runtime_put_sync_suspend() {
  kernel_.might_sleep("pm_runtime_put_sync_suspend", "device");
  if (pm_drop_usage()) pm_suspend(PmMode::sync, PmTimer::ignore);
}

// --- requests that a task carries out --------------------------------------------------------

void PlatformDevice::pm_request(PmRequest what) {
  pm_.request = what;
  if (pm_.request_task != 0) return;
  pm_.request_task = kernel_.spawn("runtime_pm", [](void* ctx) {
    PlatformDevice& self = *static_cast<PlatformDevice*>(ctx);
    const PmRequest request = self.pm_.request;
    self.pm_.request = PmRequest::none;
    self.pm_.request_task = 0;
    switch (request) {
      case PmRequest::idle: self.pm_idle(PmMode::sync); break;
      case PmRequest::suspend: self.pm_suspend(PmMode::sync, PmTimer::ignore); break;
      case PmRequest::autosuspend: self.pm_suspend(PmMode::sync, PmTimer::honour); break;
      case PmRequest::resume: self.pm_resume(PmMode::sync); break;
      case PmRequest::none: break;   // withdrawn meanwhile
    }
  }, this);
}

void PlatformDevice::pm_cancel_requests() { pm_.request = PmRequest::none; }

int PlatformDevice::pm_callback(const Callback& fn) {
  pm_.callback_result = 0;
  kernel_.call(fn);
  const int result = pm_.callback_result;
  pm_.callback_result = 0;
  return result == -EACCES ? -EAGAIN : result;
}

// --- resume, idle, suspend -------------------------------------------------------------------

int PlatformDevice::pm_resume(PmMode mode) {
  for (;;) {
    if (pm_.error != 0) return -EINVAL;
    if (!pm_.enabled) return pm_.status == RpmStatus::active ? 1 : -EACCES;
    pm_cancel_requests();
    if (!pm_.autosuspend) kernel_.remove_expiry(ExpiryKind::autosuspend, nr_);
    if (pm_.status == RpmStatus::active) return 1;
    if (pm_.status == RpmStatus::suspended) break;
    if (mode == PmMode::async) {
      if (pm_.status == RpmStatus::suspending) pm_.deferred_resume = true;
      return 0;
    }
    kernel_.block(WaitKind::runtime_pm, nr_, "device");
  }
  if (mode == PmMode::async) {
    pm_request(PmRequest::resume);
    return 0;
  }
  pm_.status = RpmStatus::resuming;
  const int error = pm_callback(pm_.resume_fn);
  if (error != 0) {
    pm_.status = RpmStatus::suspended;   // K7: no sticky error, the next get tries again
    pm_cancel_requests();
  } else {
    pm_.status = RpmStatus::active;
    pm_.last_busy_ns = kernel_.now().ns;
  }
  kernel_.wake_all_latest_first(WaitKind::runtime_pm, nr_);
  if (error == 0) pm_idle(PmMode::async);
  return error;
}

int PlatformDevice::pm_check_suspend() const {
  if (pm_.error != 0) return -EINVAL;
  if (!pm_.enabled) return -EACCES;
  if (pm_.usage != 0) return -EAGAIN;
  if (pm_.deferred_resume && pm_.status == RpmStatus::suspending) return -EAGAIN;
  if (pm_.request == PmRequest::resume) return -EAGAIN;
  return pm_.status == RpmStatus::suspended ? 1 : 0;
}

int PlatformDevice::pm_idle(PmMode mode) {
  const int refused = pm_check_suspend();
  if (refused != 0) return refused;
  if (pm_.status != RpmStatus::active) return -EAGAIN;
  if (pm_.request != PmRequest::none && pm_.request != PmRequest::idle) return -EAGAIN;
  if (mode == PmMode::async) {
    pm_request(PmRequest::idle);
    return 0;
  }
  // panthor has no idle callback.
  return pm_suspend(PmMode::sync, pm_.autosuspend ? PmTimer::honour : PmTimer::ignore);
}

std::uint64_t PlatformDevice::pm_expiry_ns() const {
  const std::uint64_t at = pm_.last_busy_ns + pm_.delay_ms * vocab::kMs;
  return pm_.autosuspend && at > kernel_.now().ns ? at : 0;
}

int PlatformDevice::pm_suspend(PmMode mode, PmTimer timer) {
  for (;;) {
    const int refused = pm_check_suspend();
    if (refused != 0) return refused;
    if (pm_.status == RpmStatus::resuming && mode == PmMode::async) return -EAGAIN;
    if (timer == PmTimer::honour && pm_.status == RpmStatus::active) {
      if (const std::uint64_t at = pm_expiry_ns(); at != 0) {
        pm_cancel_requests();
        // A timer that is set goes off first and sees then that last_busy has moved.
        for (const Expiry& e : kernel_.expiries_) {
          if (e.kind != ExpiryKind::autosuspend || e.id != nr_) continue;
          if (e.when_ns <= at) return 0;
        }
        kernel_.remove_expiry(ExpiryKind::autosuspend, nr_);
        kernel_.add_expiry(ExpiryKind::autosuspend, nr_, at, Need::housekeeping);
        return 0;
      }
    }
    pm_cancel_requests();
    kernel_.remove_expiry(ExpiryKind::autosuspend, nr_);
    if (pm_.status == RpmStatus::active) break;
    if (mode == PmMode::async) return -EINPROGRESS;
    kernel_.block(WaitKind::runtime_pm, nr_, "device");
  }
  if (mode == PmMode::async) {
    pm_request(timer == PmTimer::honour ? PmRequest::autosuspend : PmRequest::suspend);
    return 0;
  }
  pm_.status = RpmStatus::suspending;
  pm_.deferred_resume = false;
  const int error = pm_callback(pm_.suspend_fn);
  if (error != 0) {
    pm_.status = RpmStatus::active;
    pm_.deferred_resume = false;
    if (error != -EAGAIN && error != -EBUSY) pm_.error = error;
    kernel_.wake_all_latest_first(WaitKind::runtime_pm, nr_);
    if (pm_.error == 0 && timer == PmTimer::honour && pm_expiry_ns() != 0) {
      return pm_suspend(mode, timer);   // arms the timer again
    }
    return error;
  }
  pm_.status = RpmStatus::suspended;
  kernel_.wake_all_latest_first(WaitKind::runtime_pm, nr_);
  if (pm_.deferred_resume) {
    pm_.deferred_resume = false;
    pm_resume(PmMode::sync);
    return -EAGAIN;
  }
  return 0;
}

void PlatformDevice::pm_timer_fired() {
  pm_suspend(PmMode::async, pm_.autosuspend ? PmTimer::honour : PmTimer::ignore);
}

// --- system sleep ----------------------------------------------------------------------------

int PlatformDevice::pm_runtime_force_suspend() {
  kernel_.might_sleep("pm_runtime_force_suspend", "device");
  // A resume that somebody asked for is carried out first, and what is under way comes to its end.
  if (pm_.request == PmRequest::resume) pm_resume(PmMode::sync);
  while (pm_.status == RpmStatus::resuming || pm_.status == RpmStatus::suspending) {
    kernel_.block(WaitKind::runtime_pm, nr_, "device");
  }
  pm_cancel_requests();
  kernel_.remove_expiry(ExpiryKind::autosuspend, nr_);
  pm_.enabled = false;
  if (pm_.status == RpmStatus::suspended || pm_.needs_force_resume) return 0;
  const int error = pm_callback(pm_.suspend_fn);
  if (error != 0) {
    pm_.enabled = true;
    return error;
  }
  // One use is the suspend's own.
  if (pm_.usage > 1) {
    pm_.needs_force_resume = true;
  } else {
    pm_.status = RpmStatus::suspended;
  }
  return 0;
}

int PlatformDevice::pm_runtime_force_resume() {
  kernel_.might_sleep("pm_runtime_force_resume", "device");
  int error = 0;
  if (pm_.needs_force_resume) {
    error = pm_callback(pm_.resume_fn);
    if (error != 0) {
      pm_.status = RpmStatus::suspended;
    } else {
      pm_.last_busy_ns = kernel_.now().ns;
    }
  }
  pm_.needs_force_resume = false;
  pm_.enabled = true;
  return error;
}

// --- end of a binding ------------------------------------------------------------------------

void PlatformDevice::pm_disable() {
  pm_runtime_dont_use_autosuspend();
  // pm_runtime_disable carries out a pending resume and waits for what is going on.
  while (pm_.status == RpmStatus::resuming || pm_.status == RpmStatus::suspending) {
    kernel_.block(WaitKind::runtime_pm, nr_, "device");
  }
  pm_cancel_requests();
  kernel_.remove_expiry(ExpiryKind::autosuspend, nr_);
  pm_.enabled = false;
}

void PlatformDevice::pm_reinit() {
  if (pm_.enabled) return;
  pm_.status = RpmStatus::suspended;
  pm_.error = 0;
  pm_.needs_force_resume = false;
  pm_.deferred_resume = false;   // the usage count stays: one that leaked is still wrong later
}

}  // namespace protm::host
