// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "sut-adapters/executor/course.h"
#include "sut-adapters/executor/exploration.h"
#include "sut-adapters/executor/pct.h"
#include "sut-adapters/executor/schedule_player.h"
#include "sut-adapters/host/kernel_test_bench.h"

using namespace protm;
using namespace protm::exec;
using contract::PointKind;
using contract::PointSpec;
using contract::ScheduleEntry;
using contract::TaskSpec;
using host::Bench;
using host::KernelImpl;
using Verb = contract::ScheduleEntry::Verb;

namespace {

TaskSpec actor(std::uint32_t number) { return {.actor = number, .role = {}}; }
TaskSpec role(const char* name) { return {.actor = TaskSpec::kNoActor, .role = name}; }

/// Runs `tasks` tasks of actors that each take a reference `points` times; what they did in which
/// order: "aabba".
std::string straight_lines(contract::SchedulePolicy* policy, std::uint32_t tasks,
                           std::uint32_t points) {
  Bench bench;
  KernelImpl& k = *bench.kernel;
  struct Line {
    KernelImpl* kernel = nullptr;
    std::string* order = nullptr;
    std::uint32_t points = 0;
    char name = 'a';
    contract::Kref ref{1};
  };
  std::string order;
  std::vector<Line> lines(tasks, Line{&k, &order, points});
  for (std::uint32_t i = 0; i < tasks; ++i) {
    lines[i].name = static_cast<char>('a' + i);
    k.spawn(
        "call",
        [](void* arg) {
          Line& line = *static_cast<Line*>(arg);
          for (std::uint32_t n = 0; n < line.points; ++n) {
            line.kernel->kref_get(line.ref, "thing");
            *line.order += line.name;
          }
        },
        &lines[i], host::TaskContext{i, 0, false});
  }
  k.set_schedule(policy);
  while (k.task_count() != 0) k.run_ready();
  return order;
}

std::vector<TaskSpec> actors(std::uint32_t n) {
  std::vector<TaskSpec> out;
  for (std::uint32_t i = 0; i < n; ++i) out.push_back(actor(i));
  return out;
}

struct Explored {
  std::uint64_t runs = 0;
  std::set<std::string> orders;
};

Explored explore(std::uint32_t tasks, std::uint32_t points, std::uint32_t most) {
  Explored out;
  Exploration exploration(actors(tasks), most);
  const RunOnce run = [&](contract::SchedulePolicy& policy, bool counts) {
    const std::string order = straight_lines(&policy, tasks, points);
    if (counts) out.orders.insert(order);
  };
  while (exploration.step(run)) {
  }
  out.runs = exploration.progress().runs;
  return out;
}

}  // namespace

// Host's order is a, b, c. With one departure: the first task is held at its turn or at one of its
// n points, and so is the second of three; the last one has no rival. With two, after
//   a at its turn:   b at its turn (1, with three tasks), b at a point (n), c at a point (n)
//   a at a point:    the same, n times
//   b at its turn:   c at a point (n)
//   b at a point:    c at a point (n), n times
// Two tasks:   1 + (1 + n) + (n + n*n)                       = n*n + 2n + 2
// Three tasks: 1 + 2 (1 + n) + (1 + 2n)(1 + n) + n (1 + n)   = 3n*n + 6n + 4
TEST_CASE("Exploration: the count is the closed form for straight-line tasks") {
  for (std::uint64_t n = 1; n <= 6; ++n) {
    const auto points = static_cast<std::uint32_t>(n);
    CAPTURE(n);
    CHECK(explore(1, points, 2).runs == 1);
    CHECK(explore(2, points, 0).runs == 1);
    CHECK(explore(2, points, 1).runs == n + 2);
    CHECK(explore(2, points, 2).runs == n * n + 2 * n + 2);
    CHECK(explore(3, points, 1).runs == 2 * n + 3);
    CHECK(explore(3, points, 2).runs == 3 * n * n + 6 * n + 4);
  }
}

TEST_CASE("Exploration: with two departures each order of two switches comes up") {
  // aaa and bbb, interleaved with at most two switches that Host would not make.
  const Explored seen = explore(2, 3, 2);
  for (const char* order : {"aaabbb", "bbbaaa", "abbbaa", "aabbba", "baaabb", "abaabb", "abbaab"}) {
    CHECK(seen.orders.contains(order));
  }
  CHECK_FALSE(seen.orders.contains("ababab"));
}

TEST_CASE("Exploration: put down and taken up at any run, it does the same runs") {
  std::vector<std::string> whole;
  const auto collect = [&](std::vector<std::string>& to) {
    return [&](contract::SchedulePolicy& policy, bool counts) {
      const std::string order = straight_lines(&policy, 3, 2);
      if (counts) to.push_back(order);
    };
  };
  Exploration all(actors(3), 2);
  while (all.step(collect(whole))) {
  }
  for (std::size_t stop = 0; stop <= whole.size(); ++stop) {
    std::vector<std::string> parts;
    Exploration first(actors(3), 2);
    for (std::size_t i = 0; i < stop; ++i) first.step(collect(parts));
    const auto read = parse_progress(progress_text(first.progress()));
    REQUIRE(read.has_value());
    Exploration second(actors(3), 2, *read);
    while (second.step(collect(parts))) {
    }
    CHECK(parts == whole);
    CHECK(second.progress() == all.progress());
  }
}

TEST_CASE("parse_progress: nothing but what progress_text writes") {
  CHECK(parse_progress("runs 3 next 1:1 4:2\n").has_value());
  CHECK(parse_progress("runs 9 finished").has_value());
  for (const char* bad : {"", "runs", "runs x next", "runs 1", "runs 1 nxt", "runs 1 next 4:1 2:1",
                          "runs 1 next 4", "runs 1 next 4:0", "runs 1 finished 3:1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_progress(bad).has_value());
  }
}

TEST_CASE("Recorder: the schedule of a run makes another run take the same course") {
  std::uint32_t compared = 0;
  Exploration exploration(actors(3), 3);
  std::string order;
  const RunOnce run = [&](contract::SchedulePolicy& policy, bool counts) {
    const std::string now = straight_lines(&policy, 3, 2);
    if (counts) order = now;
  };
  while (exploration.step(run)) {
    Choices again(exploration.tasks(), exploration.last());
    Recorder recorder(again);
    straight_lines(&recorder, 3, 2);
    const std::vector<ScheduleEntry> entries = recorder.schedule();
    CHECK(entries.empty() == exploration.last().empty());
    SchedulePlayer player(entries);
    CHECK(straight_lines(&player, 3, 2) == order);
    CHECK(player.left() == 0);
    ++compared;
  }
  CHECK(compared > 40);
}

TEST_CASE("SchedulePlayer: run keeps all others out, let does not") {
  const auto run_b = ScheduleEntry{Verb::run, actor(1), {PointKind::returned, "", 1}};
  SchedulePlayer first(std::span(&run_b, 1));
  CHECK(straight_lines(&first, 2, 3) == "bbbaaa");
  const ScheduleEntry two[] = {{Verb::run, actor(1), {PointKind::kref_get, "thing", 3}},
                               {Verb::run, actor(0), {PointKind::kref_get, "", 2}}};
  SchedulePlayer second(two);
  CHECK(straight_lines(&second, 2, 3) == "bbabaa");
  const ScheduleEntry other{Verb::let, actor(1), {PointKind::kref_get, "other", 1}};
  SchedulePlayer third(std::span(&other, 1));
  CHECK(straight_lines(&third, 2, 3) == "aaabbb");
  CHECK(third.left() == 1);
}

TEST_CASE("Host: a spinlock of a held task makes others wait, and interrupts too") {
  Bench bench;
  KernelImpl& k = *bench.kernel;
  contract::SpinLock lock{.role = "lock"};
  contract::Kref ref{1};
  struct Seen {
    std::string order;
    host::FakeBus& bus;
  } seen{{}, bench.bus};
  const auto irq = [](void* ctx) {
    Seen& s = *static_cast<Seen*>(ctx);
    s.order += 'i';
    s.bus.lines = 0;
    return contract::IrqReturn::handled;
  };
  bench.now("setup", [&] {
    CHECK(k.request_irq(contract::IrqLine::job, irq, &seen, {}, "irq") == 0);
  });
  bench.task("call", [&] {
    k.spin_lock(lock);
    seen.order += 'a';
    k.kref_get(ref, "thing");
    seen.order += 'A';
    k.spin_unlock(lock);
  });
  bench.task("call", [&] {
    seen.order += 'b';
    bench.bus.lines = 1;
    k.read32(0);
    k.spin_lock(lock);
    seen.order += 'B';
    k.spin_unlock(lock);
  });
  const ScheduleEntry entry{Verb::let, actor(0), {PointKind::kref_get, "thing", 1}};
  SchedulePlayer player(std::span(&entry, 1));
  k.set_schedule(&player);
  k.run_ready();
  CHECK(seen.order == "abABi");
  CHECK(player.left() == 0);
}

TEST_CASE("Host: time passes over a held task only when the schedule waits for another") {
  for (const bool wait : {false, true}) {
    Bench bench;
    KernelImpl& k = *bench.kernel;
    contract::Kref ref{1};
    std::string order;
    bench.task("sleeper", [&] {
      k.usleep(100);
      order += 's';
    });
    k.run_ready();
    k.spawn("holder",
            [](void* body) { (*static_cast<std::function<void()>*>(body))(); },
            bench.keep([&] {
              k.kref_get(ref, "thing");
              order += 'h';
            }));
    const ScheduleEntry entries[] = {{Verb::let, role("holder"), {PointKind::kref_get, "thing", 1}},
                                     {Verb::run, actor(0), {PointKind::returned, "", 1}}};
    SchedulePlayer player(std::span(entries, wait ? 2 : 1));
    k.set_schedule(&player);
    bench.rest();
    CHECK(order == (wait ? "sh" : "hs"));
    CHECK(player.left() == 0);
  }
}

TEST_CASE("Host: who is held goes on in time, however often others have their turn meanwhile") {
  Bench bench;
  KernelImpl& k = *bench.kernel;
  contract::Kref ref{1};
  std::uint64_t went_on_ns = 0;
  bench.task("call", [&] {
    k.kref_get(ref, "thing");
    went_on_ns = k.now().ns;
  });
  bench.task("sleeper", [&] {
    for (int i = 0; i < 10; ++i) k.usleep(10'000);
  });
  const ScheduleEntry entries[] = {{Verb::let, actor(0), {PointKind::kref_get, "thing", 1}},
                                   {Verb::run, actor(7), {PointKind::returned, "", 1}}};
  SchedulePlayer player(entries);
  k.set_schedule(&player);
  bench.rest();
  CHECK(went_on_ns > 0);
  CHECK(went_on_ns <= contract::kLongestHoldNs);
  CHECK(player.left() == 1);
}

TEST_CASE("Host: a held task goes on when nothing comes that could be waited for") {
  Bench bench;
  KernelImpl& k = *bench.kernel;
  contract::Kref ref{1};
  bool went_on = false;
  bench.task("call", [&] {
    k.kref_get(ref, "thing");
    went_on = true;
  });
  bench.bus.events.push_back({40 * vocab::kMs, [] {}});   // later than anybody is held
  const ScheduleEntry entries[] = {{Verb::let, actor(0), {PointKind::kref_get, "thing", 1}},
                                   {Verb::run, actor(1), {PointKind::returned, "", 1}}};
  SchedulePlayer player(entries);
  k.set_schedule(&player);
  bench.until(vocab::kMs);
  CHECK(went_on);
  CHECK(player.left() == 1);
}

TEST_CASE("Host: a work item that is cancelled while a schedule holds its task is gone") {
  Bench bench;
  KernelImpl& k = *bench.kernel;
  std::string order;
  contract::Work work{.role = "tick_work"};
  work.fn = contract::Callback{[](void* o) { *static_cast<std::string*>(o) += 'w'; }, &order,
                               nullptr, 0};
  bench.task("call", [&] {
    k.queue_work(k.system_wq(), work);
    k.usleep(10);
    order += k.cancel_work_sync(work) ? 'c' : '-';
  });
  const ScheduleEntry entries[] = {{Verb::let, role("tick_work"), {PointKind::picked, "", 1}},
                                   {Verb::run, actor(0), {PointKind::returned, "", 1}}};
  SchedulePlayer player(entries);
  k.set_schedule(&player);
  bench.rest();
  CHECK(order == "c");
  CHECK(player.left() == 0);
  CHECK(k.task_count() == 0);
}

TEST_CASE("Recorder: the schedule of a random run takes the same course") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    Pct random(actors(3), 3, 9, seed);
    Recorder recorder(random);
    const std::string order = straight_lines(&recorder, 3, 3);
    const auto entries = recorder.schedule();
    SchedulePlayer player(entries);
    CHECK(straight_lines(&player, 3, 3) == order);
  }
}

TEST_CASE("Pct: a seed is a schedule, and seeds differ") {
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Pct one(actors(3), 2, 9, seed);
    const std::string order = straight_lines(&one, 3, 3);
    CHECK(one.points() == 9);
    Pct two(actors(3), 2, 9, seed);
    CHECK(straight_lines(&two, 3, 3) == order);
    orders.insert(order);
  }
  CHECK(orders.size() > 6);
}
