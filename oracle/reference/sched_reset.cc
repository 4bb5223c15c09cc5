// SPDX-License-Identifier: GPL-2.0-only
// The scheduler at probe, suspend, reset and unplug. See sched.h.
#include <algorithm>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "oracle/reference/bits.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/mmu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/sched.h"

namespace protm::reference {

using namespace vocab;
using contract::MutexGuard;

namespace {

constexpr std::uint64_t kTickMs = 10;

}  // namespace

Sched::Sched(Device& device) : d_(device), k_(device.k) {}

int Sched::init(const Ptr<Sched>& self) {
  // Two slots never share a priority, and there are sixteen of those.
  slot_count_ = std::min(d_.fw->csg_count(), fw::kCsgPriorityMax + 1);
  as_slot_count_ = d_.mmu->as_slot_count();
  if (as_slot_count_ == 0) return -EINVAL;
  tick_period_ = k_.msecs_to_jiffies(kTickMs);
  last_tick_ = k_.jiffies();
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
  // The next tenant may have fewer queues, and firmware starts what asks for it in a slot.
  const auto slot = static_cast<std::uint32_t>(group->csg_id);
  for (std::uint32_t i = 0; i < group->queue_count; ++i) reset_cs(group, slot, i);
}

void Sched::leave_slot(std::uint32_t slot) {
  const Ptr<Group> group = slots_[slot].group;
  // The slot's reference may be the last one (RST-16).
  group_get(group);
  process_csg_events(slot);
  unbind(group);
  if (can_run(group)) {
    idle_[group->priority].push_front(group->run_node);
  } else {
    end_off_slot(group);
  }
  group_put(group);
}

// A group whose START or RESUME was not acknowledged: the acked state is the former tenant's, and a
// SUSPEND would look done at once where that one was suspended. So it is waited for once more.
void Sched::settle_starts() {
  SlotUpdate again;
  for_slots([&](std::uint32_t slot, const Ptr<Group>& group) {
    if (group->state == GroupState::active) return;
    again.queue(slot, d_.fw->in(d_.fw->csg(slot).io, 0), fw::kCsgStateMask);
  });
  (void)update_slots(again);
  for (const std::uint32_t slot : Bits{again.timed_out}) {
    const Ptr<Group>& group = slots_[slot].group;
    if (can_run(group)) group->innocent = true;
    group->timedout = true;
    forced_terminate(group);
  }
}

void Sched::suspend_locked() {
  settle_starts();
  SlotUpdate update;
  for_slots([&](std::uint32_t slot, const Ptr<Group>& group) {
    if (group->state == GroupState::terminated) return;
    const auto state = can_run(group) ? fw::CsgState::suspend : fw::CsgState::terminate;
    update.queue(slot, state_value(state), fw::kCsgStateMask);
  });
  (void)update_slots(update);
  SlotUpdate last;
  for (const std::uint32_t slot : Bits{update.timed_out}) {
    const Ptr<Group>& group = slots_[slot].group;
    if (can_run(group)) group->innocent = true;
    group->timedout = true;
    last.queue(slot, state_value(fw::CsgState::terminate), fw::kCsgStateMask);
  }
  (void)update_slots(last);
  for (const std::uint32_t slot : Bits{last.timed_out}) forced_terminate(slots_[slot].group);
  // Saved state must be in memory before the power goes or the reset comes.
  const std::uint32_t saved = update.slots & ~update.timed_out;
  if (saved != 0 && !d_.gpu->flush_caches(kGpuCommandCleanAll)) {
    k_.log("cache flush at suspend failed");
    for (const std::uint32_t slot : Bits{saved}) forced_terminate(slots_[slot].group);
  }
  for_slots([&](std::uint32_t slot, const Ptr<Group>&) { leave_slot(slot); });
}

void Sched::rescue_from_protm() {
  Protm& protm = *d_.protm;
  bool refused = false;
  // Firmware that was stopped in there answers no PING.
  if (d_.powered() && d_.gpu->protm_active()) refused = d_.lost() || !protm.force_exit();
  const Ptr<Group> inside = protm.active_group() ? protm.active_group() : protm.culprit();
  // An exit that nobody acknowledged is left to the next boot, which does (Fw::init_global).
  // Only who is to blame dies: somebody else's reset is none of its business (RST-14).
  const bool blamed = inside && (refused || protm.faulted());
  if (blamed) {
    inside->fatal_queues = (1u << inside->queue_count) - 1;
    // Off its slot nobody else would end it: a suspend starts no group anew, as a reset does.
    if (inside->run_node.linked()) {
      end_off_slot(inside);
    }
  }
  if (refused) {
    // The firmware saved everybody else at the entry and will not answer any more.
    for_slots([&](std::uint32_t slot, const Ptr<Group>& group) {
      if (group == inside) {
        // Its slot stays silent: timed out like any other slot that does not answer, as the base
        // does and as the posted code shows on a real kernel (state 3).
        group->timedout = true;
        forced_terminate(group);
      } else if (group->state == GroupState::active) {
        for (std::uint32_t i = 0; i < group->queue_count; ++i) reset_cs(group, slot, i);
        group->state = GroupState::suspended;
      } else {
        forced_terminate(group);
      }
      leave_slot(slot);
    });
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
    // A system suspend takes groups off their slots that have work, and lists them as idle. Those
    // get a slot only when one is left, which an idle group may hold for ever.
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

void Sched::stop_group(const Ptr<Group>& group) {
  for (std::uint32_t i = 0; i < group->queue_count; ++i) queue_stop(group->queues[i], nullptr);
  group_get(group);
  stopped_.push_back(group->run_node);
}

void Sched::restart_group(const Ptr<Group>& group) {
  for (std::uint32_t i = 0; i < group->queue_count; ++i) queue_start(group->queues[i]);
  {
    MutexGuard lock(k_, lock_);
    if (can_run(group)) {
      // A wait that nobody in the group can end goes on, and so does its time. Upstream forgets
      // that timer at a reset: then a close of the file never comes back.
      for (const std::uint32_t cs : Bits{is_idle(group) ? group->blocked_queues : 0}) {
        if (has_jobs(group->queues[cs])) timeout_start(group->queues[cs]);
      }
      give_back(group);
    } else {
      end_off_slot(group);
    }
  }
  group_put(group);
}

void Sched::pre_reset() {
  MutexGuard reset(k_, reset_lock_);
  set_in_reset(true);
  k_.cancel_work_sync(sync_upd_work_);
  k_.cancel_delayed_work_sync(tick_work_);
  List<Group> all;
  {
    MutexGuard lock(k_, lock_);
    rescue_from_protm();
    suspend_locked();
    for_listed([&](const Ptr<Group>& group) { all.push_back(group->run_node); });
  }
  // sched.lock is not held: stopping waits for run_job, which takes it.
  all.for_each([&](const Ptr<Group>& group) { stop_group(group); });
}

void Sched::post_reset(bool runs) {
  {
    MutexGuard reset(k_, reset_lock_);
    stopped_.for_each([&](const Ptr<Group>& group) {
      if (!runs) group->state = GroupState::terminated;
      restart_group(group);
    });
    set_in_reset(false);
  }
  if (!runs) return;
  tick_now();
  queue_sync_upd();
}

void Sched::unplug() {
  if (wq_.id == 0) return;
  k_.disable_delayed_work_sync(tick_work_);
  k_.disable_work_sync(fw_events_work_);
  k_.disable_work_sync(sync_upd_work_);
  MutexGuard lock(k_, lock_);
  rescue_from_protm();
  // The firmware stops next: nobody on a slot comes back.
  for_slots([&](std::uint32_t slot, const Ptr<Group>& group) {
    forced_terminate(group);
    leave_slot(slot);
  });
  // Nor does anybody who waits for a slot: the fences of accepted jobs signal now or never.
  for_listed([&](const Ptr<Group>& group) {
    group->state = GroupState::terminated;
    end_off_slot(group);
  });
  set_power_reference(false);
}

}  // namespace protm::reference
