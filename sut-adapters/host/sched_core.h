// SPDX-License-Identifier: GPL-2.0-only
// drm_sched: entities with FIFOs, credits, dependencies, hardware fences, the timeout handler, stop
// and start around a reset. One job per run of the submit work, one free per run of the free work.
// Not modelled: priorities, several schedulers per entity, pipelining of another entity's
// dependency, work stealing, guilty counting, the wait of an exiting process.
// Source: drm/scheduler sched_main.c, sched_entity.c, sched_fence.c; facts-host.md 1 (S1-S27).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory_resource>
#include <vector>

#include "sut-adapters/host/drm_context.h"
#include "sut-adapters/host/fence_table.h"

namespace protm::host {

class SchedCore {
 public:
  SchedCore(DrmContext& ctx, FenceTable& fences)
      : ctx_(ctx), fences_(fences), scheds_(ctx.memory), entities_(ctx.memory), jobs_(ctx.memory) {}

  /// `driver` is what the operations get.
  int init(contract::GpuScheduler& sched, const contract::SchedConfig& config, void* driver);
  void fini(contract::GpuScheduler& sched);
  int entity_init(contract::SchedEntity& entity, contract::GpuScheduler& sched);
  void entity_destroy(contract::SchedEntity& entity);
  int job_init(const contract::Ptr<contract::SchedJob>& job, contract::SchedEntity& entity,
               std::uint32_t credits);
  void job_arm(const contract::Ptr<contract::SchedJob>& job);
  void job_cleanup(const contract::Ptr<contract::SchedJob>& job);
  int job_add_dependency(const contract::Ptr<contract::SchedJob>& job, const FencePtr& fence);
  void push_job(const contract::Ptr<contract::SchedJob>& job);
  FencePtr job_finished(const contract::Ptr<contract::SchedJob>& job);
  void stop(contract::GpuScheduler& sched, const contract::Ptr<contract::SchedJob>& bad);
  void start(contract::GpuScheduler& sched, int error);
  void fault(contract::GpuScheduler& sched);
  void for_each_pending(contract::GpuScheduler& sched,
                        contract::FunctionRef<void(const contract::Ptr<contract::SchedJob>&)> fn);
  void job_set_parent(const contract::Ptr<contract::SchedJob>& job, const FencePtr& fence);

 private:
  struct Sched {
    Sched(SchedCore* owner, std::pmr::memory_resource* memory)
        : core(owner), entities(memory), pending(memory) {}
    SchedCore* core;
    std::uint32_t id = 0;
    const char* role = "sched";
    contract::SchedConfig config;
    void* driver = nullptr;
    bool owns_submit_wq = false;
    bool paused = false;
    bool free_guilty = false;
    std::uint32_t credit_count = 0;
    std::pmr::vector<std::uint32_t> entities;
    std::pmr::deque<std::uint32_t> pending;  ///< job ids, given to the hardware
    contract::Work run_work, free_work;
    contract::DelayedWork timeout_work;
    contract::WaitQueue job_scheduled;
  };
  using SchedPtr = contract::Ptr<Sched>;
  struct Entity {
    Entity(SchedCore* owner, std::pmr::memory_resource* memory) : core(owner), queue(memory) {}
    SchedCore* core;
    std::uint32_t id = 0;
    SchedPtr sched;
    std::pmr::deque<std::uint32_t> queue;  ///< job ids in push order
    bool stopped = false;
    std::uint64_t context = 0;  ///< of `scheduled`; `finished` has the next
    std::uint64_t seqno = 0;
    FencePtr dependency;  ///< what the head waits for
    std::uint64_t dependency_waiter = 0;
    FencePtr last_scheduled;  ///< finished fence of the last popped job
    contract::Completion idle;
  };
  using EntityPtr = contract::Ptr<Entity>;
  struct Job {
    Job(SchedCore* owner, std::pmr::memory_resource* memory) : core(owner), dependencies(memory) {}
    SchedCore* core;
    std::uint32_t id = 0;
    contract::Ptr<contract::SchedJob> job;
    EntityPtr entity;
    SchedPtr sched;
    const contract::SchedOps* ops = nullptr;  ///< outlives the scheduler
    void* driver = nullptr;                   ///< likewise
    std::uint32_t credits = 0;
    bool armed = false;
    FencePtr scheduled, finished, parent;
    std::uint64_t parent_waiter = 0;
    std::pmr::vector<FencePtr> dependencies;
    std::size_t next_dependency = 0;
    // While an entity is killed.
    FencePtr kill_wait;
    contract::Work kill_work;
  };
  using JobPtr = contract::Ptr<Job>;

  SchedPtr sched_of(const contract::GpuScheduler& sched);
  JobPtr job_of(const contract::Ptr<contract::SchedJob>& job);
  JobPtr job_by_id(std::uint32_t id);

  void queue_run(Sched& sched);
  void queue_free(Sched& sched);
  void start_timeout(Sched& sched);
  [[nodiscard]] bool entity_ready(const Entity& entity) const;
  EntityPtr select_entity(Sched& sched);
  JobPtr pop_job(const EntityPtr& entity);
  bool wait_for_dependency(const EntityPtr& entity, Job& job);
  void run_one(Sched& sched, const JobPtr& job);
  void set_parent(Job& job, const FencePtr& fence);
  [[nodiscard]] bool watch_parent(const JobPtr& job);
  void job_done(Job& job, int error);
  void finish(Job& job, int error);
  void kill_entity(const EntityPtr& entity);
  void kill_next_wait(Job& job);
  void remove_from_pending(Sched& sched, std::uint32_t id);
  JobPtr take_finished(Sched& sched, bool& more);
  contract::Ptr<contract::SchedJob> driver_job(const JobPtr& job) { return job->job; }

  static void run_work(Sched* sched);
  static void free_work(Sched* sched);
  static void timeout_work(Sched* sched);
  static void parent_signalled(Job* job);
  static void entity_wakeup(Entity* entity);
  static void kill_wait_done(Job* job);
  static void kill_work(Job* job);

  DrmContext& ctx_;
  FenceTable& fences_;
  std::pmr::map<std::uint32_t, SchedPtr> scheds_;
  std::pmr::map<std::uint32_t, EntityPtr> entities_;
  std::pmr::map<std::uint32_t, JobPtr> jobs_;
  std::uint32_t last_id_ = 0;
};

}  // namespace protm::host
