// SPDX-License-Identifier: GPL-2.0-only
// The VM_BIND queue of each VM: a scheduler with one entity whose jobs run where they are queued.
#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_mmu_op.h"
#include "sut-adapters/series-v1/panthor_sched.h"

namespace protm::v1 {
namespace {

using contract::Fence;
using contract::MutexGuard;
using contract::Ptr;
using contract::Result;
using contract::SchedJob;

/// struct panthor_vm_bind_job.
struct VmBindJob : SchedJob {
  explicit VmBindJob(std::pmr::memory_resource* memory) : ctx(memory) {}
  Ptr<VmBindJob> self;                 ///< no reference
  contract::Kref refcount;
  Vm* vm = nullptr;                    ///< with a reference
  VmOpCtx ctx;
  contract::Work cleanup_op_ctx_work{"vm_bind.cleanup"};
  bool has_sched_job = false;
};

VmBindJob* to_bind_job(const Ptr<SchedJob>& base) { return &*contract::ptr_cast<VmBindJob>(base); }

void panthor_vm_bind_job_release(VmBindJob* job) {
  Vm* const vm = job->vm;
  if (job->has_sched_job) vm->ptdev->drm.sched_job_cleanup(job->self);
  panthor_vm_cleanup_op_ctx(&job->ctx, vm);
  vm->ptdev->kernel.free(Ptr<VmBindJob>(job->self));
  panthor_vm_put(vm);
}

void cleanup_op_ctx(VmBindJob* job) { panthor_vm_bind_job_put(job->self); }

Result<Ptr<Fence>> panthor_vm_bind_run_job(void* /*driver*/, const Ptr<SchedJob>& base) {
  VmBindJob* const job = to_bind_job(base);
  const int ret = panthor_vm_exec_op(job->vm, &job->ctx, VmOpFailure::flags_vm_unusable);
  return ret == 0 ? Result<Ptr<Fence>>(nullptr) : tl::make_unexpected(ret);
}

contract::TimedoutResult panthor_vm_bind_timedout_job(void* /*driver*/,
                                                      const Ptr<SchedJob>& base) {
  to_bind_job(base)->vm->ptdev->kernel.warn("VM_BIND operation timed out");
  return contract::TimedoutResult::reset;
}

// What the operation no longer needs goes from another queue: this one may end with it.
void panthor_vm_bind_free_job(void* /*driver*/, const Ptr<SchedJob>& base) {
  VmBindJob* const job = to_bind_job(base);
  PanthorDevice* const ptdev = job->vm->ptdev;
  ptdev->drm.sched_job_cleanup(base);
  job->has_sched_job = false;
  ptdev->kernel.queue_work(ptdev->scheduler->cleanup_wq, job->cleanup_op_ctx_work);
}

constexpr contract::SchedOps kPanthorVmBindOps{
    .run_job = panthor_vm_bind_run_job,
    .timedout_job = panthor_vm_bind_timedout_job,
    .free_job = panthor_vm_bind_free_job,
};

}  // namespace

int panthor_vm_sched_init(Vm* vm) {
  PanthorDevice* const ptdev = vm->ptdev;
  auto& vms = ptdev->mmu->vm;
  int ret = ptdev->drm.sched_init(
      vm->sched, {.ops = &kPanthorVmBindOps, .submit_wq = vms.wq, .timeout_wq = {},
                  .credit_limit = 1});
  if (ret != 0) return ret;
  ret = ptdev->drm.sched_entity_init(vm->entity, vm->sched);
  if (ret != 0) {
    ptdev->drm.sched_fini(vm->sched);
    return ret;
  }
  vm->has_sched = true;
  vm->node.owner = vm;
  MutexGuard guard(ptdev->kernel, vms.lock);
  list_move_tail(vm->node, vms.list);
  if (vms.reset_in_progress) ptdev->drm.sched_stop(vm->sched, nullptr);
  return 0;
}

void panthor_vm_sched_fini(Vm* vm) {
  if (!vm->has_sched) return;
  PanthorDevice* const ptdev = vm->ptdev;
  auto& vms = ptdev->mmu->vm;
  ptdev->kernel.mutex_lock(vms.lock);
  list_del_init(vm->node);
  // No job is left: the scheduler can go on although a reset is under way.
  if (vms.reset_in_progress) ptdev->drm.sched_start(vm->sched, 0);
  ptdev->kernel.mutex_unlock(vms.lock);
  ptdev->drm.sched_entity_destroy(vm->entity);
  ptdev->drm.sched_fini(vm->sched);
  vm->has_sched = false;
}

void panthor_mmu_stop_vms(PanthorDevice* ptdev) {
  auto& vms = ptdev->mmu->vm;
  MutexGuard guard(ptdev->kernel, vms.lock);
  vms.reset_in_progress = true;
  list_for_each_safe(vms.list, [&](Vm* vm) { ptdev->drm.sched_stop(vm->sched, nullptr); });
}

void panthor_mmu_start_vms(PanthorDevice* ptdev) {
  auto& vms = ptdev->mmu->vm;
  MutexGuard guard(ptdev->kernel, vms.lock);
  list_for_each_safe(vms.list, [&](Vm* vm) { ptdev->drm.sched_start(vm->sched, 0); });
  vms.reset_in_progress = false;
}

Result<Ptr<SchedJob>> panthor_vm_bind_job_create(const Ptr<contract::DrmFile>& file, Vm* vm,
                                                 const vocab::uapi::VmBindOp& op) {
  contract::Kernel& k = vm->ptdev->kernel;
  if (vm->destroyed || vm->unusable) return tl::make_unexpected(-EINVAL);
  const auto job = k.make<VmBindJob>("bind_job", k.memory());
  if (job == nullptr) return tl::make_unexpected(-ENOMEM);
  int ret = panthor_vm_bind_prepare_op_ctx(file, vm, op, &job->ctx);
  if (ret != 0) {
    k.free(job);
    return tl::make_unexpected(ret);
  }
  job->self = job;
  job->vm = &*panthor_vm_get(vm);
  k.kref_init(job->refcount);
  job->cleanup_op_ctx_work.fn = contract::bind_fn<cleanup_op_ctx>(job);
  ret = vm->ptdev->drm.sched_job_init(job, vm->entity, 1);
  job->has_sched_job = ret == 0;
  if (job->has_sched_job) return Ptr<SchedJob>(job);
  panthor_vm_bind_job_put(job);
  return tl::make_unexpected(ret);
}

void panthor_vm_bind_job_put(const Ptr<SchedJob>& job) {
  VmBindJob* const bind = to_bind_job(job);
  const bool last = bind->vm->ptdev->kernel.kref_put(bind->refcount, "vm_bind_job");
  if (last) panthor_vm_bind_job_release(bind);
}

Ptr<contract::Resv> panthor_vm_bind_job_resv(const Ptr<SchedJob>& job) {
  const Ptr<PanthorGem> bo = to_bind_job(job)->ctx.bo;
  return bo == nullptr ? Ptr<contract::Resv>() : bo->resv;
}

}  // namespace protm::v1
