// SPDX-License-Identifier: GPL-2.0-only
// Schedulers, entities and jobs up to the hardware; sched_recovery.cc has timeout, stop, start,
// kill.
#include "sut-adapters/host/sched_core.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace protm::host {

using contract::bind_fn;
using contract::GpuScheduler;
using contract::OopsKind;
using contract::Ptr;
using contract::SchedEntity;
using contract::SchedJob;

SchedCore::SchedPtr SchedCore::sched_of(const GpuScheduler& sched) {
  const auto it = scheds_.find(sched.id);
  if (it == scheds_.end()) contract::oops(OopsKind::bad_call, "drm_gpu_scheduler");
  return it->second;
}

SchedCore::JobPtr SchedCore::job_by_id(std::uint32_t id) {
  const auto it = jobs_.find(id);
  if (it == jobs_.end()) contract::oops(OopsKind::bad_call, "drm_sched_job");
  return it->second;
}

SchedCore::JobPtr SchedCore::job_of(const Ptr<SchedJob>& job) { return job_by_id(job->id); }

int SchedCore::init(GpuScheduler& sched, const contract::SchedConfig& config, void* driver) {
  if (scheds_.contains(sched.id)) {
    ctx_.kernel.warn("drm_sched initialised twice");
    return 0;
  }
  const SchedPtr made = ctx_.kernel.make<Sched>("drm_sched", this, ctx_.memory);
  if (made == nullptr) return -ENOMEM;
  Sched& s = *made;
  s.id = sched.id = ++last_id_;
  s.role = sched.role;
  s.config = config;
  s.driver = driver;
  if (s.config.submit_wq.id == 0) {
    s.config.submit_wq = ctx_.kernel.alloc_workqueue(s.role, contract::WorkqueueKind::ordered);
    s.owns_submit_wq = true;
  }
  if (s.config.timeout_wq.id == 0) s.config.timeout_wq = ctx_.kernel.system_wq();
  s.run_work.role = "sched.run_job";
  s.free_work.role = "sched.free_job";
  s.timeout_work.role = "sched.timeout";
  s.job_scheduled.role = "sched.job_scheduled";
  s.run_work.fn = bind_fn<&SchedCore::run_work>(made);
  s.free_work.fn = bind_fn<&SchedCore::free_work>(made);
  s.timeout_work.fn = bind_fn<&SchedCore::timeout_work>(made);
  scheds_.emplace(s.id, made);
  return 0;
}

void SchedCore::fini(GpuScheduler& sched) {
  const SchedPtr s = sched_of(sched);
  s->paused = true;
  ctx_.kernel.cancel_work_sync(s->run_work);
  ctx_.kernel.cancel_work_sync(s->free_work);
  for (const std::uint32_t id : s->entities) entities_.at(id)->stopped = true;
  ctx_.kernel.wake_up_all(s->job_scheduled);
  ctx_.kernel.cancel_delayed_work_sync(s->timeout_work);
  if (s->owns_submit_wq) ctx_.kernel.destroy_workqueue(s->config.submit_wq);
  if (!s->pending.empty()) ctx_.kernel.warn("drm_sched torn down with pending jobs");
  scheds_.erase(s->id);
  sched.id = 0;
  ctx_.kernel.free(s);
}

int SchedCore::entity_init(SchedEntity& entity, GpuScheduler& sched) {
  const EntityPtr made = ctx_.kernel.make<Entity>("sched_entity", this, ctx_.memory);
  if (made == nullptr) return -ENOMEM;
  Entity& e = *made;
  e.id = entity.id = ++last_id_;
  e.sched = sched_of(sched);
  e.context = fences_.context_alloc(2);
  e.idle.role = "sched.entity_idle";
  ctx_.kernel.init_completion(e.idle);
  ctx_.kernel.complete_all(e.idle);  // an entity that never ran is idle
  entities_.emplace(e.id, made);
  e.sched->entities.push_back(e.id);
  return 0;
}

int SchedCore::job_init(const Ptr<SchedJob>& job, SchedEntity& entity, std::uint32_t credits) {
  if (credits == 0) return -EINVAL;
  job->id = 0;
  const auto it = entities_.find(entity.id);
  if (it == entities_.end()) return -ENOENT;
  const JobPtr made = ctx_.kernel.make<Job>("sched_job", this, ctx_.memory);
  if (made == nullptr) return -ENOMEM;
  const FencePtr scheduled = fences_.alloc("sched_fence");
  const FencePtr finished = scheduled != nullptr ? fences_.alloc("sched_fence") : nullptr;
  if (finished == nullptr) {
    fences_.put(scheduled);
    ctx_.kernel.free(made);
    return -ENOMEM;
  }
  Job& j = *made;
  j.id = job->id = ++last_id_;
  j.job = job;
  j.entity = it->second;
  j.sched = it->second->sched;
  j.ops = j.sched->config.ops;
  j.driver = j.sched->driver;
  j.credits = job->credits = credits;
  j.scheduled = scheduled;
  j.finished = finished;
  jobs_.emplace(j.id, made);
  return 0;
}

void SchedCore::job_arm(const Ptr<SchedJob>& job) {
  Job& j = *job_of(job);
  Entity& e = *j.entity;
  const std::uint64_t seqno = ++e.seqno;
  fences_.init(j.scheduled, e.context, seqno);
  fences_.init(j.finished, e.context + 1, seqno);
  for (const FencePtr& fence : {j.scheduled, j.finished}) {
    FenceTable::obj(fence)->driver_name = "drm_sched";
    FenceTable::obj(fence)->timeline_name = j.sched->role;
  }
  j.armed = true;
}

void SchedCore::job_cleanup(const Ptr<SchedJob>& job) {
  const JobPtr j = job_of(job);
  fences_.put(std::exchange(j->parent, nullptr));
  fences_.put(std::exchange(j->scheduled, nullptr));
  fences_.put(std::exchange(j->finished, nullptr));
  for (std::size_t i = 0; i < j->dependencies.size(); ++i) fences_.put(j->dependencies[i]);
  jobs_.erase(j->id);
  job->id = 0;
  ctx_.kernel.free(j);
}

int SchedCore::job_add_dependency(const Ptr<SchedJob>& job, const FencePtr& fence) {
  if (fence == nullptr) return 0;
  Job& j = *job_of(job);
  for (FencePtr& known : j.dependencies) {
    if (known->context != fence->context) continue;
    // Of one context only the later one counts.
    FencePtr earlier = fence;
    if (fence->seqno > known->seqno) earlier = std::exchange(known, fence);
    fences_.put(earlier);
    return 0;
  }
  j.dependencies.push_back(fence);
  return 0;
}

void SchedCore::push_job(const Ptr<SchedJob>& job) {
  Job& j = *job_of(job);
  if (!j.armed) ctx_.kernel.warn("drm_sched job pushed before arm");
  Entity& e = *j.entity;
  if (e.stopped) ctx_.kernel.warn("drm_sched job pushed to a killed entity");
  e.queue.push_back(j.id);
  if (e.queue.size() == 1) queue_run(*e.sched);
}

FencePtr SchedCore::job_finished(const Ptr<SchedJob>& job) { return job_of(job)->finished; }

void SchedCore::queue_run(Sched& sched) {
  if (!sched.paused) ctx_.kernel.queue_work(sched.config.submit_wq, sched.run_work);
}

void SchedCore::queue_free(Sched& sched) {
  if (!sched.paused) ctx_.kernel.queue_work(sched.config.submit_wq, sched.free_work);
}

void SchedCore::start_timeout(Sched& sched) {
  if (sched.config.timeout_jiffies == UINT64_MAX || sched.pending.empty()) return;
  ctx_.kernel.mod_delayed_work(sched.config.timeout_wq, sched.timeout_work,
                               sched.config.timeout_jiffies);
}

// --- running jobs --------------------------------------------------------------------------------

bool SchedCore::entity_ready(const Entity& entity) const {
  return !entity.stopped && !entity.queue.empty() && entity.dependency == nullptr;
}

SchedCore::EntityPtr SchedCore::select_entity(Sched& sched) {
  for (const std::uint32_t id : sched.entities) {
    const EntityPtr entity = entities_.at(id);
    if (!entity_ready(*entity)) continue;
    Job& head = *job_by_id(entity->queue.front());
    if (head.credits > sched.config.credit_limit) {
      ctx_.kernel.warn("drm_sched job needs more credits than there are");
      head.credits = sched.config.credit_limit;
    }
    if (sched.config.credit_limit - sched.credit_count < head.credits) return nullptr;
    ctx_.kernel.init_completion(entity->idle);
    return entity;
  }
  return nullptr;
}

void SchedCore::entity_wakeup(Entity* entity) {
  SchedCore& core = *entity->core;
  core.fences_.put(std::exchange(entity->dependency, nullptr));
  core.queue_run(*entity->sched);
}

bool SchedCore::wait_for_dependency(const EntityPtr& entity, Job& job) {
  while (job.next_dependency < job.dependencies.size()) {
    const FencePtr fence = job.dependencies[job.next_dependency++];
    const bool own = fence->context == entity->context || fence->context == entity->context + 1;
    if (own) continue;
    entity->dependency_waiter =
        fences_.add_callback(fence, bind_fn<&SchedCore::entity_wakeup>(entity));
    if (entity->dependency_waiter == 0) continue;
    fences_.get(fence);
    entity->dependency = fence;
    return true;
  }
  return false;
}

SchedCore::JobPtr SchedCore::pop_job(const EntityPtr& entity) {
  const JobPtr job = job_by_id(entity->queue.front());
  if (wait_for_dependency(entity, *job)) return nullptr;
  entity->queue.pop_front();
  fences_.get(job->finished);
  fences_.put(std::exchange(entity->last_scheduled, job->finished));
  return job;
}

void SchedCore::set_parent(Job& job, const FencePtr& fence) {
  if (fence != nullptr) fences_.get(fence);
  fences_.put(std::exchange(job.parent, fence));
}

void SchedCore::parent_signalled(Job* job) {
  job->parent_waiter = 0;
  job->core->job_done(*job, job->core->fences_.error(job->parent));
}

bool SchedCore::watch_parent(const JobPtr& job) {
  job->parent_waiter =
      fences_.add_callback(job->parent, bind_fn<&SchedCore::parent_signalled>(job));
  return job->parent_waiter != 0;
}

void SchedCore::finish(Job& job, int error) {
  const FencePtr finished = job.finished;
  const FenceRef keep(fences_, finished);
  if (error != 0) fences_.set_error(finished, error);
  fences_.signal(finished);
}

void SchedCore::job_done(Job& job, int error) {
  Sched& sched = *job.sched;
  sched.credit_count -= job.credits;
  finish(job, error);
  queue_free(sched);
}

void SchedCore::run_one(Sched& sched, const JobPtr& job) {
  const EntityPtr entity = job->entity;
  const Ptr<SchedJob> driver_side = driver_job(job);
  sched.credit_count += job->credits;
  sched.pending.push_back(job->id);
  start_timeout(sched);
  const contract::Result<FencePtr> fence = sched.config.ops->run_job(sched.driver, driver_side);
  ctx_.kernel.complete_all(entity->idle);
  const bool has_fence = fence && *fence != nullptr;
  if (has_fence) set_parent(*job, *fence);
  fences_.signal(job->scheduled);
  if (!has_fence) {
    job_done(*job, fence ? 0 : fence.error());
  } else {
    if (!watch_parent(job)) job_done(*job, fences_.error(*fence));
    fences_.put(*fence);
  }
  ctx_.kernel.wake_up_all(sched.job_scheduled);
  queue_run(sched);
}

void SchedCore::run_work(Sched* sched) {
  SchedCore& core = *sched->core;
  if (sched->paused) return;
  const EntityPtr entity = core.select_entity(*sched);
  if (entity == nullptr) return;
  const JobPtr job = core.pop_job(entity);
  if (job == nullptr) {
    core.ctx_.kernel.complete_all(entity->idle);
    core.queue_run(*sched);
    return;
  }
  core.run_one(*sched, job);
}

SchedCore::JobPtr SchedCore::take_finished(Sched& sched, bool& more) {
  more = false;
  if (sched.pending.empty()) return nullptr;
  const JobPtr head = job_by_id(sched.pending.front());
  if (!fences_.is_signalled(head->finished)) return nullptr;
  sched.pending.pop_front();
  ctx_.kernel.cancel_delayed_work(sched.timeout_work);
  if (!sched.pending.empty()) {
    more = fences_.is_signalled(job_by_id(sched.pending.front())->finished);
    start_timeout(sched);
  }
  return head;
}

void SchedCore::free_work(Sched* sched) {
  SchedCore& core = *sched->core;
  if (sched->paused) return;
  bool more = false;
  const JobPtr job = core.take_finished(*sched, more);
  if (job != nullptr) {
    sched->config.ops->free_job(sched->driver, core.driver_job(job));
    if (more) core.queue_free(*sched);
  }
  core.queue_run(*sched);
}

}  // namespace protm::host
