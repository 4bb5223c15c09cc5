// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include <set>
#include <utility>

#include "sut-adapters/host/kernel_test_bench.h"

using namespace protm;
using namespace protm::host;
using contract::LockMisuse;
using contract::RecordKind;
using contract::WorkqueueKind;
using Texts = std::vector<std::string>;

namespace {

/// A work item whose body is a lambda of the test.
struct Item {
  explicit Item(const char* role) { work.role = role; }
  void set(std::function<void()> f) {
    body = std::move(f);
    work.fn = contract::Callback{[](void* ctx) { static_cast<Item*>(ctx)->body(); }, this, nullptr,
                                 0};
    delayed.role = work.role;
    delayed.fn = work.fn;
  }
  contract::Work work;
  contract::DelayedWork delayed;
  std::function<void()> body;
};

using vocab::kMs;

}  // namespace

TEST_CASE("Workqueue: a queue that nobody destroys is left behind, as an object is") {
  Bench t;
  KernelImpl& k = *t.kernel;
  const auto wq = k.alloc_workqueue("wq", WorkqueueKind::unbound);
  REQUIRE(k.live_objects().size() == 1);
  CHECK(k.live_objects()[0].live == 1);
  t.now("destroy", [&] { k.destroy_workqueue(wq); });
  CHECK(k.live_objects()[0].live == 0);
}

TEST_CASE("Workqueue: an idle queue has no task") {
  Bench t;
  KernelImpl& k = *t.kernel;
  const auto wq = k.alloc_workqueue("wq", WorkqueueKind::ordered);
  Item a("a_work");
  a.set([] {});
  t.now("task", [&] { CHECK(k.queue_work(wq, a.work)); });
  CHECK(k.task_count() == 0);
}

TEST_CASE("Workqueue W1: queueing is refused while pending, a running item runs once more") {
  Bench t;
  KernelImpl& k = *t.kernel;
  Item a("a_work");
  int runs = 0, together = 0;
  a.set([&] {
    ++runs;
    ++together;
    CHECK(together == 1);   // never beside itself
    if (runs == 1) {
      CHECK(k.queue_work(k.system_wq(), a.work));
      CHECK_FALSE(k.queue_work(k.system_wq(), a.work));
    }
    k.usleep(10);
    --together;
  });
  t.now("task", [&] {
    CHECK(k.queue_work(k.system_wq(), a.work));
    CHECK_FALSE(k.queue_work(k.system_wq(), a.work));
    CHECK(k.work_pending(a.work));
  });
  t.rest();
  CHECK(runs == 2);
}

TEST_CASE("Workqueue W2: ordered runs one at a time in queue order, unbound side by side") {
  for (const WorkqueueKind kind : {WorkqueueKind::ordered, WorkqueueKind::unbound}) {
    Bench t;
    KernelImpl& k = *t.kernel;
    const auto wq = k.alloc_workqueue("wq", kind);
    std::string order;
    Item a("a_work"), b("b_work");
    a.set([&] {
      order += 'a';
      k.usleep(10);
      order += 'A';
    });
    b.set([&] {
      order += 'b';
      k.usleep(5);
      order += 'B';
    });
    t.now("task", [&] {
      k.queue_work(wq, a.work);
      k.queue_work(wq, b.work);
    });
    t.rest();
    CHECK(order == (kind == WorkqueueKind::ordered ? "aAbB" : "abBA"));
  }
}

TEST_CASE("Delayed work: fires at the first tick edge after n full ticks") {
  Bench t;
  KernelImpl& k = *t.kernel;
  Item a("a_work");
  std::uint64_t ran_at = 0;
  a.set([&] { ran_at = k.now().ns; });
  t.move(1'300'000);
  t.now("task", [&] {
    CHECK(k.queue_delayed_work(k.system_wq(), a.delayed, 2));
    CHECK_FALSE(k.queue_delayed_work(k.system_wq(), a.delayed, 9));
    CHECK(k.delayed_work_pending(a.delayed));
    CHECK(k.delayed_work_remaining(a.delayed) == 2);
  });
  CHECK(k.next_timer_ns() == 4 * kMs);
  t.rest();
  CHECK(ran_at == 4 * kMs);
  CHECK_FALSE(k.delayed_work_pending(a.delayed));
}

TEST_CASE("Delayed work: a timer seed makes it late by up to a slot of the wheel, never early") {
  using Row = std::pair<std::uint64_t, std::uint64_t>;
  for (const Row& row : {Row{62, 1}, Row{63, 8}, Row{504, 64}, Row{5000, 512}}) {
    const std::uint64_t jiffies = row.first;
    const std::uint64_t granularity = row.second;
    std::set<std::uint64_t> seen;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Bench t(1000, seed);
      Item a("a_work");
      std::uint64_t ran_at = 0;
      a.set([&] { ran_at = t.kernel->now().ns; });
      t.now("task", [&] {
        t.kernel->queue_delayed_work(t.kernel->system_wq(), a.delayed, jiffies);
      });
      t.rest();
      CHECK(ran_at > jiffies * kMs);
      CHECK(ran_at <= (jiffies + granularity) * kMs);
      seen.insert(ran_at);
    }
    CHECK((seen.size() > 1) == (granularity > 1));
  }
}

TEST_CASE("Delayed work W3: mod replaces the delay and says whether it was pending") {
  Bench t;
  KernelImpl& k = *t.kernel;
  Item a("a_work");
  std::vector<std::uint64_t> runs;
  a.set([&] { runs.push_back(k.now().ns); });
  t.now("task", [&] {
    CHECK_FALSE(k.mod_delayed_work(k.system_wq(), a.delayed, 5));
    CHECK(k.mod_delayed_work(k.system_wq(), a.delayed, 8));
  });
  t.until(8 * kMs);
  CHECK(runs.empty());
  t.rest();
  CHECK(runs == std::vector<std::uint64_t>{9 * kMs});
  t.now("task", [&] { CHECK_FALSE(k.mod_delayed_work(k.system_wq(), a.delayed, 0)); });
  CHECK(runs.size() == 2);   // delay 0: at once
}

TEST_CASE("Workqueue W4: cancel removes pending only, cancel_sync waits, no way to queue again") {
  Bench t;
  KernelImpl& k = *t.kernel;
  Item a("a_work");
  int runs = 0;
  a.set([&] {
    ++runs;
    k.usleep(100);
    k.queue_work(k.system_wq(), a.work);
  });
  t.now("task", [&] {
    k.queue_work(k.system_wq(), a.work);
    CHECK(k.cancel_work(a.work));
    CHECK_FALSE(k.cancel_work(a.work));
  });
  CHECK(runs == 0);
  t.now("task", [&] { k.queue_work(k.system_wq(), a.work); });
  CHECK(runs == 1);
  std::uint64_t done_at = 0;
  t.now("cancel", [&] {
    CHECK_FALSE(k.cancel_work(a.work));
    CHECK_FALSE(k.cancel_work_sync(a.work));
    done_at = k.now().ns;
  });
  t.rest();
  CHECK(done_at == 100 * vocab::kUs);
  CHECK(runs == 1);
  CHECK(k.task_count() == 0);
}

TEST_CASE("Workqueue W4: cancel_sync from the item itself is reported and never ends") {
  Bench t;
  KernelImpl& k = *t.kernel;
  Item a("a_work");
  a.set([&] { k.cancel_work_sync(a.work); });
  t.now("task", [&] { k.queue_work(k.system_wq(), a.work); });
  CHECK(t.misuse(LockMisuse::flush_of_dependent) == Texts{"a_work > a_work"});
  CHECK(k.stopped_tasks() == 1);
}

TEST_CASE("Workqueue W5: disabled items refuse to queue until as many enables") {
  Bench t;
  KernelImpl& k = *t.kernel;
  Item a("a_work"), d("d_work");
  int runs = 0;
  a.set([&] { ++runs; });
  d.set([&] { ++runs; });
  t.now("task", [&] {
    k.queue_work(k.system_wq(), a.work);
    k.disable_work_sync(a.work);
    k.disable_work_sync(a.work);
    CHECK_FALSE(k.queue_work(k.system_wq(), a.work));
    k.enable_work(a.work);
    CHECK_FALSE(k.queue_work(k.system_wq(), a.work));
    k.enable_work(a.work);
    k.queue_delayed_work(k.system_wq(), d.delayed, 3);
    k.disable_delayed_work_sync(d.delayed);
    CHECK_FALSE(k.mod_delayed_work(k.system_wq(), d.delayed, 0));
    k.enable_delayed_work(d.delayed);
  });
  t.rest();
  CHECK(runs == 0);   // what was cancelled is lost
  t.now("task", [&] { CHECK(k.queue_work(k.system_wq(), a.work)); });
  CHECK(runs == 1);
}

TEST_CASE("Workqueue W6: flush waits for the last instance, not for an unexpired timer") {
  Bench t;
  KernelImpl& k = *t.kernel;
  Item a("a_work");
  int runs = 0;
  a.set([&] {
    ++runs;
    k.usleep(50);
  });
  t.now("task", [&] {
    k.queue_delayed_work(k.system_wq(), a.delayed, 100);
    CHECK(k.delayed_work_pending(a.delayed));
    k.flush_delayed_work(a.delayed);
    CHECK(runs == 1);
    CHECK(k.now().ns == 50 * vocab::kUs);
    k.queue_work(k.system_wq(), a.work);
    k.flush_work(a.work);
    CHECK(runs == 2);
    k.flush_work(a.work);   // idle: returns at once
  });
  t.rest();
  CHECK(runs == 2);
  CHECK(t.count(RecordKind::lock_misuse) == 0);
}

TEST_CASE("Workqueue W7: in an ordered queue, cancel of another item is fine, flush deadlocks") {
  Bench t;
  KernelImpl& k = *t.kernel;
  const auto wq = k.alloc_workqueue("ordered_wq", WorkqueueKind::ordered);
  Item a("a_work"), b("b_work");
  bool after = false;
  b.set([] {});
  a.set([&] {
    CHECK(k.cancel_work_sync(b.work));
    k.queue_work(wq, b.work);
    CHECK(t.count(RecordKind::lock_misuse) == 0);
    k.flush_work(b.work);
    after = true;
  });
  t.now("task", [&] {
    k.queue_work(wq, a.work);
    k.queue_work(wq, b.work);
  });
  CHECK_FALSE(after);
  CHECK(t.misuse(LockMisuse::flush_of_dependent) == Texts{"ordered_wq > b_work"});
  CHECK(k.stopped_tasks() == 1);
}

TEST_CASE("Workqueue: flush of work that needs a held lock is found without a deadlock") {
  Bench t;
  KernelImpl& k = *t.kernel;
  contract::Mutex m{"m.lock"};
  Item a("a_work");
  a.set([&] { contract::MutexGuard g(k, m); });
  t.now("task", [&] { k.queue_work(k.system_wq(), a.work); });
  CHECK(t.count(RecordKind::lock_misuse) == 0);
  t.now("flusher", [&] {
    k.queue_work(k.system_wq(), a.work);
    k.usleep(0);
    contract::MutexGuard g(k, m);
    k.flush_work(a.work);   // it has run by now
  });
  CHECK(t.count(RecordKind::lock_misuse) == 0);
  t.now("bad", [&] {
    contract::MutexGuard g(k, m);
    k.queue_work(k.system_wq(), a.work);
    k.flush_work(a.work);
  });
  CHECK(t.misuse(LockMisuse::flush_of_dependent) == Texts{"m.lock > a_work"});
  CHECK(k.stopped_tasks() == 2);   // and here it is a deadlock
}

TEST_CASE("Workqueue W8: destroy drains, outsiders may not queue meanwhile") {
  Bench t;
  KernelImpl& k = *t.kernel;
  const auto wq = k.alloc_workqueue("wq", WorkqueueKind::unbound);
  Item a("a_work"), b("b_work");
  int runs = 0;
  a.set([&] {
    ++runs;
    k.usleep(10);
  });
  b.set([&] { ++runs; });
  bool gone = false;
  t.now("destroy", [&] {
    k.queue_work(wq, a.work);
    k.destroy_workqueue(wq);
    gone = true;
  });
  t.now("late", [&] { CHECK_FALSE(k.queue_work(wq, b.work)); });
  CHECK_FALSE(gone);
  t.rest();
  CHECK(gone);
  CHECK(runs == 1);
  CHECK(t.texts(RecordKind::kernel_warn) == Texts{"work queued while its queue drains"});
}

TEST_CASE("Work: an item that frees its own object is fine") {
  struct Thing {
    explicit Thing(Bench* b) : bench(b) {}
    Bench* bench;
    contract::Work work{"self_work"};
    contract::Ptr<Thing> me;
    void run() { bench->kernel->free(me); }
  };
  Bench t;
  KernelImpl& k = *t.kernel;
  for (int i = 0; i < 3; ++i) {
    t.now("task", [&] {
      const auto thing = k.make<Thing>("thing", &t);
      thing->me = thing;
      thing->work.fn = contract::bind<&Thing::run>(thing);
      k.queue_work(k.system_wq(), thing->work);
    });
  }
  CHECK(t.count(RecordKind::kernel_oops) == 0);
  CHECK(k.live_objects()[0].live == 0);
  CHECK(k.task_count() == 0);
}

TEST_CASE("Timer: fires at the first tick behind its own, at the next one if it is past") {
  Bench t(100);
  KernelImpl& k = *t.kernel;
  contract::Timer timer{"timer"};
  struct Log {
    KernelImpl& k;
    std::vector<std::uint64_t> at;
  } log{k, {}};
  timer.fn = contract::Callback{[](void* ctx) {
                                  Log& l = *static_cast<Log*>(ctx);
                                  l.at.push_back(l.k.now().ns);
                                },
                                &log, nullptr, 0};
  const std::uint64_t first = k.jiffies();
  t.move(25 * kMs);
  CHECK(k.jiffies() == first + 2);
  k.mod_timer(timer, first + 4);
  k.mod_timer(timer, first + 5);
  t.rest();
  CHECK(log.at == std::vector<std::uint64_t>{60 * kMs});
  k.mod_timer(timer, 1);
  t.rest();
  CHECK(log.at.back() == 70 * kMs);
  k.mod_timer(timer, first + 9);
  CHECK(k.del_timer_sync(timer));
  CHECK_FALSE(k.del_timer_sync(timer));
  t.rest();
  CHECK(log.at.size() == 2);
}

TEST_CASE("Timer: the wheel rounds far times up to eight times coarser steps, level by level") {
  Bench t;
  KernelImpl& k = *t.kernel;
  contract::Timer timer{"timer"};
  timer.fn = contract::Callback{[](void*) {}, nullptr, nullptr, 0};
  struct Row {
    std::uint64_t expires, fires_at;
  };
  constexpr std::uint64_t kAligned = 480;  // so many jiffies after boot a slot of 512 begins
  t.move(kAligned * kMs);
  const std::uint64_t first = k.jiffies();
  CHECK(first % 512 == 0);
  // 63 jiffies at 1, up to 504 at 8, up to 4032 at 64, up to 32256 at 512 jiffies.
  for (const Row& row : {Row{62, 63}, Row{63, 64}, Row{64, 72}, Row{503, 504}, Row{504, 512},
                         Row{600, 640}, Row{5000, 5120}}) {
    k.mod_timer(timer, first + row.expires);
    CHECK_MESSAGE(k.next_timer_ns() == (kAligned + row.fires_at) * kMs, row.expires);
  }
}

TEST_CASE("Timer: a ping work is not a needed timer, others are") {
  Bench t;
  KernelImpl& k = *t.kernel;
  Item ping("fw.ping_work"), tick("sched.tick_work");
  ping.set([] {});
  tick.set([] {});
  t.now("task", [&] { k.queue_delayed_work(k.system_wq(), ping.delayed, 10); });
  CHECK(k.next_timer_ns() == 11 * kMs);
  CHECK(k.next_needed_timer_ns() == vocab::kNever);
  t.now("task", [&] { k.queue_delayed_work(k.system_wq(), tick.delayed, 20); });
  CHECK(k.next_needed_timer_ns() == 21 * kMs);
}
