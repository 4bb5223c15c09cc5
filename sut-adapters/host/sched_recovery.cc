// SPDX-License-Identifier: GPL-2.0-only
// drm_sched when something goes wrong: timeout, stop and start around a reset, killed entities.
// Source: facts-host.md S18-S26.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "sut-adapters/host/sched_core.h"

namespace protm::host {

using contract::bind_fn;
using contract::GpuScheduler;
using contract::Ptr;
using contract::SchedEntity;
using contract::SchedJob;
using contract::TimedoutResult;

void SchedCore::fault(GpuScheduler& sched) {
  const SchedPtr s = sched_of(sched);
  ctx_.kernel.mod_delayed_work(s->config.timeout_wq, s->timeout_work, 0);
}

void SchedCore::timeout_work(Sched* sched) {
  SchedCore& core = *sched->core;
  TimedoutResult answer = TimedoutResult::reset;
  if (!sched->pending.empty()) {
    const JobPtr job = core.job_by_id(sched->pending.front());
    const Ptr<SchedJob> driver_side = core.driver_job(job);
    sched->pending.pop_front();
    answer = sched->config.ops->timedout_job(sched->driver, driver_side);
    if (std::exchange(sched->free_guilty, false)) {
      sched->config.ops->free_job(sched->driver, driver_side);
    }
    if (answer == TimedoutResult::no_hang) {
      sched->pending.push_front(job->id);
      if (core.fences_.is_signalled(job->finished)) core.queue_free(*sched);
    }
  }
  if (answer != TimedoutResult::enodev) core.start_timeout(*sched);
}

void SchedCore::remove_from_pending(Sched& sched, std::uint32_t id) {
  const auto it = std::find(sched.pending.begin(), sched.pending.end(), id);
  if (it != sched.pending.end()) sched.pending.erase(it);
}

void SchedCore::stop(GpuScheduler& sched, const Ptr<SchedJob>& bad) {
  const SchedPtr s = sched_of(sched);
  s->paused = true;
  ctx_.kernel.cancel_work_sync(s->run_work);
  ctx_.kernel.cancel_work_sync(s->free_work);
  std::uint32_t bad_id = 0;
  if (bad != nullptr) {
    bad_id = bad->id;
    // The timeout handler took it off the list; the free work can no longer reach it here.
    remove_from_pending(*s, bad_id);
    s->pending.push_front(bad_id);
  }
  const std::pmr::vector<std::uint32_t> ids(s->pending.begin(), s->pending.end(), ctx_.memory);
  for (auto it = ids.rbegin(); it != ids.rend(); ++it) {
    const JobPtr job = job_by_id(*it);
    if (job->parent != nullptr && fences_.remove_callback(job->parent, job->parent_waiter)) {
      job->parent_waiter = 0;
      set_parent(*job, nullptr);
      s->credit_count -= job->credits;
      continue;
    }
    remove_from_pending(*s, job->id);
    fences_.wait(job->finished);
    if (job->id == bad_id) {
      s->free_guilty = true;
    } else {
      s->config.ops->free_job(s->driver, driver_job(job));
    }
  }
  ctx_.kernel.cancel_delayed_work(s->timeout_work);
}

void SchedCore::start(GpuScheduler& sched, int error) {
  const SchedPtr s = sched_of(sched);
  const std::pmr::vector<std::uint32_t> ids(s->pending.begin(), s->pending.end(), ctx_.memory);
  for (const std::uint32_t id : ids) {
    const JobPtr job = job_by_id(id);
    s->credit_count += job->credits;
    if (job->parent == nullptr) {
      job_done(*job, error != 0 ? error : -ECANCELED);
    } else if (!watch_parent(job)) {
      const int fence_error = fences_.error(job->parent);
      job_done(*job, fence_error != 0 ? fence_error : error);
    }
  }
  start_timeout(*s);
  s->paused = false;
  queue_run(*s);
  queue_free(*s);
}

void SchedCore::for_each_pending(GpuScheduler& sched,
                                 contract::FunctionRef<void(const Ptr<SchedJob>&)> fn) {
  const SchedPtr s = sched_of(sched);
  const std::pmr::vector<std::uint32_t> ids(s->pending.begin(), s->pending.end(), ctx_.memory);
  for (const std::uint32_t id : ids) fn(driver_job(job_by_id(id)));
}

void SchedCore::job_set_parent(const Ptr<SchedJob>& job, const FencePtr& fence) {
  set_parent(*job_of(job), fence);
}

// --- killing an entity ---------------------------------------------------------------------------

void SchedCore::entity_destroy(SchedEntity& entity) {
  const auto it = entities_.find(entity.id);
  if (it == entities_.end()) return;
  const EntityPtr e = it->second;
  // A scheduler that was torn down before has stopped its entities.
  if (!e->stopped) {
    ctx_.kernel.wait_event(e->sched->job_scheduled, [&] { return e->queue.empty() || e->stopped; });
  }
  kill_entity(e);
  if (const FencePtr dependency = std::exchange(e->dependency, nullptr); dependency != nullptr) {
    fences_.remove_callback(dependency, e->dependency_waiter);
    fences_.put(dependency);
  }
  fences_.put(std::exchange(e->last_scheduled, nullptr));
  if (e->sched.alive()) std::erase(e->sched->entities, e->id);
  entities_.erase(e->id);
  entity.id = 0;
  ctx_.kernel.free(e);
}

void SchedCore::kill_entity(const EntityPtr& entity) {
  entity->stopped = true;
  ctx_.kernel.wait_for_completion(entity->idle);
  FencePtr prev = entity->last_scheduled;
  if (prev != nullptr) fences_.get(prev);
  while (!entity->queue.empty()) {
    const JobPtr job = job_by_id(entity->queue.front());
    entity->queue.pop_front();
    const FencePtr finished = job->finished;
    fences_.get(finished);
    job->next_dependency = 0;  // all of them, also those that were waited for already
    job->kill_work.role = "sched.kill_job";
    job->kill_work.fn = bind_fn<&SchedCore::kill_work>(job);
    if (prev != nullptr &&
        fences_.add_callback(prev, bind_fn<&SchedCore::kill_wait_done>(job)) != 0) {
      job->kill_wait = prev;
      fences_.get(prev);
    } else {
      kill_next_wait(*job);
    }
    fences_.put(prev);
    prev = finished;
  }
  fences_.put(prev);
}

void SchedCore::kill_wait_done(Job* job) {
  SchedCore& core = *job->core;
  core.fences_.put(std::exchange(job->kill_wait, nullptr));
  core.kill_next_wait(*job);
}

void SchedCore::kill_next_wait(Job& job) {
  const JobPtr self = job_by_id(job.id);
  while (job.next_dependency < job.dependencies.size()) {
    const FencePtr fence = job.dependencies[job.next_dependency++];
    if (fences_.add_callback(fence, bind_fn<&SchedCore::kill_wait_done>(self)) == 0) continue;
    job.kill_wait = fence;
    fences_.get(fence);
    return;
  }
  ctx_.kernel.queue_work(ctx_.kernel.system_wq(), job.kill_work);
}

void SchedCore::kill_work(Job* job) {
  SchedCore& core = *job->core;
  const JobPtr self = core.job_by_id(job->id);
  core.fences_.signal(self->scheduled);
  core.finish(*self, -ESRCH);
  if (self->parent != nullptr) core.ctx_.kernel.warn("drm_sched killed job has a parent");
  const contract::SchedOps* const ops = self->ops;
  ops->free_job(self->driver, core.driver_job(self));
}

}  // namespace protm::host
