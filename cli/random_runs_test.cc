// SPDX-License-Identifier: GPL-2.0-only
// What random byte strings do when they run: the decoder is made so that most of them boot, call
// the driver with success, and some see a job through. Counted from traces of the reference; a run
// that ends the test ends it with the string's number. Source: decisions.md 24 (lengths 0..512).
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "conformance/format/case_writer.h"
#include "conformance/format/random_programs.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/trace_reading.h"
#include "sut-adapters/executor/session.h"

using namespace protm;
using namespace protm::contract;

namespace {

constexpr std::uint64_t kSeed = 5;

int strings() {
  const char* const text = std::getenv("PROTM_RANDOM_RUNS");
  return text == nullptr ? PROTM_RANDOM_RUNS_DEFAULT : std::atoi(text);
}

/// Ioctls of panthor but DEV_QUERY.
bool is_work(NodeType type) {
  switch (type) {
    case NodeType::vm_create:
    case NodeType::vm_destroy:
    case NodeType::vm_get_state:
    case NodeType::vm_bind:
    case NodeType::bo_create:
    case NodeType::bo_mmap_offset:
    case NodeType::group_create:
    case NodeType::group_destroy:
    case NodeType::group_get_state:
    case NodeType::group_submit:
    case NodeType::stream_area:
      return true;
    default:
      return false;
  }
}

/// What one run showed.
struct Seen {
  bool boots = false, works = false, job = false, window = false;
  bool budget = false, oops = false;
  std::string stuck;  ///< who, if any
};

Seen look(const Program& program, const Trace& trace) {
  Seen seen;
  std::vector<bool> started(program.steps.size());
  for (const Record& r : trace.records) {
    seen.window |= matches(r, {.kind = EventKind::protm_active});
    seen.budget |= r.kind == RecordKind::sut_livelock;
    if (r.kind == RecordKind::sut_stuck) seen.stuck = trace.text(r.text);
    seen.oops |= r.kind == RecordKind::kernel_oops;
    if (is(r, EventKind::job_started)) started[r.a] = true;
    if (r.kind == RecordKind::fence_signalled && r.d == 0 && r.a < started.size()) {
      seen.job |= started[r.a];
    }
    if (r.kind != RecordKind::step_returned || static_cast<std::int64_t>(r.c) < 0) continue;
    const auto type = static_cast<NodeType>(program.steps[r.b].op.type);
    seen.works |= is_work(type);
    seen.boots |= is_work(type) || type == NodeType::open || type == NodeType::probe ||
                  type == NodeType::dev_query;
  }
  return seen;
}

/// The same start with nothing but an open: there is a render node, or there is none.
bool can_open(exec::Session& session, const Program& program) {
  Program only = program;
  only.actors = {Actor{.name = "a", .sys_nice = false, .sys_admin = false}};
  Step open;
  open.op.type = static_cast<std::uint16_t>(NodeType::open);
  only.steps = {open};
  only.faults.clear();
  return look(only, session.run(only)).boots;
}

/// Where a run's time goes: what the machine did, and what it is worth.
struct Slow {
  int string = 0;
  std::uint64_t events = 0;
};

}  // namespace

TEST_CASE("random strings: nearly all boot, half call with success, some complete a job") {
  format::RandomBytes random(kSeed);
  exec::Session session(differential::reference());
  const int total = strings();
  REQUIRE(total > 0);
  int boots = 0, works = 0, jobs = 0, windows = 0, budgets = 0;
  std::vector<Slow> slow;
  for (int i = 0; i < total; ++i) {
    CAPTURE(i);
    const Program program = format::decode(random.string());
    const Trace trace = session.run(program);
    slow.push_back({i, trace.machine_events});
    const Seen seen = look(program, trace);
    // The oracle neither hangs nor uses what it freed, whatever the calls are.
    if (seen.oops || !seen.stuck.empty()) {
      FAIL_CHECK((seen.oops ? "oops" : seen.stuck) << "\n" << format::write_case(program));
    }
    const bool asks = !seen.boots && program.boot == Boot::probed;
    boots += seen.boots || (asks && can_open(session, program)) ? 1 : 0;
    works += seen.works ? 1 : 0;
    jobs += seen.job ? 1 : 0;
    windows += seen.window ? 1 : 0;
    budgets += seen.budget ? 1 : 0;
  }
  const auto permille = [&](int n) { return 1000 * n / total; };
  std::printf("%d random strings, seed %u, per mille: boot %d, a successful ioctl beyond DEV_QUERY "
              "%d, a completed job %d, a protected window %d, event budget used up %d\n",
              total, static_cast<unsigned>(kSeed), permille(boots), permille(works),
              permille(jobs), permille(windows), permille(budgets));
  std::stable_sort(slow.begin(), slow.end(),
                   [](const Slow& a, const Slow& b) { return a.events > b.events; });
  for (std::size_t i = 0; i < slow.size() && i < 5; ++i) {
    std::printf("string %d: %u machine events\n", slow[i].string,
                static_cast<unsigned>(slow[i].events));
  }
  CHECK(permille(boots) >= 900);
  CHECK(permille(works) >= 500);
  CHECK(permille(jobs) >= 50);
}
