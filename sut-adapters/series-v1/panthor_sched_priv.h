// SPDX-License-Identifier: GPL-2.0-only
// What the files of the scheduler share: slot updates, group lists, the tick's context.
// Functions that end in _locked need sched.lock.
// Source: panthor_sched.c (7.x); patches 5/8, 7/8.
#pragma once

#include "gpu-model/vocab/fw_interface.h"
#include "sut-adapters/series-v1/panthor_sched.h"

namespace protm::v1 {

/// Requests to several CSG slots that are sent with one doorbell.
struct CsgSlotsUpdCtx {
  std::uint32_t update_mask = 0;
  std::uint32_t timedout_mask = 0;
  struct {
    std::uint32_t value = 0;
    std::uint32_t mask = 0;
  } requests[vocab::kMaxCsgSlots];
};
void csgs_upd_ctx_ring_doorbell(CsgSlotsUpdCtx* ctx, std::uint32_t csg_id);
void csgs_upd_ctx_queue_reqs(PanthorDevice* ptdev, CsgSlotsUpdCtx* ctx, std::uint32_t csg_id,
                             std::uint32_t value, std::uint32_t mask);
/// Errors: ETIMEDOUT with timedout_mask set.
int csgs_upd_ctx_apply_locked(PanthorDevice* ptdev, CsgSlotsUpdCtx* ctx);

/// One run of the tick.
struct SchedTickCtx {
  GroupLists old_groups;
  GroupLists groups;
  std::uint32_t idle_group_count = 0;
  std::uint32_t group_count = 0;
  std::uint32_t min_prio = 0;
  Vm* vms[vocab::kMaxCsgSlots] = {};
  std::uint32_t as_count = 0;
  bool immediate_tick = false;
  bool stop_tick = true;
  std::uint32_t csg_upd_failed_mask = 0;
  Group* protm_group = nullptr;
  bool protm_enter = false;            ///< enter at the end of this tick
  bool protm_on_slot = false;          ///< the chosen group had its slot before this tick
};

// --- groups --------------------------------------------------------------------------------------
[[nodiscard]] bool group_is_idle(const Group* group);
[[nodiscard]] bool group_can_run(const Group* group);
void group_get(Group* group);
void group_put(Group* group);
/// Ends a group that no slot holds: no list leads to it any more, a worker cancels its jobs.
void group_end_off_slot(Group* group);
void group_queue_sync_upd(Group* group);
/// Puts a group that has no slot where the next tick looks for it.
void group_to_run_list(PanthorScheduler* sched, Group* group);
void group_schedule_locked(Group* group, std::uint32_t queue_mask);
[[nodiscard]] std::uint64_t jiffies_left(const PanthorScheduler* sched);

// --- queues --------------------------------------------------------------------------------------
contract::Result<contract::Ptr<Queue>> group_create_queue(
    Group* group, const vocab::uapi::QueueCreate& args, std::uint32_t idx);
void group_free_queue(Group* group, std::uint32_t idx);
[[nodiscard]] std::uint64_t queue_load64(const Queue* queue, std::uint64_t offset);
void queue_store64(const Queue* queue, std::uint64_t offset, std::uint64_t value);
/// Freezes the job timer of a queue that cannot run, unless it waits for something outside.
void queue_suspend_timeout_locked(Queue* queue);
void queue_resume_timeout(Queue* queue);
/// Signals what is done; true when something was.
bool queue_check_job_completion(Queue* queue);
void queue_timeout_work(Queue* queue);
extern const contract::SchedOps kPanthorQueueSchedOps;
void queue_stop(Queue* queue, const contract::Ptr<Job>& bad_job);
void queue_start(Queue* queue);

// --- slots ---------------------------------------------------------------------------------------
int group_bind_locked(Group* group, std::uint32_t csg_id);
void group_unbind_locked(Group* group);
void csg_slot_prog_locked(PanthorDevice* ptdev, std::uint32_t csg_id, int priority);
void csg_slot_sync_update_locked(PanthorDevice* ptdev, std::uint32_t csg_id);
void csg_slot_sync_queues_state_locked(PanthorDevice* ptdev, std::uint32_t csg_id);
void csg_slot_leave_active_locked(PanthorDevice* ptdev, std::uint32_t csg_id);
[[nodiscard]] int csg_slot_read_priority(PanthorDevice* ptdev, std::uint32_t csg_id);
void csg_slot_write_priority(PanthorDevice* ptdev, std::uint32_t csg_id, int priority);

// --- tick and events -----------------------------------------------------------------------------
void sched_queue_tick(PanthorScheduler* sched, std::uint64_t delay_jiffies);
void sched_queue_sync_upd(PanthorScheduler* sched);
void sched_resume_tick(PanthorDevice* ptdev);
void tick_work(PanthorScheduler* sched);
void sync_upd_work(PanthorScheduler* sched);
void process_fw_events_work(PanthorScheduler* sched);
void sched_process_csg_irq_locked(PanthorDevice* ptdev, std::uint32_t csg_id);
void group_sync_upd_work(Group* group);
void group_term_work(Group* group);
void group_release_work(Group* group);
void group_tiler_oom_work(Group* group);
void cs_slot_process_tiler_oom_event_locked(PanthorDevice* ptdev, std::uint32_t csg_id,
                                            std::uint32_t cs_id);
/// A group leaves its slot: the event comes again with the next one.
void group_forget_tiler_oom_locked(Group* group);

// --- protected mode (panthor_sched_protm.cc) -----------------------------------------------------
void cs_slot_process_protm_pending_event_locked(PanthorDevice* ptdev, std::uint32_t csg_id,
                                                std::uint32_t cs_id);
void sched_process_protm_exit_event_locked(PanthorDevice* ptdev);
/// Takes a request from CS_STATUS_WAIT, for firmware that raises no new event.
void cs_slot_sync_protm_wait_locked(PanthorDevice* ptdev, std::uint32_t csg_id,
                                    std::uint32_t cs_id);
/// A group leaves its slot: what it waited for will be asked again.
void group_forget_protm_locked(Group* group);
/// Chooses the group that enters protected mode at the end of this tick.
void tick_ctx_pick_protm_group(PanthorScheduler* sched, SchedTickCtx* ctx,
                               std::uint32_t* protm_prio);
/// Grants the pending queues of the chosen group.
void tick_ctx_grant_protm(PanthorScheduler* sched, SchedTickCtx* ctx, CsgSlotsUpdCtx* upd_ctx,
                          Group* group);
void tick_ctx_enter_protm(PanthorScheduler* sched, SchedTickCtx* ctx);
/// What a tick must do about a running session.
enum class ProtmTick : std::uint8_t { schedule, leave_alone, failed };
ProtmTick sched_tick_in_protm_locked(PanthorScheduler* sched, bool full_tick);
/// True when a group of the active group's priority waits for its turn.
[[nodiscard]] bool sched_protm_has_rival_locked(const PanthorScheduler* sched);
void handle_protm_fault(PanthorDevice* ptdev);
/// Leaves protected mode before slots are suspended for other reasons than a hang.
void sched_leave_protm_locked(PanthorScheduler* sched);

}  // namespace protm::v1
