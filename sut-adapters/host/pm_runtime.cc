// SPDX-License-Identifier: GPL-2.0-only
// Runtime PM of the one device. Source: reference/facts-host.md section 10 (K7 column).
// Not modelled: parents, children, links, ignore_children, no_callbacks, slack of the timer.
#include "gpu-model/vocab/errno.h"
#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {

using contract::RpmStatus;

void KernelImpl::pm_runtime_enable(Callback suspend_fn, Callback resume_fn) {
  if (pm_.enabled) {
    warn("runtime PM enabled twice");
    return;
  }
  pm_.suspend_fn = suspend_fn;
  pm_.resume_fn = resume_fn;
  pm_.enabled = true;
  devres_.push_back(Devres{DevresKind::runtime_pm, "runtime pm", {}, 0});
}

void KernelImpl::pm_runtime_use_autosuspend(std::uint64_t delay_ms) {
  pm_.autosuspend = true;
  pm_.delay_ms = delay_ms;
}

void KernelImpl::pm_runtime_dont_use_autosuspend() {
  pm_.autosuspend = false;
  if (remove_expiry(ExpiryKind::autosuspend, 0)) pm_idle(PmMode::async);
}

void KernelImpl::pm_runtime_set_suspended() {
  if (pm_.enabled && pm_.error == 0) return;   // -EAGAIN, which panthor does not look at
  pm_.status = RpmStatus::suspended;
  pm_.error = 0;
}

// --- usage count -----------------------------------------------------------------------------

void KernelImpl::pm_runtime_get_noresume() { ++pm_.usage; }

int KernelImpl::pm_runtime_get_sync() {
  might_sleep("pm_runtime_get_sync", "device");
  ++pm_.usage;
  return pm_resume(PmMode::sync);
}

int KernelImpl::pm_runtime_resume_and_get() {
  const int result = pm_runtime_get_sync();
  if (result >= 0) return 0;
  pm_drop_usage();
  return result;
}

bool KernelImpl::pm_drop_usage() {
  if (pm_.usage == 0) {
    warn("runtime PM usage count underflow");
    return false;
  }
  return --pm_.usage == 0;
}

void KernelImpl::pm_runtime_put_autosuspend() {
  pm_.last_busy_ns = now().ns;
  if (pm_drop_usage()) pm_suspend(PmMode::async, PmTimer::honour);
}

void KernelImpl::pm_runtime_put() {
  if (pm_drop_usage()) pm_idle(PmMode::async);
}

void KernelImpl::pm_runtime_put_sync_suspend() {
  might_sleep("pm_runtime_put_sync_suspend", "device");
  if (pm_drop_usage()) pm_suspend(PmMode::sync, PmTimer::ignore);
}

// --- requests that a task carries out --------------------------------------------------------

void KernelImpl::pm_request(PmRequest what) {
  pm_.request = what;
  if (pm_.request_task != 0) return;
  pm_.request_task = spawn("runtime_pm", [](void* ctx) {
    KernelImpl& self = *static_cast<KernelImpl*>(ctx);
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

void KernelImpl::pm_cancel_requests() { pm_.request = PmRequest::none; }

int KernelImpl::pm_callback(const Callback& fn) {
  pm_.callback_result = 0;
  call(fn);
  const int result = pm_.callback_result;
  pm_.callback_result = 0;
  return result == -EACCES ? -EAGAIN : result;
}

// --- resume, idle, suspend -------------------------------------------------------------------

int KernelImpl::pm_resume(PmMode mode) {
  for (;;) {
    if (pm_.error != 0) return -EINVAL;
    if (!pm_.enabled) return pm_.status == RpmStatus::active ? 1 : -EACCES;
    pm_cancel_requests();
    if (!pm_.autosuspend) remove_expiry(ExpiryKind::autosuspend, 0);
    if (pm_.status == RpmStatus::active) return 1;
    if (pm_.status == RpmStatus::suspended) break;
    if (mode == PmMode::async) {
      if (pm_.status == RpmStatus::suspending) pm_.deferred_resume = true;
      return 0;
    }
    block(WaitKind::runtime_pm, 0, "device");
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
    pm_.last_busy_ns = now().ns;
  }
  wake_all_latest_first(WaitKind::runtime_pm, 0);
  if (error == 0) pm_idle(PmMode::async);
  return error;
}

int KernelImpl::pm_check_suspend() const {
  if (pm_.error != 0) return -EINVAL;
  if (!pm_.enabled) return -EACCES;
  if (pm_.usage != 0) return -EAGAIN;
  if (pm_.deferred_resume && pm_.status == RpmStatus::suspending) return -EAGAIN;
  if (pm_.request == PmRequest::resume) return -EAGAIN;
  return pm_.status == RpmStatus::suspended ? 1 : 0;
}

int KernelImpl::pm_idle(PmMode mode) {
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

std::uint64_t KernelImpl::pm_expiry_ns() const {
  const std::uint64_t at = pm_.last_busy_ns + pm_.delay_ms * vocab::kMs;
  return pm_.autosuspend && at > now().ns ? at : 0;
}

int KernelImpl::pm_suspend(PmMode mode, PmTimer timer) {
  for (;;) {
    const int refused = pm_check_suspend();
    if (refused != 0) return refused;
    if (pm_.status == RpmStatus::resuming && mode == PmMode::async) return -EAGAIN;
    if (timer == PmTimer::honour && pm_.status == RpmStatus::active) {
      if (const std::uint64_t at = pm_expiry_ns(); at != 0) {
        pm_cancel_requests();
        // A timer that is set goes off first and sees then that last_busy has moved.
        for (const Expiry& e : expiries_) {
          if (e.kind == ExpiryKind::autosuspend && e.when_ns <= at) return 0;
        }
        remove_expiry(ExpiryKind::autosuspend, 0);
        add_expiry(ExpiryKind::autosuspend, 0, at, Need::housekeeping);
        return 0;
      }
    }
    pm_cancel_requests();
    remove_expiry(ExpiryKind::autosuspend, 0);
    if (pm_.status == RpmStatus::active) break;
    if (mode == PmMode::async) return -EINPROGRESS;
    block(WaitKind::runtime_pm, 0, "device");
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
    wake_all_latest_first(WaitKind::runtime_pm, 0);
    if (pm_.error == 0 && timer == PmTimer::honour && pm_expiry_ns() != 0) {
      return pm_suspend(mode, timer);   // arms the timer again
    }
    return error;
  }
  pm_.status = RpmStatus::suspended;
  wake_all_latest_first(WaitKind::runtime_pm, 0);
  if (pm_.deferred_resume) {
    pm_.deferred_resume = false;
    pm_resume(PmMode::sync);
    return -EAGAIN;
  }
  return 0;
}

void KernelImpl::pm_timer_fired() {
  pm_suspend(PmMode::async, pm_.autosuspend ? PmTimer::honour : PmTimer::ignore);
}

// --- system sleep ----------------------------------------------------------------------------

int KernelImpl::pm_runtime_force_suspend() {
  might_sleep("pm_runtime_force_suspend", "device");
  // A resume that somebody asked for is carried out first, and what is under way comes to its end.
  if (pm_.request == PmRequest::resume) pm_resume(PmMode::sync);
  while (pm_.status == RpmStatus::resuming || pm_.status == RpmStatus::suspending) {
    block(WaitKind::runtime_pm, 0, "device");
  }
  pm_cancel_requests();
  remove_expiry(ExpiryKind::autosuspend, 0);
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

int KernelImpl::pm_runtime_force_resume() {
  might_sleep("pm_runtime_force_resume", "device");
  int error = 0;
  if (pm_.needs_force_resume) {
    error = pm_callback(pm_.resume_fn);
    if (error != 0) {
      pm_.status = RpmStatus::suspended;
    } else {
      pm_.last_busy_ns = now().ns;
    }
  }
  pm_.needs_force_resume = false;
  pm_.enabled = true;
  return error;
}

// --- end of a binding ------------------------------------------------------------------------

void KernelImpl::pm_disable() {
  pm_runtime_dont_use_autosuspend();
  // pm_runtime_disable carries out a pending resume and waits for what is going on.
  while (pm_.status == RpmStatus::resuming || pm_.status == RpmStatus::suspending) {
    block(WaitKind::runtime_pm, 0, "device");
  }
  pm_cancel_requests();
  remove_expiry(ExpiryKind::autosuspend, 0);
  pm_.enabled = false;
}

void KernelImpl::pm_reinit() {
  if (pm_.enabled) return;
  pm_.status = RpmStatus::suspended;
  pm_.error = 0;
  pm_.needs_force_resume = false;
  pm_.deferred_resume = false;   // the usage count stays: one that leaked is still wrong later
}

}  // namespace protm::host
