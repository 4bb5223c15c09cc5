// SPDX-License-Identifier: GPL-2.0-only
// The scheduler at probe, suspend, reset and unplug. See sched.h.
#include <algorithm>
#include <bit>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/mmu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/sched.h"

namespace protm::reference {

using namespace vocab;
using contract::MutexGuard;

namespace {

constexpr std::uint64_t kTickMs = 10;

std::uint32_t state_value(fw::CsgState s) { return static_cast<std::uint32_t>(s); }

}  // namespace

Sched::Sched(Device& device) : d_(device), k_(device.k) {}

int Sched::init(const Ptr<Sched>& self) {
  // Two slots never share a priority, and there are sixteen of those.
  slot_count_ = std::min(d_.fw->csg_count(), fw::kCsgPriorityMax + 1);
  as_slot_count_ = d_.mmu->as_slot_count();
  if (as_slot_count_ == 0) return -EINVAL;
  tick_period_ = k_.msecs_to_jiffies(kTickMs);
  wq_ = k_.alloc_workqueue("sched.wq", contract::WorkqueueKind::unbound);
  heap_wq_ = k_.alloc_workqueue("heap.wq", contract::WorkqueueKind::unbound);
  const auto callback = [&](void (*fn)(void*)) {
    return contract::Callback{fn, this, self.header(), self.generation()};
  };
  tick_work_.fn = callback([](void* s) { static_cast<Sched*>(s)->tick_work(); });
  sync_upd_work_.fn = callback([](void* s) { static_cast<Sched*>(s)->sync_upd(); });
  fw_events_work_.fn = callback([](void* s) { static_cast<Sched*>(s)->fw_events(); });
  return 0;
}

// --- leaving slots -----------------------------------------------------------------------------

void Sched::forced_terminate(const Ptr<Group>& group) {
  assert_locked();
  group->state = GroupState::terminated;
}

void Sched::leave_slot(std::uint32_t slot) {
  const Ptr<Group> group = slots_[slot].group;
  // The slot's reference may be the last one (RST-16).
  group_get(group);
  if (d_.fw->booted()) process_csg_events(slot);
  unbind(group);
  if (can_run(group)) {
    idle_[group->priority].push_front(group->run_node);
  } else {
    group->wait_node.unlink();
    queue_group_work(group, group->term_work);
  }
  group_put(group);
}

// A group whose START or RESUME was not acknowledged: the acked state is the former tenant's, and a
// SUSPEND would look done at once where that one was suspended. So it is waited for once more.
void Sched::settle_starts() {
  SlotUpdate again;
  for (const Slot& at : slots_) {
    const Ptr<Group>& group = at.group;
    if (!group || group->state == GroupState::active) continue;
    const auto slot = static_cast<std::uint32_t>(group->csg_id);
    again.queue(slot, d_.fw->in(d_.fw->csg(slot).io, 0), fw::kCsgStateMask);
  }
  (void)update_slots(again);
  for (std::uint32_t rest = again.timed_out; rest != 0; rest &= rest - 1) {
    const Ptr<Group>& group = slots_[static_cast<std::uint32_t>(std::countr_zero(rest))].group;
    if (can_run(group)) group->innocent = true;
    group->timedout = true;
    forced_terminate(group);
  }
}

void Sched::suspend_locked() {
  settle_starts();
  SlotUpdate update;
  for (const Slot& at : slots_) {
    const Ptr<Group>& group = at.group;
    if (!group || group->state == GroupState::terminated) continue;
    update.queue(static_cast<std::uint32_t>(group->csg_id), state_value(evicted_state(group)),
                 fw::kCsgStateMask);
  }
  (void)update_slots(update);
  std::uint32_t saved = update.slots & ~update.timed_out;
  if (update.timed_out != 0) {
    SlotUpdate last;
    for (std::uint32_t rest = update.timed_out; rest != 0; rest &= rest - 1) {
      const auto slot = static_cast<std::uint32_t>(std::countr_zero(rest));
      const Ptr<Group>& group = slots_[slot].group;
      if (can_run(group)) group->innocent = true;
      group->timedout = true;
      last.queue(slot, state_value(fw::CsgState::terminate), fw::kCsgStateMask);
    }
    (void)update_slots(last);
    for (std::uint32_t rest = last.timed_out; rest != 0; rest &= rest - 1) {
      forced_terminate(slots_[static_cast<std::uint32_t>(std::countr_zero(rest))].group);
    }
  }
  // Saved state must be in memory before the power goes or the reset comes.
  if (saved != 0 && d_.gpu->flush_caches(kGpuCommandCleanAll) != 0) {
    k_.log("cache flush at suspend failed");
    for (std::uint32_t rest = saved; rest != 0; rest &= rest - 1) {
      forced_terminate(slots_[static_cast<std::uint32_t>(std::countr_zero(rest))].group);
    }
  }
  for (const Slot& at : slots_) {
    if (at.group) leave_slot(static_cast<std::uint32_t>(at.group->csg_id));
  }
}

void Sched::rescue_from_protm() {
  Protm& protm = *d_.protm;
  if (!protm.unsettled()) return;
  bool refused = false;
  if (d_.gpu->protm_active()) refused = protm.force_exit() != 0;
  const Ptr<Group> inside = protm.active_group() ? protm.active_group() : protm.culprit();
  // Only who is to blame dies: somebody else's reset is none of its business (RST-14).
  const bool blamed = inside && (refused || protm.faulted());
  if (blamed) {
    inside->fatal_queues = (1u << inside->queue_count) - 1;
    // Its slot was taken meanwhile.
    if (inside->run_node.linked()) {
      inside->run_node.unlink();
      queue_group_work(inside, inside->term_work);
    }
  }
  if (refused) {
    // The firmware saved everybody else at the entry and will not answer any more. All are active:
    // a slot request that failed before the session ended in a reset of its own (RST-17).
    for (const Slot& at : slots_) {
      const Ptr<Group> group = at.group;
      if (!group) continue;
      const auto slot = static_cast<std::uint32_t>(group->csg_id);
      if (group == inside) {
        // Its slot stays silent: timed out like any other slot that does not answer, as the base
        // does and as the posted code shows on a real kernel (state 3).
        group->timedout = true;
        forced_terminate(group);
      } else {
        for (std::uint32_t i = 0; i < group->queue_count; ++i) reset_cs(group, slot, i);
        group->state = GroupState::suspended;
      }
      leave_slot(slot);
    }
  }
  protm.forget();
}

void Sched::suspend() {
  MutexGuard lock(k_, lock_);
  rescue_from_protm();
  suspend_locked();
}

void Sched::resume() {
  {
    // Who was taken off a slot with work is listed as idle. Those get a slot only when one is left,
    // which an idle group may hold for ever.
    MutexGuard lock(k_, lock_);
    for (List<Group>& idle : idle_) {
      idle.for_each([&](const Ptr<Group>& group) {
        if (!is_idle(group)) give_back(group);
      });
    }
  }
  tick_now();
}

void Sched::wake() {
  if (tick_missed_) tick_now();
}

// --- reset -------------------------------------------------------------------------------------

// Jobs may come meanwhile: their groups have no slot, so all that they get is words in a ring, and
// no tick runs while the reset is pending.
void Sched::pre_reset() { suspend(); }

void Sched::post_reset(int fw_error) {
  if (fw_error != 0) return;  // an unplug follows
  resume();
  queue_sync_upd();
}

void Sched::unplug() {
  if (wq_.id == 0) return;
  MutexGuard lock(k_, lock_);
  rescue_from_protm();
  // The firmware stops next: nobody on a slot comes back.
  for (const Slot& at : slots_) {
    if (!at.group) continue;
    forced_terminate(at.group);
    leave_slot(static_cast<std::uint32_t>(at.group->csg_id));
  }
  // Nor does anybody who waits for a slot: the fences of accepted jobs signal now or never.
  for (const auto* const lists : {&runnable_, &idle_}) {
    for (const List<Group>& list : *lists) {
      list.for_each([&](const Ptr<Group>& group) {
        forced_terminate(group);
        queue_group_work(group, group->term_work);
      });
    }
  }
  set_power_reference(false);
}

}  // namespace protm::reference
