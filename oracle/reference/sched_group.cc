// SPDX-License-Identifier: GPL-2.0-only
// Life of groups and queues: creation, destruction, termination, release. See sched.h.
#include <bit>

#include "gpu-model/vocab/errno.h"
#include "oracle/reference/mmu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/sched.h"

namespace protm::reference {

using namespace vocab;
using contract::MutexGuard;
using contract::SpinGuard;
using tl::unexpected;

namespace {

constexpr std::uint32_t kPrivate = uapi::kVmBindOpMapNoexec | uapi::kVmBindOpMapUncached;
constexpr std::uint32_t kInterfaceSize = 2 * 4096;
constexpr std::uint32_t kProfilingSlot = 32;
constexpr std::uint32_t kMinJobWords = 16;

Result<Ptr<KernelBo>> mapped_bo(Device& d, const Ptr<Vm>& vm, std::uint64_t size,
                                const char* role) {
  auto bo = KernelBos::create(d, vm, size, KernelBoPlace{.map_flags = kPrivate, .va_role = role});
  if (!bo) return bo;
  const int error = KernelBos::vmap(d, *bo);
  if (error != 0) {
    KernelBos::destroy(d, *bo);
    return unexpected(error);
  }
  return bo;
}

}  // namespace

bool Sched::can_run(const Ptr<Group>& group) const {
  return group->state != GroupState::terminated && !group->destroyed && group->fatal_queues == 0 &&
         !group->timedout;
}

bool Sched::is_idle(const Ptr<Group>& group) const {
  // Who waits for protected mode has something to do, whatever the slot reports (SCHED-26).
  if (group->protm_pending_queues != 0) return false;
  return static_cast<std::uint32_t>(std::popcount(group->idle_queues | group->blocked_queues)) ==
         group->queue_count;
}

bool Sched::rings_filled(const Ptr<Group>& group) const {
  for (std::uint32_t i = 0; i < group->queue_count; ++i) {
    const Ptr<Queue>& queue = group->queues[i];
    if (d_.drm.load64(queue->iface->kmap, fw::ring::kInsert) != ring_extract(queue)) return true;
  }
  return false;
}

bool Sched::has_work(const Ptr<Group>& group) const {
  assert_locked();
  return !is_idle(group) && rings_filled(group);
}

Result<Ptr<Group>> Sched::group_create(const Ptr<Vm>& vm, const GroupRequest& request) {
  const uapi::GroupCreate& args = *request.args;
  const Ptr<Group> group = k_.make<Group>("group");
  if (!group) return unexpected(-ENOMEM);
  ++d_.live_groups;
  group->d = &d_;
  group->self = group;
  group->run_node.owner = group;
  group->wait_node.owner = group;
  k_.kref_init(group->ref);
  group->sync_upd_work.fn = contract::bind_fn<&Sched::sync_upd_work>(group);
  group->term_work.fn = contract::bind_fn<&Sched::term_work>(group);
  group->tiler_oom_work.fn = contract::bind_fn<&Sched::tiler_oom_work>(group);
  group->release_work.fn = contract::bind_fn<&Sched::release_work>(group);
  group->cores = {.compute_mask = args.compute_core_mask,
                  .fragment_mask = args.fragment_core_mask,
                  .tiler_mask = static_cast<std::uint32_t>(args.tiler_core_mask),
                  .max_compute = args.max_compute_cores,
                  .max_fragment = args.max_fragment_cores,
                  .max_tiler = args.max_tiler_cores};
  group->priority = args.priority;
  group->protected_flag = (args.flags & uapi::kGroupCreateProtected) != 0;
  if (!vm) {
    group_put(group);
    return unexpected(-EINVAL);
  }
  Vms::get(vm);
  group->vm = vm;

  const CsgControl& csg = d_.fw->csg(0);
  const Ptr<Vm>& fw_vm = d_.fw->vm();
  const auto fail = [&](int error) {
    group_put(group);
    return unexpected(error);
  };
  const auto suspend = KernelBos::create(
      d_, fw_vm, csg.suspend_size,
      {.map_flags = uapi::kVmBindOpMapNoexec, .va_role = "kbo_va:suspend"});
  if (!suspend) return fail(suspend.error());
  group->suspend_buf = *suspend;
  if (request.protm_suspend) {
    const int error = take_protm_suspend(group, request.protm_suspend);
    if (error != 0) return fail(error);
  } else if (group->protected_flag) {
    const auto protm_suspend = make_protm_suspend(csg.protm_suspend_size);
    if (!protm_suspend) return fail(protm_suspend.error());
    group->protm_suspend_buf = *protm_suspend;
  }
  const auto syncobjs =
      mapped_bo(d_, group->vm, request.queues.size() * kSyncobjSize, "kbo_va:syncobjs");
  if (!syncobjs) return fail(syncobjs.error());
  group->syncobjs = *syncobjs;
  return group;
}

int Sched::take_protm_suspend(const Ptr<Group>& group, const Ptr<contract::GemObject>& gem) {
  const auto claim = d_.user_buffers->claim(gem);
  if (!claim) return claim.error();
  group->protm_suspend_claim = *claim;
  const auto buffer = KernelBos::create_from_user(
      d_, d_.fw->vm(), gem, d_.fw->csg(0).protm_suspend_size,
      {.map_flags = uapi::kVmBindOpMapNoexec, .va_role = "kbo_va:protm_suspend"});
  if (!buffer) return buffer.error();
  group->protm_suspend_buf = *buffer;
  return 0;
}

Result<Ptr<KernelBo>> Sched::make_protm_suspend(std::uint64_t size) {
  return KernelBos::create_protected(
      d_, d_.fw->vm(), size,
      {.map_flags = uapi::kVmBindOpMapNoexec, .va_role = "kbo_va:protm_suspend"});
}

int Sched::group_create_queues(const Ptr<Group>& group, const GroupRequest& request) {
  for (std::uint32_t i = 0; i < request.queues.size(); ++i) {
    const auto queue = queue_create(group, i, request.queues[i]);
    if (!queue) return queue.error();
    group->queues[i] = *queue;
    group->queue_count = i + 1;
    group->idle_queues |= 1u << i;
  }
  return 0;
}

Result<Ptr<Queue>> Sched::queue_create(const Ptr<Group>& group, std::uint32_t index,
                                       const uapi::QueueCreate& args) {
  if (args.pad[0] != 0 || args.pad[1] != 0 || args.pad[2] != 0) return unexpected(-EINVAL);
  if (args.ringbuf_size < 4096 || args.ringbuf_size > 65536 ||
      !std::has_single_bit(args.ringbuf_size)) {
    return unexpected(-EINVAL);
  }
  if (args.priority > fw::kCsgPriorityMax) return unexpected(-EINVAL);
  const Ptr<Queue> queue = k_.make<Queue>("queue");
  if (!queue) return unexpected(-ENOMEM);
  queue->self = queue;
  queue->group = &*group;
  queue->index = index;
  queue->priority = args.priority;
  queue->ring_size = args.ringbuf_size;
  queue->remaining = timeout_jiffies();
  queue->timeout.fn = contract::bind_fn<&Sched::timeout_work>(queue);
  queue->fence_context = d_.drm.fence_context_alloc(1);
  const int error = queue_init(queue);
  if (error != 0) {
    queue_free(queue);
    return unexpected(error);
  }
  return queue;
}

int Sched::queue_init(const Ptr<Queue>& queue) {
  const Ptr<Vm>& vm = queue->group->vm;
  const auto ring = mapped_bo(d_, vm, queue->ring_size, "kbo_va:ringbuf");
  if (!ring) return ring.error();
  queue->ring = *ring;
  const auto iface = mapped_bo(d_, d_.fw->vm(), kInterfaceSize, "kbo_va:queue_iface");
  if (!iface) return iface.error();
  queue->iface = *iface;
  const std::uint64_t jobs = queue->ring_size / (kMinJobWords * 8);
  const auto profiling = mapped_bo(d_, vm, jobs * kProfilingSlot, "kbo_va:profiling");
  if (!profiling) return profiling.error();
  queue->profiling = *profiling;

  const contract::SchedConfig config{.ops = &kOps,
                                     .submit_wq = wq_,
                                     .timeout_wq = d_.reset_wq,
                                     .credit_limit = queue->ring_size / 8};
  int error = d_.drm.sched_init(queue->scheduler, config);
  if (error != 0) return error;
  queue->scheduler_live = true;
  return d_.drm.sched_entity_init(queue->entity, queue->scheduler);
}

void Sched::queue_free(const Ptr<Queue>& queue) {
  if (!queue) return;
  d_.drm.sched_entity_destroy(queue->entity);
  if (queue->scheduler_live) d_.drm.sched_fini(queue->scheduler);
  k_.disable_delayed_work_sync(queue->timeout);
  release_wait(queue);
  KernelBos::destroy(d_, queue->ring);
  KernelBos::destroy(d_, queue->iface);
  KernelBos::destroy(d_, queue->profiling);
  d_.drm.fence_put(queue->last_fence);
  k_.free(queue);
}

void Sched::group_start(const Ptr<Group>& group) {
  MutexGuard reset(k_, reset_lock_);
  if (in_reset()) {
    stop_group(group);
  } else {
    MutexGuard lock(k_, lock_);
    give_back(group);
  }
  group->registered = true;
}

void Sched::group_destroy(const Ptr<Group>& group) {
  // Jobs that still wait for a fence are left: each ends as its turn comes (run_job).
  // Source: panthor_sched.c panthor_group_destroy() (6.12, 7.3).
  {
    MutexGuard reset(k_, reset_lock_);
    MutexGuard lock(k_, lock_);
    group->destroyed = true;
    end_anywhere(group);
  }
  group_put(group);
}

void Sched::group_put(const Ptr<Group>& group) {
  if (!k_.kref_put(group->ref, "group")) return;
  // Freeing unmaps memory and may wait, which not every holder of a reference can.
  k_.queue_work(d_.cleanup_wq, group->release_work);
}

void Sched::release_work(Group* group) { group->d->sched->group_release(group->self); }

void Sched::group_release(const Ptr<Group>& group) {
  for (const Ptr<Queue>& queue : group->queues) queue_free(queue);
  KernelBos::destroy(d_, group->suspend_buf);
  KernelBos::destroy(d_, group->protm_suspend_buf);
  d_.user_buffers->release(group->protm_suspend_claim);
  KernelBos::destroy(d_, group->syncobjs);
  Vms::put(group->vm);
  --d_.live_groups;
  k_.free(group);
}

void Sched::queue_group_work(const Ptr<Group>& group, contract::Work& work) {
  group_get(group);
  if (!k_.queue_work(wq_, work)) group_put(group);
}

void Sched::end_off_slot(const Ptr<Group>& group) {
  group->run_node.unlink();
  group->wait_node.unlink();
  queue_group_work(group, group->term_work);
}

void Sched::end_anywhere(const Ptr<Group>& group) {
  assert_locked();
  k_.assert_held(reset_lock_);
  if (group->csg_id >= 0) {
    queue_tick(0);
  } else if (!in_reset()) {
    end_off_slot(group);   // else it is in the reset's list, which starts nobody who cannot run
  }
}

void Sched::term_work(Group* group) {
  Sched& sched = *group->d->sched;
  const Ptr<Group> self = group->self;
  sched.group_terminate(self);
  sched.group_put(self);
}

void Sched::group_terminate(const Ptr<Group>& group) {
  for (std::uint32_t i = 0; i < group->queue_count; ++i) {
    const Ptr<Queue>& queue = group->queues[i];
    int error = -ECANCELED;
    if ((group->fatal_queues & (1u << i)) != 0) {
      error = -EINVAL;
    } else if (group->timedout) {
      error = -ETIMEDOUT;
    }
    List<Job> lost;
    {
      SpinGuard lock(k_, queue->fence_lock);
      jobs_in_flight(queue).for_each([&](const Ptr<Job>& job) {
        lost.push_back(job->in_flight);
        d_.drm.fence_set_error(job->done, error);
        d_.drm.fence_signal(job->done);
      });
    }
    // Whoever waits for a value of this queue shall not wait for ever.
    d_.drm.store64(group->syncobjs->kmap, i * kSyncobjSize, queue->seqno);
    put_all(lost);
  }
  queue_sync_upd();
}

void Sched::sync_upd_work(Group* group) {
  Sched& sched = *group->d->sched;
  const Ptr<Group> self = group->self;
  sched.group_sync_update(self);
  sched.group_put(self);
}

void Sched::group_sync_update(const Ptr<Group>& group) {
  for (std::uint32_t i = 0; i < group->queue_count; ++i) (void)complete_jobs(group->queues[i]);
}

}  // namespace protm::reference
