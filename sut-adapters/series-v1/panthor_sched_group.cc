// SPDX-License-Identifier: GPL-2.0-only
#include <bit>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_drv.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/panthor_sched_priv.h"

namespace protm::v1 {
namespace {

using contract::MutexGuard;
using contract::Ptr;
using contract::Result;
namespace fw = vocab::fw;
namespace uapi = vocab::uapi;

std::uint32_t all_queues(const Group* group) {
  return group->queue_count >= 32 ? ~0u : (1u << group->queue_count) - 1;
}

// Patch 8: the protected buffer exists for flagged groups only. Before it each group has one, up to
// patch 3 in normal memory.
int group_alloc_suspend_bufs(Group* group, std::uint32_t flags) {
  PanthorDevice* const ptdev = group->ptdev;
  KernelBoResult mem = panthor_fw_alloc_suspend_buf_mem(ptdev, ptdev->fw->suspend_size);
  if (!mem) return mem.error();
  group->suspend_buf = *mem;
  if (has_patch(ptdev, 8) && (flags & uapi::kGroupCreateProtected) == 0) return 0;
  mem = has_patch(ptdev, 4)
            ? panthor_fw_alloc_protm_suspend_buf_mem(ptdev, ptdev->fw->protm_suspend_size)
            : panthor_fw_alloc_suspend_buf_mem(ptdev, ptdev->fw->protm_suspend_size);
  if (!mem) return mem.error();
  group->protm_suspend_buf = *mem;
  return 0;
}

int group_alloc_syncobjs(Group* group, std::uint64_t count) {
  const KernelBoResult mem = panthor_kernel_bo_create(
      group->ptdev, &*group->vm,
      {.size = count * kSyncobj64Size,
       .bo_flags = uapi::kBoNoMmap,
       .vm_map_flags = uapi::kVmBindOpMapNoexec | uapi::kVmBindOpMapUncached,
       .va_role = "kbo_va:syncobjs"});
  if (!mem) return mem.error();
  group->syncobjs = *mem;
  const int ret = panthor_kernel_bo_vmap(&*group->syncobjs);
  if (ret != 0) return ret;
  group->ptdev->drm.zero(group->syncobjs->kmap, 0, count * kSyncobj64Size);
  return 0;
}

int check_group_args(PanthorDevice* ptdev, const uapi::GroupCreate& args) {
  const uapi::GpuInfo& info = ptdev->gpu_info;
  if (args.priority >= kCsgPriorityCount) return -EINVAL;
  const std::uint32_t known = has_patch(ptdev, 8) ? uapi::kGroupCreateProtected : 0;
  if ((args.flags & ~known) != 0) return -EINVAL;
  if ((args.compute_core_mask & ~info.shader_present) != 0 ||
      (args.fragment_core_mask & ~info.shader_present) != 0 ||
      (args.tiler_core_mask & ~info.tiler_present) != 0) {
    return -EINVAL;
  }
  if (std::popcount(args.compute_core_mask) < args.max_compute_cores ||
      std::popcount(args.fragment_core_mask) < args.max_fragment_cores ||
      std::popcount(args.tiler_core_mask) < args.max_tiler_cores) {
    return -EINVAL;
  }
  return 0;
}

void group_init(Group* group, const Ptr<Group>& self, PanthorDevice* ptdev,
                const uapi::GroupCreate& args) {
  group->ptdev = ptdev;
  group->self = self;
  ptdev->kernel.kref_init(group->refcount);
  group->run_node.owner = group;
  group->wait_node.owner = group;
  group->sync_upd_work.fn = contract::bind_fn<group_sync_upd_work>(self);
  group->term_work.fn = contract::bind_fn<group_term_work>(self);
  group->tiler_oom_work.fn = contract::bind_fn<group_tiler_oom_work>(self);
  group->release_work.fn = contract::bind_fn<group_release_work>(self);
  group->compute = {args.compute_core_mask, args.max_compute_cores};
  group->fragment = {args.fragment_core_mask, args.max_fragment_cores};
  group->tiler = {args.tiler_core_mask, args.max_tiler_cores};
  group->priority = args.priority;
  ptdev->live_groups++;
}

// Handle of a group that is not registered yet, or -EBUSY.
Result<std::uint32_t> reserve_handle(PanthorFile* pfile, const Ptr<Group>& group) {
  for (std::uint32_t gid = 1; gid <= kMaxGroupsPerPool; ++gid) {
    if (pfile->groups[gid].group != nullptr) continue;
    pfile->groups[gid] = {group, false};
    return gid;
  }
  return tl::make_unexpected(-EBUSY);
}

Ptr<Group> group_from_handle(PanthorFile* pfile, std::uint32_t handle) {
  if (handle == 0 || handle > kMaxGroupsPerPool) return nullptr;
  contract::SpinGuard guard(pfile->ptdev->kernel, pfile->xa_lock);
  const GroupHandle& entry = pfile->groups[handle];
  if (!entry.registered) return nullptr;
  group_get(&*entry.group);
  return entry.group;
}

// Everything behind the handle; on failure the caller drops the group.
int group_create_queues(Group* group, std::span<const uapi::QueueCreate> queues) {
  for (std::uint32_t i = 0; i < queues.size(); ++i) {
    const auto queue = group_create_queue(group, queues[i], i);
    if (!queue) return queue.error();
    group->queues[i] = *queue;
    group->queue_count++;
  }
  group->idle_queues = all_queues(group);
  return 0;
}

int group_alloc_memory(PanthorFile* pfile, Group* group, const uapi::GroupCreate& args,
                       std::uint64_t queue_count) {
  group->vm = panthor_vm_pool_get_vm(pfile, args.vm_id);
  if (group->vm == nullptr) return -EINVAL;
  const int ret = group_alloc_suspend_bufs(group, args.flags);
  return ret != 0 ? ret : group_alloc_syncobjs(group, queue_count);
}

bool panthor_group_destroy_entry(PanthorFile* pfile, std::uint32_t gid) {
  GroupHandle entry;
  {
    contract::SpinGuard guard(pfile->ptdev->kernel, pfile->xa_lock);
    if (pfile->groups[gid].registered) entry = std::exchange(pfile->groups[gid], {});
  }
  if (entry.group == nullptr) return false;
  Group* const group = &*entry.group;
  PanthorDevice* const ptdev = group->ptdev;
  PanthorScheduler* const sched = &*ptdev->scheduler;

  {
    MutexGuard reset_guard(ptdev->kernel, sched->reset.lock);
    MutexGuard guard(ptdev->kernel, sched->lock);
    group->destroyed = true;
    if (group->csg_id >= 0) {
      sched_queue_tick(sched, 0);
    } else if (!sched->reset.in_progress) {
      // Else the group is in the list of the stopped ones, which holds a reference.
      group_end_off_slot(group);
    }
  }
  group_put(group);
  return true;
}

}  // namespace

bool group_is_idle(const Group* group) {
  const std::uint32_t inactive = group->idle_queues | group->blocked_queues;
  return std::popcount(inactive) == static_cast<int>(group->queue_count);
}

bool group_can_run(const Group* group) {
  return group->state != CsGroupState::terminated && group->state != CsGroupState::unknown &&
         !group->destroyed && group->fatal_queues == 0 && !group->timedout;
}

void group_get(Group* group) { group->ptdev->kernel.kref_get(group->refcount, "group"); }

void group_put(Group* group) {
  PanthorDevice* const ptdev = group->ptdev;
  if (!ptdev->kernel.kref_put(group->refcount, "group")) return;
  // Unmapping and freeing may sleep; the last reference may go under sched.lock.
  if (group->csg_id >= 0 || !list_empty(group->run_node) || !list_empty(group->wait_node)) {
    ptdev->kernel.warn("group freed while scheduled");
  }
  ptdev->kernel.queue_work(ptdev->scheduler->cleanup_wq, group->release_work);
}

void group_release_work(Group* group) {
  PanthorDevice* const ptdev = group->ptdev;
  for (std::uint32_t i = 0; i < vocab::kMaxCsPerCsg; ++i) group_free_queue(group, i);
  panthor_kernel_bo_destroy(group->suspend_buf);
  panthor_kernel_bo_destroy(group->protm_suspend_buf);
  panthor_kernel_bo_destroy(group->syncobjs);
  if (group->vm != nullptr) panthor_vm_put(&*group->vm);
  ptdev->live_groups--;
  ptdev->kernel.free(Ptr<Group>(group->self));
}

void group_end_off_slot(Group* group) {
  list_del_init(group->run_node);
  list_del_init(group->wait_node);
  group_get(group);
  PanthorDevice* const ptdev = group->ptdev;
  if (!ptdev->kernel.queue_work(ptdev->scheduler->wq, group->term_work)) group_put(group);
}

void group_queue_sync_upd(Group* group) {
  group_get(group);
  PanthorDevice* const ptdev = group->ptdev;
  if (!ptdev->kernel.queue_work(ptdev->scheduler->wq, group->sync_upd_work)) group_put(group);
}

void group_to_run_list(PanthorScheduler* sched, Group* group) {
  GroupLists& lists = group_is_idle(group) ? sched->idle : sched->runnable;
  list_move_tail(group->run_node, lists.at[group->priority]);
}

Result<std::uint32_t> panthor_group_create(PanthorFile* pfile, const uapi::GroupCreate& args,
                                           std::span<const uapi::QueueCreate> queues) {
  PanthorDevice* const ptdev = pfile->ptdev;
  PanthorScheduler* const sched = &*ptdev->scheduler;
  int ret = check_group_args(ptdev, args);
  if (ret != 0) return tl::make_unexpected(ret);
  if (queues.size() > sched->cs_slot_count) return tl::make_unexpected(-EINVAL);

  const Ptr<Group> group = ptdev->kernel.make<Group>("group");
  if (group == nullptr) return tl::make_unexpected(-ENOMEM);
  group_init(&*group, group, ptdev, args);
  ret = group_alloc_memory(pfile, &*group, args, queues.size());
  Result<std::uint32_t> gid = tl::make_unexpected(ret);
  if (ret == 0) {
    gid = reserve_handle(pfile, group);
    ret = gid ? group_create_queues(&*group, queues) : gid.error();
  }
  if (ret != 0) {
    if (gid) pfile->groups[*gid] = {};
    group_put(&*group);
    return tl::make_unexpected(ret);
  }
  {
    MutexGuard reset_guard(ptdev->kernel, sched->reset.lock);
    if (sched->reset.in_progress) {
      for (std::uint32_t i = 0; i < group->queue_count; ++i) {
        queue_stop(&*group->queues[i], nullptr);
      }
      group_get(&*group);
      list_move_tail(group->run_node, sched->reset.stopped_groups);
    } else {
      MutexGuard guard(ptdev->kernel, sched->lock);
      list_move_tail(group->run_node, sched->idle.at[group->priority]);
    }
  }
  pfile->groups[*gid].registered = true;
  return *gid;
}

int panthor_group_destroy(PanthorFile* pfile, std::uint32_t handle) {
  if (handle == 0 || handle > kMaxGroupsPerPool) return -EINVAL;
  return panthor_group_destroy_entry(pfile, handle) ? 0 : -EINVAL;
}

void panthor_group_pool_destroy(PanthorFile* pfile) {
  for (std::uint32_t gid = 1; gid <= kMaxGroupsPerPool; ++gid) {
    (void)panthor_group_destroy_entry(pfile, gid);
  }
}

int panthor_group_get_state(PanthorFile* pfile, uapi::GroupGetState* state) {
  const Ptr<Group> group = group_from_handle(pfile, state->group_handle);
  if (group == nullptr) return -EINVAL;
  *state = {};
  {
    MutexGuard guard(pfile->ptdev->kernel, pfile->ptdev->scheduler->lock);
    if (group->timedout) state->state |= uapi::kGroupStateTimedout;
    if (group->fatal_queues != 0) {
      state->state |= uapi::kGroupStateFatalFault;
      state->fatal_queues = group->fatal_queues;
    }
    if (group->innocent) state->state |= uapi::kGroupStateInnocent;
  }
  group_put(&*group);
  return 0;
}

Result<Ptr<Job>> panthor_job_create(PanthorFile* pfile, std::uint32_t group_handle,
                                    const uapi::QueueSubmit& args) {
  PanthorDevice* const ptdev = pfile->ptdev;
  if (args.pad != 0) return tl::make_unexpected(-EINVAL);
  if ((args.stream_size == 0) != (args.stream_addr == 0)) return tl::make_unexpected(-EINVAL);
  if ((args.stream_addr & 63) != 0 || (args.stream_size & 7) != 0) {
    return tl::make_unexpected(-EINVAL);
  }
  if ((args.latest_flush & uapi::kLatestFlushMustBeZero) != 0) return tl::make_unexpected(-EINVAL);

  const Ptr<Job> job = ptdev->kernel.make<Job>("job");
  if (job == nullptr) return tl::make_unexpected(-ENOMEM);
  ptdev->kernel.kref_init(job->refcount);
  job->self = job;
  job->ptdev = ptdev;
  job->node.owner = &*job;
  job->queue_idx = args.queue_index;
  job->stream_size = args.stream_size;
  job->stream_start = args.stream_addr;
  job->latest_flush = args.latest_flush;
  // The pool's look-up takes 16 bits of the handle.
  job->group = group_from_handle(pfile, group_handle & 0xffff);
  int ret = job->group == nullptr ? -EINVAL : 0;
  if (ret == 0 && !group_can_run(&*job->group)) ret = -EINVAL;
  if (ret == 0 && args.queue_index >= job->group->queue_count) ret = -EINVAL;
  if (ret == 0 && args.stream_size != 0) {
    job->done_fence = ptdev->drm.fence_alloc("job_fence");
    if (job->done_fence == nullptr) ret = -ENOMEM;
  }
  if (ret == 0) {
    Queue& queue = *job->group->queues[args.queue_index];
    ret = ptdev->drm.sched_job_init(job, queue.entity, kJobCredits);
    job->sched_ready = ret == 0;
  }
  if (ret != 0) {
    panthor_job_put(&*job);
    return tl::make_unexpected(ret);
  }
  return job;
}

}  // namespace protm::v1
