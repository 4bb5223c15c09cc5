// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <utility>
#include <vector>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_drv.h"
#include "sut-adapters/series-v1/panthor_gem.h"
#include "sut-adapters/series-v1/panthor_gem_shrinker.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/panthor_sched.h"

namespace protm::v1 {
namespace {

using contract::DrmFile;
using contract::Fence;
using contract::Ptr;
using contract::SchedJob;
namespace uapi = vocab::uapi;

constexpr std::uint32_t kMaxQueues = 32;

/// A syncobj point that jobs of this call signal, with the fence that it has or will have.
struct SyncSignal {
  std::uint32_t handle = 0;
  std::uint64_t point = 0;
  Ptr<contract::Syncobj> syncobj;
  Ptr<Fence> fence;            ///< with a reference
};

struct SubmitJob {
  Ptr<SchedJob> job;
  std::pmr::vector<uapi::SyncOp> sync_ops;
};

/// struct panthor_submit_ctx.
struct SubmitCtx {
  SubmitCtx(PanthorDevice* p, const Ptr<DrmFile>& f, void (*put)(const Ptr<SchedJob>&))
      : ptdev(p), file(f), job_put(put), jobs(p->mr), signals(p->mr), resvs(p->mr),
        objects(p->mr) {}
  PanthorDevice* ptdev;
  Ptr<DrmFile> file;
  void (*job_put)(const Ptr<SchedJob>& job);
  std::pmr::vector<SubmitJob> jobs;
  std::pmr::vector<SyncSignal> signals;
  std::pmr::vector<Ptr<contract::Resv>> resvs;
  std::pmr::vector<Ptr<contract::GemObject>> objects;   ///< of `resvs`, each with a reference
  bool locked = false;
};

bool sync_op_is_signal(const uapi::SyncOp& op) { return (op.flags & uapi::kSyncOpSignal) != 0; }

int panthor_check_sync_op(const uapi::SyncOp& op) {
  bool known = (op.flags & ~(uapi::kSyncOpSignal | uapi::kSyncOpHandleTypeMask)) == 0;
  switch (op.flags & uapi::kSyncOpHandleTypeMask) {
    case uapi::kSyncOpHandleTypeTimelineSyncobj:
      break;
    case uapi::kSyncOpHandleTypeSyncobj:
      known = known && op.timeline_value == 0;   // a binary one has no points
      break;
    default:
      known = false;
  }
  return known ? 0 : -EINVAL;
}

SyncSignal* panthor_submit_ctx_search_sync_signal(SubmitCtx* ctx, const uapi::SyncOp& op) {
  for (SyncSignal& signal : ctx->signals) {
    if (signal.handle == op.handle && signal.point == op.timeline_value) return &signal;
  }
  return nullptr;
}

int panthor_submit_ctx_get_sync_signal(SubmitCtx* ctx, const uapi::SyncOp& op) {
  if (panthor_submit_ctx_search_sync_signal(ctx, op) != nullptr) return 0;
  contract::Drm& drm = ctx->ptdev->drm;
  SyncSignal signal{op.handle, op.timeline_value, drm.syncobj_find(ctx->file, op.handle), {}};
  if (signal.syncobj == nullptr) return -EINVAL;
  const auto fence = drm.syncobj_find_fence(ctx->file, op.handle, op.timeline_value);
  if (fence) signal.fence = *fence;
  ctx->signals.push_back(signal);
  return 0;
}

int panthor_submit_ctx_collect_jobs_signal_ops(SubmitCtx* ctx) {
  for (const SubmitJob& job : ctx->jobs) {
    for (const uapi::SyncOp& op : job.sync_ops) {
      if (!sync_op_is_signal(op)) continue;
      int ret = panthor_check_sync_op(op);
      if (ret == 0) ret = panthor_submit_ctx_get_sync_signal(ctx, op);
      if (ret != 0) return ret;
    }
  }
  return 0;
}

// The VM's reservation and those of all objects that are shared with others, as
// drm_gpuvm_prepare_objects() has them: those that a mapping or an operation under way refers to.
// It walks a list of objects and not the mappings, so it waits for no operation. The objects stay
// until they are unlocked: a lock may be long in coming, and a job may end before that.
// Source: drm_exec.c drm_exec_obj_locked().
int panthor_vm_prepare_mapped_bos_resvs(SubmitCtx* ctx, Vm* vm) {
  contract::Drm& drm = ctx->ptdev->drm;
  const Ptr<contract::Resv> root = vm->root_gem->resv;
  ctx->resvs.push_back(root);
  drm.gem_get(vm->root_gem);
  ctx->objects.push_back(vm->root_gem);
  for (const VmBo& vm_bo : ctx->ptdev->reclaim.vm_bos) {
    if (vm_bo.vm != vm) continue;
    const Ptr<contract::Resv> resv = vm_bo.bo->resv;
    if (resv == root) continue;
    drm.gem_get(vm_bo.bo->self);
    ctx->objects.push_back(vm_bo.bo->self);
    const auto end = ctx->resvs.end();
    if (std::find(ctx->resvs.begin(), end, resv) == end) ctx->resvs.push_back(resv);
  }
  const int ret = drm.resv_lock_all(ctx->resvs);
  ctx->locked = ret == 0;
  return ret;
}

int panthor_submit_ctx_add_wait(SubmitCtx* ctx, const Ptr<SchedJob>& job, const uapi::SyncOp& op) {
  int ret = panthor_check_sync_op(op);
  if (ret != 0) return ret;
  contract::Drm& drm = ctx->ptdev->drm;
  const SyncSignal* const signal = panthor_submit_ctx_search_sync_signal(ctx, op);
  Ptr<Fence> fence;
  if (signal != nullptr) {
    // Upstream WARNs, which anybody who may submit can provoke.
    if (signal->fence == nullptr) return -EINVAL;
    fence = signal->fence;
    drm.fence_get(fence);
  } else {
    const auto found = drm.syncobj_find_fence(ctx->file, op.handle, op.timeline_value);
    if (!found) return found.error();
    fence = *found;
  }
  return drm.sched_job_add_dependency(job, fence);
}

int panthor_submit_ctx_add_sync_deps_to_job(SubmitCtx* ctx, const SubmitJob& job) {
  for (const uapi::SyncOp& op : job.sync_ops) {
    if (sync_op_is_signal(op)) continue;
    const int ret = panthor_submit_ctx_add_wait(ctx, job.job, op);
    if (ret != 0) return ret;
  }
  return 0;
}

// Later jobs of this call that wait for the point get the fence of this job.
void panthor_submit_ctx_update_job_sync_signal_fences(SubmitCtx* ctx, const SubmitJob& job) {
  contract::Drm& drm = ctx->ptdev->drm;
  const Ptr<Fence> done = drm.sched_job_finished(job.job);
  for (const uapi::SyncOp& op : job.sync_ops) {
    if (!sync_op_is_signal(op)) continue;
    SyncSignal* const signal = panthor_submit_ctx_search_sync_signal(ctx, op);
    drm.fence_put(signal->fence);
    drm.fence_get(done);
    signal->fence = done;
  }
}

int panthor_submit_ctx_add_deps_and_arm_jobs(SubmitCtx* ctx) {
  for (const SubmitJob& job : ctx->jobs) {
    const int ret = panthor_submit_ctx_add_sync_deps_to_job(ctx, job);
    if (ret != 0) return ret;
    ctx->ptdev->drm.sched_job_arm(job.job);
    panthor_submit_ctx_update_job_sync_signal_fences(ctx, job);
  }
  return 0;
}

// Nothing fails from here on.
void panthor_submit_ctx_push_jobs(SubmitCtx* ctx) {
  contract::Drm& drm = ctx->ptdev->drm;
  for (const SubmitJob& job : ctx->jobs) {
    const Ptr<Fence> done = drm.sched_job_finished(job.job);
    for (const auto& resv : ctx->resvs) drm.resv_add_fence(resv, done);
  }
  for (SubmitJob& job : ctx->jobs) {
    drm.sched_entity_push_job(job.job);
    job.job = nullptr;   // the scheduler has it now
  }
  for (const SyncSignal& signal : ctx->signals) {
    if (signal.point != 0) {
      drm.syncobj_add_point(signal.syncobj, signal.fence, signal.point);
    } else {
      drm.syncobj_replace_fence(signal.syncobj, signal.fence);
    }
  }
}

void panthor_submit_ctx_cleanup(SubmitCtx* ctx) {
  contract::Drm& drm = ctx->ptdev->drm;
  if (ctx->locked) drm.resv_unlock_all(ctx->resvs);
  for (const Ptr<contract::GemObject>& object : ctx->objects) drm.gem_put(object);
  for (const SyncSignal& signal : ctx->signals) {
    drm.fence_put(signal.fence);
    drm.syncobj_put(signal.syncobj);
  }
  for (const SubmitJob& job : ctx->jobs) {
    if (job.job != nullptr) ctx->job_put(job.job);
  }
}

int panthor_submit_ctx_add_job(SubmitCtx* ctx, const contract::Result<Ptr<SchedJob>>& job,
                               const uapi::ObjArray& syncs) {
  if (!job) return job.error();
  ctx->jobs.push_back({*job, std::pmr::vector<uapi::SyncOp>(ctx->ptdev->mr)});
  auto ops = panthor_get_uobjs<uapi::SyncOp>(ctx->ptdev, syncs);
  if (!ops) return ops.error();
  ctx->jobs.back().sync_ops = std::move(*ops);
  return 0;
}

// From the jobs of a call to their queues.
int panthor_submit_ctx_submit(SubmitCtx* ctx, Vm* vm, bool validates) {
  int ret = panthor_submit_ctx_collect_jobs_signal_ops(ctx);
  if (ret == 0) ret = panthor_vm_prepare_mapped_bos_resvs(ctx, vm);
  if (ret == 0 && validates) ret = panthor_vm_validate(vm);
  if (ret == 0) ret = panthor_submit_ctx_add_deps_and_arm_jobs(ctx);
  if (ret == 0) panthor_submit_ctx_push_jobs(ctx);
  return ret;
}

void group_job_put(const Ptr<SchedJob>& job) { panthor_job_put(&*contract::ptr_cast<Job>(job)); }

int panthor_group_submit(SubmitCtx* ctx, PanthorFile* pfile, const uapi::GroupSubmit& args) {
  const auto submits = panthor_get_uobjs<uapi::QueueSubmit>(ctx->ptdev, args.queue_submits);
  if (!submits) return submits.error();
  Vm* vm = nullptr;
  for (const uapi::QueueSubmit& submit : *submits) {
    const auto job = panthor_job_create(pfile, args.group_handle, submit);
    if (job) vm = &*(*job)->group->vm;
    const int ret = panthor_submit_ctx_add_job(
        ctx, job.map([](const Ptr<Job>& made) { return Ptr<SchedJob>(made); }), submit.syncs);
    if (ret != 0) return ret;
  }
  return vm == nullptr ? 0 : panthor_submit_ctx_submit(ctx, vm, true);
}

int panthor_vm_bind_submit(SubmitCtx* ctx, Vm* vm, const uapi::ObjArray& array) {
  const auto ops = panthor_get_uobjs<uapi::VmBindOp>(ctx->ptdev, array);
  if (!ops) return ops.error();
  for (const uapi::VmBindOp& op : *ops) {
    const auto job = panthor_vm_bind_job_create(ctx->file, vm, op);
    const int ret = panthor_submit_ctx_add_job(ctx, job, op.syncs);
    if (ret != 0) return ret;
    if (const auto resv = panthor_vm_bind_job_resv(*job)) ctx->resvs.push_back(resv);
  }
  return ctx->jobs.empty() ? 0 : panthor_submit_ctx_submit(ctx, vm, false);
}

int group_priority_permit(PanthorDevice* ptdev, std::uint8_t priority) {
  if (priority > uapi::kGroupPriorityRealtime) return -EINVAL;
  if (priority <= uapi::kGroupPriorityMedium) return 0;
  return ptdev->kernel.capable_sys_nice() ? 0 : -EACCES;
}

}  // namespace

int panthor_ioctl_vm_bind_async(PanthorDevice* ptdev, const Ptr<DrmFile>& file, Vm* vm,
                                const uapi::VmBind& args) {
  SubmitCtx ctx(ptdev, file, panthor_vm_bind_job_put);
  const int ret = panthor_vm_bind_submit(&ctx, vm, args.ops);
  panthor_submit_ctx_cleanup(&ctx);
  return ret;
}

int panthor_ioctl_group_create(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  PanthorFile* const pfile = to_panthor_file(file);
  auto* const args = static_cast<uapi::GroupCreate*>(arg);
  if (args->queues.count - 1 >= kMaxQueues) return -EINVAL;   // none, or too many
  // The base does without (7.3): an unbind that comes between takes the firmware's VM away, of
  // which the buffers of a group become a part.
  if (!pfile->ptdev->kernel.dev_enter()) return -ENODEV;
  const auto handle =
      panthor_get_uobjs<uapi::QueueCreate>(pfile->ptdev, args->queues)
          .and_then([&](const std::pmr::vector<uapi::QueueCreate>& queues)
                        -> contract::Result<std::uint32_t> {
            const int denied = group_priority_permit(pfile->ptdev, args->priority);
            if (denied != 0) return tl::make_unexpected(denied);
            return panthor_group_create(pfile, *args, queues);
          });
  pfile->ptdev->kernel.dev_exit();
  args->group_handle = handle.value_or(args->group_handle);
  return handle ? 0 : handle.error();
}

int panthor_ioctl_group_destroy(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  const auto& args = *static_cast<const uapi::GroupDestroy*>(arg);
  if (args.pad != 0) return -EINVAL;
  return panthor_group_destroy(to_panthor_file(file), args.group_handle);
}

int panthor_ioctl_group_get_state(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  auto& args = *static_cast<uapi::GroupGetState*>(arg);
  if (args.pad != 0) return -EINVAL;
  return panthor_group_get_state(to_panthor_file(file), &args);
}

int panthor_ioctl_group_submit(void* /*driver*/, void* arg, const Ptr<DrmFile>& file) {
  PanthorFile* const pfile = to_panthor_file(file);
  const auto& args = *static_cast<const uapi::GroupSubmit*>(arg);
  if (args.pad != 0) return -EINVAL;
  if (!pfile->ptdev->kernel.dev_enter()) return -ENODEV;
  SubmitCtx ctx(pfile->ptdev, file, group_job_put);
  const int ret = panthor_group_submit(&ctx, pfile, args);
  panthor_submit_ctx_cleanup(&ctx);
  pfile->ptdev->kernel.dev_exit();
  return ret;
}

}  // namespace protm::v1
