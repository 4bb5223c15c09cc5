// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/vm_bind.h"

#include "gpu-model/vocab/errno.h"
#include "oracle/reference/vm_op.h"

namespace protm::reference {

using contract::MutexGuard;
using contract::SchedJob;
using tl::unexpected;

struct BindJob : SchedJob {
  BindJob(const Ptr<Vm>& of, const VmOp& op) : vm(of), run(*of, op) {}
  Ptr<BindJob> self;             ///< no reference
  contract::Kref ref;
  Ptr<Vm> vm;                    ///< with a reference
  VmOpRun run;
  bool sched_ready = false;      ///< drm_sched knows the job
  contract::Work cleanup{.role = "bind_job.cleanup"};
};

/// What drm_sched calls.
struct BindOps {
  static Result<Ptr<contract::Fence>> run(void*, const Ptr<SchedJob>& base) {
    const int error = contract::ptr_cast<BindJob>(base)->run.run(OnFailure::vm_unusable);
    if (error != 0) return unexpected(error);
    return Ptr<contract::Fence>();  // done: there is nothing to wait for
  }
  static contract::TimedoutResult timedout(void*, const Ptr<SchedJob>& base) {
    contract::ptr_cast<BindJob>(base)->vm->d->k.warn("a bind took too long");
    return contract::TimedoutResult::reset;
  }
  // The last reference of a VM must not go in the VM's own queue.
  static void free(void*, const Ptr<SchedJob>& base) {
    const Ptr<BindJob> job = contract::ptr_cast<BindJob>(base);
    Device& d = *job->vm->d;
    d.drm.sched_job_cleanup(job);
    job->sched_ready = false;
    job->cleanup.fn = contract::bind_fn<&BindOps::clean_up>(job);
    d.k.queue_work(d.cleanup_wq, job->cleanup);
  }
  static void clean_up(BindJob* job) { put(*job->vm->d, job->self); }
  static void put(Device& d, const Ptr<BindJob>& job) {
    if (!d.k.kref_put(job->ref, "bind_job")) return;
    if (job->sched_ready) d.drm.sched_job_cleanup(job);
    const Ptr<Vm> vm = job->vm;
    d.k.free(job);
    Vms::put(vm);
  }
};

const contract::SchedOps BindQueues::kOps{
    .run_job = BindOps::run, .timedout_job = BindOps::timedout, .free_job = BindOps::free};

int BindQueues::add(const Ptr<Vm>& vm) {
  vm->bind_node.owner = vm;
  const contract::SchedConfig config{
      .ops = &kOps, .submit_wq = d_.bind_wq, .timeout_wq = {}, .credit_limit = 1};
  int error = d_.drm.sched_init(vm->bind_sched, config);
  if (error != 0) return error;
  vm->bind_sched_live = true;
  error = d_.drm.sched_entity_init(vm->bind_entity, vm->bind_sched);
  if (error != 0) return error;
  vm->bind_entity_live = true;
  MutexGuard lock(d_.k, lock_);
  vms().push_back(vm->bind_node);
  if (stopped_) d_.drm.sched_stop(vm->bind_sched, nullptr);
  return 0;
}

void BindQueues::remove(Vm& vm) {
  {
    MutexGuard lock(d_.k, lock_);
    vms().remove(vm.bind_node);
  }
  if (vm.bind_entity_live) d_.drm.sched_entity_destroy(vm.bind_entity);
  if (vm.bind_sched_live) d_.drm.sched_fini(vm.bind_sched);
  vm.bind_entity_live = vm.bind_sched_live = false;
}

void BindQueues::stop_all() {
  MutexGuard lock(d_.k, lock_);
  stopped_ = true;
  vms().for_each([&](const Ptr<Vm>& vm) { d_.drm.sched_stop(vm->bind_sched, nullptr); });
}

void BindQueues::start_all() {
  MutexGuard lock(d_.k, lock_);
  vms().for_each([&](const Ptr<Vm>& vm) { d_.drm.sched_start(vm->bind_sched, 0); });
  stopped_ = false;
}

Result<Ptr<SchedJob>> BindQueues::make_job(const Ptr<Vm>& vm, const VmOp& op) {
  Device& d = *vm->d;
  const Ptr<BindJob> job = d.k.make<BindJob>("bind_job", vm, op);
  if (!job) return unexpected(-ENOMEM);
  job->self = job;
  d.k.kref_init(job->ref);
  Vms::get(vm);
  int error = job->run.prepare();
  if (error == 0) error = d.drm.sched_job_init(job, vm->bind_entity, 1);
  if (error != 0) {
    BindOps::put(d, job);
    return unexpected(error);
  }
  job->sched_ready = true;
  return Ptr<SchedJob>(job);
}

void BindQueues::get_job(Device& d, const Ptr<SchedJob>& job) {
  d.k.kref_get(contract::ptr_cast<BindJob>(job)->ref, "bind_job");
}

void BindQueues::put_job(Device& d, const Ptr<SchedJob>& job) {
  BindOps::put(d, contract::ptr_cast<BindJob>(job));
}

}  // namespace protm::reference
