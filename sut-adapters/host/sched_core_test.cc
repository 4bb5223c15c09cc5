// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/sched_core.h"

#include <doctest/doctest.h>

#include <map>

#include "sut-adapters/host/drm_test_bench.h"

namespace protm::host {
namespace {

using contract::GpuScheduler;
using contract::Ptr;
using contract::RecordKind;
using contract::Result;
using contract::SchedEntity;
using contract::SchedJob;
using contract::TimedoutResult;

struct TestJob : SchedJob {
  char name = '?';
};

/// A driver with one queue whose jobs run when a test says so.
struct Queue : DrmBench {
  contract::SchedOps sched_ops;
  GpuScheduler sched;
  SchedEntity entity;
  std::string order;                  ///< run: lower case, freed: upper case
  std::map<char, FencePtr> hardware;  ///< fences of running jobs
  std::map<char, FencePtr> finished;
  std::uint64_t context = 0;
  std::uint64_t seqno = 0;
  int run_error = 0;
  bool no_fence = false;
  std::function<TimedoutResult(const Ptr<SchedJob>&)> on_timeout;

  static Queue& of(void* d) { return static_cast<Queue&>(*static_cast<DrmBench*>(d)); }
  static char name(const Ptr<SchedJob>& job) { return contract::ptr_cast<TestJob>(job)->name; }

  explicit Queue(std::uint32_t credits = 100, std::uint64_t timeout = UINT64_MAX) {
    sched_ops.run_job = [](void* d, const Ptr<SchedJob>& job) { return of(d).run(job); };
    sched_ops.free_job = [](void* d, const Ptr<SchedJob>& job) { of(d).free_job(job); };
    sched_ops.timedout_job = [](void* d, const Ptr<SchedJob>& job) {
      return of(d).on_timeout(job);
    };
    contract::SchedConfig config;
    config.ops = &sched_ops;
    config.credit_limit = credits;
    config.timeout_jiffies = timeout;
    context = drm->fence_context_alloc(1);
    CHECK(drm->sched_init(sched, config) == 0);
    CHECK(drm->sched_entity_init(entity, sched) == 0);
  }
  Result<FencePtr> run(const Ptr<SchedJob>& job) {
    order += name(job);
    if (run_error != 0) return tl::unexpected(run_error);
    if (no_fence) return FencePtr(nullptr);
    const FencePtr fence = drm->fence_alloc("hw_fence");
    drm->fence_init(fence, context, ++seqno);
    drm->fence_get(fence);
    hardware[name(job)] = fence;
    return fence;
  }
  void free_job(const Ptr<SchedJob>& job) {
    order += static_cast<char>(name(job) - 'a' + 'A');
    drm->sched_job_cleanup(job);
    kernel().free(contract::ptr_cast<TestJob>(job));
  }
  Ptr<SchedJob> prepare(char n, std::uint32_t credits = 1) {
    const Ptr<TestJob> job = kernel().make<TestJob>("job");
    job->name = n;
    CHECK(drm->sched_job_init(job, entity, credits) == 0);
    return job;
  }
  void push(char n, std::uint32_t credits = 1, const FencePtr& dependency = nullptr) {
    bench.now("submit", [&] {
      const Ptr<SchedJob> job = prepare(n, credits);
      CHECK(drm->sched_job_add_dependency(job, dependency) == 0);
      drm->sched_job_arm(job);
      finished[n] = drm->sched_job_finished(job);
      drm->fence_get(finished[n]);
      drm->sched_entity_push_job(job);
    });
  }
  void complete(char n, int error = 0) {
    bench.now("irq", [&] {
      if (error != 0) drm->fence_set_error(hardware[n], error);
      drm->fence_signal(hardware[n]);
    });
  }
  FencePtr outside() {
    const FencePtr fence = drm->fence_alloc("other");
    drm->fence_init(fence, drm->fence_context_alloc(1), 1);
    return fence;
  }
  /// -1 pending, else the positive errno.
  int state(char n) {
    if (!drm->fence_is_signalled(finished[n])) return -1;
    return -drm->fence_error(finished[n]);
  }
  /// Ends all; nothing of the scheduler may be left.
  void teardown() {
    bench.now("teardown", [&] {
      drm->sched_entity_destroy(entity);
      drm->sched_fini(sched);
      for (auto& [n, fence] : finished) drm->fence_put(fence);
      for (auto& [n, fence] : hardware) drm->fence_put(fence);
    });
    CHECK(live("job") == 0);
    CHECK(live("sched_job") == 0);
    CHECK(live("sched_entity") == 0);
    CHECK(live("drm_sched") == 0);
  }
  std::size_t warnings() const { return bench.count(RecordKind::kernel_warn); }
};

}  // namespace

TEST_CASE(
    "SchedCore: jobs run in push order, finish with their fence and are freed from the head") {
  Queue q;
  q.push('a');
  q.push('b');
  q.push('c');
  CHECK(q.order == "abc");
  q.complete('b');
  CHECK(q.state('b') == 0);
  CHECK(q.order == "abc");  // 'a' is the head and not finished
  q.complete('a', -EIO);
  CHECK(q.state('a') == EIO);
  CHECK(q.order == "abcAB");
  q.complete('c');
  CHECK(q.order == "abcABC");
  q.teardown();
  CHECK(q.drm->live_fences() == 0);
  CHECK(q.warnings() == 0);
}

TEST_CASE("SchedCore: credits hold jobs back until a hardware fence returns them") {
  Queue q(4);
  q.push('a', 3);
  q.push('b', 2);
  q.push('c', 1);
  CHECK(q.order == "a");
  q.complete('a');
  CHECK(q.order == "aAbc");
  q.push('d', 9);
  CHECK(q.warnings() == 1);  // more than there are: clamped
  q.complete('b');
  q.complete('c');
  CHECK(q.order == "aAbcBCd");
}

TEST_CASE("SchedCore: no credits and no memory are refused before anything is made") {
  Queue q;
  const Ptr<TestJob> job = q.kernel().make<TestJob>("job");
  CHECK(q.drm->sched_job_init(job, q.entity, 0) == -EINVAL);
  q.bench.bus.fail_call = "alloc";
  q.bench.bus.fail_role = "sched_fence";
  CHECK(q.drm->sched_job_init(job, q.entity, 1) == -ENOMEM);
  CHECK(q.live("sched_job") == 0);
  CHECK(q.drm->live_fences() == 0);
}

TEST_CASE("SchedCore: a dependency delays a job, also one that ends with an error") {
  Queue q;
  const FencePtr other = q.outside();
  q.drm->fence_get(other);
  q.push('a', 1, other);
  q.push('b');
  CHECK(q.order.empty());
  q.bench.now("signal", [&] {
    q.drm->fence_set_error(other, -ETIMEDOUT);
    q.drm->fence_signal(other);
  });
  CHECK(q.order == "ab");
  q.drm->fence_put(other);
  q.complete('a');
  q.complete('b');
  q.teardown();
  CHECK(q.drm->live_fences() == 0);
}

TEST_CASE("SchedCore: of two dependencies of one context the later one is kept") {
  Queue q;
  const std::uint64_t context = q.drm->fence_context_alloc(1);
  const FencePtr early = q.drm->fence_alloc("early");
  const FencePtr late = q.drm->fence_alloc("late");
  q.drm->fence_init(early, context, 1);
  q.drm->fence_init(late, context, 2);
  const Ptr<SchedJob> job = q.prepare('a');
  CHECK(q.drm->sched_job_add_dependency(job, late) == 0);
  CHECK(q.drm->sched_job_add_dependency(job, early) == 0);  // consumed all the same
  CHECK(q.live("early") == 0);
  CHECK(q.live("late") == 1);
  q.drm->sched_job_cleanup(job);
  CHECK(q.drm->live_fences() == 0);
}

TEST_CASE("SchedCore: no hardware fence and an error from run_job both end the job") {
  Queue q;
  q.no_fence = true;
  q.push('a');
  CHECK(q.state('a') == 0);
  q.no_fence = false;
  q.run_error = -ECANCELED;
  q.push('b');
  CHECK(q.state('b') == ECANCELED);
  CHECK(q.order == "aAbB");
  q.teardown();
}

TEST_CASE("SchedCore: the timeout takes the head, and stop and start around it recover the rest") {
  Queue q(100, 50);
  q.on_timeout = [&](const Ptr<SchedJob>& bad) {
    q.order += '!';
    q.drm->sched_stop(q.sched, bad);
    // As a reset does: the bad job ends with an error, the others run on with their fences.
    q.drm->fence_set_error(q.hardware['a'], -ETIMEDOUT);
    q.drm->fence_signal(q.hardware['a']);
    q.drm->sched_for_each_pending(q.sched, [&](const Ptr<SchedJob>& job) {
      q.order += '.';
      q.drm->sched_job_set_parent(job, q.hardware[Queue::name(job)]);
    });
    q.drm->sched_start(q.sched, 0);
    return TimedoutResult::reset;
  };
  q.push('a');
  q.push('b');
  q.bench.until(49 * vocab::kMs);
  CHECK(q.order == "ab");
  q.bench.until(51 * vocab::kMs);
  CHECK(q.order == "ab!..A");
  CHECK(q.state('a') == ETIMEDOUT);
  CHECK(q.state('b') == -1);
  q.complete('b');
  CHECK(q.order == "ab!..AB");
  q.bench.until(500 * vocab::kMs);
  CHECK(q.order == "ab!..AB");
  q.teardown();
  CHECK(q.drm->live_fences() == 0);
  CHECK(q.warnings() == 0);
}

TEST_CASE("SchedCore: a job that finished before stop is freed; the guilty one after the handler") {
  Queue q(100, 50);
  q.on_timeout = [&](const Ptr<SchedJob>& bad) {
    q.drm->fence_signal(q.hardware['a']);
    q.drm->sched_stop(q.sched, bad);
    q.order += '!';
    q.drm->sched_start(q.sched, 0);
    return TimedoutResult::reset;
  };
  q.push('a');
  q.bench.until(60 * vocab::kMs);
  CHECK(q.order == "a!A");
  q.teardown();
}

TEST_CASE("SchedCore: nothing runs between stop and start, and lost parents end as cancelled") {
  Queue q;
  q.push('a');
  q.bench.now("stop", [&] { q.drm->sched_stop(q.sched, nullptr); });
  q.push('b');
  CHECK(q.order == "a");
  q.bench.now("start", [&] { q.drm->sched_start(q.sched, 0); });
  CHECK(q.state('a') == ECANCELED);
  CHECK(q.order.substr(0, 2) == "ab");
  q.complete('b');
  CHECK(q.state('b') == 0);
  q.teardown();
}

TEST_CASE("SchedCore: fault runs the timeout handler at once, without any timeout set") {
  Queue q;
  int calls = 0;
  q.on_timeout = [&](const Ptr<SchedJob>&) {
    ++calls;
    return TimedoutResult::no_hang;
  };
  q.push('a');
  q.bench.now("irq", [&] { q.drm->sched_fault(q.sched); });
  CHECK(calls == 1);
  q.complete('a');
  CHECK(q.order == "aA");
}

TEST_CASE("SchedCore: a killed entity ends its queued jobs with ESRCH and runs none of them") {
  Queue q(1);
  const FencePtr other = q.outside();
  q.drm->fence_get(other);
  q.push('a');
  q.push('b', 1, other);
  q.push('c');
  CHECK(q.order == "a");
  // Torn down in the wrong order, so that jobs are left: fini stops the entity.
  q.complete('a');
  bool gone = false;
  q.bench.now("teardown", [&] {
    q.drm->sched_fini(q.sched);
    q.drm->sched_entity_destroy(q.entity);
    gone = true;
  });
  CHECK(gone);
  CHECK(q.order == "aA");
  CHECK(q.state('c') == -1);  // waits for the job before it
  q.bench.now("signal", [&] { q.drm->fence_signal(other); });
  CHECK(q.state('b') == ESRCH);
  CHECK(q.state('c') == ESRCH);
  CHECK(q.order == "aABC");
  for (auto& [n, fence] : q.finished) q.drm->fence_put(fence);
  for (auto& [n, fence] : q.hardware) q.drm->fence_put(fence);
  q.drm->fence_put(other);
  CHECK(q.drm->live_fences() == 0);
}

TEST_CASE("SchedCore: entity_destroy waits until the queue is empty") {
  Queue q(1);
  q.push('a');
  q.push('b');
  bool gone = false;
  q.bench.now("destroy", [&] {
    q.drm->sched_entity_destroy(q.entity);
    gone = true;
  });
  CHECK_FALSE(gone);
  q.complete('a');
  CHECK(gone);
  CHECK(q.order == "aAb");
}

TEST_CASE("SchedCore: scheduler torn down with a running job says so") {
  Queue q;
  q.push('a');
  q.bench.now("fini", [&] { q.drm->sched_fini(q.sched); });
  CHECK(q.warnings() == 1);
}

}  // namespace protm::host
