// SPDX-License-Identifier: GPL-2.0-only
// Jobs: creation, ring words, completion, and the time that a queue may take. See sched.h.
#include "gpu-model/vocab/cs_isa.h"
#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/doorbell.h"
#include "oracle/reference/sched.h"

namespace protm::reference {

using namespace vocab;
using contract::MutexGuard;
using contract::SpinGuard;
using tl::unexpected;

namespace {

constexpr std::uint32_t kJobWords = 16;

}  // namespace

/// Trampolines of drm_sched; all find the scheduler through the job.
struct SchedOpsTable {
  static Result<Ptr<contract::Fence>> run(void*, const Ptr<contract::SchedJob>& base) {
    const Ptr<Job> job = contract::ptr_cast<Job>(base);
    return job->d->sched->run_job(job);
  }
  static contract::TimedoutResult timedout(void*, const Ptr<contract::SchedJob>& base) {
    const Ptr<Job> job = contract::ptr_cast<Job>(base);
    return job->d->sched->timedout_job(job);
  }
  static void free(void*, const Ptr<contract::SchedJob>& base) {
    const Ptr<Job> job = contract::ptr_cast<Job>(base);
    Device& d = *job->d;
    d.drm.sched_job_cleanup(job);
    job->sched_ready = false;
    d.sched->job_put(job);
  }
};

const contract::SchedOps Sched::kOps{.run_job = SchedOpsTable::run,
                                     .timedout_job = SchedOpsTable::timedout,
                                     .free_job = SchedOpsTable::free};

Result<Ptr<Job>> Sched::job_create(const Ptr<Group>& group, const uapi::QueueSubmit& submit) {
  const Ptr<Job> job = k_.make<Job>("job");
  if (!job) return unexpected(-ENOMEM);
  job->d = &d_;
  job->in_flight.owner = job;
  k_.kref_init(job->ref);
  job->stream_size = submit.stream_size;
  job->stream_addr = submit.stream_addr;
  job->latest_flush = submit.latest_flush;
  job->queue_idx = submit.queue_index;
  const auto fail = [&](int error) {
    job_put(job);
    return unexpected(error);
  };
  if (!group) return fail(-EINVAL);
  group_get(group);
  job->group = group;
  if (!can_run(group)) return fail(-EINVAL);
  if (job->queue_idx >= group->queue_count) return fail(-EINVAL);
  if (job->stream_size != 0) {
    job->done = d_.drm.fence_alloc("job_fence");
    if (!job->done) return fail(-ENOMEM);
  }
  const int error =
      d_.drm.sched_job_init(job, group->queues[job->queue_idx]->entity, kJobWords);
  if (error != 0) return fail(error);
  job->sched_ready = true;
  return job;
}

void Sched::job_put(const Ptr<Job>& job) {
  if (!k_.kref_put(job->ref, "job")) return;
  if (job->sched_ready) d_.drm.sched_job_cleanup(job);
  d_.drm.fence_put(job->done);
  const Ptr<Group> group = job->group;
  k_.free(job);
  if (group) group_put(group);
}

void Sched::put_all(List<Job>& jobs) {
  while (const Ptr<Job> job = jobs.front()) {
    job->in_flight.unlink();
    job_put(job);
  }
}

void Sched::write_ring_job(const Ptr<Queue>& queue, const Ptr<Job>& job) {
  const std::uint32_t features = d_.fw->cs_features();
  const std::uint32_t regs = Word<fw::CsFeatures>{features}[fw::CsFeatures::work_registers] + 1;
  const std::uint32_t scoreboards = Word<fw::CsFeatures>{features}[fw::CsFeatures::scoreboards];
  const std::uint32_t addr = regs - cs::kUnpreservedRegs;
  const std::uint32_t val = addr + 2;
  const std::uint32_t all_slots = (1u << scoreboards) - 1;
  const std::uint64_t sync_va = queue->group->syncobjs->va + queue->index * kSyncobjSize;
  // Caches first, so that the stream sees what the CPU wrote; NOPs fill the slot up.
  const std::array<std::uint64_t, kJobWords> words{
      cs::encode_move32(val, job->latest_flush),
      cs::encode_flush_cache2(cs::kFlushAll, 0, val, 0),
      cs::encode_move48(addr, job->stream_addr),
      cs::encode_move32(val, job->stream_size),
      cs::encode_wait(1),
      cs::encode_call(addr, val),
      cs::encode_move48(addr, sync_va),
      cs::encode_move48(val, 1),
      cs::encode_wait(all_slots),
      cs::encode_sync_add64(addr, val, cs::ErrorPropagate::yes),
      cs::encode_error_barrier(),
  };
  std::uint64_t at = job->ring_start;
  for (const std::uint64_t word : words) {
    d_.drm.store64(queue->ring->kmap, at % queue->ring_size, word);
    at += cs::kInstructionBytes;
  }
}

std::uint64_t Sched::ring_extract(const Ptr<Queue>& queue) const {
  constexpr std::uint32_t kExtractAt = fw::ring::kOutputPage + fw::ring::kExtract;
  return d_.drm.load64(queue->iface->kmap, kExtractAt);
}

Result<Ptr<contract::Fence>> Sched::run_job(const Ptr<Job>& job) {
  const Ptr<Group>& group = job->group;
  const Ptr<Queue>& queue = group->queues[job->queue_idx];
  if (job->stream_size == 0) {
    // Nothing to execute: done when what was submitted before is, behind a restart as well.
    job->done = queue->last_fence;
    if (!job->done) return job->done;
    d_.drm.fence_get(job->done);
    d_.drm.fence_get(job->done);
    return job->done;
  }
  const int error = d_.resume_and_get();
  if (error != 0) return unexpected(error);
  MutexGuard lock(k_, lock_);
  if (!can_run(group)) {
    k_.pm_runtime_put_autosuspend();
    return unexpected(-ECANCELED);
  }
  d_.drm.fence_init(job->done, queue->fence_context, ++queue->seqno);
  const contract::KMap& pages = queue->iface->kmap;
  job->ring_start = d_.drm.load64(pages, fw::ring::kInsert);
  job->ring_end = job->ring_start + kJobWords * 8;
  write_ring_job(queue, job);
  job_get(job);
  {
    SpinGuard fence(k_, queue->fence_lock);
    jobs_in_flight(queue).push_back(job->in_flight);
  }
  d_.drm.store64(pages, fw::ring::kInsert, job->ring_end);
  kick_queue(group, queue);

  d_.drm.fence_put(queue->last_fence);
  d_.drm.fence_get(job->done);
  queue->last_fence = job->done;
  k_.pm_runtime_put_autosuspend();
  d_.drm.fence_get(job->done);
  return job->done;
}

void Sched::kick_queue(const Ptr<Group>& group, const Ptr<Queue>& queue) {
  const std::uint32_t bit = 1u << queue->index;
  if (group->csg_id < 0) {
    schedule_group(group, bit);
    return;
  }
  const bool blocked = (group->blocked_queues & bit) != 0;
  const bool was_idle = is_idle(group) && !blocked;
  group->idle_queues &= ~bit;
  timeout_start(queue);
  k_.write32(doorbell_offset(queue->doorbell), 1);
  // Who was idle brings a tick, before the device may sleep: that one takes the power reference.
  if (was_idle && resched_target_ == kNoTick) resume_tick();
  // A user doorbell is not heard in protected mode: who outranks the session ends it (SCHED-69).
  if (was_idle && session_must_end(false)) tick_now();
}

// --- completion --------------------------------------------------------------------------------

bool Sched::complete_jobs(const Ptr<Queue>& queue) {
  const std::uint64_t done_seqno =
      d_.drm.load64(queue->group->syncobjs->kmap, queue->index * kSyncobjSize);
  List<Job> finished;
  bool left = false;
  {
    SpinGuard lock(k_, queue->fence_lock);
    jobs_in_flight(queue).for_each([&](const Ptr<Job>& job) {
      if (left || job->done->seqno > done_seqno) {
        left = true;
        return;
      }
      finished.push_back(job->in_flight);
      d_.drm.fence_signal(job->done);
    });
  }
  const bool progress = !finished.empty();
  if (progress) {
    SpinGuard lock(k_, queue->fence_lock);
    if (time_left(queue) != kTimeoutRuns) {
      // Off its slot: what was kept is the ended job's, the next one has the full time.
      set_time_left(queue, timeout_jiffies());
    } else if (left) {
      k_.mod_delayed_work(d_.reset_wq, queue->timeout, timeout_jiffies());
    }
  }
  if (progress && !left) timeout_stop(queue);
  put_all(finished);
  return progress;
}

// --- time that a queue may take ----------------------------------------------------------------

List<Job>& Sched::jobs_in_flight(const Ptr<Queue>& queue) const {
  k_.assert_held(queue->fence_lock);
  return queue->in_flight;
}

bool Sched::has_jobs(const Ptr<Queue>& queue) {
  SpinGuard lock(k_, queue->fence_lock);
  return !jobs_in_flight(queue).empty();
}

std::uint64_t Sched::time_left(const Ptr<Queue>& queue) const {
  k_.assert_held(queue->fence_lock);
  return queue->remaining;
}

void Sched::set_time_left(const Ptr<Queue>& queue, std::uint64_t jiffies) {
  k_.assert_held(queue->fence_lock);
  queue->remaining = jiffies;
}

void Sched::timeout_start(const Ptr<Queue>& queue) {
  SpinGuard lock(k_, queue->fence_lock);
  if (time_left(queue) == kTimeoutRuns) return;
  k_.mod_delayed_work(d_.reset_wq, queue->timeout, time_left(queue));
  set_time_left(queue, kTimeoutRuns);
}

void Sched::timeout_stop(const Ptr<Queue>& queue) {
  SpinGuard lock(k_, queue->fence_lock);
  if (time_left(queue) != kTimeoutRuns) return;
  const Ptr<Group>& group = queue->group->self;
  const bool has_jobs = !jobs_in_flight(queue).empty();
  // A wait for somebody else counts too, or it could last for ever.
  const bool blocked = (group->blocked_queues & (1u << queue->index)) != 0;
  if (has_jobs && blocked && can_run(group) && is_idle(group)) return;
  // Late or without work: whoever comes next has the full time.
  const bool late = !has_jobs || !k_.delayed_work_pending(queue->timeout);
  set_time_left(queue, late ? timeout_jiffies() : k_.delayed_work_remaining(queue->timeout));
  k_.cancel_delayed_work(queue->timeout);
}

void Sched::timeout_work(Queue* queue) {
  queue->group->d->sched->timeout_expired(queue->self);
}

void Sched::timeout_expired(const Ptr<Queue>& queue) {
  if (complete_jobs(queue)) return;
  if (has_jobs(queue)) d_.drm.sched_fault(queue->scheduler);
}

void Sched::queue_stop(const Ptr<Queue>& queue, const Ptr<Job>& bad) {
  {
    // Off its slot the timer runs for who waits for somebody else only: restart_group() goes on.
    // One that has expired counts as well: the scheduler, which is stopped here, forgets that.
    SpinGuard lock(k_, queue->fence_lock);
    if (time_left(queue) == kTimeoutRuns && !jobs_in_flight(queue).empty()) {
      const bool pending = k_.delayed_work_pending(queue->timeout);
      set_time_left(queue, pending ? k_.delayed_work_remaining(queue->timeout) : 0);
    }
  }
  k_.disable_delayed_work_sync(queue->timeout);
  d_.drm.sched_stop(queue->scheduler, bad);
}

void Sched::queue_start(const Ptr<Queue>& queue) {
  d_.drm.sched_for_each_pending(queue->scheduler, [&](const Ptr<contract::SchedJob>& base) {
    const Ptr<Job> job = contract::ptr_cast<Job>(base);
    if (job->done) d_.drm.sched_job_set_parent(job, job->done);
  });
  k_.enable_delayed_work(queue->timeout);
  d_.drm.sched_start(queue->scheduler, 0);
}

contract::TimedoutResult Sched::timedout_job(const Ptr<Job>& job) {
  const Ptr<Group> group = job->group;
  const Ptr<Queue> queue = group->queues[job->queue_idx];
  k_.log("job timeout");
  queue_stop(queue, job);
  {
    MutexGuard reset(k_, reset_lock_);
    MutexGuard lock(k_, lock_);
    group->timedout = true;
    end_anywhere(group);
  }
  queue_start(queue);
  return contract::TimedoutResult::reset;
}

}  // namespace protm::reference
