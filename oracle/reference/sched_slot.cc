// SPDX-License-Identifier: GPL-2.0-only
// CSG slots: programming, requests and acks, what the status words say. See sched.h.
#include "gpu-model/vocab/cs_isa.h"
#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/doorbell.h"
#include "oracle/reference/bits.h"
#include "oracle/reference/mmu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/sched.h"

namespace protm::reference {

using namespace vocab;

namespace {

constexpr std::uint64_t kAckMs = 100;
constexpr std::uint32_t kBlockedReasonMask = 0xf;

}  // namespace

void SlotUpdate::queue(std::uint32_t slot, std::uint32_t value, std::uint32_t mask) {
  requests[slot].value = (requests[slot].value & ~mask) | (value & mask);
  requests[slot].mask |= mask;
  slots |= 1u << slot;
}

std::uint32_t Sched::other_than_acked(std::uint32_t slot) const {
  return ~d_.fw->out(d_.fw->csg(slot).io, fw::csg_output::kAck);
}

bool Sched::update_slots(SlotUpdate& update) {
  assert_locked();
  if (update.slots == 0) return true;
  for (const std::uint32_t slot : Bits{update.slots}) {
    const SlotUpdate::Request& request = update.requests[slot];
    d_.fw->update_reqs(d_.fw->csg(slot).io, request.value, request.mask);
  }
  d_.fw->ring_csgs(update.slots);
  for (const std::uint32_t slot : Bits{update.slots}) {
    const std::uint32_t mask = update.requests[slot].mask;
    std::uint32_t acked = d_.fw->wait_acks(d_.fw->csg(slot).io, mask, kAckMs);
    if (acked != mask) {
      k_.log("csg update request timed out");
      update.timed_out |= 1u << slot;
    }
    // A state that agrees in some bits only is not reached.
    if ((acked & fw::kCsgStateMask) != (mask & fw::kCsgStateMask)) acked &= ~fw::kCsgStateMask;
    if ((acked & fw::kCsgEpCfg) != 0) slots_[slot].priority = read_priority(slot);
    if ((acked & fw::kCsgStateMask) != 0) sync_slot_state(slot);
    if ((acked & fw::kCsgStatusUpdate) != 0) sync_queues(slot);
  }
  return update.timed_out == 0;
}

std::uint32_t Sched::read_priority(std::uint32_t slot) const {
  const std::uint32_t offset =
      d_.fw->has_64bit_endpoint() ? fw::csg_input::kEndpointReq2 : fw::csg_input::kEndpointReq;
  return Word<fw::CsgEpReq>{d_.fw->in(d_.fw->csg(slot).io, offset)}[fw::CsgEpReq::priority];
}

void Sched::set_priority(std::uint32_t slot, std::uint32_t priority) {
  const Iface& io = d_.fw->csg(slot).io;
  const std::uint32_t offset =
      d_.fw->has_64bit_endpoint() ? fw::csg_input::kEndpointReq2 : fw::csg_input::kEndpointReq;
  const Word<fw::CsgEpReq> old{d_.fw->in(io, offset)};
  d_.fw->set_in(io, offset, old.with(fw::CsgEpReq::priority, priority).raw());
}

int Sched::bind(const Ptr<Group>& group, std::uint32_t slot) {
  assert_locked();
  const int error = d_.mmu->vm_active(group->vm);
  if (error != 0) return error;
  group_get(group);
  slots_[slot].group = group;
  group->csg_id = static_cast<int>(slot);
  for (std::uint32_t i = 0; i < group->queue_count; ++i) group->queues[i]->doorbell = slot + 1;
  return 0;
}

void Sched::unbind(const Ptr<Group>& group) {
  assert_locked();
  if (group->csg_id < 0) return;
  if (group->state == GroupState::active) {
    k_.warn("an active group leaves its slot");
    return;
  }
  Slot& slot = slots_[static_cast<std::uint32_t>(group->csg_id)];
  d_.mmu->vm_idle(group->vm);
  slot.group = nullptr;
  group->csg_id = -1;
  // The firmware asks again when the group is back on a slot (SCHED-36).
  group->protm_pending_queues = 0;
  if (k_.cancel_work(group->tiler_oom_work)) group_put(group);
  group_put(group);
}

void Sched::program_cs(const Ptr<Group>& group, std::uint32_t slot, std::uint32_t cs) {
  const Iface& io = d_.fw->csg(slot).cs[cs];
  const Ptr<Queue>& queue = group->queues[cs];
  const contract::KMap& pages = queue->iface->kmap;
  const std::uint64_t extract = ring_extract(queue);
  const std::uint64_t insert = d_.drm.load64(pages, fw::ring::kInsert);
  d_.drm.store64(pages, fw::ring::kExtractInit, extract);

  d_.fw->set_in64(io, fw::cs_input::kRingbufBase, queue->ring->va);
  d_.fw->set_in(io, fw::cs_input::kRingbufSize, queue->ring_size);
  d_.fw->set_in64(io, fw::cs_input::kRingbufInput, queue->iface->va);
  d_.fw->set_in64(io, fw::cs_input::kRingbufOutput, queue->iface->va + fw::ring::kOutputPage);
  const auto config = Word<fw::CsConfig>{}
                          .with(fw::CsConfig::priority, queue->priority)
                          .with(fw::CsConfig::doorbell, queue->doorbell);
  d_.fw->set_in(io, fw::cs_input::kConfig, config.raw());
  d_.fw->set_in(io, fw::cs_input::kAckIrqMask, ~0u);
  constexpr std::uint32_t kStart = static_cast<std::uint32_t>(fw::CsState::start);
  d_.fw->update_reqs(io, fw::kCsIdleSyncWait | fw::kCsIdleEmpty | kStart,
                     fw::kCsIdleSyncWait | fw::kCsIdleEmpty | fw::kCsStateMask);
  // Nothing of the slot's former tenant is ours (SCHED-37), nor what a boot that cleared the acks
  // makes of an event that was taken before it.
  d_.fw->ack_events(io, fw::kCsEvtMask);
  if (insert != extract) timeout_start(queue);
}

void Sched::program_slot(std::uint32_t slot, std::uint32_t priority) {
  assert_locked();
  const Ptr<Group>& group = slots_[slot].group;
  const Iface& io = d_.fw->csg(slot).io;
  for (std::uint32_t i = 0; i < group->queue_count; ++i) program_cs(group, slot, i);
  const std::uint32_t queues = UINT32_MAX >> (kMaxQueues - group->queue_count);
  const CoreLimits& cores = group->cores;
  d_.fw->set_in(io, fw::csg_input::kAllowOther, cores.tiler_mask);
  d_.fw->set_in64(io, fw::csg_input::kAllowCompute, cores.compute_mask);
  d_.fw->set_in64(io, fw::csg_input::kAllowFragment, cores.fragment_mask);
  const auto endpoint = Word<fw::CsgEpReq>{}
                            .with(fw::CsgEpReq::max_compute, cores.max_compute)
                            .with(fw::CsgEpReq::max_fragment, cores.max_fragment)
                            .with(fw::CsgEpReq::max_tiler, cores.max_tiler)
                            .with(fw::CsgEpReq::priority, priority);
  if (d_.fw->has_64bit_endpoint()) {
    d_.fw->set_in64(io, fw::csg_input::kEndpointReq2, endpoint.raw());
  } else {
    d_.fw->set_in(io, fw::csg_input::kEndpointReq, endpoint.raw());
  }
  d_.fw->set_in(io, fw::csg_input::kConfig, static_cast<std::uint32_t>(group->vm->as_id));
  d_.fw->set_in64(io, fw::csg_input::kSuspendBuf, group->suspend_buf->va);
  d_.fw->set_in64(io, fw::csg_input::kProtmSuspendBuf,
                  group->protm_suspend_buf ? group->protm_suspend_buf->va : 0);
  d_.fw->set_in(io, fw::csg_input::kAckIrqMask, ~0u);
  // Taken from a former tenant, and told again by a boot that cleared the acks: who is new here
  // would die of it.
  d_.fw->ack_events(io, fw::kCsgProgressTimerEvent);
  d_.fw->toggle_reqs(io, queues, fw::csg_input::kDoorbellReq, fw::csg_output::kDoorbellAck);
}

void Sched::reset_cs(const Ptr<Group>& group, std::uint32_t slot, std::uint32_t cs) {
  d_.fw->update_reqs(d_.fw->csg(slot).cs[cs], 0, fw::kCsStateMask);
  timeout_stop(group->queues[cs]);
}

void Sched::sync_slot_state(std::uint32_t slot) {
  const Ptr<Group>& group = slots_[slot].group;
  if (!group) return;
  const std::uint32_t acked = d_.fw->out(d_.fw->csg(slot).io, fw::csg_output::kAck);
  GroupState state = GroupState::terminated;
  switch (acked & fw::kCsgStateMask) {
    case static_cast<std::uint32_t>(fw::CsgState::start):
    case static_cast<std::uint32_t>(fw::CsgState::resume):
      state = GroupState::active;
      break;
    case static_cast<std::uint32_t>(fw::CsgState::suspend):
      state = GroupState::suspended;
      break;
    case static_cast<std::uint32_t>(fw::CsgState::terminate):
      break;
    default:   // no state that there is: what is on the slot has ended
      d_.schedule_reset();
  }
  if (state == group->state) return;
  if (state == GroupState::suspended) sync_queues(slot);
  if (group->state == GroupState::active) {
    for (std::uint32_t i = 0; i < group->queue_count; ++i) reset_cs(group, slot, i);
  }
  group->state = state;
}

void Sched::sync_queues(std::uint32_t slot) {
  const Ptr<Group>& group = slots_[slot].group;
  if (!group) return;
  group->idle_queues = 0;
  group->blocked_queues = 0;
  for (std::uint32_t i = 0; i < group->queue_count; ++i) sync_queue_state(group, i);
}

void Sched::sync_queue_state(const Ptr<Group>& group, std::uint32_t cs) {
  const Iface& io = d_.fw->csg(static_cast<std::uint32_t>(group->csg_id)).cs[cs];
  const Ptr<Queue>& queue = group->queues[cs];
  const Word<fw::CsStatusWait> wait{d_.fw->out(io, fw::cs_output::kStatusWait)};
  if (wait[fw::CsStatusWait::protm_pend]) {
    handle_protm_pend(group, cs);
  } else if ((d_.fw->pending(io) & fw::kCsProtmPend) == 0) {
    // Granted before, it has gone on in the time of somebody else.
    group->protm_pending_queues &= ~(1u << cs);
  }

  const std::uint32_t scoreboards = d_.fw->out(io, fw::cs_output::kStatusScoreboards);
  const std::uint32_t reason =
      d_.fw->out(io, fw::cs_output::kStatusBlockedReason) & kBlockedReasonMask;
  if (reason == static_cast<std::uint32_t>(fw::BlockedReason::unblocked)) {
    const bool empty =
        d_.drm.load64(queue->iface->kmap, fw::ring::kInsert) == ring_extract(queue);
    if (empty && scoreboards == 0) group->idle_queues |= 1u << cs;
    return;
  }
  if (reason != static_cast<std::uint32_t>(fw::BlockedReason::sync_wait)) return;
  waiting_.push_back(group->wait_node);
  // Work that still runs counts as progress.
  if (scoreboards == 0) group->blocked_queues |= 1u << cs;
  const std::uint64_t va = d_.fw->out64(io, fw::cs_output::kStatusWaitSyncPtr);
  if (va != queue->wait.gpu_va) release_wait(queue);
  queue->wait.gpu_va = va;
  queue->wait.ref = d_.fw->out(io, fw::cs_output::kStatusWaitSyncValue);
  queue->wait.greater = wait[fw::CsStatusWait::sync_condition] ==
                        static_cast<std::uint32_t>(cs::Condition::gt);
  queue->wait.is_64bit = wait[fw::CsStatusWait::sync_64b];
  if (queue->wait.is_64bit) {
    const std::uint64_t high = d_.fw->out(io, fw::cs_output::kStatusWaitSyncValueHi);
    queue->wait.ref |= high << 32;
  }
}

void Sched::release_wait(const Ptr<Queue>& queue) {
  SyncWait& wait = queue->wait;
  if (!wait.place.object) return;
  d_.drm.gem_vunmap(wait.place.object);
  d_.drm.gem_put(wait.place.object);
  wait.place = SyncWait::Place{};
}

bool Sched::wait_satisfied(const Ptr<Group>& group, const Ptr<Queue>& queue) {
  SyncWait& wait = queue->wait;
  SyncWait::Place& place = wait.place;
  if (!place.object) {
    std::uint64_t offset = 0;
    const Ptr<contract::GemObject> object = Vms::object_at(group->vm, wait.gpu_va, offset);
    // What cannot be looked at is left to the firmware, on a slot: nobody else would tell again.
    // Source: panthor_sched.c sync_upd_work() (7.3), which WARNs here, as anybody can make it.
    if (!object) return true;
    const auto map = d_.drm.gem_vmap(object);
    if (!map) {
      d_.drm.gem_put(object);
      return true;
    }
    place = {object, offset, *map};
  }
  const std::uint64_t size = wait.is_64bit ? 8 : 4;
  if (place.offset + size > place.kmap.size) return false;
  const std::uint64_t value = wait.is_64bit ? d_.drm.load64(place.kmap, place.offset)
                                            : d_.drm.load32(place.kmap, place.offset);
  const bool satisfied = wait.greater ? value > wait.ref : value <= wait.ref;
  if (satisfied) release_wait(queue);
  return satisfied;
}

}  // namespace protm::reference
