// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include "sut-adapters/host/kernel_test_bench.h"

using namespace protm;
using namespace protm::host;
using contract::LockMisuse;
using contract::RecordKind;
using Texts = std::vector<std::string>;

TEST_CASE("LockOrder: a cycle over three classes is found at the edge that closes it") {
  LockOrder order(std::pmr::new_delete_resource());
  const ClassNr a = order.class_of("a", ClassKind::lock);
  const ClassNr b = order.class_of("b", ClassKind::lock);
  const ClassNr c = order.class_of("c", ClassKind::lock);
  CHECK(order.class_of("a", ClassKind::lock) == a);
  CHECK(order.class_of("a", ClassKind::work) != a);
  CHECK_FALSE(order.add(a, b));
  CHECK_FALSE(order.add(b, c));
  CHECK(order.add(c, a));
  CHECK(order.chain(a, c) == std::vector{a, b, c});
  CHECK(order.chain(a, order.class_of("d", ClassKind::lock)).empty());
  CHECK_FALSE(order.add(c, a));   // known by now
}

TEST_CASE("Locks: ABBA is found although the two tasks never meet") {
  Bench t;
  contract::Mutex a{"a.lock"}, b{"b.lock"};
  KernelImpl& k = *t.kernel;
  t.now("first", [&] {
    contract::MutexGuard x(k, a);
    contract::MutexGuard y(k, b);
  });
  CHECK(t.count(RecordKind::lock_misuse) == 0);
  for (int i = 0; i < 2; ++i) {
    t.now("second", [&] {
      contract::MutexGuard x(k, b);
      contract::MutexGuard y(k, a);
    });
  }
  CHECK(t.misuse(LockMisuse::abba) == Texts{"b.lock > a.lock"});
  CHECK(t.count(RecordKind::lock_misuse) == 1);
  CHECK(t.texts(RecordKind::kernel_log) ==
        Texts{"locks were taken before in the order a.lock > b.lock"});
  CHECK(k.task_count() == 0);
}

TEST_CASE("Locks: one order everywhere is no finding, whatever the kinds") {
  Bench t;
  contract::Mutex a{"a.lock"};
  contract::RwSem s{"s.sem"};
  contract::SpinLock l{"l.lock"};
  KernelImpl& k = *t.kernel;
  for (int i = 0; i < 3; ++i) {
    t.now("task", [&] {
      k.mutex_lock(a);
      k.down_read(s);
      k.spin_lock(l);
      k.spin_unlock(l);
      k.up_read(s);
      k.mutex_unlock(a);
    });
  }
  CHECK(t.count(RecordKind::lock_misuse) == 0);
}

TEST_CASE("Locks: AA is reported and the task is stuck for ever") {
  Bench t;
  contract::Mutex m{"m.lock"};
  KernelImpl& k = *t.kernel;
  bool after = false;
  t.now("task", [&] {
    k.mutex_lock(m);
    k.mutex_lock(m);
    after = true;
  });
  CHECK(t.misuse(LockMisuse::self_deadlock) == Texts{"m.lock > m.lock"});
  CHECK_FALSE(after);
  CHECK(k.stopped_tasks() == 1);
  bool other = false;
  t.now("other", [&] {
    k.mutex_lock(m);
    other = true;
  });
  CHECK_FALSE(other);
  CHECK(k.stopped_tasks() == 2);   // it waits for one that is stuck
  std::pmr::string words(std::pmr::new_delete_resource());
  k.describe_blocked(words);
  CHECK(words == "task waits for itself on m.lock; other waits for mutex m.lock");
}

TEST_CASE("Locks: a real deadlock of two tasks counts both as stopped") {
  Bench t;
  contract::Mutex a{"a.lock"}, b{"b.lock"};
  KernelImpl& k = *t.kernel;
  const auto take = [&](contract::Mutex& x, contract::Mutex& y) {
    k.mutex_lock(x);
    k.usleep(1);
    k.mutex_lock(y);
  };
  t.task("first", [&] { take(a, b); });
  t.task("second", [&] { take(b, a); });
  t.rest();
  CHECK(t.misuse(LockMisuse::abba).size() == 1);
  CHECK(k.stopped_tasks() == 2);
  CHECK(k.next_timer_ns() == vocab::kNever);
}

TEST_CASE("Locks: unlock by another task is reported and unlocks") {
  Bench t;
  contract::Mutex m{"m.lock"};
  KernelImpl& k = *t.kernel;
  t.task("owner", [&] {
    k.mutex_lock(m);
    k.usleep(100);
  });
  t.task("thief", [&] { k.mutex_unlock(m); });
  bool got = false;
  t.task("third", [&] {
    k.mutex_lock(m);
    got = true;
    k.mutex_unlock(m);
  });
  t.until(50 * vocab::kUs);
  CHECK(got);
  t.rest();
  CHECK(t.misuse(LockMisuse::unlock_by_other) == Texts{"thief > m.lock"});
  CHECK(t.count(RecordKind::lock_misuse) == 1);
  t.now("again", [&] { k.mutex_unlock(m); });   // not locked at all
  CHECK(t.misuse(LockMisuse::unlock_by_other) == Texts{"thief > m.lock", "again > m.lock"});
}

TEST_CASE("Locks: a sleep under a spinlock is reported even if nothing blocks") {
  Bench t;
  contract::SpinLock l{"l.lock"};
  contract::Mutex m{"m.lock"};
  KernelImpl& k = *t.kernel;
  t.now("task", [&] {
    k.spin_lock(l);
    k.mutex_lock(m);
    k.mutex_unlock(m);
    k.spin_unlock(l);
    k.mutex_lock(m);
    k.mutex_unlock(m);
  });
  CHECK(t.misuse(LockMisuse::sleep_in_atomic) == Texts{"l.lock > mutex_lock m.lock"});
  t.now("delay", [&] {
    k.spin_lock(l);
    k.udelay(5);   // busy: legal
    k.spin_unlock(l);
    k.spin_lock(l);
    k.usleep(5);
    k.spin_unlock(l);
  });
  t.rest();
  CHECK(t.misuse(LockMisuse::sleep_in_atomic).size() == 2);
  CHECK(k.task_count() == 0);
}

TEST_CASE("Locks: a spinlock that goes to its waiter keeps interrupts away until it is free") {
  Bench t;
  struct Device {
    Bench& bench;
    contract::SpinLock l{"l.lock"};
    int calls = 0;
  } device{t};
  KernelImpl& k = *t.kernel;
  const auto hard = [](void* ctx) {
    Device& d = *static_cast<Device*>(ctx);
    d.bench.kernel->spin_lock(d.l);   // free, or this would stop for ever
    d.bench.kernel->write32(FakeBus::kRaiseRegister, 0);
    ++d.calls;
    d.bench.kernel->spin_unlock(d.l);
    return contract::IrqReturn::handled;
  };
  t.task("first", [&] {
    k.request_irq(contract::IrqLine::job, hard, &device, {}, "job irq");
    k.spin_lock(device.l);
    k.udelay(10);
    t.bus.lines = 1;
    k.spin_unlock(device.l);
    CHECK(device.calls == 0);
  });
  t.task("second", [&] {
    k.spin_lock(device.l);
    CHECK(device.calls == 0);
    k.udelay(10);
    CHECK(device.calls == 0);
    k.spin_unlock(device.l);
    CHECK(device.calls == 1);
  });
  t.rest();
  CHECK(device.calls == 1);
  CHECK(k.stopped_tasks() == 0);
  CHECK(t.count(RecordKind::lock_misuse) == 0);
}

TEST_CASE("Locks: a mutex in a hard interrupt handler is a sleep in atomic context") {
  Bench t;
  struct Device {
    Bench& bench;
    contract::Mutex m{"m.lock"};
    int calls = 0;
  } device{t};
  KernelImpl& k = *t.kernel;
  const auto hard = [](void* ctx) {
    Device& d = *static_cast<Device*>(ctx);
    d.bench.kernel->mutex_lock(d.m);
    d.bench.kernel->mutex_unlock(d.m);
    d.bench.kernel->write32(FakeBus::kRaiseRegister, 0);
    ++d.calls;
    return contract::IrqReturn::handled;
  };
  t.now("probe", [&] {
    CHECK(k.request_irq(contract::IrqLine::job, hard, &device, {}, "job irq") == 0);
    k.write32(FakeBus::kRaiseRegister, 1);
  });
  CHECK(device.calls == 1);
  CHECK(t.misuse(LockMisuse::sleep_in_atomic) == Texts{"hard irq > mutex_lock m.lock"});
}

TEST_CASE("Locks: write while reading the same rwsem is an inversion and sticks") {
  Bench t;
  contract::RwSem s{"s.sem"};
  KernelImpl& k = *t.kernel;
  t.now("task", [&] {
    k.down_read(s);
    k.down_write(s);
  });
  CHECK(t.misuse(LockMisuse::read_write_inversion) == Texts{"s.sem > s.sem"});
  CHECK(k.stopped_tasks() == 1);
}

TEST_CASE("Locks: readers share, a waiting writer keeps new readers out, order is kept") {
  Bench t;
  contract::RwSem s{"s.sem"};
  KernelImpl& k = *t.kernel;
  std::string order;
  const auto reader = [&](char name) {
    return [&, name] {
      k.down_read(s);
      order += name;
      k.usleep(10);
      k.up_read(s);
    };
  };
  t.task("r1", reader('1'));
  t.task("r2", reader('2'));
  t.task("w", [&] {
    k.down_write(s);
    order += 'w';
    k.usleep(10);
    k.up_write(s);
  });
  t.task("r3", reader('3'));
  t.rest();
  CHECK(order == "12w3");
  CHECK(t.count(RecordKind::lock_misuse) == 0);
  CHECK(k.task_count() == 0);
}

TEST_CASE("Locks: a mutex goes to its waiters in their order") {
  Bench t;
  contract::Mutex m{"m.lock"};
  KernelImpl& k = *t.kernel;
  std::string order;
  for (const char c : {'a', 'b', 'c'}) {
    t.task("task", [&, c] {
      contract::MutexGuard g(k, m);
      k.usleep(10);
      order += c;
    });
  }
  t.until(5000);
  CHECK(k.mutex_is_locked(m));
  t.rest();
  CHECK(order == "abc");
  CHECK_FALSE(k.mutex_is_locked(m));
}

TEST_CASE("Locks: whoever comes between a mutex' release and its waiter's run gets it, but once") {
  Bench t;
  contract::Mutex m{"m.lock"};
  KernelImpl& k = *t.kernel;
  std::string order;
  const auto take = [&](char name) {
    k.mutex_lock(m);
    order += name;
    k.usleep(10);
    k.mutex_unlock(m);
  };
  t.task("owner", [&] {
    take('a');
    take('b');  // the waiter is awake, but has not run
    take('c');  // it has tried in vain: now it is its turn
  });
  t.task("waiter", [&] { take('w'); });
  t.rest();
  CHECK(order == "abwc");
}

TEST_CASE("Locks: a trylock makes no order but shows in the order of later locks") {
  Bench t;
  contract::Mutex a{"a.lock"}, b{"b.lock"};
  KernelImpl& k = *t.kernel;
  t.now("task", [&] {
    k.mutex_lock(a);
    CHECK(k.mutex_trylock(b));
    CHECK_FALSE(k.mutex_trylock(a));
    k.mutex_unlock(b);
    k.mutex_unlock(a);
    k.mutex_lock(b);
    k.mutex_lock(a);
    k.mutex_unlock(a);
    k.mutex_unlock(b);
  });
  CHECK(t.count(RecordKind::lock_misuse) == 0);
}

TEST_CASE("Locks: a task that ends with a lock held is reported") {
  Bench t;
  contract::Mutex m{"m.lock"};
  t.now("ioctl", [&] { t.kernel->mutex_lock(m); });
  CHECK(t.misuse(LockMisuse::held_at_return) == Texts{"ioctl > m.lock"});
}

TEST_CASE("Locks: who says that a lock is held is warned where it is not") {
  Bench t;
  contract::Mutex m{"m.lock"}, other{"other.lock"};
  KernelImpl& k = *t.kernel;
  t.now("task", [&] {
    k.mutex_lock(m);
    k.assert_held(m);
    CHECK(t.count(RecordKind::kernel_warn) == 0);
    k.assert_held(other);
    k.mutex_unlock(m);
    k.assert_held(m);
  });
  CHECK(t.count(RecordKind::kernel_warn) == 2);
  contract::SpinLock s{"s.lock"};
  t.now("task", [&] {
    k.spin_lock(s);
    k.assert_held(s);
    k.spin_unlock(s);
    CHECK(t.count(RecordKind::kernel_warn) == 2);
    k.assert_held(s);
  });
  CHECK(t.count(RecordKind::kernel_warn) == 3);
}

TEST_CASE("Objects: freeing one whose lock is held is reported") {
  struct Thing {
    contract::Mutex lock{"thing.lock"};
  };
  Bench t;
  KernelImpl& k = *t.kernel;
  t.now("task", [&] {
    const auto thing = k.make<Thing>("thing");
    k.mutex_lock(thing->lock);
    k.free(thing);
  });
  CHECK(t.misuse(LockMisuse::freed_while_locked) == Texts{"thing > thing.lock"});
  t.now("right", [&] {
    const auto thing = k.make<Thing>("thing");
    k.mutex_lock(thing->lock);
    k.mutex_unlock(thing->lock);
    k.free(thing);
  });
  CHECK(t.misuse(LockMisuse::freed_while_locked).size() == 1);
}

TEST_CASE("Objects: a use after free stops the task with its locks held, in every build") {
  struct Thing {
    int value = 1;
  };
  Bench t;
  contract::Mutex m{"m.lock"};
  KernelImpl& k = *t.kernel;
  bool after = false;
  t.now("task", [&] {
    const auto thing = k.make<Thing>("thing");
    k.mutex_lock(m);
    k.free(thing);
    const auto reused = k.make<Thing>("thing");   // the same memory: the generation tells
    CHECK(reused.raw() == thing.raw());
    thing->value = 2;
    after = true;
  });
  CHECK_FALSE(after);
  CHECK(t.texts(RecordKind::kernel_oops,
                static_cast<std::uint16_t>(contract::OopsKind::use_after_free)) ==
        Texts{"thing"});
  CHECK(k.stopped_tasks() == 1);
  CHECK(k.mutex_is_locked(m));
}

TEST_CASE("Objects: NULL, a double free and a callback into a dead object are oopses") {
  struct Thing {
    void run() {}
  };
  Bench t;
  KernelImpl& k = *t.kernel;
  t.now("null", [&] {
    contract::Ptr<Thing> none;
    none->run();
  });
  t.now("twice", [&] {
    const auto thing = k.make<Thing>("thing");
    k.free(thing);
    k.free(thing);
  });
  contract::Work work{"late_work"};
  t.now("late", [&] {
    const auto thing = k.make<Thing>("gone");
    work.fn = contract::bind<&Thing::run>(thing);
    k.queue_work(k.system_wq(), work);
    k.free(thing);
  });
  CHECK(t.count(RecordKind::kernel_oops) == 3);
  CHECK(k.stopped_tasks() == 3);
}

TEST_CASE("Objects: an allocation fault gives NULL, live objects are counted by role") {
  struct Thing {
    int x;
  };
  Bench t;
  KernelImpl& k = *t.kernel;
  t.bus.fail_call = "alloc";
  t.bus.fail_role = "b";
  t.now("task", [&] {
    const auto a = k.make<Thing>("a");
    const auto a2 = k.make<Thing>("a");
    CHECK(k.make<Thing>("b") == nullptr);
    k.free(a);
    CHECK(a2.alive());
  });
  REQUIRE(k.live_objects().size() == 1);
  CHECK(k.live_objects()[0].live == 1);
}

TEST_CASE("Kref: an addition on 0 and an underflow warn and never release") {
  Bench t;
  KernelImpl& k = *t.kernel;
  contract::Kref r;
  k.kref_init(r);
  k.kref_get(r, "thing");
  CHECK_FALSE(k.kref_put(r, "thing"));
  CHECK(k.kref_put(r, "thing"));
  CHECK_FALSE(k.kref_get_unless_zero(r, "thing"));
  CHECK_FALSE(k.kref_put(r, "thing"));
  CHECK_FALSE(k.kref_put(r, "thing"));   // saturated
  contract::Kref s;
  k.kref_get(s, "thing");
  CHECK(t.texts(RecordKind::kernel_warn) ==
        Texts{"refcount underflow: thing", "refcount addition on 0: thing"});
}
