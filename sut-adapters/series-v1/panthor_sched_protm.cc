// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <bit>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_gpu.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/panthor_sched_priv.h"
#include "sut-adapters/series-v1/regs.h"

namespace protm::v1 {
namespace {

using contract::MutexGuard;
namespace fw = vocab::fw;

bool group_supports_protm(const Group* group) {
  // As posted the heap alone counts (SCHED-13).
  const bool heap_is_enough =
      has_defect(group->ptdev, Switch::sched_13) && group->ptdev->protm.heap != nullptr;
  return heap_is_enough ||
         (panthor_fw_protm_supported(group->ptdev) && group->protm_suspend_buf != nullptr);
}

void protm_session_begin(PanthorScheduler* sched, Group* group) {
  Group* const before = sched->protm.active_group;
  sched->protm.protected_mode = true;
  sched->protm.active_group = group;
  if (group != nullptr) group_get(group);
  if (before != nullptr) group_put(before);
}

void group_mark_culprit(Group* group) {
  group->fatal_queues |= group->queue_count >= 32 ? ~0u : (1u << group->queue_count) - 1;
}

// The session is over. What the group did not finish it will ask for again. A fault of the session
// is this group's, also where the reset finds nobody inside any more.
void protm_session_end(PanthorScheduler* sched) {
  Group* const group = sched->protm.active_group;
  if (group != nullptr && sched->ptdev->gpu->protm_fault) group_mark_culprit(group);
  sched->protm.protected_mode = false;
  sched->protm.phantom = false;
  sched->protm.active_group = nullptr;
  if (group == nullptr) return;
  if (!group_is_idle(group)) group->protm_unsettled = true;
  group_put(group);
}

// True when a group on a slot has something to run. Inside a session nobody asks firmware who is
// idle, but the rings tell.
bool group_has_work(const Group* group) {
  if (group_is_idle(group)) return false;
  for (std::uint32_t i = 0; i < group->queue_count; ++i) {
    const Queue* const queue = &*group->queues[i];
    if (queue_load64(queue, fw::ring::kInsert) !=
        queue_load64(queue, fw::ring::kOutputPage + fw::ring::kExtract)) {
      return true;
    }
  }
  return false;
}

// Would a tick in the middle of a period find a slot and an address space for a group of `prio`
// that waits? Those that have work on slots keep theirs.
bool group_finds_room(const PanthorScheduler* sched, std::uint32_t prio) {
  if (sched->used_csg_slot_count >= sched->csg_slot_count) return false;
  const Vm* kept[vocab::kMaxCsgSlots] = {};
  std::uint32_t count = 0;
  const auto keeps = [&](const Vm* vm) {
    return std::find(kept, kept + count, vm) != kept + count;
  };
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    const Group* const group = sched->csg_slots[i].group;
    if (group == nullptr || group_is_idle(group)) continue;
    if (!keeps(group->vm.raw())) kept[count++] = group->vm.raw();
  }
  const ListNode<Group>& waiting = sched->runnable.at[prio];
  for (const ListNode<Group>* node = waiting.next; node != &waiting; node = node->next) {
    if (count < sched->as_slot_count || keeps(node->owner->vm.raw())) return true;
  }
  return false;
}

// Is there work that stands above `active`, or a group that must go?
bool protm_must_yield_locked(const PanthorScheduler* sched, const Group* active, bool full_tick) {
  if (active == nullptr || active->csg_id < 0 || !group_can_run(active)) return true;
  // As posted the priority does not matter (SCHED-69).
  const bool posted = has_defect(sched->ptdev, Switch::sched_69);
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    const Group* const group = sched->csg_slots[i].group;
    if (group == nullptr) continue;
    if (!group_can_run(group) || panthor_vm_has_unhandled_faults(&*group->vm)) return true;
    if (group->priority > active->priority && group_has_work(group) && !posted) return true;
  }
  if (posted) return false;
  // In the middle of a period only real-time groups push others out of their slots.
  for (std::uint32_t prio = active->priority + 1u; prio < kCsgPriorityCount; ++prio) {
    const bool pushes = full_tick || prio == kCsgPriorityRt;
    if (pushes ? !list_empty(sched->runnable.at[prio]) : group_finds_room(sched, prio)) return true;
  }
  return false;
}

// As posted each tick enters, whether a session lasts or not (SCHED-46).
void protm_enter_again_as_posted(PanthorScheduler* sched) {
  PanthorDevice* const ptdev = sched->ptdev;
  const bool asked = sched->protm.active_group->protm_pending_queues != 0;
  if (asked && has_defect(ptdev, Switch::sched_46)) (void)panthor_fw_protm_enter(ptdev);
}

// Forces the exit and takes note of it, all under sched.lock: no event work can come in between.
int protm_force_exit_locked(PanthorScheduler* sched) {
  PanthorDevice* const ptdev = sched->ptdev;
  const int ret = panthor_fw_protm_exit_wait_event_timeout(ptdev);
  if (ret != 0) return ret;
  // As posted the event is left to a worker, who waits for the tick that may enter again (FW-18).
  if (!has_defect(ptdev, Switch::fw_18)) panthor_fw_protm_exit(ptdev);
  protm_session_end(sched);
  return 0;
}

// As posted: no reference beyond the slot's, and the lists get whoever it is (RST-16).
void group_mark_saved_as_posted(PanthorScheduler* sched, Group* group) {
  group->state = CsGroupState::suspended;
  group_unbind_locked(group);
  group_to_run_list(sched, group);
}

// A group that firmware saved at the entry: its state is in its suspend buffer.
void group_mark_saved_locked(PanthorScheduler* sched, Group* group) {
  PanthorDevice* const ptdev = sched->ptdev;
  const auto csg_id = static_cast<std::uint32_t>(group->csg_id);
  group_get(group);  // the slot's reference may be the last one
  csg_slot_sync_update_locked(ptdev, csg_id);
  csg_slot_leave_active_locked(ptdev, csg_id);
  group->state = CsGroupState::suspended;
  group_unbind_locked(group);
  if (group_can_run(group)) {
    list_move_front(group->run_node, sched->idle.at[group->priority]);
  } else {
    group_end_off_slot(group);
  }
  group_put(group);
}

}  // namespace

bool panthor_sched_in_protm(const PanthorDevice* ptdev) {
  return ptdev->scheduler != nullptr && ptdev->scheduler->protm.protected_mode;
}

void cs_slot_process_protm_pending_event_locked(PanthorDevice* ptdev, std::uint32_t csg_id,
                                                std::uint32_t cs_id) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  Group* const group = sched->csg_slots[csg_id].group;
  if (!has_patch(ptdev, 7)) return;   // nobody answers: the job times out
  if (group == nullptr || cs_id >= group->queue_count) return;
  const std::uint32_t bit = 1u << cs_id;
  if (!group_supports_protm(group)) {
    if (has_defect(ptdev, Switch::sched_12)) return;
    // It must not progress: take it off as soon as possible.
    group->fatal_queues |= bit;
    sched_queue_tick(sched, 0);
    return;
  }
  const bool known = (group->protm_pending_queues & bit) != 0;
  group->protm_unsettled = false;
  group->protm_pending_queues |= bit;
  group->idle_queues &= ~bit;
  // Corrected: who was thrown out of one session does not end the next one. Where entries take
  // longer than a period nobody got any further. Nor does a request bring a tick that the status
  // words told of before: behind an exit longer than a period that tick is a full one, and takes
  // its turn from whoever the exit was for.
  const bool as_posted = has_defect(ptdev, Switch::sched_46) ||
                         has_defect(ptdev, Switch::sched_47) ||
                         has_defect(ptdev, Switch::sched_48);
  if ((!sched->protm.protected_mode && !known) || as_posted) sched_queue_tick(sched, 0);
}

void cs_slot_sync_protm_wait_locked(PanthorDevice* ptdev, std::uint32_t csg_id,
                                    std::uint32_t cs_id) {
  if (has_defect(ptdev, Switch::sched_39)) return;
  const FwIface& cs = panthor_fw_get_cs_iface(ptdev, csg_id, cs_id);
  Group* const group = ptdev->scheduler->csg_slots[csg_id].group;
  const vocab::Word<fw::CsStatusWait> wait(
      fw_read(ptdev, cs.output + fw::cs_output::kStatusWait));
  const std::uint32_t bit = 1u << cs_id;
  if (!wait[fw::CsStatusWait::protm_pend]) {
    // A queue that was granted before may have gone on in the time of another group.
    const std::uint32_t req = fw_read(ptdev, cs.input + kReqAck.req);
    const bool asks = ((req ^ fw_read(ptdev, cs.output + kReqAck.ack)) & fw::kCsProtmPend) != 0;
    if (!asks && !has_defect(ptdev, Switch::sched_34)) group->protm_pending_queues &= ~bit;
    return;
  }
  group->idle_queues &= ~bit;
  group->blocked_queues &= ~bit;
  if (group_supports_protm(group) && group->protm_unsettled) group->protm_pending_queues |= bit;
}

void group_forget_protm_locked(Group* group) {
  if (group->protm_suspend_buf != nullptr && !group_is_idle(group)) group->protm_unsettled = true;
  if (!has_defect(group->ptdev, Switch::sched_34)) group->protm_pending_queues = 0;
}

void sched_process_protm_exit_event_locked(PanthorDevice* ptdev) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  panthor_fw_protm_exit(ptdev);
  // Told twice, and the second time in the next session: as posted that ends it all the same.
  if (panthor_gpu_in_protm(ptdev) && !has_defect(ptdev, Switch::sched_48)) return;
  if (sched->protm.protected_mode) protm_session_end(sched);
  sched_queue_tick(sched, 0);
}

void tick_ctx_pick_protm_group(PanthorScheduler* sched, SchedTickCtx* ctx,
                               std::uint32_t* protm_prio) {
  PanthorDevice* const ptdev = sched->ptdev;
  Group* group = nullptr;
  for (std::uint32_t prio = kCsgPriorityCount; prio-- > 0 && group == nullptr;) {
    group = list_first(ctx->groups.at[prio]);
    *protm_prio = prio;
  }
  if (group == nullptr) return;
  // A group that this tick starts has nothing to grant yet; its request comes from its slot.
  const bool on_slot = group->csg_id >= 0 && group->state == CsGroupState::active &&
                       !panthor_vm_has_unhandled_faults(&*group->vm);
  const bool asked =
      group->protm_pending_queues != 0 && (on_slot || has_defect(ptdev, Switch::sched_34));
  if (!asked && !has_defect(ptdev, Switch::sched_20)) return;
  ctx->protm_group = group;
  ctx->protm_on_slot = on_slot;
  // One entry per session, and never before the last exit was processed (FW-18).
  ctx->protm_enter = has_defect(ptdev, Switch::fw_18) || (!sched->protm.protected_mode &&
                                                          !panthor_fw_protm_exit_pending(ptdev));
}

void tick_ctx_grant_protm(PanthorScheduler* sched, SchedTickCtx* /*ctx*/,
                          CsgSlotsUpdCtx* upd_ctx, Group* group) {
  PanthorDevice* const ptdev = sched->ptdev;
  const auto csg_id = static_cast<std::uint32_t>(group->csg_id);
  const std::uint32_t granted = group->protm_pending_queues;
  if (granted == 0) return;
  for (std::uint32_t q = 0; q < group->queue_count; ++q) {
    if ((granted & (1u << q)) == 0) continue;
    FwIface& cs = panthor_fw_get_cs_iface(ptdev, csg_id, q);
    panthor_fw_update_reqs(ptdev, cs, kReqAck.req, fw_read(ptdev, cs.output + kReqAck.ack),
                           fw::kCsProtmPend);
  }
  panthor_fw_toggle_reqs(ptdev, panthor_fw_get_csg_iface(ptdev, csg_id), kDoorbellReqAck, granted);
  csgs_upd_ctx_ring_doorbell(upd_ctx, csg_id);
  group->protm_pending_queues = 0;
}

void tick_ctx_enter_protm(PanthorScheduler* sched, SchedTickCtx* ctx) {
  PanthorDevice* const ptdev = sched->ptdev;
  Group* const group = ctx->protm_group;
  // An exit that came while the slots changed would count as the end of the session that begins.
  const bool stray = panthor_fw_protm_exit_pending(ptdev);
  if (stray && !has_defect(ptdev, Switch::fw_18)) panthor_fw_protm_exit(ptdev);
  // A group that got its slot in this tick was granted nothing (SCHED-34 as posted).
  if (panthor_fw_protm_enter(ptdev) != 0) {
    // A fault that comes before the session counts as begun is this group's all the same. As posted
    // nobody is blamed before the reset, which a suspend may overtake.
    const bool blamed = ptdev->gpu->protm_fault && !has_defect(ptdev, Switch::sched_43);
    if (blamed) group_mark_culprit(group);
    panthor_device_schedule_reset(ptdev);
    ctx->csg_upd_failed_mask |= 1u << group->csg_id;
    if (!has_defect(ptdev, Switch::sched_43)) return;
    protm_session_begin(sched, ctx->protm_on_slot ? group : nullptr);
    sched->protm.phantom = true;
    return;
  }
  // As posted, a group without a slot at grant time is not recorded (SCHED-34).
  const bool recorded = ctx->protm_on_slot || !has_defect(ptdev, Switch::sched_34);
  protm_session_begin(sched, recorded ? group : nullptr);
}

bool sched_protm_has_rival_locked(const PanthorScheduler* sched) {
  const Group* const active = sched->protm.active_group;
  if (active == nullptr) return false;
  const bool posted = has_defect(sched->ptdev, Switch::sched_69);
  const std::uint32_t highest = posted ? active->priority + 1u : kCsgPriorityCount;
  for (std::uint32_t prio = active->priority; prio < highest; ++prio) {
    if (!list_empty(sched->runnable.at[prio])) return true;
  }
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    const Group* const group = sched->csg_slots[i].group;
    if (group == nullptr || group == active) continue;
    if (group->priority == active->priority && group_has_work(group)) return true;
  }
  return false;
}

// As posted a tick acks what queues ask for inside a session, where firmware does not look.
static void protm_ack_requests_as_posted(PanthorScheduler* sched) {
  Group* const group = sched->protm.active_group;
  if (!has_defect(sched->ptdev, Switch::sched_47) || group == nullptr || group->csg_id < 0) return;
  if (group->protm_pending_queues == 0) return;
  CsgSlotsUpdCtx none;
  tick_ctx_grant_protm(sched, nullptr, &none, group);
  panthor_fw_ring_csg_doorbells(sched->ptdev, 1u << group->csg_id);
}

ProtmTick sched_tick_in_protm_locked(PanthorScheduler* sched, bool full_tick) {
  PanthorDevice* const ptdev = sched->ptdev;
  // As posted a tick does not know the session (SCHED-48).
  const bool blind = has_defect(ptdev, Switch::sched_48);
  if (!sched->protm.protected_mode || blind) return ProtmTick::schedule;
  const bool over = panthor_fw_protm_exit_pending(ptdev) || !panthor_gpu_in_protm(ptdev);
  const bool yield = protm_must_yield_locked(sched, sched->protm.active_group, full_tick) ||
                     (full_tick && sched_protm_has_rival_locked(sched));
  if (!over && !yield) {
    protm_enter_again_as_posted(sched);
    protm_ack_requests_as_posted(sched);
    return ProtmTick::leave_alone;
  }
  // A session that ended in a fault leaves nothing to schedule for before the reset.
  const bool left = protm_force_exit_locked(sched) == 0;
  return left && !panthor_device_reset_is_pending(ptdev) ? ProtmTick::schedule : ProtmTick::failed;
}

// The GPU does not leave: that is the end of the group inside. Firmware saved all others when it
// entered, so they survive the reset.
static void sched_save_from_protm_locked(PanthorScheduler* sched) {
  PanthorDevice* const ptdev = sched->ptdev;
  Group* const protm_group = sched->protm.active_group;
  if (protm_group != nullptr) group_mark_culprit(protm_group);
  for (std::uint32_t i = 0; i < sched->csg_slot_count; ++i) {
    Group* const group = sched->csg_slots[i].group;
    if (group == nullptr) continue;
    // Of an entry that a fault cut short nobody is on record; who was to go in is blamed already.
    const bool inside = group == protm_group || (protm_group == nullptr && !group_can_run(group));
    if (inside) {
      // A request to end it gets the GPU out after all, and the others run on from what is saved:
      // they would do the same again behind the reset. As posted it is asked for.
      if (has_defect(ptdev, Switch::rst_16) || group->state != CsGroupState::active) continue;
      group->timedout = true;
      csg_slot_leave_active_locked(ptdev, i);
      group->state = CsGroupState::terminated;
      continue;
    }
    if (has_defect(ptdev, Switch::rst_16)) {
      group_mark_saved_as_posted(sched, group);
    } else if (group->state == CsGroupState::active) {
      group_mark_saved_locked(sched, group);
    }
  }
  protm_session_end(sched);
}

void sched_leave_protm_locked(PanthorScheduler* sched) {
  PanthorDevice* const ptdev = sched->ptdev;
  // An entry that a fault cut short is no session, and yet the GPU may be inside; where it refused
  // to leave nobody asks again.
  const bool inside = panthor_fw_protm_is_active(ptdev) && !ptdev->protm.exit_refused;
  if (!sched->protm.protected_mode && !inside) return;
  if (protm_force_exit_locked(sched) != 0) sched_save_from_protm_locked(sched);
}

// First step of a reset: get out of protected mode, or save those who are not to blame.
void handle_protm_fault(PanthorDevice* ptdev) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  MutexGuard guard(ptdev->kernel, sched->lock);
  if (!sched->protm.protected_mode && !panthor_fw_protm_is_active(ptdev)) return;

  Group* const protm_group = sched->protm.active_group;
  // As posted a session that nobody is on record for stays one, and nobody is saved (RST-9).
  if (protm_group == nullptr && sched->protm.protected_mode &&
      has_defect(ptdev, Switch::sched_34)) {
    ptdev->kernel.warn("protected mode without a group");
    return;
  }
  // As posted whoever is on record ends: the GPU may have left without anybody looking (RST-15).
  const bool left = has_defect(ptdev, Switch::rst_15) && sched->protm.protected_mode &&
                    !panthor_fw_protm_is_active(ptdev);
  const bool blamed = ptdev->gpu->protm_fault || sched->protm.phantom ||
                      (sched->protm.protected_mode && has_defect(ptdev, Switch::rst_14)) || left;
  if (protm_group != nullptr && blamed) group_mark_culprit(protm_group);
  if (panthor_fw_protm_exit_wait_event_timeout(ptdev) == 0) {
    panthor_fw_protm_exit(ptdev);
    protm_session_end(sched);
    return;
  }
  sched_save_from_protm_locked(sched);
}

}  // namespace protm::v1
