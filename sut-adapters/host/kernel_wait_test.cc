// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include "sut-adapters/host/kernel_test_bench.h"

using namespace protm;
using namespace protm::host;
using contract::Atomicity;
using contract::RecordKind;
using Texts = std::vector<std::string>;

namespace {
using vocab::kMs;
using vocab::kUs;
}  // namespace

TEST_CASE("Jiffies: floor of time times HZ, from five minutes before 2^32; milliseconds round up") {
  Bench t(250);
  KernelImpl& k = *t.kernel;
  CHECK(k.jiffies() == 4'294'892'296u);
  t.move(3'999'999);
  CHECK(k.jiffies() == 4'294'892'296u);
  t.move(4'000'000);
  CHECK(k.jiffies() == 4'294'892'297u);
  CHECK(k.msecs_to_jiffies(0) == 0);
  CHECK(k.msecs_to_jiffies(1) == 1);
  CHECK(k.msecs_to_jiffies(4) == 1);
  CHECK(k.msecs_to_jiffies(5) == 2);
  CHECK(k.msecs_to_jiffies(UINT64_MAX) == (UINT64_MAX >> 2) - 1);
}

TEST_CASE("Jiffies: a tick that is no whole number of ns ends after its time, never before") {
  Bench t(300);
  KernelImpl& k = *t.kernel;
  const std::uint64_t first = k.jiffies();
  std::uint64_t jiffy = 0;
  t.now("waiter", [&] {
    contract::Completion c{"never"};
    CHECK(k.wait_for_completion_timeout(c, 1) == 0);
    jiffy = k.jiffies();
  });
  t.rest();
  CHECK(k.now().ns == 6'666'667);
  CHECK(jiffy == first + 2);
}

TEST_CASE("poll: what a timer callback changed is seen") {
  Bench t;
  KernelImpl& k = *t.kernel;
  contract::Timer timer{"timer"};
  bool flag = false;
  timer.fn = contract::Callback{[](void* ctx) { *static_cast<bool*>(ctx) = true; }, &flag,
                                nullptr, 0};
  std::uint64_t at = 0;
  t.now("poller", [&] {
    k.mod_timer(timer, k.jiffies() + 2);
    CHECK(k.poll([&] { return flag; }, 300, 100'000, Atomicity::may_sleep) == 0);
    at = k.now().ns;
  });
  t.rest();
  CHECK(at == 3 * kMs);  // the timer fires at the third tick: never early
}

TEST_CASE("Completion K1: complete lets one through, complete_all everybody until init") {
  Bench t;
  KernelImpl& k = *t.kernel;
  contract::Completion c{"done"};
  k.init_completion(c);
  int through = 0;
  for (int i = 0; i < 3; ++i) {
    t.now("waiter", [&] {
      k.wait_for_completion(c);
      ++through;
    });
  }
  t.now("one", [&] { k.complete(c); });
  CHECK(through == 1);
  t.now("all", [&] { k.complete_all(c); });
  CHECK(through == 3);
  t.now("later", [&] {
    CHECK(k.try_wait_for_completion(c));
    CHECK(k.try_wait_for_completion(c));
    k.init_completion(c);
    CHECK_FALSE(k.try_wait_for_completion(c));
    k.complete(c);
    CHECK(k.try_wait_for_completion(c));
    CHECK_FALSE(k.try_wait_for_completion(c));
  });
}

TEST_CASE("Completion K2, K4: a time-out of n takes n full ticks; else the rest is returned") {
  Bench t;
  KernelImpl& k = *t.kernel;
  contract::Completion c{"done"};
  std::uint64_t left = 99, at = 0;
  t.move(400 * kUs);
  t.now("waiter", [&] {
    left = k.wait_for_completion_timeout(c, 3);
    at = k.now().ns;
  });
  t.rest();
  CHECK(left == 0);
  CHECK(at == 4 * kMs);
  t.now("waiter", [&] { left = k.wait_for_completion_timeout(c, 10); });
  t.until(5500 * kUs);
  t.now("waker", [&] { k.complete(c); });
  CHECK(left == 9);
  t.now("waiter", [&] { left = k.wait_for_completion_timeout(c, 1); });
  t.bus.advance(vocab::SimTime{6 * kMs});   // done at the last moment counts
  t.now("waker", [&] { k.complete(c); });
  t.rest();
  CHECK((left == 0 || left == 1));
}

TEST_CASE("wait_event K3: a wake without a change sleeps on, a true condition at the end is 1") {
  Bench t;
  KernelImpl& k = *t.kernel;
  contract::WaitQueue q{"q"};
  bool flag = false;
  int looks = 0;
  std::uint64_t left = 99;
  t.now("waiter", [&] {
    left = k.wait_event_timeout(q, [&] {
      ++looks;
      return flag;
    }, 5);
  });
  CHECK(looks == 1);
  t.now("waker", [&] { k.wake_up_all(q); });
  CHECK(looks == 2);
  CHECK(left == 99);
  flag = true;   // nobody wakes it: seen when the time is over
  t.rest();
  CHECK(left == 1);
  flag = false;
  t.now("waiter", [&] { left = k.wait_event_timeout(q, [&] { return flag; }, 5); });
  t.rest();
  CHECK(left == 0);
  t.now("zero", [&] {
    CHECK(k.wait_event_timeout(q, [] { return true; }, 0) >= 1);
    CHECK(k.wait_event_timeout(q, [] { return false; }, 0) == 0);
  });
}

TEST_CASE("poll K5: first look at once, expiry is taken before the look, one look after it") {
  Bench t;
  KernelImpl& k = *t.kernel;
  int looks = 0, result = 1;
  std::uint64_t at = 0;
  const auto never = [&] {
    ++looks;
    return false;
  };
  t.now("poller", [&] {
    CHECK(k.poll([] { return true; }, 10, 100, Atomicity::may_sleep) == 0);
    result = k.poll(never, 10, 100, Atomicity::may_sleep);
    at = k.now().ns;
  });
  t.rest();
  CHECK(result == -ETIMEDOUT);
  CHECK(at == 110 * kUs);   // the first turn later than 100 us
  CHECK(looks == 2);        // nothing happened between
}

TEST_CASE("poll: a change by the machine is seen at the next turn of the grid") {
  Bench t;
  KernelImpl& k = *t.kernel;
  t.bus.events.push_back({33'333, [&] { t.bus.regs[4] = 1; }});
  std::uint64_t at = 0;
  t.now("poller", [&] {
    CHECK(k.poll([&] { return k.read32(4) == 1; }, 10, 1000, Atomicity::atomic) == 0);
    at = k.now().ns;
  });
  t.rest();
  CHECK(at == 40 * kUs);
  CHECK(t.bus.reads == 2);
}

TEST_CASE("poll: a change by another task is seen, two pollers do not keep each other busy") {
  Bench t;
  KernelImpl& k = *t.kernel;
  bool flag = false;
  int looks_a = 0, looks_b = 0;
  std::uint64_t at = 0;
  t.task("a", [&] {
    CHECK(k.poll([&] { ++looks_a; return flag; }, 10, 100'000, Atomicity::may_sleep) == 0);
    at = k.now().ns;
  });
  t.task("b", [&] {
    CHECK(k.poll([&] { ++looks_b; return false; }, 7, 50'000, Atomicity::may_sleep) ==
          -ETIMEDOUT);
  });
  t.task("setter", [&] {
    k.usleep(1234);
    flag = true;
  });
  t.rest();
  CHECK(at == 1240 * kUs);
  CHECK(looks_a < 8);
  CHECK(looks_b < 10);
}

TEST_CASE("poll K6: in atomic context the turns are counted; a spinlock held is no misuse") {
  Bench t;
  KernelImpl& k = *t.kernel;
  contract::SpinLock l{"l.lock"};
  std::uint64_t at = 0;
  t.now("poller", [&] {
    k.spin_lock(l);
    CHECK(k.poll([] { return false; }, 10, 100'000, Atomicity::atomic) == -ETIMEDOUT);
    at = k.now().ns;
    k.spin_unlock(l);
  });
  t.rest();
  CHECK(at == 10'000 * 10 * kUs);   // look number 10001
  CHECK(t.count(RecordKind::lock_misuse) == 0);
  t.now("sleeper", [&] {
    k.spin_lock(l);
    k.poll([] { return false; }, 10, 10, Atomicity::may_sleep);
    k.spin_unlock(l);
  });
  t.rest();
  CHECK(t.misuse(contract::LockMisuse::sleep_in_atomic) == Texts{"l.lock > poll time"});
}

TEST_CASE("poll: without a delay a turn costs 1 ns") {
  Bench t;
  KernelImpl& k = *t.kernel;
  std::uint64_t at = 0;
  t.now("poller", [&] {
    CHECK(k.poll([] { return false; }, 0, 10, Atomicity::atomic) == -ETIMEDOUT);
    at = k.now().ns;
  });
  t.rest();
  CHECK(at == 10 * kUs + 1);
}

TEST_CASE("Tasks: run first in first out, and a step that waits is named once") {
  Bench t;
  KernelImpl& k = *t.kernel;
  std::string order;
  for (const char c : {'a', 'b'}) {
    t.task("task", [&, c] {
      for (int i = 0; i < 2; ++i) {
        order += c;
        k.usleep(1);
      }
    }, static_cast<std::uint32_t>(c));
  }
  t.rest();
  CHECK(order == "abab");
  REQUIRE(k.newly_blocked().size() == 2);
  CHECK(k.newly_blocked()[0].step == 'a');
}

TEST_CASE("User memory U1: what was not copied is zeroed; an overflowing range copies nothing") {
  Bench t;
  KernelImpl& k = *t.kernel;
  t.user.make_faulting(FakeUser::kBase + 4);
  for (std::size_t i = 0; i < 4; ++i) t.user.bytes[i] = std::byte{7};
  t.now("ioctl", [&] {
    std::array<std::byte, 8> got{};
    got.fill(std::byte{9});
    CHECK(k.copy_from_user(got, FakeUser::kBase) == 4);
    CHECK(got[3] == std::byte{7});
    CHECK(got[4] == std::byte{0});
    CHECK(k.copy_to_user(FakeUser::kBase, got) == 4);
    CHECK(k.copy_to_user(UINT64_MAX - 2, got) == 8);
    CHECK(k.clear_user(FakeUser::kBase, 6) == 2);
    CHECK(t.user.bytes[0] == std::byte{0});
  });
}

TEST_CASE("Fibers: tasks that never end give their stacks back with the kernel") {
  for (int i = 0; i < 300; ++i) {
    Bench t;
    contract::Completion c{"never"};
    for (int j = 0; j < 4; ++j) t.now("waiter", [&] { t.kernel->wait_for_completion(c); });
    CHECK(t.kernel->task_count() == 4);
  }
}

TEST_CASE("Wait queue: who came last wakes first") {
  Bench t;
  KernelImpl& k = *t.kernel;
  contract::WaitQueue queue{"queue"};
  bool open = false;
  std::string order;
  for (const char c : {'a', 'b', 'c'}) {
    t.task("waiter", [&, c] {
      k.wait_event(queue, [&] { return open; });
      order += c;
    });
  }
  t.until(1);
  open = true;
  t.now("waker", [&] { k.wake_up_all(queue); });
  t.rest();
  CHECK(order == "cba");
}
