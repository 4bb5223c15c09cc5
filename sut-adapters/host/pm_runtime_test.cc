// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/contract/power_warn.h"
#include "sut-adapters/host/kernel_test_bench.h"

using namespace protm;
using namespace protm::host;
using contract::IrqLine;
using contract::IrqReturn;
using contract::RecordKind;
using contract::RpmStatus;
using Texts = std::vector<std::string>;

namespace {

using vocab::kMs;

/// A driver that logs what is done to it.
struct FakeDriver {
  explicit FakeDriver(Bench& b) : bench(b), k(*b.kernel) {
    DeviceOps ops;
    ops.ctx = this;
    ops.probe = [](void* ctx) { return static_cast<FakeDriver*>(ctx)->probe(); };
    ops.remove = [](void* ctx) { static_cast<FakeDriver*>(ctx)->log += "remove "; };
    k.device().set_ops(ops);
  }
  contract::Callback action(void (*fn)(void*)) { return {fn, this, nullptr, 0}; }
  static FakeDriver& of(void* ctx) { return *static_cast<FakeDriver*>(ctx); }

  int probe() {
    log += "probe ";
    k.devm_add_action(action([](void* c) { of(c).log += "devm1 "; }), "one");
    k.drmm_add_action(action([](void* c) { of(c).log += "drmm1 "; }), "one");
    k.drmm_add_action(action([](void* c) { of(c).log += "drmm2 "; }), "two");
    k.pm_runtime_enable(action([](void* c) { of(c).suspend(); }),
                        action([](void* c) { of(c).resume(); }));
    k.pm_runtime_use_autosuspend(50);
    k.request_irq(IrqLine::gpu, [](void* c) { return of(c).hard(); }, this,
                  action([](void* c) { of(c).thread(); }), "gpu irq");
    k.devm_add_action(action([](void* c) { of(c).log += "devm2 "; }), "two");
    if (during_probe) during_probe();
    return probe_result;
  }
  void suspend() {
    log += "suspend ";
    k.usleep(callback_us);
    k.pm_callback_result(suspend_result);
  }
  void resume() {
    log += "resume ";
    k.usleep(callback_us);
    k.pm_callback_result(resume_result);
  }
  IrqReturn hard() {
    ++hard_calls;
    if (answer != IrqReturn::none) k.write32(FakeBus::kRaiseRegister, 0);
    return answer;
  }
  void thread() {
    ++thread_calls;
    k.usleep(thread_us);
  }

  Bench& bench;
  KernelImpl& k;
  std::string log;
  std::function<void()> during_probe;
  int probe_result = 0, suspend_result = 0, resume_result = 0;
  std::uint64_t callback_us = 0, thread_us = 0;
  IrqReturn answer = IrqReturn::wake_thread;
  int hard_calls = 0, thread_calls = 0;

  /// Binds to the device, which stays awake, and uses it.
  void load_and_use(const std::function<void()>& use) {
    bench.now("load", [&] {
      k.device().attach();
      REQUIRE(k.pm_runtime_resume_and_get() == 0);
      use();
    });
  }
};

}  // namespace

TEST_CASE("Device: an unbind that waits for another one finds nothing to do and succeeds") {
  Bench t;
  FakeDriver d(t);
  t.now("load", [&] { CHECK(d.k.device().attach() == 0); });
  t.move(200 * kMs);   // suspended: the first unbind has to wait for the resume
  t.rest();
  d.callback_us = 100;
  d.log.clear();
  int first = 1, second = 1;
  t.task("one", [&] { first = d.k.device().unbind(); });
  t.task("two", [&] { second = d.k.device().unbind(); });
  t.rest();
  CHECK(first == 0);
  CHECK(second == 0);
  CHECK(d.log.find("remove") == d.log.rfind("remove"));
  t.now("late", [&] { CHECK(d.k.device().unbind() == -ENODEV); });
}

TEST_CASE("Device: unbind removes, then devres in reverse, then drmm with the last reference") {
  Bench t;
  FakeDriver d(t);
  t.now("load", [&] { CHECK(d.k.device().attach() == 0); });
  CHECK(d.k.device().bound());
  d.k.drm_dev_get();   // an open file
  d.log.clear();
  t.now("unbind", [&] { CHECK(d.k.device().unbind() == 0); });
  CHECK(d.log == "resume remove devm2 devm1 ");
  t.now("close", [&] { d.k.drm_instance_put(0); });
  CHECK(d.log == "resume remove devm2 devm1 drmm2 drmm1 ");
  t.now("unbind", [&] { CHECK(d.k.device().unbind() == -ENODEV); });
  d.bench.bus.lines = 4;   // the line is nobody's now
  d.k.run_ready();
  CHECK(d.hard_calls == 0);
}

TEST_CASE("Device: a failed probe undoes devres; a deferral waits for a trigger") {
  Bench t;
  FakeDriver d(t);
  d.probe_result = -EIO;
  t.now("load", [&] { CHECK(d.k.device().attach() == 0); });
  CHECK(d.log == "probe devm2 devm1 drmm2 drmm1 ");
  CHECK_FALSE(d.k.device().bound());
  CHECK_FALSE(d.k.device().probe_deferred());
  d.probe_result = -vocab::kEPROBE_DEFER;
  t.now("bind", [&] { CHECK(d.k.device().bind() == -EAGAIN); });
  CHECK_FALSE(d.k.device().probe_deferred());   // B5: not queued
  t.now("load", [&] { CHECK(d.k.device().attach() == 0); });
  CHECK(d.k.device().probe_deferred());
  d.probe_result = 0;
  d.k.run_ready();
  CHECK_FALSE(d.k.device().bound());
  d.k.device().trigger_deferred_probe();
  d.k.run_ready();
  CHECK(d.k.device().bound());
  CHECK_FALSE(d.k.device().probe_deferred());
  t.now("bind", [&] { CHECK(d.k.device().bind() == -EBUSY); });
}

TEST_CASE("Device: unplug waits for those inside") {
  Bench t;
  FakeDriver d(t);
  t.now("load", [&] { d.k.device().attach(); });
  std::uint64_t at = 0;
  t.task("inside", [&] {
    CHECK(d.k.dev_enter());
    d.k.usleep(100);
    d.k.dev_exit();
  });
  t.task("unplug", [&] {
    d.k.dev_unplug();
    at = d.k.now().ns;
    CHECK_FALSE(d.k.dev_enter());
  });
  t.rest();
  CHECK(at == 100 * vocab::kUs);
  CHECK(d.k.dev_is_unplugged());
}

TEST_CASE("Runtime PM: autosuspend comes its delay after the last use, used later if touched") {
  Bench t;
  FakeDriver d(t);
  t.now("load", [&] {
    d.k.device().attach();
    CHECK(d.k.pm_runtime_resume_and_get() == 0);
    d.k.pm_runtime_put_autosuspend();
  });
  CHECK(d.k.pm_runtime_status() == RpmStatus::active);
  CHECK(d.k.next_timer_ns() == 50 * kMs);
  CHECK(d.k.next_needed_timer_ns() == vocab::kNever);
  t.until(20 * kMs);
  t.now("ioctl", [&] {
    CHECK(d.k.pm_runtime_resume_and_get() == 0);
    d.k.pm_runtime_put_autosuspend();
  });
  CHECK(d.k.next_timer_ns() == 50 * kMs);   // P5: the old timer fires and arms again
  t.until(69 * kMs);
  CHECK(d.k.pm_runtime_status() == RpmStatus::active);
  t.rest();
  CHECK(d.k.now().ns == 70 * kMs);
  CHECK(d.k.pm_runtime_status() == RpmStatus::suspended);
  CHECK(d.log == "probe resume suspend ");
}

TEST_CASE("Runtime PM: a resume that fails drops the count and may be tried again") {
  Bench t;
  FakeDriver d(t);
  d.resume_result = -ETIMEDOUT;
  t.now("load", [&] {
    d.k.device().attach();
    CHECK(d.k.pm_runtime_resume_and_get() == -ETIMEDOUT);
    CHECK(d.k.device().pm().usage == 0);
    d.resume_result = 0;
    CHECK(d.k.pm_runtime_get_sync() == 0);
    CHECK(d.k.pm_runtime_get_sync() == 1);
    CHECK(d.k.device().pm().usage == 2);
    d.k.pm_runtime_put();
    d.k.pm_runtime_put_sync_suspend();   // without waiting for the delay
    CHECK(d.k.pm_runtime_status() == RpmStatus::suspended);
  });
  t.rest();
  CHECK(d.k.device().pm().usage == 0);
  t.now("under", [&] { d.k.pm_runtime_put(); });
  CHECK(t.count(RecordKind::kernel_warn) == 1);
}

TEST_CASE("Runtime PM P6, P8: a failed suspend is sticky until set_suspended") {
  Bench t;
  FakeDriver d(t);
  d.suspend_result = -EIO;
  t.now("load", [&] {
    d.k.device().attach();
    CHECK(d.k.pm_runtime_resume_and_get() == 0);
    d.k.pm_runtime_put_sync_suspend();
    CHECK(d.k.pm_runtime_status() == RpmStatus::active);
    CHECK(d.k.pm_runtime_resume_and_get() == -EINVAL);
    d.k.pm_runtime_set_suspended();
    CHECK(d.k.pm_runtime_resume_and_get() == 0);
  });
}

TEST_CASE("Runtime PM P2: a resume during a suspend waits for it, then resumes") {
  Bench t;
  FakeDriver d(t);
  d.callback_us = 100;
  t.task("load", [&] {
    d.k.device().attach();
    d.k.pm_runtime_resume_and_get();
    d.k.pm_runtime_put_sync_suspend();
  });
  std::uint64_t at = 0;
  t.task("other", [&] {
    d.k.usleep(150);
    CHECK(d.k.pm_runtime_status() == RpmStatus::suspending);
    CHECK(d.k.pm_runtime_resume_and_get() == 0);
    at = d.k.now().ns;
  });
  t.until(kMs);
  CHECK(at == 300 * vocab::kUs);
  CHECK(d.log == "probe resume suspend resume ");
}

TEST_CASE("PM: an access to a register while the device is suspended is reported once") {
  Bench t;
  FakeDriver d(t);
  d.answer = IrqReturn::none;
  d.load_and_use([&] {
    d.k.write32(FakeBus::kRaiseRegister, 0);
    CHECK(t.count(RecordKind::kernel_warn) == 0);
    d.k.pm_runtime_put_sync_suspend();
    (void)d.k.read32(FakeBus::kRaiseRegister);
    d.k.write32(FakeBus::kRaiseRegister, 0);
  });
  CHECK(t.texts(RecordKind::kernel_warn) == Texts{contract::kNoPowerWarn});
}

TEST_CASE("Irq: the hard handler comes with the access that raised the line, the thread later") {
  Bench t;
  FakeDriver d(t);
  t.now("load", [&] {
    d.k.device().attach();
    d.k.write32(FakeBus::kRaiseRegister, 4);
    CHECK(d.hard_calls == 1);
    CHECK(d.thread_calls == 0);
  });
  CHECK(d.thread_calls == 1);
  t.bus.events.push_back({5 * kMs, [&] { t.bus.lines = 4; }});
  t.until(6 * kMs);
  CHECK(d.hard_calls == 2);
  CHECK(d.thread_calls == 2);
}

TEST_CASE("Irq I3, I4: a wake while the thread runs gives one more run; synchronize waits") {
  Bench t;
  FakeDriver d(t);
  d.thread_us = 100;
  std::uint64_t at = 0;
  t.now("load", [&] {
    d.k.device().attach();
    d.k.write32(FakeBus::kRaiseRegister, 4);
    d.k.usleep(10);
    d.k.write32(FakeBus::kRaiseRegister, 4);
    d.k.write32(FakeBus::kRaiseRegister, 4);
    d.k.synchronize_irq(IrqLine::gpu);
    at = d.k.now().ns;
  });
  t.until(kMs);
  CHECK(d.hard_calls == 3);
  CHECK(d.thread_calls == 2);
  CHECK(at == 200 * vocab::kUs);
}

TEST_CASE("Irq: none comes while a spinlock is held, and it is not lost") {
  Bench t;
  FakeDriver d(t);
  contract::SpinLock l{"l.lock"};
  t.now("load", [&] {
    d.k.device().attach();
    d.k.spin_lock(l);
    d.k.write32(FakeBus::kRaiseRegister, 4);
    CHECK(d.hard_calls == 0);
    d.k.spin_unlock(l);
    CHECK(d.hard_calls == 1);
  });
}

TEST_CASE("Irq: a level that nobody silences is turned off with a warning") {
  Bench t;
  FakeDriver d(t);
  d.answer = IrqReturn::none;
  d.load_and_use([&] {
    d.k.write32(FakeBus::kRaiseRegister, 4);
  });
  CHECK(d.hard_calls == 1000);
  CHECK(t.texts(RecordKind::kernel_warn) == Texts{"irq nobody cared"});
}

TEST_CASE("Irq: an oops in a handler is one, and the interrupted task goes on") {
  Bench t;
  KernelImpl& k = *t.kernel;
  bool after = false;
  t.now("task", [&] {
    k.request_irq(IrqLine::job, [](void*) {
      contract::Ptr<contract::Mutex> none;
      none->id = 1;
      return IrqReturn::handled;
    }, nullptr, {}, "job irq");
    k.write32(FakeBus::kRaiseRegister, 1);
    after = true;
  });
  CHECK(after);
  CHECK(t.count(RecordKind::kernel_oops) == 1);
  CHECK(k.stopped_tasks() == 1);
  CHECK(k.task_count() == 0);
}
