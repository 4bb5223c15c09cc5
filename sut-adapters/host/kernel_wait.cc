// SPDX-License-Identifier: GPL-2.0-only
// Completions and wait queues. Source: reference/facts-host.md K1-K4.
#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {

WaitSlot& KernelImpl::wait_slot(std::uint32_t& id, const void* address, const char* role) {
  bool fresh = false;
  return waits_.obtain(id, address, role, fresh);
}

void KernelImpl::init_completion(contract::Completion& c) {
  wait_slot(c.id, &c, c.role).done = 0;   // waiters of before are lost, as in the kernel
}

void KernelImpl::complete(contract::Completion& c) {
  point(contract::PointKind::complete, c.role);
  WaitSlot& slot = wait_slot(c.id, &c, c.role);
  if (slot.done != kDoneForEver) ++slot.done;
  if (Task* const t = first_waiter(WaitKind::completion, slot.id); t != nullptr) {
    wake(*t, WakeReason::woken);
  }
}

void KernelImpl::complete_all(contract::Completion& c) {
  point(contract::PointKind::complete, c.role);
  WaitSlot& slot = wait_slot(c.id, &c, c.role);
  slot.done = kDoneForEver;
  wake_all(WaitKind::completion, slot.id);
}

bool KernelImpl::try_wait_for_completion(contract::Completion& c) {
  WaitSlot& slot = wait_slot(c.id, &c, c.role);
  if (slot.done == 0) return false;
  if (slot.done != kDoneForEver) --slot.done;
  return true;
}

void KernelImpl::wait_for_completion(contract::Completion& c) {
  wait_for_completion_timeout(c, UINT64_MAX);
}

std::uint64_t KernelImpl::remaining(std::uint64_t until_ns, std::uint64_t end_jiffy) const {
  if (until_ns == vocab::kNever) return UINT64_MAX;
  const std::uint64_t now_jiffy = jiffies();
  return end_jiffy > now_jiffy ? end_jiffy - now_jiffy : 1;
}

void KernelImpl::block_on(WaitSlot& slot, WaitKind kind, std::uint64_t until_ns) {
  ++slot.waiters;
  block(kind, slot.id, slot.role, until_ns);
  --slot.waiters;
}

std::uint64_t KernelImpl::wait_for_completion_timeout(contract::Completion& c,
                                                      std::uint64_t jiffies) {
  might_sleep("wait_for_completion", c.role);
  const std::uint64_t until = deadline_ns(jiffies);
  const std::uint64_t end_jiffy = this->jiffies() + jiffies;
  // `c` may lie in an object that is gone after a sleep; the slot stays while somebody waits.
  WaitSlot& slot = wait_slot(c.id, &c, c.role);
  std::uint64_t result = 0;
  for (;;) {
    if (slot.done != 0) {
      if (slot.done != kDoneForEver) --slot.done;
      result = remaining(until, end_jiffy);
      break;
    }
    if (until != vocab::kNever && now().ns >= until) break;
    block_on(slot, WaitKind::completion, until);
  }
  waits_.release_if_orphan(slot);
  return result;
}

void KernelImpl::wake_up_all(contract::WaitQueue& q) {
  point(contract::PointKind::wake_up, q.role);
  wake_all_latest_first(WaitKind::wait_queue, wait_slot(q.id, &q, q.role).id);
}

void KernelImpl::wait_event(contract::WaitQueue& q, FunctionRef<bool()> condition) {
  wait_event_timeout(q, condition, UINT64_MAX);
}

std::uint64_t KernelImpl::wait_event_timeout(contract::WaitQueue& q,
                                             FunctionRef<bool()> condition,
                                             std::uint64_t jiffies) {
  might_sleep("wait_event", q.role);
  const std::uint64_t until = deadline_ns(jiffies);
  const std::uint64_t end_jiffy = this->jiffies() + jiffies;
  WaitSlot& slot = wait_slot(q.id, &q, q.role);
  std::uint64_t result = 0;
  for (;;) {
    if (condition()) {
      result = remaining(until, end_jiffy);
      break;
    }
    if (until != vocab::kNever && now().ns >= until) break;
    block_on(slot, WaitKind::wait_queue, until);
  }
  waits_.release_if_orphan(slot);
  return result;
}

}  // namespace protm::host
