// SPDX-License-Identifier: GPL-2.0-only
// Mutexes, rw-semaphores and spinlocks, and the checks on their use. A released spinlock or
// rw-semaphore goes to its first waiter at once; a waiting writer keeps new readers out. A released
// mutex wakes its first waiter, and until that runs whoever comes first gets it; a waiter that was
// woken in vain gets it at the next unlock. Source: reference/facts-host.md L1-L3;
// kernel/locking/mutex.c __mutex_lock_common(), __mutex_unlock_slowpath().
#include <cstdio>
#include <string>

#include "sut-adapters/contract/lock_words.h"
#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {

using contract::LockMisuse;
using contract::RecordKind;

void KernelImpl::report_misuse(LockMisuse what, const char* first, const char* second) {
  char words[160];
  std::snprintf(words, sizeof words, "%s > %s", first, second);
  say_once(RecordKind::lock_misuse, static_cast<std::uint16_t>(what), words);
}

void KernelImpl::report_chain(const std::vector<ClassNr>& chain) {
  std::string words = contract::kLocksBefore;
  for (const ClassNr c : chain) {
    if (c != chain.front()) words += " > ";
    words += order_.role(c);
  }
  report(RecordKind::kernel_log, 0, words.c_str());
}

const char* KernelImpl::atomic_role() const {
  if (in_hard_irq_) return "hard irq";
  const bool in_irq_stack = irq_fiber_ != nullptr;
  const auto& list = in_irq_stack || current_ == nullptr ? irq_held_ : current_->held;
  const std::uint32_t depth = in_irq_stack || current_ == nullptr ? irq_spin_depth_
                                                                  : current_->spin_depth;
  if (depth != 0) {
    for (auto h = list.rbegin(); h != list.rend(); ++h) {
      const LockSlot* const slot = locks_.find(h->id);
      if (slot != nullptr && slot->kind == LockKind::spinlock) return slot->role;
    }
  }
  return in_irq_stack ? irq_role_ : nullptr;
}

void KernelImpl::might_sleep(const char* what, const char* role) {
  const char* const atomic = atomic_role();
  if (atomic == nullptr) return;
  char words[128];
  std::snprintf(words, sizeof words, "%s %s", what, role);
  report_misuse(LockMisuse::sleep_in_atomic, atomic, words);
}

LockSlot& KernelImpl::lock_slot(std::uint32_t& id, const void* address, const char* role,
                                LockKind kind) {
  bool fresh = false;
  LockSlot& slot = locks_.obtain(id, address, role, fresh);
  if (fresh) {
    slot.kind = kind;
    slot.cls = order_.class_of(role, ClassKind::lock);
  }
  return slot;
}

bool KernelImpl::holds(std::uint32_t lock_id, LockMode mode) const {
  const auto& list = irq_fiber_ != nullptr || current_ == nullptr ? irq_held_ : current_->held;
  for (const HeldLock& h : list) {
    if (h.id == lock_id && h.mode == mode) return true;
  }
  return false;
}

void KernelImpl::note_order(ClassNr to) {
  for (const HeldLock& h : held()) {
    if (!order_.add(h.cls, to)) continue;
    report_chain(order_.chain(to, h.cls));
    const bool work = order_.kind(h.cls) != ClassKind::lock || order_.kind(to) != ClassKind::lock;
    report_misuse(work ? LockMisuse::flush_of_dependent : LockMisuse::abba, order_.role(h.cls),
                  order_.role(to));
  }
}

void KernelImpl::note_held(const LockSlot& slot, LockMode mode) {
  held().push_back(HeldLock{slot.id, slot.cls, mode});
}

bool KernelImpl::drop_held(std::pmr::vector<HeldLock>& from, std::uint32_t id) {
  for (std::size_t i = from.size(); i-- != 0;) {
    if (from[i].id != id || from[i].mode == LockMode::marker) continue;
    from.erase(from.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  return false;
}

void KernelImpl::lock_acquire_checks(LockSlot& slot, LockMode mode) {
  bool holds_exclusive = false;
  bool holds_shared = false;
  for (const HeldLock& h : held()) {
    holds_exclusive |= h.id == slot.id && h.mode == LockMode::exclusive;
    holds_shared |= h.id == slot.id && h.mode == LockMode::shared;
  }
  if (mode == LockMode::exclusive && holds_shared) {
    report_misuse(LockMisuse::read_write_inversion, slot.role, slot.role);
  } else if (holds_exclusive || holds_shared) {
    report_misuse(LockMisuse::self_deadlock, slot.role, slot.role);
  }
  const bool stuck = holds_exclusive || (holds_shared && mode == LockMode::exclusive);
  if (stuck) block(WaitKind::for_ever, slot.id, slot.role);
  note_order(slot.cls);
}

bool KernelImpl::lock_take(LockSlot& slot, LockMode mode, WaitKind wait) {
  lock_acquire_checks(slot, mode);
  bool free = slot.owner == 0;
  if (mode == LockMode::exclusive) {
    free = free && slot.readers == 0;
  } else if (first_waiter(wait, slot.id) != nullptr) {
    free = false;   // behind a waiting writer
  }
  if (free) {
    if (mode == LockMode::exclusive) {
      slot.owner = self();
    } else {
      ++slot.readers;
    }
  } else {
    if (in_task()) current_->wait_mode = mode;
    block(wait, slot.id, slot.role);
    if (slot.kind == LockKind::mutex) mutex_try_again(slot);
  }
  note_held(slot, mode);
  return free;
}

void KernelImpl::mutex_try_again(LockSlot& slot) {
  if (slot.owner == self()) return;   // it was handed over
  slot.contender = 0;
  if (slot.free()) {
    slot.owner = self();
    return;
  }
  slot.heir = self();
  block(WaitKind::mutex, slot.id, slot.role);   // grant_mutex made us the owner
}

void KernelImpl::grant_mutex(LockSlot& slot) {
  if (slot.contender != 0) return;
  Task* const t = slot.heir != 0 ? find_task(slot.heir) : first_waiter(WaitKind::mutex, slot.id);
  if (t == nullptr) return;
  if (slot.heir != 0) {
    slot.owner = t->id;
    slot.heir = 0;
  } else {
    slot.contender = t->id;
  }
  wake(*t, WakeReason::woken);
}

void KernelImpl::grant_waiters(LockSlot& slot, WaitKind wait) {
  if (slot.kind == LockKind::mutex) return grant_mutex(slot);
  while (slot.owner == 0) {
    Task* const t = first_waiter(wait, slot.id);
    if (t == nullptr) return;
    if (t->wait_mode == LockMode::exclusive) {
      if (slot.readers != 0) return;
      slot.owner = t->id;
    } else {
      ++slot.readers;
    }
    if (slot.kind == LockKind::spinlock) {   // atomic from now on, not only when it runs again
      ++t->spin_depth;
      ++spins_held_;
    }
    wake(*t, WakeReason::woken);
  }
}

void KernelImpl::disown(std::uint32_t lock_id, LockMode mode) {
  for (Task* const t : tasks_) {
    for (const HeldLock& h : t->held) {
      if (h.id != lock_id || h.mode != mode) continue;
      drop_held(t->held, lock_id);
      return;
    }
  }
}

void KernelImpl::lock_release(LockSlot& slot, LockMode mode, WaitKind wait) {
  if (!drop_held(held(), slot.id)) {
    const char* const by = in_task() ? current_->role : "irq";
    report_misuse(LockMisuse::unlock_by_other, by, slot.role);
    const bool locked = mode == LockMode::exclusive ? slot.owner != 0 : slot.readers != 0;
    if (!locked) return;
    disown(slot.id, mode);   // the kernel releases it all the same
  }
  if (mode == LockMode::exclusive) {
    slot.owner = 0;
  } else if (slot.readers != 0) {
    --slot.readers;
  }
  grant_waiters(slot, wait);
  locks_.release_if_orphan(slot);
}

// --- the primitives --------------------------------------------------------------------------

void KernelImpl::mutex_lock(contract::Mutex& m) {
  point(contract::PointKind::mutex_lock, m.role);
  might_sleep("mutex_lock", m.role);
  lock_take(lock_slot(m.id, &m, m.role, LockKind::mutex), LockMode::exclusive, WaitKind::mutex);
}

bool KernelImpl::mutex_trylock(contract::Mutex& m) {
  LockSlot& slot = lock_slot(m.id, &m, m.role, LockKind::mutex);
  if (in_hard_irq_) might_sleep("mutex_trylock", m.role);
  if (!slot.free()) return false;
  slot.owner = self();
  note_held(slot, LockMode::exclusive);   // a trylock cannot deadlock: no edge to it
  return true;
}

void KernelImpl::mutex_unlock(contract::Mutex& m) {
  const char* const role = m.role;   // the mutex may be gone once others run
  lock_release(lock_slot(m.id, &m, m.role, LockKind::mutex), LockMode::exclusive,
               WaitKind::mutex);
  point(contract::PointKind::mutex_unlock, role);
}

bool KernelImpl::mutex_is_locked(const contract::Mutex& m) const {
  const LockSlot* const slot = locks_.find(m.id);
  return slot != nullptr && slot->owner != 0;
}

void KernelImpl::assert_held(std::uint32_t id, const char* role) {
  if (holds(id, LockMode::exclusive)) return;
  char words[96];
  std::snprintf(words, sizeof words, "%s is not held", role);
  say_once(RecordKind::kernel_warn, 0, words);
}

void KernelImpl::assert_held(const contract::Mutex& m) { assert_held(m.id, m.role); }
void KernelImpl::assert_held(const contract::SpinLock& l) { assert_held(l.id, l.role); }

void KernelImpl::down_read(contract::RwSem& s) {
  point(contract::PointKind::down_read, s.role);
  might_sleep("down_read", s.role);
  lock_take(lock_slot(s.id, &s, s.role, LockKind::rwsem), LockMode::shared, WaitKind::rwsem);
}

void KernelImpl::up_read(contract::RwSem& s) {
  const char* const role = s.role;
  lock_release(lock_slot(s.id, &s, s.role, LockKind::rwsem), LockMode::shared, WaitKind::rwsem);
  point(contract::PointKind::up_read, role);
}

void KernelImpl::down_write(contract::RwSem& s) {
  point(contract::PointKind::down_write, s.role);
  might_sleep("down_write", s.role);
  lock_take(lock_slot(s.id, &s, s.role, LockKind::rwsem), LockMode::exclusive, WaitKind::rwsem);
}

void KernelImpl::up_write(contract::RwSem& s) {
  const char* const role = s.role;
  lock_release(lock_slot(s.id, &s, s.role, LockKind::rwsem), LockMode::exclusive,
               WaitKind::rwsem);
  point(contract::PointKind::up_write, role);
}

void KernelImpl::spin_lock(contract::SpinLock& l) {
  point(contract::PointKind::spin_lock, l.role);
  LockSlot& slot = lock_slot(l.id, &l, l.role, LockKind::spinlock);
  if (!lock_take(slot, LockMode::exclusive, WaitKind::spinlock)) return;
  ++(in_task() ? current_->spin_depth : irq_spin_depth_);
  ++spins_held_;
}

void KernelImpl::spin_unlock(contract::SpinLock& l) {
  const char* const role = l.role;
  LockSlot& slot = lock_slot(l.id, &l, l.role, LockKind::spinlock);
  const std::uint32_t owner = slot.owner;
  if (owner != 0) {
    if (owner == kIrqOwner) {
      --irq_spin_depth_;
    } else if (Task* const t = find_task(owner); t != nullptr) {
      --t->spin_depth;
    }
    --spins_held_;
  }
  lock_release(slot, LockMode::exclusive, WaitKind::spinlock);
  run_hard_irqs();   // interrupts that came under the lock
  point(contract::PointKind::spin_unlock, role);
}

// --- checks at the end of things -------------------------------------------------------------

void KernelImpl::check_held_at_return(Task& t) {
  for (const HeldLock& h : t.held) {
    if (h.mode == LockMode::marker) continue;
    report_misuse(LockMisuse::held_at_return, t.role, order_.role(h.cls));
  }
}

void KernelImpl::check_free_while_held(const void* low, const void* high, const char* role) {
  locks_.for_each_in(low, high, [&](const LockSlot& slot) {
    if (!slot.idle()) report_misuse(LockMisuse::freed_while_locked, role, slot.role);
  });
}

}  // namespace protm::host
