// SPDX-License-Identifier: GPL-2.0-only
#include <array>
#include <bit>

#include "gpu-model/vocab/cs_isa.h"
#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_sched_priv.h"
#include "sut-adapters/series-v1/regs.h"

namespace protm::v1 {
namespace {

using contract::MutexGuard;
using contract::Ptr;
using contract::Result;
using contract::SpinGuard;
namespace cs = vocab::cs;
namespace ring = vocab::fw::ring;
namespace uapi = vocab::uapi;

constexpr std::uint32_t kRingMin = 4096;
constexpr std::uint32_t kRingMax = 65536;
constexpr std::uint32_t kMaxQueuePrio = 15;
constexpr std::uint64_t kWord = 8;
constexpr std::uint64_t kProfilingSlotSize = 32;

using JobInstrs = std::array<std::uint64_t, kJobCredits>;

/// Collects the words of one job; what is left of its slot in the ring stays NOP.
struct JobEmitter {
  JobInstrs words{};
  std::size_t count = 0;
  std::uint32_t addr = 0;   ///< a register pair that streams may not rely on
  std::uint32_t val = 0;    ///< and the pair behind it
  void emit(std::uint64_t word) { words[count++] = word; }
  void load_addr(std::uint64_t va) { emit(cs::encode_move48(addr, va)); }
  // Caches first, so that the stream sees what the CPU wrote since `flush_id`.
  void flush(std::uint32_t flush_id) {
    emit(cs::encode_move32(val, flush_id));
    emit(cs::encode_flush_cache2(cs::kFlushAll, 0, val, 0));
  }
  void call(std::uint64_t stream, std::uint32_t bytes) {
    load_addr(stream);
    emit(cs::encode_move32(val, bytes));
    emit(cs::encode_wait(1));
    emit(cs::encode_call(addr, val));
  }
  // One more on the sync object when all that the stream started is done.
  void signal(std::uint64_t sync_object, std::uint32_t scoreboards) {
    load_addr(sync_object);
    emit(cs::encode_move48(val, 1));
    emit(cs::encode_wait(scoreboards));
    emit(cs::encode_sync_add64(addr, val, cs::ErrorPropagate::yes));
  }
};

JobInstrs prepare_job_instrs(const PanthorDevice* ptdev, const Job* job) {
  const vocab::uapi::CsifInfo& csif = ptdev->csif_info;
  JobEmitter out;
  out.addr = csif.cs_reg_count - csif.unpreserved_cs_reg_count;
  out.val = out.addr + 2;
  out.flush(job->latest_flush);
  out.call(job->stream_start, job->stream_size);
  out.signal(job->group->syncobjs->va + job->queue_idx * kSyncobj64Size,
             (1u << csif.scoreboard_slot_count) - 1);
  out.emit(cs::encode_error_barrier());
  return out.words;
}

void copy_instrs_to_ringbuf(const Queue* queue, std::uint64_t start, const JobInstrs& instrs) {
  const std::uint64_t size = queue->ringbuf->va_size;
  std::uint64_t at = start;
  for (const std::uint64_t word : instrs) {
    queue->group->ptdev->drm.store64(queue->ringbuf->kmap, at & (size - 1), word);
    at += kWord;
  }
}

// The job gets its place in the ring and becomes visible to firmware.
void queue_emit_job(Queue* queue, Job* job) {
  PanthorDevice* const ptdev = queue->group->ptdev;
  job->seqno = ++queue->fence_ctx.seqno;
  ptdev->drm.fence_init(job->done_fence, queue->fence_ctx.id, job->seqno);
  job->fence_ready = true;
  job->ringbuf_start = queue_load64(queue, ring::kInsert);
  job->ringbuf_end = job->ringbuf_start + kJobCredits * kWord;
  copy_instrs_to_ringbuf(queue, job->ringbuf_start, prepare_job_instrs(ptdev, job));

  ptdev->kernel.kref_get(job->refcount, "job");
  {
    SpinGuard guard(ptdev->kernel, queue->fence_ctx.lock);
    list_move_tail(job->node, queue->fence_ctx.in_flight_jobs);
  }
  queue_store64(queue, ring::kExtractInit, queue_load64(queue, ring::kOutputPage + ring::kExtract));
  queue_store64(queue, ring::kInsert, job->ringbuf_end);
}

void queue_kick(Queue* queue) {
  Group* const group = queue->group;
  PanthorDevice* const ptdev = group->ptdev;
  PanthorScheduler* const sched = &*ptdev->scheduler;
  const std::uint32_t bit = 1u << queue->idx;
  if (group->csg_id < 0) {
    group_schedule_locked(group, bit);
    return;
  }
  const bool was_idle = group_is_idle(group) && (group->idle_queues & bit) != 0 &&
                        (group->blocked_queues & bit) == 0;
  group->idle_queues &= ~bit;
  if (sched->protm.protected_mode && was_idle) {
    // User doorbells are dead in protected mode: the tick decides whether to leave it.
    sched_queue_tick(sched, 0);
  } else if (was_idle && sched->resched_target == kNoTick) {
    sched_resume_tick(ptdev);
  }
  queue_resume_timeout(queue);
  ptdev->kernel.write32(csf_doorbell(queue->doorbell_id), 1);
  if (!sched->pm_has_ref && (group->blocked_queues & bit) == 0) {
    ptdev->kernel.pm_runtime_get_noresume();
    sched->pm_has_ref = true;
  }
}

Result<Ptr<contract::Fence>> queue_run_job(void* /*driver*/,
                                           const Ptr<contract::SchedJob>& sched_job) {
  Job* const job = &*contract::ptr_cast<Job>(sched_job);
  Group* const group = &*job->group;
  Queue* const queue = &*group->queues[job->queue_idx];
  PanthorDevice* const ptdev = group->ptdev;
  contract::Drm& drm = ptdev->drm;
  if (job->stream_size == 0) {
    // Nothing to run: done when all earlier jobs of the queue are.
    job->done_fence = queue->fence_ctx.last_fence;
    if (job->done_fence == nullptr) return Ptr<contract::Fence>();
    drm.fence_get(job->done_fence);
    job->fence_ready = true;
    drm.fence_get(job->done_fence);
    return job->done_fence;
  }
  const int ret = panthor_device_resume_and_get(ptdev);
  if (ret != 0) return tl::make_unexpected(ret);
  Result<Ptr<contract::Fence>> done = tl::make_unexpected(-ECANCELED);
  {
    MutexGuard guard(ptdev->kernel, ptdev->scheduler->lock);
    if (group_can_run(group)) {
      queue_emit_job(queue, job);
      queue_kick(queue);
      drm.fence_put(queue->fence_ctx.last_fence);
      drm.fence_get(job->done_fence);
      queue->fence_ctx.last_fence = job->done_fence;
      drm.fence_get(job->done_fence);
      done = job->done_fence;
    }
  }
  ptdev->kernel.pm_runtime_put_autosuspend();
  return done;
}

contract::TimedoutResult queue_timedout_job(void* /*driver*/,
                                            const Ptr<contract::SchedJob>& sched_job) {
  const auto job = contract::ptr_cast<Job>(sched_job);
  Group* const group = &*job->group;
  Queue* const queue = &*group->queues[job->queue_idx];
  PanthorDevice* const ptdev = group->ptdev;
  PanthorScheduler* const sched = &*ptdev->scheduler;
  ptdev->kernel.log("job timeout");
  if (sched->reset.in_progress) ptdev->kernel.warn("job timeout inside a reset");
  queue_stop(queue, job);
  {
    MutexGuard guard(ptdev->kernel, sched->lock);
    group->timedout = true;
    if (group->csg_id >= 0) {
      sched_queue_tick(sched, 0);
    } else {
      group_end_off_slot(group);
    }
  }
  queue_start(queue);
  return contract::TimedoutResult::reset;
}

void queue_free_job(void* /*driver*/, const Ptr<contract::SchedJob>& sched_job) {
  Job* const job = &*contract::ptr_cast<Job>(sched_job);
  job->ptdev->drm.sched_job_cleanup(sched_job);
  job->sched_ready = false;
  panthor_job_put(job);
}

int check_queue_args(const uapi::QueueCreate& args) {
  if (args.pad[0] != 0 || args.pad[1] != 0 || args.pad[2] != 0) return -EINVAL;
  if (args.ringbuf_size < kRingMin || args.ringbuf_size > kRingMax ||
      !std::has_single_bit(args.ringbuf_size)) {
    return -EINVAL;
  }
  return args.priority > kMaxQueuePrio ? -EINVAL : 0;
}

int queue_alloc_bo(Queue* queue, std::uint64_t size, const char* role, Ptr<KernelBo>* bo) {
  const KernelBoResult mem = panthor_kernel_bo_create(
      queue->group->ptdev, &*queue->group->vm,
      {.size = size,
       .bo_flags = uapi::kBoNoMmap,
       .vm_map_flags = uapi::kVmBindOpMapNoexec | uapi::kVmBindOpMapUncached,
       .va_role = role});
  if (!mem) return mem.error();
  *bo = *mem;
  return panthor_kernel_bo_vmap(&**bo);
}

int queue_init_memory(Queue* queue, std::uint32_t ringbuf_size) {
  int ret = queue_alloc_bo(queue, ringbuf_size, "kbo_va:ringbuf", &queue->ringbuf);
  if (ret != 0) return ret;
  const KernelBoResult iface = panthor_fw_alloc_queue_iface_mem(queue->group->ptdev);
  if (!iface) return iface.error();
  queue->iface = *iface;
  const std::uint64_t job_bytes = kJobCredits * kWord;
  const std::uint64_t slots = (ringbuf_size + job_bytes - 1) / job_bytes;
  return queue_alloc_bo(queue, slots * kProfilingSlotSize, "kbo_va:profiling",
                        &queue->profiling);
}

int queue_init_sched(Queue* queue, std::uint32_t ringbuf_size) {
  PanthorDevice* const ptdev = queue->group->ptdev;
  const contract::SchedConfig config{.ops = &kPanthorQueueSchedOps,
                                     .submit_wq = ptdev->scheduler->wq,
                                     .timeout_wq = ptdev->reset.wq,
                                     .credit_limit = ringbuf_size / cs::kInstructionBytes,
                                     .timeout_jiffies = UINT64_MAX};
  int ret = ptdev->drm.sched_init(queue->scheduler, config);
  if (ret != 0) return ret;
  queue->sched_ready = true;
  ret = ptdev->drm.sched_entity_init(queue->entity, queue->scheduler);
  queue->entity_ready = ret == 0;
  return ret;
}

void queue_free(PanthorDevice* ptdev, const Ptr<Queue>& queue) {
  if (queue->entity_ready) ptdev->drm.sched_entity_destroy(queue->entity);
  if (queue->sched_ready) ptdev->drm.sched_fini(queue->scheduler);
  ptdev->kernel.cancel_delayed_work_sync(queue->timeout.work);
  panthor_kernel_bo_destroy(queue->ringbuf);
  panthor_kernel_bo_destroy(queue->iface);
  panthor_kernel_bo_destroy(queue->profiling);
  ptdev->drm.fence_put(queue->fence_ctx.last_fence);
  ptdev->kernel.free(queue);
}

}  // namespace

const contract::SchedOps kPanthorQueueSchedOps{queue_run_job, queue_timedout_job, queue_free_job};

std::uint64_t queue_load64(const Queue* queue, std::uint64_t offset) {
  return queue->group->ptdev->drm.load64(queue->iface->kmap, offset);
}

void queue_store64(const Queue* queue, std::uint64_t offset, std::uint64_t value) {
  queue->group->ptdev->drm.store64(queue->iface->kmap, offset, value);
}

Result<Ptr<Queue>> group_create_queue(Group* group, const uapi::QueueCreate& args,
                                      std::uint32_t idx) {
  PanthorDevice* const ptdev = group->ptdev;
  int ret = check_queue_args(args);
  if (ret != 0) return tl::make_unexpected(ret);
  const Ptr<Queue> queue = ptdev->kernel.make<Queue>("queue");
  if (queue == nullptr) return tl::make_unexpected(-ENOMEM);
  queue->group = group;
  queue->idx = idx;
  queue->priority = args.priority;
  queue->timeout.remaining = ptdev->kernel.msecs_to_jiffies(kJobTimeoutMs);
  queue->timeout.work.fn = contract::bind_fn<queue_timeout_work>(queue);
  queue->fence_ctx.id = ptdev->drm.fence_context_alloc(1);
  ret = queue_init_memory(&*queue, args.ringbuf_size);
  if (ret == 0) ret = queue_init_sched(&*queue, args.ringbuf_size);
  if (ret != 0) {
    queue_free(ptdev, queue);
    return tl::make_unexpected(ret);
  }
  return queue;
}

void group_free_queue(Group* group, std::uint32_t idx) {
  if (group->queues[idx] == nullptr) return;
  queue_free(group->ptdev, group->queues[idx]);
  group->queues[idx] = nullptr;
}

// A queue that only waits for something outside: such a wait is time-boxed, slot or not.
static bool queue_waits_outside(const Queue* queue) {
  const Group* const group = queue->group;
  return ((group->blocked_queues >> queue->idx) & 1) != 0 && group_is_idle(group) &&
         group_can_run(group);
}

void queue_suspend_timeout_locked(Queue* queue) {
  contract::Kernel& k = queue->group->ptdev->kernel;
  auto& timeout = queue->timeout;
  SpinGuard guard(k, queue->fence_ctx.lock);
  const bool idle = list_empty(queue->fence_ctx.in_flight_jobs);
  if (timeout.remaining != kTimerRunning || (!idle && queue_waits_outside(queue))) return;
  // The time that a job has left is kept; without a job the next one gets all of it.
  timeout.remaining = k.msecs_to_jiffies(kJobTimeoutMs);
  if (!idle && k.delayed_work_pending(timeout.work)) {
    timeout.remaining = k.delayed_work_remaining(timeout.work);
  }
  k.cancel_delayed_work(timeout.work);
}

void queue_resume_timeout(Queue* queue) {
  PanthorDevice* const ptdev = queue->group->ptdev;
  SpinGuard guard(ptdev->kernel, queue->fence_ctx.lock);
  if (queue->timeout.remaining == kTimerRunning) return;
  ptdev->kernel.mod_delayed_work(ptdev->reset.wq, queue->timeout.work, queue->timeout.remaining);
  queue->timeout.remaining = kTimerRunning;
}

bool queue_check_job_completion(Queue* queue) {
  Group* const group = queue->group;
  PanthorDevice* const ptdev = group->ptdev;
  contract::Kernel& k = ptdev->kernel;
  ListNode<Job> done_jobs;
  bool left = false;
  {
    SpinGuard guard(k, queue->fence_ctx.lock);
    const std::uint64_t seqno =
        ptdev->drm.load64(group->syncobjs->kmap, queue->idx * kSyncobj64Size);
    for (Job* job = list_first(queue->fence_ctx.in_flight_jobs); job != nullptr;
         job = list_first(queue->fence_ctx.in_flight_jobs)) {
      if (seqno < job->seqno) break;
      list_move_tail(job->node, done_jobs);
      ptdev->drm.fence_signal(job->done_fence);
    }
    left = !list_empty(queue->fence_ctx.in_flight_jobs);
    const std::uint64_t whole = k.msecs_to_jiffies(kJobTimeoutMs);
    if (!list_empty(done_jobs) && queue->timeout.remaining != kTimerRunning) {
      queue->timeout.remaining = whole;  // what was kept is the ended job's
    } else if (!list_empty(done_jobs) && left) {
      k.mod_delayed_work(ptdev->reset.wq, queue->timeout.work, whole);
    }
  }
  const bool progress = !list_empty(done_jobs);
  if (!left) queue_suspend_timeout_locked(queue);
  list_for_each_safe(done_jobs, [](Job* job) {
    list_del_init(job->node);
    panthor_job_put(job);
  });
  return progress;
}

void queue_timeout_work(Queue* queue) {
  const bool progress = queue_check_job_completion(queue);
  if (!progress && !list_empty(queue->fence_ctx.in_flight_jobs)) {
    queue->group->ptdev->drm.sched_fault(queue->scheduler);
  }
}

// Corrected: upstream cancels the timer of a queue that waits outside and takes it for running ever
// after, so that nothing ends the wait.
void queue_stop(Queue* queue, const Ptr<Job>& bad_job) {
  PanthorDevice* const ptdev = queue->group->ptdev;
  auto& timeout = queue->timeout;
  ptdev->kernel.spin_lock(queue->fence_ctx.lock);
  const bool counts = timeout.remaining == kTimerRunning;
  if (counts && ptdev->kernel.delayed_work_pending(timeout.work)) {
    timeout.remaining = ptdev->kernel.delayed_work_remaining(timeout.work);
  } else if (counts && !list_empty(queue->fence_ctx.in_flight_jobs)) {
    timeout.remaining = 0;  // what drm_sched_fault() has begun goes with the stop
  }
  ptdev->kernel.spin_unlock(queue->fence_ctx.lock);
  ptdev->kernel.disable_delayed_work_sync(queue->timeout.work);
  ptdev->drm.sched_stop(queue->scheduler, bad_job);
}

void queue_start(Queue* queue) {
  PanthorDevice* const ptdev = queue->group->ptdev;
  ptdev->drm.sched_for_each_pending(queue->scheduler, [&](const Ptr<contract::SchedJob>& base) {
    const auto job = contract::ptr_cast<Job>(base);
    if (job->fence_ready) ptdev->drm.sched_job_set_parent(base, job->done_fence);
  });
  ptdev->kernel.enable_delayed_work(queue->timeout.work);
  const bool has_jobs = !list_empty(queue->fence_ctx.in_flight_jobs);
  if (has_jobs && queue_waits_outside(queue)) queue_resume_timeout(queue);
  ptdev->drm.sched_start(queue->scheduler, 0);
}

void panthor_job_put(Job* job) {
  PanthorDevice* const ptdev = job->ptdev;
  if (!ptdev->kernel.kref_put(job->refcount, "job")) return;
  if (job->sched_ready) ptdev->drm.sched_job_cleanup(job->self);
  ptdev->drm.fence_put(job->done_fence);
  Group* const group = job->group == nullptr ? nullptr : &*job->group;
  ptdev->kernel.free(Ptr<Job>(job->self));
  if (group != nullptr) group_put(group);
}

}  // namespace protm::v1
