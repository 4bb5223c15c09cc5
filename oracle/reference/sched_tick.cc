// SPDX-License-Identifier: GPL-2.0-only
// The tick: who gets a slot, at which priority, and who enters protected mode. See sched.h.
#include <bit>

#include "gpu-model/vocab/errno.h"
#include "oracle/reference/bits.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/mmu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/sched.h"

namespace protm::reference {

using namespace vocab;
using contract::MutexGuard;

namespace {

constexpr std::uint64_t kExitEventUs = 500'000;

}  // namespace

void Sched::tick_work() {
  if (!k_.dev_enter()) return;
  // A period begins when its tick does, not when the slots have answered.
  const std::uint64_t now = k_.jiffies();
  const std::uint64_t target =
      resched_target_ == kNoTick ? last_tick_ + tick_period_ : resched_target_;
  if (d_.resume_and_get() != 0) {
    k_.dev_exit();
    return;
  }
  {
    MutexGuard lock(k_, lock_);
    // Who waited for the lock may find the power gone. A resume brings a tick of its own, but a
    // system that wakes need not resume the device.
    const bool powered =
        d_.pm_state() == PmState::active || !d_.driver.waits_for_wake();
    tick_missed_ = !powered;
    if (powered && !d_.reset_is_pending()) tick_locked(now, now >= target);
  }
  k_.pm_runtime_put_autosuspend();
  k_.dev_exit();
}

void Sched::tick_locked(std::uint64_t now, bool full) {
  assert_locked();
  if (d_.protm->active_group()) {
    if (d_.protm->exit_pending()) {
      d_.protm->handle_exit();
    } else if (!session_must_end(full)) {
      leave_session_alone(now);
      return;
    } else if (!end_session()) {
      d_.schedule_reset();
      return;
    }
  }
  Tick tick;
  tick.full = full;
  collect_old(tick);
  if (!tick.failed) choose_and_apply(tick);
  cleanup(tick);
  if (tick.failed) {
    d_.schedule_reset();
    return;
  }
  rearm(now, tick.stop);
}

// --- a session under way -----------------------------------------------------------------------

bool Sched::session_must_end(bool full_tick) {
  assert_locked();
  const Ptr<Group>& active = d_.protm->active_group();
  if (!active) return false;
  bool ends = false;
  for_slots([&](std::uint32_t, const Ptr<Group>& group) {
    if (!can_run(group) || d_.mmu->has_fault(group->vm)) ends = true;
    if (group == active || !has_work(group)) return;
    // Equal priorities take turns at full ticks.
    if (group->priority > active->priority) ends = true;
    if (full_tick && group->priority == active->priority) ends = true;
  });
  for (std::uint32_t p = active->priority; p < kPriorities; ++p) {
    if (runnable_[p].empty()) continue;
    // In the middle of a period only realtime groups displace others.
    if (full_tick || (p == kPriorityRealtime && p > active->priority)) ends = true;
  }
  return ends;
}

void Sched::leave_session_alone(std::uint64_t now) {
  const Ptr<Group>& active = d_.protm->active_group();
  bool others = false;
  for_slots([&](std::uint32_t, const Ptr<Group>& group) {
    if (group != active && has_work(group) && group->priority >= active->priority) others = true;
  });
  for (std::uint32_t p = active->priority; p < kPriorities; ++p) {
    if (!runnable_[p].empty()) others = true;
  }
  rearm(now, !others);
}

bool Sched::end_session() {
  if (!d_.protm->force_exit()) return false;
  // The event follows the exit; it belongs to this session and to no later one (FW-18).
  (void)k_.poll([this] { return d_.protm->exit_pending(); }, 10, kExitEventUs);
  d_.protm->handle_exit();
  return true;
}

// --- choice ------------------------------------------------------------------------------------

void Sched::insert_old(Tick& tick, const Ptr<Group>& group) {
  List<Group>& list = tick.old_groups[group->priority];
  const auto priority_of = [&](const Ptr<Group>& g) {
    return slots_[static_cast<std::uint32_t>(g->csg_id)].priority;
  };
  const Ptr<Group> below = list.find(
      [&](const Ptr<Group>& other) { return priority_of(group) > priority_of(other); });
  if (below) {
    List<Group>::insert_before(below->run_node, group->run_node);
  } else {
    list.push_back(group->run_node);
  }
}

void Sched::collect_old(Tick& tick) {
  SlotUpdate update;
  for_slots([&](std::uint32_t slot, const Ptr<Group>& group) {
    group_get(group);
    if (d_.mmu->has_fault(group->vm)) {
      process_csg_events(slot);
      if (group->fatal_queues == 0) group->fatal_queues = (1u << group->queue_count) - 1;
    }
    insert_old(tick, group);
    update.queue(slot, other_than_acked(slot), fw::kCsgStatusUpdate);
  });
  tick.failed = !update_slots(update);
}

void Sched::pick(Tick& tick, List<Group>& from, PickIdle idle, PickOwner owner) {
  from.for_each([&](const Ptr<Group>& group) {
    if (tick.group_count == slot_count_ || !can_run(group)) return;
    const bool group_idle = is_idle(group);
    if (group_idle && idle == PickIdle::skip) return;
    std::uint32_t vm = 0;
    while (vm < tick.as_count && !(tick.vms[vm] == group->vm)) ++vm;
    if (vm == tick.as_count) {
      if (tick.as_count == as_slot_count_) return;
      tick.vms[tick.as_count++] = group->vm;
    }
    if (owner == PickOwner::scheduler) group_get(group);
    ++tick.group_count;
    if (group_idle) {
      ++tick.idle_count;
    } else if (!tick.groups[group->priority].empty()) {
      tick.stop = false;  // who shares a priority takes turns
    }
    tick.groups[group->priority].push_back(group->run_node);
  });
}

void Sched::pick_all(Tick& tick) {
  if (!tick.full) {
    for (std::uint32_t p = kPriorities; p-- > 0;) {
      pick(tick, tick.old_groups[p], PickIdle::skip, PickOwner::tick);
      if (p == kPriorityRealtime) {
        pick(tick, runnable_[p], PickIdle::skip, PickOwner::scheduler);
      }
    }
  }
  // Where all slots are taken nobody's turn changes.
  for (std::uint32_t p = kPriorities; p-- > 0 && tick.group_count != slot_count_;) {
    // Who had the highest slot priority goes to the end of the row.
    const Ptr<Group> first = tick.old_groups[p].front();
    if (first) first->run_node.unlink();
    pick(tick, tick.old_groups[p], PickIdle::skip, PickOwner::tick);
    pick(tick, runnable_[p], PickIdle::skip, PickOwner::scheduler);
    if (first) {
      tick.old_groups[p].push_back(first->run_node);
      pick(tick, tick.old_groups[p], PickIdle::skip, PickOwner::tick);
    }
  }
  tick.protm_candidate = choose_protm(tick);
  for (std::uint32_t p = kPriorities; p-- > 0;) {
    pick(tick, tick.old_groups[p], PickIdle::take, PickOwner::tick);
    // The firmware saves whoever is on a slot at an entry: nobody is brought in just for that.
    if (!tick.protm_candidate) pick(tick, idle_[p], PickIdle::take, PickOwner::scheduler);
  }
}

Ptr<Group> Sched::choose_protm(Tick& tick) {
  for (std::uint32_t p = kPriorities; p-- > 0;) {
    const Ptr<Group> top = tick.groups[p].front();
    if (!top) continue;
    // Only the very first group counts, and only a request that the firmware made on this slot.
    if (top->protm_pending_queues == 0) return nullptr;
    return top->state == GroupState::active ? top : Ptr<Group>();
  }
  return nullptr;
}

void Sched::choose_and_apply(Tick& tick) {
  pick_all(tick);
  // In the middle of a period nobody but realtime groups displaces others: who was left out counts
  // on the tick at its end, whatever sits on the slots. Upstream forgets that tick.
  for (const List<Group>& left : runnable_) {
    if (!tick.full && !left.empty()) tick.stop = false;
  }
  const std::uint32_t idle_count = tick.idle_count;
  tick.failed = !apply(tick);
  if (!tick.failed) enter_protm(tick);
  if (!tick.failed) set_power_reference(idle_count != tick.group_count);
}

void Sched::enter_protm(Tick& tick) {
  const Ptr<Group> group = tick.protm_candidate;
  if (!group || group->csg_id < 0 || group->state != GroupState::active) return;
  if (group->protm_pending_queues == 0) return;
  tick.failed = !d_.protm->enter(group);
}

// --- application -------------------------------------------------------------------------------

bool Sched::apply(Tick& tick) {
  const bool done = evict_and_reprioritise(tick) && start_new(tick);
  if (done) settle(tick);
  return done;
}

fw::CsgState Sched::evicted_state(const Ptr<Group>& group) const {
  return can_run(group) ? fw::CsgState::suspend : fw::CsgState::terminate;
}

fw::CsgState Sched::starting_state(const Ptr<Group>& group) const {
  return group->state == GroupState::suspended ? fw::CsgState::resume : fw::CsgState::start;
}

bool Sched::evict_and_reprioritise(Tick& tick) {
  SlotUpdate update;
  for_old(tick, [&](const Ptr<Group>& group) {
    update.queue(static_cast<std::uint32_t>(group->csg_id), state_value(evicted_state(group)),
                 fw::kCsgStateMask);
  });
  std::uint32_t priority = fw::kCsgPriorityMax;
  for_chosen(tick, [&](const Ptr<Group>& group) {
    const std::uint32_t wanted = priority--;
    if (group->csg_id < 0) return;
    const auto slot = static_cast<std::uint32_t>(group->csg_id);
    if (slots_[slot].priority == wanted) return;
    set_priority(slot, wanted);
    update.queue(slot, other_than_acked(slot), fw::kCsgEpCfg);
  });
  if (!update_slots(update)) return false;
  for_old(tick, [&](const Ptr<Group>& group) {
    // Events of the old tenant must not be taken for those of the new one.
    process_csg_events(static_cast<std::uint32_t>(group->csg_id));
    unbind(group);
  });
  return true;
}

bool Sched::start_new(Tick& tick) {
  std::uint32_t free_slots = 0;
  for (std::uint32_t slot = 0; slot < slot_count_; ++slot) {
    if (!slots_[slot].group) free_slots |= 1u << slot;
  }
  SlotUpdate update;
  std::uint32_t priority = fw::kCsgPriorityMax;
  bool failed = false;
  for_chosen(tick, [&](const Ptr<Group>& group) {
    const std::uint32_t wanted = priority--;
    if (group->csg_id >= 0 || failed) return;
    const auto slot = static_cast<std::uint32_t>(std::countr_zero(free_slots));
    failed = bind(group, slot) != 0;
    if (failed) return;
    free_slots &= ~(1u << slot);
    program_slot(slot, wanted);
    update.queue(slot, state_value(starting_state(group)), fw::kCsgStateMask);
    update.queue(slot, other_than_acked(slot), fw::kCsgEpCfg);
  });
  if (!failed) return update_slots(update);
  // Programmed, but the firmware never heard of them.
  for (const std::uint32_t slot : Bits{update.slots}) {
    const Ptr<Group> group = slots_[slot].group;
    unbind(group);
  }
  return false;
}

void Sched::settle(Tick& tick) {
  used_slots_ = tick.group_count;
  might_have_idle_ = tick.idle_count > 0;
  for_chosen(tick, [&](const Ptr<Group>& group) {
    // A request may have to wait for the top position, and that of an interrupted region may show
    // in the status words only: somebody has to look (SCHED-39).
    const bool may_ask = group->protected_flag && !is_idle(group);
    if (may_ask && !(group == tick.protm_candidate)) tick.stop = false;
  });
}

void Sched::give_back(const Ptr<Group>& group) { home_list(group).push_back(group->run_node); }

void Sched::cleanup(Tick& tick) {
  // Still on their slots where the tick failed: the reset takes them off.
  for_old(tick, [&](const Ptr<Group>& group) {
    if (can_run(group)) {
      give_back(group);
    } else {
      end_off_slot(group);
    }
    group_put(group);
  });
  for_chosen(tick, [&](const Ptr<Group>& group) {
    if (group->csg_id >= 0) {
      group->run_node.unlink();
    } else {
      give_back(group);
    }
    group_put(group);
  });
}

// --- power and time ----------------------------------------------------------------------------

void Sched::set_power_reference(bool wanted) {
  assert_locked();
  if (wanted == has_power_reference_) return;
  has_power_reference_ = wanted;
  if (wanted) {
    k_.pm_runtime_get_noresume();
  } else {
    k_.pm_runtime_put_autosuspend();
  }
}

void Sched::rearm(std::uint64_t now, bool stop) {
  last_tick_ = now;
  if (stop) {
    resched_target_ = kNoTick;
    return;
  }
  const std::uint64_t target = now + tick_period_;
  if (resched_target_ <= now || target < resched_target_) resched_target_ = target;
  queue_tick(resched_target_ - now);
}

}  // namespace protm::reference
