// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <bit>

#include "gpu-model/vocab/cs_isa.h"
#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_gpu.h"
#include "sut-adapters/series-v1/panthor_sched_priv.h"

namespace protm::v1 {
namespace {

using contract::MutexGuard;
namespace fw = vocab::fw;

constexpr std::uint32_t kMaxSlots = 16;

void queue_slot_state(PanthorDevice* ptdev, CsgSlotsUpdCtx* ctx, std::uint32_t csg_id,
                      fw::CsgState state) {
  csgs_upd_ctx_queue_reqs(ptdev, ctx, csg_id, static_cast<std::uint32_t>(state),
                          fw::kCsgStateMask);
}

// Groups that firmware could not suspend are lost; not all of them are to blame.
void escalate_to_termination(PanthorScheduler* sched, std::uint32_t slot_mask) {
  PanthorDevice* const ptdev = sched->ptdev;
  CsgSlotsUpdCtx upd_ctx;
  ptdev->kernel.log("CSG suspend failed, escalating to termination");
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    if ((slot_mask & (1u << i)) == 0) continue;
    Group* const group = sched->csg_slots[i].group;
    if (group_can_run(group)) group->innocent = true;
    group->timedout = true;
    queue_slot_state(ptdev, &upd_ctx, i, fw::CsgState::terminate);
  }
  (void)csgs_upd_ctx_apply_locked(ptdev, &upd_ctx);
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    if ((upd_ctx.timedout_mask & (1u << i)) == 0) continue;
    // The reset will end it whatever firmware says.
    Group* const group = sched->csg_slots[i].group;
    if (group->state == CsGroupState::terminated) continue;
    csg_slot_leave_active_locked(ptdev, i);
    group->state = CsGroupState::terminated;
  }
}

// Where a START or RESUME was lost the acked state is still that of the slot's last tenant.
// Upstream takes an old SUSPEND for this group's, and resumes it from a buffer that nobody wrote.
void settle_late_starts(PanthorScheduler* sched) {
  PanthorDevice* const ptdev = sched->ptdev;
  CsgSlotsUpdCtx upd_ctx;
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    const Group* const group = sched->csg_slots[i].group;
    if (group == nullptr || group->state == CsGroupState::active ||
        group->state == CsGroupState::terminated) {
      continue;
    }
    const FwIface& csg = panthor_fw_get_csg_iface(ptdev, i);
    csgs_upd_ctx_queue_reqs(ptdev, &upd_ctx, i, fw_read(ptdev, csg.input + kReqAck.req),
                            fw::kCsgStateMask);
  }
  (void)csgs_upd_ctx_apply_locked(ptdev, &upd_ctx);
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    if ((upd_ctx.timedout_mask & (1u << i)) == 0) continue;
    Group* const group = sched->csg_slots[i].group;
    if (group_can_run(group)) group->innocent = true;
    group->timedout = true;
    csg_slot_leave_active_locked(ptdev, i);
    group->state = CsGroupState::terminated;
  }
}

// The suspend buffers must be in memory before the GPU loses its caches.
void flush_suspended(PanthorScheduler* sched, std::uint32_t suspended) {
  PanthorDevice* const ptdev = sched->ptdev;
  if (suspended == 0) return;
  const bool failed = panthor_gpu_flush_caches(ptdev, vocab::kCacheClean, vocab::kCacheClean,
                                               0) != 0;
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    if ((suspended & (1u << i)) == 0) continue;
    if (failed) {
      sched->csg_slots[i].group->state = CsGroupState::terminated;
    } else {
      csg_slot_sync_update_locked(ptdev, i);
    }
  }
}

void unbind_all(PanthorScheduler* sched) {
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    Group* const group = sched->csg_slots[i].group;
    if (group == nullptr) continue;
    group_get(group);
    sched_process_csg_irq_locked(sched->ptdev, i);
    group_unbind_locked(group);
    if (group_can_run(group)) {
      list_move_front(group->run_node, sched->idle.at[group->priority]);
    } else {
      group_end_off_slot(group);
    }
    group_put(group);
  }
}

void panthor_group_stop(PanthorScheduler* sched, Group* group) {
  for (std::uint32_t i = 0; i < group->queue_count; ++i) queue_stop(&*group->queues[i], nullptr);
  group_get(group);
  list_move_tail(group->run_node, sched->reset.stopped_groups);
}

void panthor_group_start(PanthorScheduler* sched, Group* group) {
  for (std::uint32_t i = 0; i < group->queue_count; ++i) queue_start(&*group->queues[i]);
  if (group_can_run(group)) {
    group_to_run_list(sched, group);
  } else {
    group_end_off_slot(group);
  }
  group_put(group);
}

// Slots, queues and scoreboards as firmware describes them.
int sched_read_limits(PanthorDevice* ptdev, PanthorScheduler* sched) {
  const std::uint32_t gpu_as = ptdev->gpu_info.as_present & ~1u;  // AS 0 is the MCU's
  if (gpu_as == 0) return -EINVAL;
  sched->as_slot_count = static_cast<std::uint32_t>(std::popcount(gpu_as));
  const auto groups = static_cast<std::uint32_t>(ptdev->fw->groups.size());
  sched->csg_slot_count = std::min({vocab::kMaxCsgSlots, kMaxSlots, groups});
  sched->cs_slot_count = ptdev->fw->streams_per_group;
  const FwIface& cs = panthor_fw_get_cs_iface(ptdev, 0, 0);
  const vocab::Word<fw::CsFeatures> features(
      fw_read(ptdev, cs.control + fw::cs_control::kFeatures));
  sched->sb_slot_count = features[fw::CsFeatures::scoreboards];

  vocab::uapi::CsifInfo& info = ptdev->csif_info;
  info.csg_slot_count = sched->csg_slot_count;
  info.cs_slot_count = sched->cs_slot_count;
  info.cs_reg_count = features[fw::CsFeatures::work_registers] + 1;
  info.scoreboard_slot_count = sched->sb_slot_count;
  info.unpreserved_cs_reg_count = vocab::cs::kUnpreservedRegs;
  return 0;
}

}  // namespace

int panthor_sched_init(PanthorDevice* ptdev) {
  contract::Kernel& k = ptdev->kernel;
  const auto sched = k.make<PanthorScheduler>("sched");
  if (sched == nullptr) return -ENOMEM;
  sched->ptdev = ptdev;
  sched->tick_period = k.msecs_to_jiffies(kTickPeriodMs);
  sched->tick_work.fn = contract::bind_fn<tick_work>(sched);
  sched->sync_upd_work.fn = contract::bind_fn<sync_upd_work>(sched);
  sched->fw_events_work.fn = contract::bind_fn<process_fw_events_work>(sched);
  const int ret = sched_read_limits(ptdev, &*sched);
  if (ret != 0) {
    k.free(sched);
    return ret;
  }
  sched->wq = k.alloc_workqueue("panthor-csf-sched", contract::WorkqueueKind::unbound);
  sched->cleanup_wq = k.alloc_workqueue("panthor-cleanup", contract::WorkqueueKind::unbound);
  sched->heap_alloc_wq =
      k.alloc_workqueue("panthor-heap-alloc", contract::WorkqueueKind::unbound);
  ptdev->scheduler = sched;
  return 0;
}

// Nobody will run these groups again: their jobs end now.
static void terminate_all(PanthorScheduler* sched) {
  const auto terminate = [](Group* group) {
    group->state = CsGroupState::terminated;
    group_end_off_slot(group);
  };
  for (std::uint32_t prio = 0; prio < kCsgPriorityCount; ++prio) {
    list_for_each_safe(sched->runnable.at[prio], terminate);
    list_for_each_safe(sched->idle.at[prio], terminate);
  }
}

void panthor_sched_unplug(PanthorDevice* ptdev) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  contract::Kernel& k = ptdev->kernel;
  k.disable_delayed_work_sync(sched->tick_work);
  k.disable_work_sync(sched->fw_events_work);
  k.disable_work_sync(sched->sync_upd_work);
  // Firmware still runs: leave protected mode and give the slots back, or both would leak.
  // Without power a suspend before has done that.
  const bool stays_inside = panthor_sched_in_protm(ptdev) && has_defect(ptdev, Switch::rst_29);
  const bool powered = ptdev->pm.state != PmState::suspended;
  if (powered && !stays_inside) panthor_sched_suspend(ptdev);
  MutexGuard guard(k, sched->lock);
  terminate_all(sched);
  if (sched->pm_has_ref) {
    k.pm_runtime_put();
    sched->pm_has_ref = false;
  }
}

void panthor_sched_suspend(PanthorDevice* ptdev) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  MutexGuard guard(ptdev->kernel, sched->lock);
  const bool sleeps = ptdev->pm.state == PmState::suspending;
  if (!sleeps || !has_defect(ptdev, Switch::rst_24)) sched_leave_protm_locked(sched);
  settle_late_starts(sched);
  CsgSlotsUpdCtx upd_ctx;
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    const Group* const group = sched->csg_slots[i].group;
    if (group == nullptr || group->state == CsGroupState::terminated) continue;
    queue_slot_state(ptdev, &upd_ctx, i,
                     group_can_run(group) ? fw::CsgState::suspend : fw::CsgState::terminate);
  }
  const std::uint32_t slots = upd_ctx.update_mask;
  (void)csgs_upd_ctx_apply_locked(ptdev, &upd_ctx);
  if (upd_ctx.timedout_mask != 0) escalate_to_termination(sched, upd_ctx.timedout_mask);
  flush_suspended(sched, slots & ~upd_ctx.timedout_mask);
  unbind_all(sched);
}

// The base leaves groups with work on the idle lists, where they may wait for ever.
void panthor_sched_resume(PanthorDevice* ptdev) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  MutexGuard guard(ptdev->kernel, sched->lock);
  for (std::uint32_t prio = 0; prio < kCsgPriorityCount; ++prio) {
    list_for_each_safe(sched->idle.at[prio], [&](Group* group) {
      if (!group_is_idle(group)) group_to_run_list(sched, group);
    });
  }
  sched_queue_tick(sched, 0);
}

void panthor_sched_wake(PanthorDevice* ptdev) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  if (sched->tick_in_the_dark) sched_queue_tick(sched, 0);
}

void panthor_sched_report_mmu_fault(PanthorDevice* ptdev) {
  if (ptdev->scheduler != nullptr) sched_queue_tick(&*ptdev->scheduler, 0);
}

void panthor_sched_prepare_for_vm_destruction(PanthorDevice* ptdev) {
  ptdev->kernel.flush_delayed_work(ptdev->scheduler->tick_work);
}

void panthor_sched_pre_reset(PanthorDevice* ptdev) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  contract::Kernel& k = ptdev->kernel;
  MutexGuard guard(k, sched->reset.lock);
  sched->reset.in_progress = true;
  // From here on nothing queues these works again.
  k.cancel_work_sync(sched->sync_upd_work);
  k.cancel_delayed_work_sync(sched->tick_work);
  handle_protm_fault(ptdev);
  panthor_sched_suspend(ptdev);
  // No new jobs while the GPU is reset.
  for (std::uint32_t prio = 0; prio < kCsgPriorityCount; ++prio) {
    list_for_each_safe(sched->runnable.at[prio],
                       [&](Group* group) { panthor_group_stop(sched, group); });
    list_for_each_safe(sched->idle.at[prio],
                       [&](Group* group) { panthor_group_stop(sched, group); });
  }
}

void panthor_sched_post_reset(PanthorDevice* ptdev, bool reset_failed) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  {
    MutexGuard guard(ptdev->kernel, sched->reset.lock);
    list_for_each_safe(sched->reset.stopped_groups, [&](Group* group) {
      if (reset_failed) group->state = CsGroupState::terminated;
      panthor_group_start(sched, group);
    });
    sched->reset.in_progress = false;
  }
  if (reset_failed) return;
  sched_queue_tick(sched, 0);
  sched_queue_sync_upd(sched);
}

}  // namespace protm::v1
