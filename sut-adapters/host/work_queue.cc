// SPDX-License-Identifier: GPL-2.0-only
// Work items, delayed work, timers. A work item runs in a task that is made for it, so an idle
// queue has none. Source: reference/facts-host.md W1-W9.
#include <algorithm>
#include <cstring>
#include <string_view>

#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {

using contract::LockMisuse;
using contract::WorkqueueKind;

template <class W>
WorkSlot& KernelImpl::work_slot(W& w) {
  bool fresh = false;
  WorkSlot& slot = works_.obtain(w.id, &w, w.role, fresh);
  if (fresh) slot.cls = order_.class_of(w.role, ClassKind::work);
  return slot;
}

contract::Workqueue KernelImpl::alloc_workqueue(const char* role, WorkqueueKind kind) {
  if (fault("alloc", role) < 0) return contract::Workqueue{};
  std::size_t i = 0;
  while (i < queues_.size() && !queues_[i].dead) ++i;
  if (i == queues_.size()) queues_.emplace_back(around_.memory);
  QueueSlot& q = queues_[i];
  q.role = role;
  q.kind = kind;
  q.dead = false;
  q.draining = false;
  ++count_of(role).live;
  q.cls = kind == WorkqueueKind::ordered ? order_.class_of(role, ClassKind::workqueue) : 0;
  return contract::Workqueue{static_cast<std::uint32_t>(i + 1)};
}

void KernelImpl::destroy_workqueue(contract::Workqueue wq) {
  if (wq.id == 0) return;
  QueueSlot& q = queues_[wq.id - 1];
  might_sleep("destroy_workqueue", q.role);
  q.draining = true;
  while (!q.items.empty() || q.active != 0) block(WaitKind::workqueue, wq.id, q.role);
  q.dead = true;
  --count_of(q.role).live;
}

// --- queueing --------------------------------------------------------------------------------

bool KernelImpl::work_queue_now(std::uint32_t wq, WorkSlot& w) {
  if (wq == 0 || wq > queues_.size() || queues_[wq - 1].dead) {
    contract::oops(contract::OopsKind::bad_call, w.role);
  }
  QueueSlot& q = queues_[wq - 1];
  const bool chained = in_task() && !current_->held.empty() &&
                       current_->held.front().mode == LockMode::marker;
  if (q.draining && !chained) {
    warn("work queued while its queue drains");
    return false;
  }
  w.pending = 1;
  w.wq = wq;
  ++w.queue_nr;
  q.items.push_back(w.id);
  work_kick(wq);
  return true;
}

void KernelImpl::work_kick(std::uint32_t wq) {
  QueueSlot& q = queues_[wq - 1];
  for (const std::uint32_t id : q.items) {
    if (q.kind == WorkqueueKind::ordered && q.active != 0) return;
    WorkSlot& w = *works_.find(id);
    // The same item never runs twice at a time; a running one is looked at again when it ends.
    if (w.pending_task == 0 && w.running_task == 0) {
      work_dispatch(wq, w);
    }
    if (q.kind == WorkqueueKind::ordered) return;
  }
}

namespace {
struct WorkStart {
  KernelImpl* kernel;
  std::uint32_t work;
};
}  // namespace

void KernelImpl::work_dispatch(std::uint32_t wq, WorkSlot& w) {
  ++queues_[wq - 1].active;
  w.pending_task = spawn(w.role, &KernelImpl::work_task_entry, this);
}

void KernelImpl::work_task_entry(void* arg) {
  KernelImpl& self = *static_cast<KernelImpl*>(arg);
  for (WorkSlot& w : self.works_.all()) {
    if (w.id == 0 || w.pending_task != self.current_->id) continue;
    self.work_run(w);
    return;
  }
}

void KernelImpl::work_run(WorkSlot& w) {
  const std::uint32_t id = w.id;
  const std::uint32_t wq = w.wq;
  QueueSlot& q = queues_[wq - 1];
  q.items.erase(std::find(q.items.begin(), q.items.end(), id));
  w.pending = 0;
  w.pending_task = 0;
  w.running_task = current_->id;
  w.running_nr = w.queue_nr;
  current_->held.push_back(HeldLock{0, w.cls, LockMode::marker});
  if (q.cls != 0) current_->held.push_back(HeldLock{0, q.cls, LockMode::marker});
  call(w.fn);
  // The item may be freed by now; its slot is still there because it counts as running.
  w.running_task = 0;
  --q.active;
  wake_all(WaitKind::work, id);
  wake_all(WaitKind::workqueue, wq);
  if (w.pending != 0 && w.wq != wq) work_kick(w.wq);
  work_kick(wq);
  works_.release_if_orphan(w);
}

bool KernelImpl::work_unqueue(WorkSlot& w) {
  if (w.pending == 0) return false;
  QueueSlot& q = queues_[w.wq - 1];
  q.items.erase(std::find(q.items.begin(), q.items.end(), w.id));
  w.pending = 0;
  if (w.pending_task != 0) {
    kill_unstarted(w.pending_task);
    w.pending_task = 0;
    --q.active;
  }
  wake_all(WaitKind::work, w.id);
  wake_all(WaitKind::workqueue, w.wq);
  work_kick(w.wq);
  return true;
}

bool KernelImpl::work_disarm(WorkSlot& w) {
  if (w.armed == 0) return false;
  w.armed = 0;
  remove_expiry(ExpiryKind::delayed_work, w.id);
  return true;
}

bool KernelImpl::work_take_back(WorkSlot& w) {
  const bool armed = work_disarm(w);
  return work_unqueue(w) || armed;
}

// --- waiting for work ------------------------------------------------------------------------

void KernelImpl::work_note_flush(const WorkSlot& w) {
  // As lockdep: to wait for an item is to take it, and its queue if that runs one item at a time.
  if (w.pending == 0 && w.running_task == 0) return;
  const QueueSlot& q = queues_[w.wq - 1];
  for (const HeldLock& h : held()) {
    const bool itself = h.mode == LockMode::marker && h.cls == w.cls && w.running_task == self();
    const bool queue = h.mode == LockMode::marker && q.cls != 0 && h.cls == q.cls &&
                       w.pending != 0;
    if (itself || queue) report_misuse(LockMisuse::flush_of_dependent, order_.role(h.cls), w.role);
  }
  note_order(w.cls);
}

void KernelImpl::work_wait_until_done(WorkSlot& w, std::uint64_t nr) {
  // The item may be freed meanwhile; its slot stays while somebody waits.
  ++w.waiters;
  while ((w.running_task != 0 && w.running_nr <= nr) || (w.pending != 0 && w.queue_nr <= nr)) {
    block(WaitKind::work, w.id, w.role);
  }
  --w.waiters;
  works_.release_if_orphan(w);
}

void KernelImpl::work_wait_running(WorkSlot& w) {
  if (w.running_task != 0) work_wait_until_done(w, w.running_nr);
}

bool KernelImpl::work_cancel_sync(WorkSlot& w) {
  might_sleep("cancel_work_sync", w.role);
  ++w.disabled;   // a running item that queues itself again does not get through (W4)
  if (w.running_task != 0) work_note_flush(w);
  const bool was_pending = work_take_back(w);
  work_wait_running(w);
  --w.disabled;
  return was_pending;
}

// --- plain work ------------------------------------------------------------------------------

bool KernelImpl::queue_work(contract::Workqueue wq, contract::Work& w) {
  point(contract::PointKind::queue_work, w.role);
  WorkSlot& slot = work_slot(w);
  if (slot.pending != 0 || slot.disabled != 0) return false;
  slot.fn = w.fn;
  return work_queue_now(wq.id, slot);
}

bool KernelImpl::cancel_work(contract::Work& w) { return work_unqueue(work_slot(w)); }
bool KernelImpl::cancel_work_sync(contract::Work& w) { return work_cancel_sync(work_slot(w)); }

void KernelImpl::disable_work_sync(contract::Work& w) {
  WorkSlot& slot = work_slot(w);
  work_cancel_sync(slot);
  ++slot.disabled;
}

void KernelImpl::enable_work(contract::Work& w) {
  WorkSlot& slot = work_slot(w);
  if (slot.disabled == 0) {
    warn("work enabled more often than disabled");
    return;
  }
  --slot.disabled;
}

void KernelImpl::flush_work(contract::Work& w) {
  WorkSlot& slot = work_slot(w);
  might_sleep("flush_work", slot.role);
  work_note_flush(slot);
  work_wait_until_done(slot, slot.pending != 0 ? slot.queue_nr : slot.running_nr);
}

bool KernelImpl::work_pending(const contract::Work& w) const {
  const WorkSlot* const slot = works_.find(w.id);
  return slot != nullptr && slot->pending != 0;
}

// --- delayed work ----------------------------------------------------------------------------

void KernelImpl::work_arm(std::uint32_t wq, WorkSlot& w, std::uint64_t jiffies) {
  w.wq = wq;
  w.armed = 1;
  w.expires = this->jiffies() + jiffies;
  const bool ping = std::string_view(w.role).ends_with("ping_work");
  add_expiry(ExpiryKind::delayed_work, w.id, deadline_ns(jiffies),
             ping ? Need::housekeeping : Need::needed);
}

bool KernelImpl::queue_delayed_work(contract::Workqueue wq, contract::DelayedWork& w,
                                    std::uint64_t jiffies) {
  WorkSlot& slot = work_slot(w);
  if (slot.pending != 0 || slot.armed != 0 || slot.disabled != 0) return false;
  slot.fn = w.fn;
  if (jiffies == 0) return work_queue_now(wq.id, slot);
  work_arm(wq.id, slot, jiffies);
  return true;
}

bool KernelImpl::mod_delayed_work(contract::Workqueue wq, contract::DelayedWork& w,
                                  std::uint64_t jiffies) {
  point(contract::PointKind::queue_work, w.role);
  WorkSlot& slot = work_slot(w);
  if (slot.disabled != 0) return false;
  const bool was_pending = work_take_back(slot);
  queue_delayed_work(wq, w, jiffies);
  return was_pending;
}

void KernelImpl::delayed_work_fired(std::uint32_t id) {
  WorkSlot* const w = works_.find(id);
  if (w == nullptr || w->armed == 0) return;
  w->armed = 0;
  run_atomic("timer", [&] { work_queue_now(w->wq, *w); });
}

bool KernelImpl::cancel_delayed_work(contract::DelayedWork& w) {
  WorkSlot& slot = work_slot(w);
  return work_take_back(slot);
}

bool KernelImpl::cancel_delayed_work_sync(contract::DelayedWork& w) {
  return work_cancel_sync(work_slot(w));
}

void KernelImpl::disable_delayed_work(contract::DelayedWork& w) {
  cancel_delayed_work(w);
  ++work_slot(w).disabled;
}

void KernelImpl::disable_delayed_work_sync(contract::DelayedWork& w) {
  WorkSlot& slot = work_slot(w);
  work_cancel_sync(slot);
  ++slot.disabled;
}

void KernelImpl::enable_delayed_work(contract::DelayedWork& w) {
  WorkSlot& slot = work_slot(w);
  if (slot.disabled == 0) {
    warn("work enabled more often than disabled");
    return;
  }
  --slot.disabled;
}

void KernelImpl::flush_delayed_work(contract::DelayedWork& w) {
  WorkSlot& slot = work_slot(w);
  might_sleep("flush_delayed_work", slot.role);
  if (work_disarm(slot)) work_queue_now(slot.wq, slot);
  work_note_flush(slot);
  work_wait_until_done(slot, slot.pending != 0 ? slot.queue_nr : slot.running_nr);
}

bool KernelImpl::delayed_work_pending(const contract::DelayedWork& w) const {
  const WorkSlot* const slot = works_.find(w.id);
  return slot != nullptr && (slot->pending != 0 || slot->armed != 0);
}

std::uint64_t KernelImpl::delayed_work_remaining(const contract::DelayedWork& w) const {
  const WorkSlot* const slot = works_.find(w.id);
  if (slot == nullptr || slot->armed == 0) return 0;
  const std::uint64_t now_jiffy = jiffies();
  return slot->expires > now_jiffy ? slot->expires - now_jiffy : 0;
}

// --- timers ----------------------------------------------------------------------------------

void KernelImpl::mod_timer(contract::Timer& t, std::uint64_t at_jiffies) {
  bool fresh = false;
  TimerSlot& slot = timers_.obtain(t.id, &t, t.role, fresh);
  slot.fn = t.fn;
  if (slot.armed != 0) remove_expiry(ExpiryKind::timer, slot.id);
  slot.armed = 1;
  slot.expires = at_jiffies;
  add_expiry(ExpiryKind::timer, slot.id, timer_edge_ns(at_jiffies), Need::needed);
}

bool KernelImpl::del_timer_sync(contract::Timer& t) {
  TimerSlot* const slot = timers_.find(t.id);
  if (slot == nullptr || slot->armed == 0) return false;
  slot->armed = 0;
  remove_expiry(ExpiryKind::timer, slot->id);
  return true;   // callbacks never block, so none is running now
}

void KernelImpl::timer_fired(std::uint32_t id) {
  TimerSlot* const slot = timers_.find(id);
  if (slot == nullptr || slot->armed == 0) return;
  slot->armed = 0;
  run_atomic(slot->role, [&] { call(slot->fn); });
  mark_polls_dirty();
  timers_.release_if_orphan(*slot);
}

}  // namespace protm::host
