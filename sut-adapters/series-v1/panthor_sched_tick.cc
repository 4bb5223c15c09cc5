// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <bit>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/panthor_sched_priv.h"

namespace protm::v1 {
namespace {

using contract::MutexGuard;
namespace fw = vocab::fw;

enum class SkipIdle : std::uint8_t { no, yes };
enum class Owned : std::uint8_t { no, yes };   ///< is the reference the context's already?

bool tick_ctx_is_full(const PanthorScheduler* sched, const SchedTickCtx* ctx) {
  return ctx->group_count == sched->csg_slot_count;
}

std::uint32_t find_vm(const SchedTickCtx* ctx, const Vm* vm) {
  return static_cast<std::uint32_t>(std::find(ctx->vms, ctx->vms + ctx->as_count, vm) - ctx->vms);
}

void tick_ctx_pick_groups_from_list(const PanthorScheduler* sched, SchedTickCtx* ctx,
                                    ListNode<Group>& queue, SkipIdle skip_idle, Owned owned) {
  list_for_each_safe(queue, [&](Group* group) {
    if (tick_ctx_is_full(sched, ctx) || !group_can_run(group)) return;
    const bool idle = group_is_idle(group);
    if (skip_idle == SkipIdle::yes && idle) return;
    const std::uint32_t vm = find_vm(ctx, group->vm.raw());
    if (vm == ctx->as_count && ctx->as_count == sched->as_slot_count) return;
    if (vm == ctx->as_count) ctx->vms[ctx->as_count++] = group->vm.raw();
    if (owned == Owned::no) group_get(group);
    ctx->group_count++;
    ListNode<Group>& chosen = ctx->groups.at[group->priority];
    if (idle) {
      ctx->idle_group_count++;
    } else if (!list_empty(chosen) || group->protm_unsettled) {
      // Priorities rotate among equals; an unsettled group has to be looked at again.
      ctx->stop_tick = false;
    }
    list_move_tail(group->run_node, chosen);
  });
}

// Old groups are kept by descending slot priority, so that rotation is easy.
void tick_ctx_insert_old_group(PanthorScheduler* sched, SchedTickCtx* ctx, Group* group) {
  ListNode<Group>& head = ctx->old_groups.at[group->priority];
  const int priority = sched->csg_slots[static_cast<std::size_t>(group->csg_id)].priority;
  ListNode<Group>* place = head.next;
  while (place != &head) {
    const auto other = static_cast<std::size_t>(place->owner->csg_id);
    if (priority > sched->csg_slots[other].priority) break;
    place = place->next;
  }
  list_del_init(group->run_node);
  list_add_before(group->run_node, *place);
}

std::uint32_t queue_bits(const Group* group) {
  return group->queue_count >= 32 ? ~0u : (1u << group->queue_count) - 1;
}

void tick_ctx_init(PanthorScheduler* sched, SchedTickCtx* ctx) {
  PanthorDevice* const ptdev = sched->ptdev;
  CsgSlotsUpdCtx upd_ctx;
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    Group* const group = sched->csg_slots[i].group;
    if (group == nullptr) continue;
    group_get(group);
    if (panthor_vm_has_unhandled_faults(&*group->vm)) {
      // Firmware may already have said which queue it was.
      sched_process_csg_irq_locked(ptdev, i);
      if (group->fatal_queues == 0) group->fatal_queues |= queue_bits(group);
    }
    tick_ctx_insert_old_group(sched, ctx, group);
    const FwIface& csg = panthor_fw_get_csg_iface(ptdev, i);
    csgs_upd_ctx_queue_reqs(ptdev, &upd_ctx, i, ~fw_read(ptdev, csg.output + kReqAck.ack),
                            fw::kCsgStatusUpdate);
  }
  if (csgs_upd_ctx_apply_locked(ptdev, &upd_ctx) != 0) {
    panthor_device_schedule_reset(ptdev);
    ctx->csg_upd_failed_mask |= upd_ctx.timedout_mask;
  }
}

// In the middle of a period only real-time groups may push others out.
void tick_ctx_pick_partial(PanthorScheduler* sched, SchedTickCtx* ctx) {
  for (std::uint32_t prio = kCsgPriorityCount; prio-- > 0;) {
    tick_ctx_pick_groups_from_list(sched, ctx, ctx->old_groups.at[prio], SkipIdle::yes,
                                   Owned::yes);
    if (prio == kCsgPriorityRt) {
      tick_ctx_pick_groups_from_list(sched, ctx, sched->runnable.at[prio], SkipIdle::yes,
                                     Owned::no);
    }
  }
}

void tick_ctx_pick_active(PanthorScheduler* sched, SchedTickCtx* ctx) {
  for (std::uint32_t prio = kCsgPriorityCount; prio-- > 0;) {
    if (tick_ctx_is_full(sched, ctx)) return;
    ListNode<Group>& old = ctx->old_groups.at[prio];
    // The group that was first goes last.
    Group* const first = list_first(old);
    if (first != nullptr) list_del_init(first->run_node);
    tick_ctx_pick_groups_from_list(sched, ctx, old, SkipIdle::yes, Owned::yes);
    tick_ctx_pick_groups_from_list(sched, ctx, sched->runnable.at[prio], SkipIdle::yes, Owned::no);
    if (first == nullptr) continue;
    list_move_tail(first->run_node, old);
    tick_ctx_pick_groups_from_list(sched, ctx, old, SkipIdle::yes, Owned::yes);
  }
}

// Free slots go to idle groups. With an entry ahead only those that have a slot already and are not
// above the protected group stay.
void tick_ctx_pick_idle(PanthorScheduler* sched, SchedTickCtx* ctx, std::uint32_t protm_prio) {
  const bool protm = ctx->protm_group != nullptr;
  for (std::uint32_t prio = protm ? protm_prio + 1 : kCsgPriorityCount; prio-- > 0;) {
    tick_ctx_pick_groups_from_list(sched, ctx, ctx->old_groups.at[prio], SkipIdle::no, Owned::yes);
    if (protm) continue;
    tick_ctx_pick_groups_from_list(sched, ctx, sched->idle.at[prio], SkipIdle::no, Owned::no);
  }
}

void tick_ctx_evict_group(PanthorScheduler* sched, CsgSlotsUpdCtx* upd_ctx, Group* group) {
  if (group->csg_id < 0) {
    sched->ptdev->kernel.warn("eviction of a group without slot");
    return;
  }
  const auto state = group_can_run(group) ? fw::CsgState::suspend : fw::CsgState::terminate;
  csgs_upd_ctx_queue_reqs(sched->ptdev, upd_ctx, static_cast<std::uint32_t>(group->csg_id),
                          static_cast<std::uint32_t>(state), fw::kCsgStateMask);
}

void tick_ctx_reschedule_group(PanthorScheduler* sched, SchedTickCtx* ctx,
                               CsgSlotsUpdCtx* upd_ctx, Group* group, int new_csg_prio) {
  if (group->csg_id < 0) return;
  PanthorDevice* const ptdev = sched->ptdev;
  const auto csg_id = static_cast<std::uint32_t>(group->csg_id);
  if (sched->csg_slots[csg_id].priority != new_csg_prio) {
    const FwIface& csg = panthor_fw_get_csg_iface(ptdev, csg_id);
    csg_slot_write_priority(ptdev, csg_id, new_csg_prio);
    csgs_upd_ctx_queue_reqs(ptdev, upd_ctx, csg_id, ~fw_read(ptdev, csg.output + kReqAck.ack),
                            fw::kCsgEpCfg);
  }
  if (ctx->protm_group == group && ctx->protm_enter) {
    tick_ctx_grant_protm(sched, ctx, upd_ctx, group);
  }
}

int tick_ctx_schedule_group(PanthorScheduler* sched, const SchedTickCtx* ctx,
                            CsgSlotsUpdCtx* upd_ctx, Group* group, std::uint32_t csg_id,
                            int csg_prio) {
  PanthorDevice* const ptdev = sched->ptdev;
  const int ret = group_bind_locked(group, csg_id);
  // As posted nobody asks whether there is a group to program the slot for (SCHED-8).
  if (ret != 0 && !has_defect(ptdev, Switch::sched_8)) return ret;
  csg_slot_prog_locked(ptdev, csg_id, csg_prio);
  // As posted: requests from before the suspension are dropped here, and only now.
  if (has_defect(ptdev, Switch::sched_34) && ctx->protm_group != nullptr) {
    group->protm_pending_queues = 0;
  }
  const auto state =
      group->state == CsGroupState::suspended ? fw::CsgState::resume : fw::CsgState::start;
  csgs_upd_ctx_queue_reqs(ptdev, upd_ctx, csg_id, static_cast<std::uint32_t>(state),
                          fw::kCsgStateMask);
  const FwIface& csg = panthor_fw_get_csg_iface(ptdev, csg_id);
  csgs_upd_ctx_queue_reqs(ptdev, upd_ctx, csg_id, ~fw_read(ptdev, csg.output + kReqAck.ack),
                          fw::kCsgEpCfg);
  return 0;
}

int tick_apply_upd(PanthorScheduler* sched, SchedTickCtx* ctx, CsgSlotsUpdCtx* upd_ctx) {
  const int ret = csgs_upd_ctx_apply_locked(sched->ptdev, upd_ctx);
  if (ret != 0) {
    panthor_device_schedule_reset(sched->ptdev);
    ctx->csg_upd_failed_mask |= upd_ctx->timedout_mask;
  }
  return ret;
}

// Suspends or terminates who goes, gives new priorities to who stays.
int tick_ctx_apply_running(PanthorScheduler* sched, SchedTickCtx* ctx) {
  CsgSlotsUpdCtx upd_ctx;
  int new_csg_prio = kMaxCsgPrio;
  for (std::uint32_t prio = kCsgPriorityCount; prio-- > 0;) {
    list_for_each_safe(ctx->old_groups.at[prio],
                       [&](Group* group) { tick_ctx_evict_group(sched, &upd_ctx, group); });
    list_for_each_safe(ctx->groups.at[prio], [&](Group* group) {
      tick_ctx_reschedule_group(sched, ctx, &upd_ctx, group, new_csg_prio--);
    });
  }
  const int ret = tick_apply_upd(sched, ctx, &upd_ctx);
  if (ret != 0) return ret;
  for (ListNode<Group>& old : ctx->old_groups.at) {
    list_for_each_safe(old, [&](Group* group) {
      // Its slot's events must not be taken for those of the next tenant.
      if (group->csg_id < 0) return;
      sched_process_csg_irq_locked(sched->ptdev, static_cast<std::uint32_t>(group->csg_id));
      group_unbind_locked(group);
    });
  }
  return 0;
}

int tick_ctx_apply_starting(PanthorScheduler* sched, SchedTickCtx* ctx) {
  PanthorDevice* const ptdev = sched->ptdev;
  CsgSlotsUpdCtx upd_ctx;
  std::uint32_t free_csg_slots = 0;
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    if (sched->csg_slots[i].group == nullptr) free_csg_slots |= 1u << i;
  }
  int new_csg_prio = kMaxCsgPrio;
  int ret = 0;
  for (std::uint32_t prio = kCsgPriorityCount; prio-- > 0;) {
    list_for_each_safe(ctx->groups.at[prio], [&](Group* group) {
      const int csg_prio = new_csg_prio--;
      if (group->csg_id >= 0 || ret != 0) return;
      if (free_csg_slots == 0) {
        ptdev->kernel.warn("no free slot for a chosen group");
        return;
      }
      const auto csg_id = static_cast<std::uint32_t>(std::countr_zero(free_csg_slots));
      ret = tick_ctx_schedule_group(sched, ctx, &upd_ctx, group, csg_id, csg_prio);
      if (ret != 0) ctx->csg_upd_failed_mask |= 1u << csg_id;
      free_csg_slots &= ~(1u << csg_id);
    });
  }
  if (ret != 0) {
    panthor_device_schedule_reset(ptdev);
    // Corrected: the base leaves those on their slots that were bound before, and the reset would
    // save a group that the firmware never saw.
    for (ListNode<Group>& chosen : ctx->groups.at) {
      list_for_each_safe(chosen, [](Group* group) {
        if (group->csg_id >= 0 && group->state != CsGroupState::active) group_unbind_locked(group);
      });
    }
    return ret;
  }
  return tick_apply_upd(sched, ctx, &upd_ctx);
}

void tick_ctx_apply(PanthorScheduler* sched, SchedTickCtx* ctx) {
  if (tick_ctx_apply_running(sched, ctx) != 0) return;
  if (tick_ctx_apply_starting(sched, ctx) != 0) return;
  for (std::uint32_t prio = kCsgPriorityCount; prio-- > 0;) {
    list_for_each_safe(ctx->groups.at[prio], [&](Group* group) {
      list_del_init(group->run_node);
      if (group->destroyed) ctx->immediate_tick = true;  // it died while it was chosen
      group_put(group);
    });
    list_for_each_safe(ctx->old_groups.at[prio], [&](Group* group) {
      if (!group_can_run(group)) return;  // the cleanup has it terminated
      group_to_run_list(sched, group);
      group_put(group);
    });
  }
  sched->used_csg_slot_count = ctx->group_count;
  sched->might_have_idle_groups = ctx->idle_group_count > 0;
  if (ctx->protm_enter) tick_ctx_enter_protm(sched, ctx);
}

void tick_ctx_cleanup(PanthorScheduler* sched, SchedTickCtx* ctx) {
  const bool failed = ctx->csg_upd_failed_mask != 0;
  for (ListNode<Group>& old : ctx->old_groups.at) {
    list_for_each_safe(old, [&](Group* group) {
      if (!failed && group_can_run(group)) {
        sched->ptdev->kernel.warn("runnable group left in the tick context");
      }
      if (!group_can_run(group)) {
        group_end_off_slot(group);
      } else if (group->csg_id >= 0) {
        list_del_init(group->run_node);
      } else {
        group_to_run_list(sched, group);
      }
      group_put(group);
    });
  }
  for (ListNode<Group>& chosen : ctx->groups.at) {
    list_for_each_safe(chosen, [&](Group* group) {
      if (group->csg_id >= 0) {
        list_del_init(group->run_node);
      } else {
        group_to_run_list(sched, group);
      }
      group_put(group);
    });
  }
}

// The running GPU keeps one runtime PM reference.
void sched_update_pm_ref(PanthorScheduler* sched, const SchedTickCtx* ctx) {
  contract::Kernel& k = sched->ptdev->kernel;
  const bool all_idle = ctx->idle_group_count == ctx->group_count;
  if (all_idle && sched->pm_has_ref) {
    k.pm_runtime_put_autosuspend();
    sched->pm_has_ref = false;
  } else if (!all_idle && !sched->pm_has_ref) {
    k.pm_runtime_get_noresume();
    sched->pm_has_ref = true;
  }
}

// Keeps an earlier target, so that ticks in between do not stretch a period.
void tick_rearm(PanthorScheduler* sched, std::uint64_t now, bool stop_tick, bool immediate) {
  sched->last_tick = now;
  if (stop_tick) {
    sched->resched_target = kNoTick;
  } else {
    // A target that is due is over: upstream compares with "before" and ticks until the jiffy ends.
    const std::uint64_t target = now + sched->tick_period;
    if (sched->resched_target <= now || target < sched->resched_target) {
      sched->resched_target = target;
    }
  }
  if (immediate) {
    sched_queue_tick(sched, 0);
  } else if (!stop_tick) {
    sched_queue_tick(sched, sched->resched_target - now);
  }
}

void sched_tick_locked(PanthorScheduler* sched, std::uint64_t now, bool full_tick) {
  switch (sched_tick_in_protm_locked(sched, full_tick)) {
    case ProtmTick::leave_alone:
      tick_rearm(sched, now, !sched_protm_has_rival_locked(sched), false);
      return;
    case ProtmTick::failed:
      return;
    case ProtmTick::schedule:
      break;
  }
  SchedTickCtx ctx;
  tick_ctx_init(sched, &ctx);
  if (ctx.csg_upd_failed_mask == 0) {
    std::uint32_t protm_prio = 0;
    if (!full_tick) tick_ctx_pick_partial(sched, &ctx);
    tick_ctx_pick_active(sched, &ctx);
    tick_ctx_pick_protm_group(sched, &ctx, &protm_prio);
    tick_ctx_pick_idle(sched, &ctx, protm_prio);
    // Corrected: a partial tick picks who is on a slot already, and upstream ends the ticking when
    // those have a priority each, whoever waits.
    for (std::uint32_t prio = 0; !full_tick && prio < kCsgPriorityCount; ++prio) {
      if (!list_empty(sched->runnable.at[prio])) ctx.stop_tick = false;
    }
    tick_ctx_apply(sched, &ctx);
  }
  if (ctx.csg_upd_failed_mask == 0) {
    sched_update_pm_ref(sched, &ctx);
    tick_rearm(sched, now, ctx.stop_tick, ctx.immediate_tick);
  }
  tick_ctx_cleanup(sched, &ctx);
}

}  // namespace

void tick_work(PanthorScheduler* sched) {
  PanthorDevice* const ptdev = sched->ptdev;
  contract::Kernel& k = ptdev->kernel;
  if (!k.dev_enter()) return;
  const std::uint64_t now = k.jiffies();
  const std::uint64_t target = sched->resched_target == kNoTick
                                   ? sched->last_tick + sched->tick_period
                                   : sched->resched_target;
  if (panthor_device_resume_and_get(ptdev) != 0) {
    k.log("resume failed in tick");
    k.dev_exit();
    return;
  }
  {
    MutexGuard guard(k, sched->lock);
    // A suspend may have been first at the lock.
    const bool powered = ptdev->pm.state == PmState::active;
    const bool pending = panthor_device_reset_is_pending(ptdev);
    sched->tick_in_the_dark = !powered;
    if (powered && !pending) sched_tick_locked(sched, now, now >= target);
  }
  k.pm_runtime_put_autosuspend();
  k.dev_exit();
}

void sched_queue_tick(PanthorScheduler* sched, std::uint64_t delay_jiffies) {
  PanthorDevice* const ptdev = sched->ptdev;
  if (sched->reset.in_progress || panthor_device_reset_is_pending(ptdev)) return;
  ptdev->kernel.mod_delayed_work(sched->wq, sched->tick_work, delay_jiffies);
}

void sched_queue_sync_upd(PanthorScheduler* sched) {
  PanthorDevice* const ptdev = sched->ptdev;
  if (sched->reset.in_progress || panthor_device_reset_is_pending(ptdev)) return;
  ptdev->kernel.queue_work(sched->wq, sched->sync_upd_work);
}

void sched_resume_tick(PanthorDevice* ptdev) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  contract::Kernel& k = ptdev->kernel;
  const std::uint64_t now = k.jiffies();
  sched->resched_target = sched->last_tick + sched->tick_period;
  const bool slots_full = sched->used_csg_slot_count == sched->csg_slot_count;
  const std::uint64_t delay =
      slots_full && now < sched->resched_target ? sched->resched_target - now : 0;
  // A tick that was asked for at once must not be put off.
  if (!k.delayed_work_pending(sched->tick_work)) sched_queue_tick(sched, delay);
}

void group_schedule_locked(Group* group, std::uint32_t queue_mask) {
  PanthorDevice* const ptdev = group->ptdev;
  PanthorScheduler* const sched = &*ptdev->scheduler;
  if (!group_can_run(group)) return;
  if ((queue_mask & group->blocked_queues) == queue_mask) return;
  const bool was_idle = group_is_idle(group);
  group->idle_queues &= ~queue_mask;
  if (sched->reset.in_progress) return;
  if (was_idle && !group_is_idle(group)) {
    list_move_tail(group->run_node, sched->runnable.at[group->priority]);
  }
  const bool ticking = sched->resched_target != kNoTick;
  const bool free_slots = sched->used_csg_slot_count < sched->csg_slot_count;
  if (group->priority == kCsgPriorityRt || sched->might_have_idle_groups ||
      (ticking && free_slots)) {
    sched_queue_tick(sched, 0);
  } else if (!ticking) {
    sched_resume_tick(ptdev);
  }
}

}  // namespace protm::v1
