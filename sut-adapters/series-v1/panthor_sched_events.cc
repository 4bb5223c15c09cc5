// SPDX-License-Identifier: GPL-2.0-only
#include <bit>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/exception_codes.h"
#include "gpu-model/vocab/regs/job_control.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/panthor_sched_priv.h"

namespace protm::v1 {
namespace {

using contract::MutexGuard;
using contract::Ptr;
using contract::SpinGuard;
namespace fw = vocab::fw;

void cs_slot_process_fatal_event_locked(PanthorDevice* ptdev, std::uint32_t csg_id,
                                        std::uint32_t cs_id) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  const FwIface& cs = panthor_fw_get_cs_iface(ptdev, csg_id, cs_id);
  const vocab::Word<fw::CsFaultWord> fatal(fw_read(ptdev, cs.output + fw::cs_output::kFatal));
  Group* const group = sched->csg_slots[csg_id].group;
  // A CS behind the group's own was the former tenant's. Upstream marks it all the same.
  if (group == nullptr || cs_id >= group->queue_count) return;
  group->fatal_queues |= 1u << cs_id;
  ptdev->kernel.log("CSG slot CS fatal");
  if (fatal[fw::CsFaultWord::type] ==
      static_cast<std::uint32_t>(vocab::Exception::cs_unrecoverable)) {
    panthor_device_schedule_reset(ptdev);
    ptdev->kernel.cancel_delayed_work(sched->tick_work);
  } else {
    sched_queue_tick(sched, 0);
  }
}

// The job that was at EXTRACT when the fault came gets the error.
void cs_slot_process_fault_event_locked(PanthorDevice* ptdev, std::uint32_t csg_id,
                                        std::uint32_t cs_id) {
  Group* const group = ptdev->scheduler->csg_slots[csg_id].group;
  ptdev->kernel.log("CSG slot CS fault");
  if (group == nullptr || cs_id >= group->queue_count) return;
  Queue* const queue = &*group->queues[cs_id];
  const std::uint64_t extract = queue_load64(queue, fw::ring::kOutputPage + fw::ring::kExtract);
  SpinGuard guard(ptdev->kernel, queue->fence_ctx.lock);
  list_for_each_safe(queue->fence_ctx.in_flight_jobs, [&](Job* job) {
    if (extract >= job->ringbuf_start && extract < job->ringbuf_end) {
      ptdev->drm.fence_set_error(job->done_fence, -EINVAL);
    }
  });
}

// True when firmware has to look at the CS again.
bool cs_slot_process_irq_locked(PanthorDevice* ptdev, std::uint32_t csg_id, std::uint32_t cs_id) {
  FwIface& cs = panthor_fw_get_cs_iface(ptdev, csg_id, cs_id);
  const std::uint32_t req = fw_read(ptdev, cs.input + kReqAck.req);
  const std::uint32_t ack = fw_read(ptdev, cs.output + kReqAck.ack);
  const std::uint32_t events = (req ^ ack) & fw::kCsEvtMask;
  if ((events & fw::kCsFatal) != 0) cs_slot_process_fatal_event_locked(ptdev, csg_id, cs_id);
  if ((events & fw::kCsFault) != 0) cs_slot_process_fault_event_locked(ptdev, csg_id, cs_id);
  if ((events & fw::kCsTilerOom) != 0) {
    cs_slot_process_tiler_oom_event_locked(ptdev, csg_id, cs_id);
  }
  // Also of a queue that is dead by now: its group cannot run, and is not entered (SCHED-77).
  if ((events & fw::kCsProtmPend) != 0) {
    cs_slot_process_protm_pending_event_locked(ptdev, csg_id, cs_id);
  }
  panthor_fw_update_reqs(ptdev, cs, kReqAck.req, ack, fw::kCsFatal | fw::kCsFault);
  return (events & (fw::kCsFault | fw::kCsTilerOom)) != 0;
}

void csg_slot_process_idle_event_locked(PanthorDevice* ptdev) {
  ptdev->scheduler->might_have_idle_groups = true;
  sched_queue_tick(&*ptdev->scheduler, 0);
}

void csg_slot_process_progress_timer_event_locked(PanthorDevice* ptdev, std::uint32_t csg_id) {
  Group* const group = ptdev->scheduler->csg_slots[csg_id].group;
  ptdev->kernel.log("CSG slot progress timeout");
  if (group != nullptr) group->timedout = true;
  sched_queue_tick(&*ptdev->scheduler, 0);
}

void sched_process_global_irq_locked(PanthorDevice* ptdev) {
  FwIface& glb = panthor_fw_get_glb_iface(ptdev);
  const std::uint32_t req = fw_read(ptdev, glb.input + kReqAck.req);
  const std::uint32_t ack = fw_read(ptdev, glb.output + kReqAck.ack);
  const std::uint32_t events = (req ^ ack) & fw::kGlbEvtMask;
  if ((events & fw::kGlbProtmExit) != 0) sched_process_protm_exit_event_locked(ptdev);
  if ((events & fw::kGlbIdle) != 0) {
    panthor_fw_update_reqs(ptdev, glb, kReqAck.req, ack, fw::kGlbIdle);
    sched_queue_tick(&*ptdev->scheduler, 0);
  }
}

// Error of the jobs that a dead group leaves behind.
int term_error(const Group* group, std::uint32_t queue) {
  if ((group->fatal_queues & (1u << queue)) != 0) return -EINVAL;
  return group->timedout ? -ETIMEDOUT : -ECANCELED;
}

bool sync_condition_met(const Queue* queue, std::uint64_t value) {
  return queue->syncwait.gt ? value > queue->syncwait.ref : value <= queue->syncwait.ref;
}

// True when the wait of a blocked queue is over; a sync object that is gone ends it as well. There
// upstream WARNs too: whoever may bind can unmap it.
bool panthor_queue_eval_syncwait(Group* group, std::uint32_t queue_idx) {
  const Queue* const queue = &*group->queues[queue_idx];
  contract::Drm& drm = group->ptdev->drm;
  std::uint64_t offset = 0;
  const Ptr<PanthorGem> bo =
      panthor_vm_get_bo_for_va(&*group->vm, queue->syncwait.gpu_va, &offset);
  if (bo == nullptr) return true;
  bool met = true;
  const auto map = drm.gem_vmap(bo);
  if (map) {
    met = sync_condition_met(queue, queue->syncwait.sync64 ? drm.load64(*map, offset)
                                                           : drm.load32(*map, offset));
    drm.gem_vunmap(bo);
  }
  drm.gem_put(bo);
  return met;
}

// Returns true when a group became runnable that need not wait for the end of the period. Upstream
// asks for a tick for real-time groups only: the others wait until somebody else needs one.
bool unblock_group_locked(PanthorScheduler* sched, Group* group) {
  std::uint32_t unblocked = 0;
  for (std::uint32_t i = 0; i < group->queue_count; ++i) {
    const std::uint32_t bit = 1u << i;
    if ((group->blocked_queues & bit) != 0 && panthor_queue_eval_syncwait(group, i)) {
      unblocked |= bit;
    }
  }
  bool immediate = false;
  if (unblocked != 0) {
    group->blocked_queues &= ~unblocked;
    if (group->csg_id < 0) {
      list_move_front(group->run_node, sched->runnable.at[group->priority]);
      const bool room = sched->used_csg_slot_count < sched->csg_slot_count;
      immediate = group->priority == kCsgPriorityRt || room || sched->might_have_idle_groups;
      if (!immediate && sched->resched_target == kNoTick) sched_resume_tick(sched->ptdev);
    } else {
      // Upstream lets it run without a runtime PM reference when a tick took it for idle.
      immediate = !sched->pm_has_ref;
    }
  }
  if (group->blocked_queues == 0) list_del_init(group->wait_node);
  return immediate;
}

}  // namespace

void sched_process_csg_irq_locked(PanthorDevice* ptdev, std::uint32_t csg_id) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  if (csg_id >= sched->csg_slot_count) return;
  FwIface& csg = panthor_fw_get_csg_iface(ptdev, csg_id);
  const std::uint32_t req = fw_read(ptdev, csg.input + kReqAck.req);
  const std::uint32_t ack = fw_read(ptdev, csg.output + kReqAck.ack);
  const std::uint32_t cs_irq_req = fw_read(ptdev, csg.output + fw::csg_output::kCsIrqReq);
  const std::uint32_t cs_irq_ack = fw_read(ptdev, csg.input + fw::csg_input::kCsIrqAck);
  if (req == ack && cs_irq_req == cs_irq_ack) return;
  // Acked before the CS words are looked at, so that a later event raises a new interrupt.
  fw_write(ptdev, csg.input + fw::csg_input::kCsIrqAck, cs_irq_req);
  panthor_fw_update_reqs(ptdev, csg, kReqAck.req, ack, fw::kCsgEvtMask);

  const std::uint32_t events = (req ^ ack) & fw::kCsgEvtMask;
  if ((events & fw::kCsgIdle) != 0) csg_slot_process_idle_event_locked(ptdev);
  if ((events & fw::kCsgProgressTimerEvent) != 0) {
    csg_slot_process_progress_timer_event_locked(ptdev, csg_id);
  }
  std::uint32_t ring_cs = 0;
  for (std::uint32_t cs = 0; cs < sched->cs_slot_count; ++cs) {
    if (((cs_irq_req ^ cs_irq_ack) & (1u << cs)) == 0) continue;
    if (cs_slot_process_irq_locked(ptdev, csg_id, cs)) ring_cs |= 1u << cs;
  }
  if ((events & fw::kCsgSyncUpdate) != 0) csg_slot_sync_update_locked(ptdev, csg_id);
  if (ring_cs != 0) panthor_fw_toggle_reqs(ptdev, csg, kDoorbellReqAck, ring_cs);
  // A doorbell may end a session; what it would tell is looked at after the exit anyway.
  if (ring_cs != 0 || !sched->protm.protected_mode || has_defect(ptdev, Switch::sched_82)) {
    panthor_fw_ring_csg_doorbells(ptdev, 1u << csg_id);
  }
}

void panthor_sched_report_fw_events(PanthorDevice* ptdev, std::uint32_t events) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  sched->fw_events |= events;
  if (panthor_device_reset_is_pending(ptdev) || sched->reset.in_progress) return;
  ptdev->kernel.queue_work(sched->wq, sched->fw_events_work);
}

// CSG events come first: a request that was raised together with the exit must be on record when
// the exit queues the tick that may serve it.
void process_fw_events_work(PanthorScheduler* sched) {
  PanthorDevice* const ptdev = sched->ptdev;
  const std::uint32_t events = sched->fw_events;
  sched->fw_events = 0;
  MutexGuard guard(ptdev->kernel, sched->lock);
  for (std::uint32_t csg = 0; csg < vocab::kMaxCsgSlots; ++csg) {
    if ((events & vocab::job_irq_csg(csg)) != 0) sched_process_csg_irq_locked(ptdev, csg);
  }
  if ((events & vocab::kJobIrqGlb) != 0) sched_process_global_irq_locked(ptdev);
}

void sync_upd_work(PanthorScheduler* sched) {
  bool immediate_tick = false;
  {
    MutexGuard guard(sched->ptdev->kernel, sched->lock);
    list_for_each_safe(sched->waiting, [&](Group* group) {
      immediate_tick |= unblock_group_locked(sched, group);
    });
  }
  if (immediate_tick) sched_queue_tick(sched, 0);
}

void group_sync_upd_work(Group* group) {
  for (std::uint32_t i = 0; i < group->queue_count; ++i) {
    (void)queue_check_job_completion(&*group->queues[i]);
  }
  group_put(group);
}

void group_term_work(Group* group) {
  PanthorDevice* const ptdev = group->ptdev;
  if (group_can_run(group)) {
    ptdev->kernel.warn("termination of a group that can run");
    group_put(group);
    return;
  }
  ListNode<Job> faulty_jobs;
  for (std::uint32_t i = 0; i < group->queue_count; ++i) {
    Queue* const queue = &*group->queues[i];
    {
      SpinGuard guard(ptdev->kernel, queue->fence_ctx.lock);
      list_for_each_safe(queue->fence_ctx.in_flight_jobs, [&](Job* job) {
        list_move_tail(job->node, faulty_jobs);
        ptdev->drm.fence_set_error(job->done_fence, term_error(group, i));
        ptdev->drm.fence_signal(job->done_fence);
      });
    }
    // Whoever waits for the sync object goes on.
    ptdev->drm.store32(group->syncobjs->kmap, i * kSyncobj64Size + kSyncobj64Status, ~0u);
    ptdev->drm.store64(group->syncobjs->kmap, i * kSyncobj64Size, queue->fence_ctx.seqno);
    sched_queue_sync_upd(&*ptdev->scheduler);
  }
  list_for_each_safe(faulty_jobs, [](Job* job) {
    list_del_init(job->node);
    panthor_job_put(job);
  });
  group_put(group);
}

}  // namespace protm::v1
