// SPDX-License-Identifier: GPL-2.0-only
#include <bit>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/panthor_sched_priv.h"

namespace protm::v1 {
namespace {

namespace fw = vocab::fw;

constexpr std::uint32_t kCsgAckTimeoutMs = 100;

// Programs one CS with its queue. PROTM_PEND is brought in step, so that a request of the slot's
// last tenant is not taken for one of this queue (SCHED-37).
void cs_slot_prog_locked(PanthorDevice* ptdev, std::uint32_t csg_id, std::uint32_t cs_id) {
  FwIface& cs = panthor_fw_get_cs_iface(ptdev, csg_id, cs_id);
  Queue* const queue = &*ptdev->scheduler->csg_slots[csg_id].group->queues[cs_id];
  const std::uint64_t extract = queue_load64(queue, fw::ring::kOutputPage + fw::ring::kExtract);
  const std::uint64_t insert = queue_load64(queue, fw::ring::kInsert);
  queue_store64(queue, fw::ring::kExtractInit, extract);
  if (insert < extract) ptdev->kernel.warn("ring insert behind extract");

  using Input = vocab::Word<fw::CsConfig>;
  fw_write64(ptdev, cs.input + fw::cs_input::kRingbufBase, queue->ringbuf->va);
  fw_write(ptdev, cs.input + fw::cs_input::kRingbufSize,
           static_cast<std::uint32_t>(queue->ringbuf->va_size));
  fw_write64(ptdev, cs.input + fw::cs_input::kRingbufInput, queue->iface->va);
  fw_write64(ptdev, cs.input + fw::cs_input::kRingbufOutput,
             queue->iface->va + fw::ring::kOutputPage);
  fw_write(ptdev, cs.input + fw::cs_input::kConfig,
           Input{}.with(fw::CsConfig::priority, queue->priority)
               .with(fw::CsConfig::doorbell, queue->doorbell_id)
               .raw());
  fw_write(ptdev, cs.input + fw::cs_input::kAckIrqMask, ~0u);
  const std::uint32_t pend = has_defect(ptdev, Switch::sched_37) ? 0 : fw::kCsProtmPend;
  // The same for a fault that was taken before a boot that cleared the acks; upstream takes it
  // again.
  const std::uint32_t events = pend | fw::kCsFatal | fw::kCsFault | fw::kCsTilerOom;
  const std::uint32_t start = static_cast<std::uint32_t>(fw::CsState::start) |
                              fw::kCsIdleSyncWait | fw::kCsIdleEmpty |
                              (fw_read(ptdev, cs.output + kReqAck.ack) & events);
  panthor_fw_update_reqs(ptdev, cs, kReqAck.req, start,
                         fw::kCsStateMask | fw::kCsIdleSyncWait | fw::kCsIdleEmpty | events);
  if (insert != extract) queue_resume_timeout(queue);
}

void cs_slot_reset_locked(PanthorDevice* ptdev, std::uint32_t csg_id, std::uint32_t cs_id) {
  FwIface& cs = panthor_fw_get_cs_iface(ptdev, csg_id, cs_id);
  Group* const group = ptdev->scheduler->csg_slots[csg_id].group;
  panthor_fw_update_reqs(ptdev, cs, kReqAck.req, static_cast<std::uint32_t>(fw::CsState::stop),
                         fw::kCsStateMask);
  queue_suspend_timeout_locked(&*group->queues[cs_id]);
}

void cs_slot_sync_queue_state_locked(PanthorDevice* ptdev, std::uint32_t csg_id,
                                     std::uint32_t cs_id) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  const FwIface& cs = panthor_fw_get_cs_iface(ptdev, csg_id, cs_id);
  Group* const group = sched->csg_slots[csg_id].group;
  Queue* const queue = &*group->queues[cs_id];
  const auto reason = static_cast<fw::BlockedReason>(
      fw_read(ptdev, cs.output + fw::cs_output::kStatusBlockedReason) & 0xf);
  const bool scoreboards = fw_read(ptdev, cs.output + fw::cs_output::kStatusScoreboards) != 0;
  const vocab::Word<fw::CsStatusWait> wait(
      fw_read(ptdev, cs.output + fw::cs_output::kStatusWait));

  if (reason == fw::BlockedReason::unblocked) {
    const bool empty = queue_load64(queue, fw::ring::kInsert) ==
                       queue_load64(queue, fw::ring::kOutputPage + fw::ring::kExtract);
    if (empty && !scoreboards) group->idle_queues |= 1u << cs_id;
    return;
  }
  if (reason != fw::BlockedReason::sync_wait) return;
  if (list_empty(group->wait_node)) list_move_tail(group->wait_node, sched->waiting);
  if (!scoreboards) group->blocked_queues |= 1u << cs_id;
  queue->syncwait.gpu_va = fw_read64(ptdev, cs.output + fw::cs_output::kStatusWaitSyncPtr);
  queue->syncwait.ref = fw_read(ptdev, cs.output + fw::cs_output::kStatusWaitSyncValue);
  queue->syncwait.gt = wait[fw::CsStatusWait::sync_condition] == 1;
  queue->syncwait.sync64 = wait[fw::CsStatusWait::sync_64b];
  if (queue->syncwait.sync64) {
    const std::uint64_t high = fw_read(ptdev, cs.output + fw::cs_output::kStatusWaitSyncValueHi);
    queue->syncwait.ref |= high << 32;
  }
}

CsGroupState state_of_ack(std::uint32_t ack) {
  switch (static_cast<fw::CsgState>(ack & fw::kCsgStateMask)) {
    case fw::CsgState::start:
    case fw::CsgState::resume:
      return CsGroupState::active;
    case fw::CsgState::terminate:
      return CsGroupState::terminated;
    case fw::CsgState::suspend:
      return CsGroupState::suspended;
  }
  return CsGroupState::unknown;
}

void csg_slot_sync_state_locked(PanthorDevice* ptdev, std::uint32_t csg_id) {
  const FwIface& csg = panthor_fw_get_csg_iface(ptdev, csg_id);
  Group* const group = ptdev->scheduler->csg_slots[csg_id].group;
  const CsGroupState old_state = group->state;
  const CsGroupState new_state = state_of_ack(fw_read(ptdev, csg.output + kReqAck.ack));
  if (old_state == new_state) return;
  // A state nobody knows: only a reset helps.
  if (new_state == CsGroupState::unknown) panthor_device_schedule_reset(ptdev);
  if (new_state == CsGroupState::suspended) csg_slot_sync_queues_state_locked(ptdev, csg_id);
  if (old_state == CsGroupState::active) csg_slot_leave_active_locked(ptdev, csg_id);
  group->state = new_state;
}

void apply_acked_locked(PanthorDevice* ptdev, std::uint32_t csg_id, std::uint32_t acked) {
  CsgSlot& slot = ptdev->scheduler->csg_slots[csg_id];
  if ((acked & fw::kCsgEpCfg) != 0) slot.priority = csg_slot_read_priority(ptdev, csg_id);
  if (slot.group == nullptr) return;
  if ((acked & fw::kCsgStateMask) != 0) csg_slot_sync_state_locked(ptdev, csg_id);
  if ((acked & fw::kCsgStatusUpdate) != 0) csg_slot_sync_queues_state_locked(ptdev, csg_id);
}

}  // namespace

void csgs_upd_ctx_ring_doorbell(CsgSlotsUpdCtx* ctx, std::uint32_t csg_id) {
  ctx->update_mask |= 1u << csg_id;
}

void csgs_upd_ctx_queue_reqs(PanthorDevice* ptdev, CsgSlotsUpdCtx* ctx, std::uint32_t csg_id,
                             std::uint32_t value, std::uint32_t mask) {
  if (csg_id >= ptdev->scheduler->csg_slot_count || mask == 0) {
    ptdev->kernel.warn("bad slot request");
    return;
  }
  auto& request = ctx->requests[csg_id];
  request.value = (request.value & ~mask) | (value & mask);
  request.mask |= mask;
  csgs_upd_ctx_ring_doorbell(ctx, csg_id);
}

int csgs_upd_ctx_apply_locked(PanthorDevice* ptdev, CsgSlotsUpdCtx* ctx) {
  if (ctx->update_mask == 0) return 0;
  const std::uint32_t count = ptdev->scheduler->csg_slot_count;
  bool requests = false;
  for (std::uint32_t csg_id = 0; csg_id < count; ++csg_id) {
    const auto& request = ctx->requests[csg_id];
    // A slot without a request has its doorbell rung only.
    if ((ctx->update_mask & (1u << csg_id)) == 0 || request.mask == 0) continue;
    panthor_fw_update_reqs(ptdev, panthor_fw_get_csg_iface(ptdev, csg_id), kReqAck.req,
                           request.value, request.mask);
    requests = true;
  }
  if (!requests && !has_defect(ptdev, Switch::sched_82)) {
    // Only a grant comes without requests, and the entry right behind it rings. Two doorbells in a
    // row could count as work that arrived in protected mode.
    panthor_fw_toggle_reqs(ptdev, panthor_fw_get_glb_iface(ptdev), kDoorbellReqAck,
                           ctx->update_mask);
    return 0;
  }
  panthor_fw_ring_csg_doorbells(ptdev, ctx->update_mask);
  if (!requests) return 0;

  for (std::uint32_t csg_id = 0; csg_id < count; ++csg_id) {
    const std::uint32_t req_mask = ctx->requests[csg_id].mask;
    if ((ctx->update_mask & (1u << csg_id)) == 0 || req_mask == 0) continue;
    std::uint32_t acked = 0;
    const int ret = panthor_fw_csg_wait_acks(ptdev, csg_id, req_mask, &acked, kCsgAckTimeoutMs);
    apply_acked_locked(ptdev, csg_id, acked);
    if (ret == 0 || acked == req_mask) continue;
    const FwIface& csg = panthor_fw_get_csg_iface(ptdev, csg_id);
    const std::uint32_t differing = fw_read(ptdev, csg.input + kReqAck.req) ^
                                    fw_read(ptdev, csg.output + kReqAck.ack);
    if ((differing & req_mask) != 0) ctx->timedout_mask |= 1u << csg_id;
  }
  return ctx->timedout_mask != 0 ? -ETIMEDOUT : 0;
}

int group_bind_locked(Group* group, std::uint32_t csg_id) {
  PanthorDevice* const ptdev = group->ptdev;
  PanthorScheduler* const sched = &*ptdev->scheduler;
  if (csg_id >= sched->csg_slot_count || group->csg_id != -1 ||
      sched->csg_slots[csg_id].group != nullptr) {
    ptdev->kernel.warn("bad bind of a group");
    return -EINVAL;
  }
  const int ret = panthor_vm_active(&*group->vm);
  if (ret != 0) return ret;
  sched->csg_slots[csg_id].group = group;
  group_get(group);
  group->csg_id = static_cast<int>(csg_id);
  for (std::uint32_t i = 0; i < group->queue_count; ++i) {
    group->queues[i]->doorbell_id = csg_id + 1;
  }
  return 0;
}

void group_unbind_locked(Group* group) {
  PanthorDevice* const ptdev = group->ptdev;
  if (group->csg_id < 0 || group->state == CsGroupState::active) {
    ptdev->kernel.warn("unbind of a group that is active or has no slot");
    return;
  }
  ptdev->scheduler->csg_slots[static_cast<std::size_t>(group->csg_id)].group = nullptr;
  panthor_vm_idle(&*group->vm);
  group->csg_id = -1;
  for (std::uint32_t i = 0; i < group->queue_count; ++i) group->queues[i]->doorbell_id = 0;
  group_forget_protm_locked(group);
  group_forget_tiler_oom_locked(group);
  group_put(group);
}

int csg_slot_read_priority(PanthorDevice* ptdev, std::uint32_t csg_id) {
  const FwIface& csg = panthor_fw_get_csg_iface(ptdev, csg_id);
  const std::uint32_t word = panthor_fw_has_64bit_ep_req(ptdev) ? fw::csg_input::kEndpointReq2
                                                               : fw::csg_input::kEndpointReq;
  const vocab::Word<fw::CsgEpReq> ep(fw_read(ptdev, csg.input + word));
  return static_cast<int>(ep[fw::CsgEpReq::priority]);
}

void csg_slot_write_priority(PanthorDevice* ptdev, std::uint32_t csg_id, int priority) {
  FwIface& csg = panthor_fw_get_csg_iface(ptdev, csg_id);
  // As posted the helper that knows of two words is no longer asked (SCHED-3).
  const bool wide = panthor_fw_has_64bit_ep_req(ptdev) && !has_defect(ptdev, Switch::sched_3);
  const std::uint32_t word = wide ? fw::csg_input::kEndpointReq2 : fw::csg_input::kEndpointReq;
  panthor_fw_update_reqs(ptdev, csg, word,
                         static_cast<std::uint32_t>(priority) << fw::CsgEpReq::priority.shift,
                         fw::CsgEpReq::priority.mask);
}

// Priority and core limits as the interface wants them in one word.
static std::uint32_t csg_endpoint_req(const Group* group, int priority) {
  using Ep = fw::CsgEpReq;
  vocab::Word<Ep> word;
  word = word.with(Ep::priority, static_cast<std::uint32_t>(priority));
  word = word.with(Ep::max_tiler, group->tiler.most);
  word = word.with(Ep::max_fragment, group->fragment.most);
  return word.with(Ep::max_compute, group->compute.most).raw();
}

void csg_slot_prog_locked(PanthorDevice* ptdev, std::uint32_t csg_id, int priority) {
  namespace in = fw::csg_input;
  const Group* const group = ptdev->scheduler->csg_slots[csg_id].group;
  if (group == nullptr) contract::oops(contract::OopsKind::null_access, "group of a slot");
  FwIface& csg = panthor_fw_get_csg_iface(ptdev, csg_id);
  for (std::uint32_t i = 0; i < group->queue_count; ++i) cs_slot_prog_locked(ptdev, csg_id, i);

  const bool protm = group->protm_suspend_buf != nullptr;
  const bool wide_ep = panthor_fw_has_64bit_ep_req(ptdev);
  const std::uint32_t ep_req = csg_endpoint_req(group, priority);
  const struct {
    std::uint32_t word;
    std::uint64_t value;
  } pairs[] = {{in::kSuspendBuf, group->suspend_buf->va},
               {in::kProtmSuspendBuf, protm ? group->protm_suspend_buf->va : 0},
               {in::kAllowCompute, group->compute.mask},
               {in::kAllowFragment, group->fragment.mask}};
  for (const auto& pair : pairs) fw_write64(ptdev, csg.input + pair.word, pair.value);
  if (wide_ep) fw_write64(ptdev, csg.input + in::kEndpointReq2, ep_req);
  if (!wide_ep) fw_write(ptdev, csg.input + in::kEndpointReq, ep_req);
  const auto tiler_mask = static_cast<std::uint32_t>(group->tiler.mask);
  fw_write(ptdev, csg.input + in::kAllowOther, tiler_mask);
  const auto as = static_cast<std::uint32_t>(panthor_vm_as(&*group->vm));
  fw_write(ptdev, csg.input + in::kConfig, as);
  fw_write(ptdev, csg.input + in::kAckIrqMask, ~0u);
  // As for the events of a CS: upstream lets the next tenant die of a former one's time-out.
  const std::uint32_t timed_out = fw_read(ptdev, csg.output + kReqAck.ack);
  panthor_fw_update_reqs(ptdev, csg, kReqAck.req, timed_out, fw::kCsgProgressTimerEvent);
  const auto queue_mask = static_cast<std::uint32_t>((1ull << group->queue_count) - 1);
  panthor_fw_toggle_reqs(ptdev, csg, kDoorbellReqAck, queue_mask);
}

void csg_slot_leave_active_locked(PanthorDevice* ptdev, std::uint32_t csg_id) {
  const Group* const group = ptdev->scheduler->csg_slots[csg_id].group;
  for (std::uint32_t i = 0; i < group->queue_count; ++i) cs_slot_reset_locked(ptdev, csg_id, i);
}

void csg_slot_sync_queues_state_locked(PanthorDevice* ptdev, std::uint32_t csg_id) {
  Group* const group = ptdev->scheduler->csg_slots[csg_id].group;
  group->idle_queues = 0;
  group->blocked_queues = 0;
  for (std::uint32_t i = 0; i < group->queue_count; ++i) {
    cs_slot_sync_queue_state_locked(ptdev, csg_id, i);
    cs_slot_sync_protm_wait_locked(ptdev, csg_id, i);
  }
  if (group->protm_pending_queues != 0 || group_is_idle(group)) group->protm_unsettled = false;
}

void csg_slot_sync_update_locked(PanthorDevice* ptdev, std::uint32_t csg_id) {
  Group* const group = ptdev->scheduler->csg_slots[csg_id].group;
  if (group == nullptr) return;
  group_queue_sync_upd(group);
  sched_queue_sync_upd(&*ptdev->scheduler);
}

}  // namespace protm::v1
