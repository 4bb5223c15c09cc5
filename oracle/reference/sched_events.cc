// SPDX-License-Identifier: GPL-2.0-only
// Firmware events, waiting groups, and who asks for a tick. See sched.h.
#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/exception_codes.h"
#include "gpu-model/vocab/regs/job_control.h"
#include "oracle/reference/bits.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/sched.h"

namespace protm::reference {

using namespace vocab;
using contract::MutexGuard;
using contract::SpinGuard;

void Sched::report_fw_events(std::uint32_t events) {
  fw_events_ |= events;
  if (!reset_in_progress_ && !d_.reset_is_pending()) k_.queue_work(wq_, fw_events_work_);
}

void Sched::fw_events() {
  std::uint32_t events = fw_events_;
  fw_events_ = 0;
  MutexGuard lock(k_, lock_);
  // Slots first: a request that came together with the exit belongs to the session that ends.
  for (const std::uint32_t slot : Bits{events & ~kJobIrqGlb}) process_csg_events(slot);
  if ((events & kJobIrqGlb) != 0) process_glb_events();
}

void Sched::process_glb_events() {
  if (d_.protm->exit_pending()) d_.protm->handle_exit();
  if ((d_.fw->pending(d_.fw->glb()) & fw::kGlbIdle) != 0) {
    d_.fw->ack_events(d_.fw->glb(), fw::kGlbIdle);
    tick_now();
  }
}

void Sched::process_csg_events(std::uint32_t slot) {
  assert_locked();
  if (slot >= slot_count_) return;
  const Ptr<Group> group = slots_[slot].group;
  if (!group) return;
  const CsgControl& csg = d_.fw->csg(slot);
  const std::uint32_t events = d_.fw->pending(csg.io) & fw::kCsgEvtMask;
  const std::uint32_t irq_req = d_.fw->out(csg.io, fw::csg_output::kCsIrqReq);
  const std::uint32_t irq_ack = d_.fw->in(csg.io, fw::csg_input::kCsIrqAck);
  if (events == 0 && irq_req == irq_ack) return;
  // Before the CS words are read: what changes after that raises the line again.
  d_.fw->set_in(csg.io, fw::csg_input::kCsIrqAck, irq_req);
  d_.fw->ack_events(csg.io, events);

  if ((events & fw::kCsgIdle) != 0) tick_now();
  if ((events & fw::kCsgProgressTimerEvent) != 0) handle_progress_timer(group);
  std::uint32_t doorbells = 0;
  for (const std::uint32_t cs : Bits{irq_req ^ irq_ack}) {
    if (cs < group->queue_count) process_cs_events(group, slot, cs, doorbells);
  }
  if ((events & fw::kCsgSyncUpdate) != 0) {
    queue_group_work(group, group->sync_upd_work);
    queue_sync_upd();
  }
  if (doorbells != 0) {
    d_.fw->toggle_reqs(csg.io, doorbells, fw::csg_input::kDoorbellReq,
                       fw::csg_output::kDoorbellAck);
  }
  // Inside protected mode a doorbell may throw the GPU out: only for a CS that cannot go on.
  if (doorbells != 0 || !d_.protm->maybe_inside()) d_.fw->ring_csgs(1u << slot);
}

void Sched::process_cs_events(const Ptr<Group>& group, std::uint32_t slot, std::uint32_t cs,
                              std::uint32_t& doorbells) {
  const Iface& io = d_.fw->csg(slot).cs[cs];
  const std::uint32_t events = d_.fw->pending(io) & fw::kCsEvtMask;
  if ((events & fw::kCsFatal) != 0) handle_fatal(group, cs);
  if ((events & fw::kCsFault) != 0) handle_fault(group, cs);
  if ((events & fw::kCsProtmPend) != 0) handle_protm_pend(group, cs);
  if ((events & fw::kCsTilerOom) != 0) handle_tiler_oom(group, cs);
  d_.fw->ack_events(io, events & (fw::kCsFatal | fw::kCsFault));
  // Who waits for heap memory is told when there is an answer.
  if ((events & fw::kCsFault) != 0) doorbells |= 1u << cs;
}

void Sched::handle_progress_timer(const Ptr<Group>& group) {
  k_.log("progress timeout");
  group->timedout = true;
  tick_now();
}

void Sched::handle_fatal(const Ptr<Group>& group, std::uint32_t cs) {
  const Iface& io = d_.fw->csg(static_cast<std::uint32_t>(group->csg_id)).cs[cs];
  const std::uint32_t fatal = d_.fw->out(io, fw::cs_output::kFatal);
  k_.log("cs fatal");
  group->fatal_queues |= 1u << cs;
  const auto type = Word<fw::CsFaultWord>{fatal}[fw::CsFaultWord::type];
  if (type == static_cast<std::uint32_t>(Exception::cs_unrecoverable)) {
    // The slot cannot be used any more: only a reset helps, and a tick would wait in vain.
    d_.schedule_reset();
    k_.cancel_delayed_work(tick_work_);
  } else {
    tick_now();
  }
}

void Sched::handle_fault(const Ptr<Group>& group, std::uint32_t cs) {
  const Ptr<Queue>& queue = group->queues[cs];
  const Iface& io = d_.fw->csg(static_cast<std::uint32_t>(group->csg_id)).cs[cs];
  const Word<fw::CsFaultWord> fault{d_.fw->out(io, fw::cs_output::kFault)};
  const bool inherited =
      fault[fw::CsFaultWord::type] == static_cast<std::uint32_t>(Exception::cs_inherit_fault);
  const std::uint64_t extract = ring_extract(queue);
  k_.log("cs fault");
  if (!inherited && !d_.driver.profile().every_cs_fault_counts) return;
  SpinGuard lock(k_, queue->fence_lock);
  jobs_in_flight(queue).for_each([&](const Ptr<Job>& job) {
    if (extract >= job->ring_start && extract < job->ring_end) {
      d_.drm.fence_set_error(job->done, -EINVAL);
    }
  });
}

void Sched::handle_protm_pend(const Ptr<Group>& group, std::uint32_t cs) {
  const std::uint32_t bit = 1u << cs;
  if (!d_.protm->capable() || !group->protm_suspend_buf) {
    // Nobody will ever grant this: the queue is dead, and says so.
    if ((group->fatal_queues & bit) != 0) return;
    group->fatal_queues |= bit;
    tick_now();
    return;
  }
  // The event stays until it is granted, so it is seen again with each event of the slot.
  if ((group->protm_pending_queues & bit) != 0) return;
  group->protm_pending_queues |= bit;
  // A session under way is not disturbed: its exit brings a tick.
  if (!d_.protm->active_group()) tick_now();
}

// Doorbells that users rang meanwhile need no second one: firmware looks at INSERT as it leaves.
void Sched::after_protm_exit() { tick_now(); }

// --- waiting groups ----------------------------------------------------------------------------

void Sched::queue_sync_upd() {
  if (!reset_in_progress_ && !d_.reset_is_pending()) k_.queue_work(wq_, sync_upd_work_);
}

void Sched::sync_upd() {
  MutexGuard lock(k_, lock_);
  waiting_.for_each([&](const Ptr<Group>& group) {
    std::uint32_t unblocked = 0;
    for (const std::uint32_t cs : Bits{group->blocked_queues}) {
      if (wait_satisfied(group, group->queues[cs])) unblocked |= 1u << cs;
    }
    if (unblocked == 0) return;
    group->blocked_queues &= ~unblocked;
    if (group->csg_id >= 0) {
      // A tick that put it there as one that waits has perhaps given up the power reference.
      if (session_must_end(false) || !has_power_reference_) tick_now();
      return;
    }
    if (!can_run(group)) return;
    runnable_[group->priority].push_front(group->run_node);
    if (group->priority == kPriorityRealtime || used_slots_ < slot_count_ || might_have_idle_) {
      tick_now();
    } else if (resched_target_ == kNoTick) {
      resume_tick();
    }
  });
}

// --- asking for a tick -------------------------------------------------------------------------

void Sched::queue_tick(std::uint64_t delay) {
  if (reset_in_progress_ || d_.reset_is_pending()) return;
  k_.mod_delayed_work(wq_, tick_work_, delay);
}

void Sched::tick_now() { queue_tick(0); }

void Sched::flush_tick() { k_.flush_delayed_work(tick_work_); }

void Sched::resume_tick() {
  // Ticks go on from the last one, also when one comes at once for another reason.
  resched_target_ = last_tick_ + tick_period_;
  if (k_.delayed_work_pending(tick_work_)) return;
  const std::uint64_t now = k_.jiffies();
  const bool wait = used_slots_ == slot_count_ && now < resched_target_;
  queue_tick(wait ? resched_target_ - now : 0);
}

List<Group>& Sched::home_list(const Ptr<Group>& group) {
  assert_locked();
  return is_idle(group) ? idle_[group->priority] : runnable_[group->priority];
}

void Sched::schedule_group(const Ptr<Group>& group, std::uint32_t queue_mask) {
  assert_locked();
  if (!can_run(group)) return;
  const std::uint32_t awake = queue_mask & ~group->blocked_queues;
  if (awake == 0) return;
  const bool was_idle = is_idle(group);
  group->idle_queues &= ~awake;
  if (reset_in_progress_) return;  // the group is in the list of the stopped ones
  if (was_idle && !is_idle(group)) runnable_[group->priority].push_back(group->run_node);
  const bool ticking = resched_target_ != kNoTick;
  if (group->priority == kPriorityRealtime || might_have_idle_ ||
      (ticking && used_slots_ < slot_count_)) {
    tick_now();
    return;
  }
  // A tick that comes anyway picks the group up.
  if (!ticking) resume_tick();
}

}  // namespace protm::reference
