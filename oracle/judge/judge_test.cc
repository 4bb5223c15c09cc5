// SPDX-License-Identifier: GPL-2.0-only
// Goal: each row of the outcome table, each comparison in both directions, and the order in which
// the first divergence is chosen.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "oracle/judge/facts.h"
#include "oracle/judge/judge.h"
#include "oracle/judge/poison.h"
#include "oracle/judge/sut_findings.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/lock_words.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using namespace protm::judge;
using K = vocab::ObservationKind;
using vocab::kMs;
using vocab::kSec;

namespace {

constexpr auto kRef = Value::Kind::ref;

/// Broken by any reset_completed, at its time.
RuleResult no_reset(const Program&, const Trace& trace) {
  RuleResult out{.armed = 1, .violation = {}};
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    if (!is(trace.records[i], K::reset_completed)) continue;
    out.violation = Violation{i, trace.records[i].time_ns, "reset", "a reset happened"};
    break;
  }
  return out;
}
constexpr std::array kTestRules{
    Rule{"T1", "no_reset", "no reset happens", "test", HostEyes::not_needed, no_reset},
    Rule{"T2", "needs_host", "a rule for Host", "test", HostEyes::needed, no_reset}};

JudgeOptions options() { return {.adapter = "series-v1:only=A", .rules = kTestRules}; }

/// vm, buffer, group, two jobs of one queue, a wait, a late read.
struct Case {
  Program program;
  std::uint32_t vm, bo, group, job, job2, wait, read;
  Case() {
    vm = add_step(program, make_node(NodeType::vm_create));
    bo = add_step(program, make_node(NodeType::bo_create));
    group = add_step(program, make_node(NodeType::group_create, {{"vm", kRef, vm}}));
    job = add_job(program, group);
    job2 = add_job(program, group);
    wait = add_step(program, make_node(NodeType::wait, {{"job", kRef, job2}}));
    read = add_step(program, make_node(NodeType::cpu_read, {{"bo", kRef, bo}}));
  }
  /// What a right driver shows.
  [[nodiscard]] TraceBuilder right() const {
    TraceBuilder b;
    for (std::uint32_t s = 0; s <= job2; ++s) b.started(s).returned(s, 0);
    b.record(RecordKind::user_write, {.b = vm, .c = 0, .d = 1}).started(wait);
    b.after(kMs).fence(job, 0).after(kMs).fence(job2, 0).returned(wait, 0);
    b.started(read).returned(read, 0).record(RecordKind::user_write, {.b = read, .c = 0, .d = 7});
    b.after(kMs).record(RecordKind::group_state, {.a = group});
    b.record(RecordKind::vm_state, {.a = vm});
    b.record(RecordKind::buffer_content, {.a = bo, .b = 4096, .d = 0xabc});
    b.record(RecordKind::buffer_content, {.sub = 1, .a = bo, .b = 8, .c = 0, .d = 7});
    return b.record(RecordKind::rest_state, {.c = 1}, "vms");
  }
  [[nodiscard]] Verdict judged(const TraceBuilder& candidate) const {
    return judge::judge(program, right().trace(), candidate.trace(), options());
  }
};

Record* find(TraceBuilder& b, RecordKind kind, std::uint32_t a) {
  for (Record& r : b.edit().records) {
    if (r.kind == kind && r.a == a) return &r;
  }
  return nullptr;
}
Record* find_step(TraceBuilder& b, RecordKind kind, std::uint32_t step) {
  for (Record& r : b.edit().records) {
    if (r.kind == kind && r.b == step) return &r;
  }
  return nullptr;
}

void check_diverged(const Verdict& v, std::string_view rule) {
  CHECK(outcome_name(v.outcome) == "diverged");
  CHECK(v.rule == rule);
  CHECK_FALSE(v.detail.empty());
  CHECK_FALSE(v.signature.empty());
  CHECK(v.signature.starts_with("series."));
  CHECK(v.signature.find_first_of("0123456789 /") == std::string::npos);
}

std::uint64_t count_of(const Verdict& v, std::string_view id) {
  for (const Count& c : v.checked) {
    if (c.id == id) return c.n;
  }
  return 0;
}

}  // namespace

TEST_CASE("judge: two equal right traces agree, and the verdict says what was compared") {
  const Case c;
  const Verdict v = c.judged(c.right());
  CHECK_MESSAGE(v.outcome == Outcome::agreed, v.detail);
  CHECK(v.findings.empty());
  CHECK(count_of(v, "result") == c.program.steps.size());
  CHECK(count_of(v, "fence") == 2);
  CHECK(count_of(v, "memory") == 1);
  CHECK(count_of(v, "rest-state") == 3);
  CHECK(count_of(v, "T1") == 1);
}

TEST_CASE("result: value and written bytes differ") {
  const Case c;
  TraceBuilder b = c.right();
  find_step(b, RecordKind::step_returned, c.group)->c = static_cast<std::uint64_t>(-EINVAL);
  Verdict v = c.judged(b);
  check_diverged(v, "result/group_create");
  CHECK(v.detail.find("EINVAL") != std::string::npos);
  CHECK(v.signature == "series.result-group-create.step-returned.einval");

  b = c.right();
  find_step(b, RecordKind::user_write, c.vm)->d = 2;
  v = c.judged(b);
  check_diverged(v, "result/vm_create");
  CHECK(v.candidate_record.has_value());
  CHECK(v.oracle_record.has_value());
}

TEST_CASE("result: what depends on progress counts only when pinned") {
  Case c;
  TraceBuilder b = c.right();
  find_step(b, RecordKind::user_write, c.read)->d = 8;
  check_diverged(c.judged(b), "result/cpu_read");  // behind a wait of its actor

  Case unpinned;
  unpinned.program.steps[unpinned.wait].op = make_node(NodeType::sleep);
  CHECK(unpinned.judged(b).outcome == Outcome::agreed);
  unpinned.program.steps[unpinned.read].when.after = {EventKind::job_ended, unpinned.job, 1};
  check_diverged(unpinned.judged(b), "result/cpu_read");

  TraceBuilder late = c.right();  // a timeout says how long it took, not what came of it
  find_step(late, RecordKind::step_returned, c.wait)->c = static_cast<std::uint64_t>(-ETIME);
  CHECK(c.judged(late).outcome == Outcome::agreed);
}

TEST_CASE("fence: an asynchronous bind has one, a synchronous one has none") {
  Program program;
  const auto vm = add_step(program, make_node(NodeType::vm_create));
  const auto bind = [&](std::uint64_t flags) {
    const auto step = add_step(program, make_node(NodeType::vm_bind,
                                                  {{"vm", kRef, vm}, {"flags", Value::Kind::number,
                                                                      flags}}));
    set_list(program, step, "ops", {make_node(NodeType::bind_unmap)});
    return step;
  };
  const auto first = bind(1), second = bind(1), now = bind(0);
  const auto trace = [&](std::uint64_t error, bool in_order) {
    TraceBuilder b;
    for (const auto step : {vm, first, second, now}) b.started(step).returned(step, 0);
    b.after(kMs).fence(in_order ? first : second, in_order ? error : 0);
    b.after(kMs).fence(in_order ? second : first, in_order ? 0 : error);
    return b.after(kMs).record(RecordKind::vm_state, {.a = vm});
  };
  const auto judged = [&](const TraceBuilder& candidate) {
    return judge::judge(program, trace(0, true).trace(), candidate.trace(), options());
  };
  const Verdict right = judged(trace(0, true));
  CHECK(right.outcome == Outcome::agreed);
  CHECK(count_of(right, "fence") == 2);
  check_diverged(judged(trace(EINVAL, true)), "fence");
  check_diverged(judged(trace(0, false)), "fence");  // out of the VM's order
}

TEST_CASE("fence: error, missing, unexpected, order") {
  const Case c;
  TraceBuilder b = c.right();
  find(b, RecordKind::fence_signalled, c.job2)->d = ECANCELED;
  Verdict v = c.judged(b);
  check_diverged(v, "fence");
  CHECK(v.signature == "series.fence.fence-signalled.error");
  CHECK(v.at_ns == 2 * kMs);

  b = c.right();
  std::erase_if(b.edit().records, [&](const Record& r) {
    return r.kind == RecordKind::fence_signalled && r.a == c.job2;
  });
  v = c.judged(b);
  check_diverged(v, "fence");
  CHECK(v.signature == "series.fence.fence-signalled.missing");
  v = judge::judge(c.program, b.trace(), c.right().trace(), options());
  CHECK(v.signature == "series.fence.fence-signalled.unexpected");

  TraceBuilder only_at_teardown = b;
  only_at_teardown.after(kSec).fence(c.job2, ECANCELED);
  CHECK(c.judged(only_at_teardown).signature == "series.fence.fence-signalled.missing");

  b = c.right();
  std::swap(find(b, RecordKind::fence_signalled, c.job)->a,
            find(b, RecordKind::fence_signalled, c.job2)->a);
  CHECK(c.judged(b).signature == "series.fence.fence-signalled.order");
}

TEST_CASE("memory and rest-state: differing, missing and unexpected records") {
  const Case c;
  TraceBuilder b = c.right();
  find(b, RecordKind::buffer_content, c.bo)->d = 1;
  check_diverged(c.judged(b), "memory");

  b = c.right();
  find(b, RecordKind::group_state, c.group)->b = 2;
  check_diverged(c.judged(b), "rest-state");

  b = c.right();
  b.record(RecordKind::mapping, {.a = c.vm, .b = 1, .c = 0x1000, .d = 4096});
  check_diverged(c.judged(b), "rest-state");
  const Verdict v = judge::judge(c.program, b.trace(), c.right().trace(), options());
  check_diverged(v, "rest-state");
  CHECK(v.signature == "series.rest-state.mapping.missing");

  b = c.right();
  b.edit().records.back().c = 2;
  check_diverged(c.judged(b), "rest-state");
}

TEST_CASE("heap-alloc: a buffer too many, a buffer too few") {
  const Case c;
  TraceBuilder b;
  b.record(RecordKind::heap_alloc, {.a = 1, .c = 4096});
  const TraceBuilder none = c.right();
  for (const Record& r : none.trace().records) b.edit().records.push_back(r);
  b.edit().texts = none.trace().texts;
  check_diverged(c.judged(b), "heap-alloc");
  Verdict v = judge::judge(c.program, b.trace(), none.trace(), options());
  check_diverged(v, "heap-alloc");
  b.edit().records[0].sub = ENOMEM;
  CHECK(c.judged(b).outcome == Outcome::agreed);
}

TEST_CASE("window: group, count and how it ended") {
  Case c;
  set_list(c.program, c.job, "stream", {make_node(NodeType::i_prot_region)});
  const auto trace = [&](int times, vocab::ExitCause cause, std::uint32_t group) {
    TraceBuilder b;
    b.event(EventKind::group_on_slot, group, 0);
    for (int i = 0; i < times; ++i) {
      b.after(kMs).saw(K::protm_active, {.a = 0});
      b.after(kMs).saw(K::protm_exit_raised, {.a = static_cast<std::uint32_t>(cause)});
    }
    return b.after(kMs).record(RecordKind::rest_state, {}, "none");
  };
  using enum vocab::ExitCause;
  const auto judged = [&](const TraceBuilder& oracle, const TraceBuilder& candidate) {
    return judge::judge(c.program, oracle.trace(), candidate.trace(), options());
  };
  const auto one = trace(1, region_done, c.group);
  CHECK(judged(one, trace(3, region_done, c.group)).outcome == Outcome::agreed);
  CHECK(judged(one, trace(1, forced_by_ping, c.group)).outcome == Outcome::agreed);
  Verdict v = judged(one, trace(4, region_done, c.group));
  check_diverged(v, "window");
  CHECK(v.signature == "series.window.protm-active.count");
  CHECK(v.at_ns == 7 * kMs);
  // A session that takes longer than a tick to begin and end is still there when the next is due.
  c.program.machine.set_latency(vocab::Latency::protm_active, kLimits.tick_ns);
  CHECK(judged(one, trace(4, region_done, c.group)).outcome == Outcome::agreed);
  CHECK(judged(trace(0, region_done, c.group), one).outcome == Outcome::diverged);
  c.program.machine.set_latency(vocab::Latency::protm_active, kLimits.tick_ns / 2);
  c.program.machine.set_latency(vocab::Latency::protm_exit, kLimits.tick_ns / 2);
  CHECK(judged(one, trace(4, region_done, c.group)).outcome == Outcome::agreed);
  c.program.machine.set_latency(vocab::Latency::protm_exit, kLimits.tick_ns / 2 - 1);
  CHECK(judged(one, trace(4, region_done, c.group)).outcome == Outcome::diverged);
  CHECK(judged(one, trace(0, region_done, c.group)).signature ==
        "series.window.protm-active.missing");
  CHECK(judged(trace(0, region_done, c.group), one).signature ==
        "series.window.protm-active.unexpected");
  CHECK(judged(one, trace(1, fault, c.group)).signature == "series.window.protm-exit-raised.fault");
}

TEST_CASE("sut: oops, lock, leak, stuck; a WARN only when the oracle has none") {
  const Case c;
  TraceBuilder oops;
  oops.started(c.vm).record(RecordKind::kernel_oops, {.sub = 1}, "heap");
  oops.edit().end = RunEnd::stopped;
  Verdict v = c.judged(oops);
  check_diverged(v, "sut/oops:heap");
  CHECK(v.signature == "series.sut-oops-heap.kernel-oops.use-after-free");

  TraceBuilder b = c.right();
  b.record(RecordKind::lock_misuse, {.sub = 1}, "heap_list -> minors");
  check_diverged(c.judged(b), "sut/lock:heap_list-->-minors");

  b = c.right();
  b.record(RecordKind::kernel_log, {}, std::string(kLocksBefore) + "minors > heap_list");
  b.record(RecordKind::lock_misuse, {.sub = 1}, "heap_list > minors");
  v = c.judged(b);
  check_diverged(v, "sut/lock:heap_list->-minors");
  CHECK(v.findings.front().detail ==
        "lock order: heap_list > minors (locks were taken before in the order minors > heap_list)");

  b = c.right();
  b.record(RecordKind::leak, {.a = 1}, "dma_buf");
  check_diverged(c.judged(b), "sut/leak:dma_buf");
  b.edit().records.back().a = 0;
  CHECK(c.judged(b).outcome == Outcome::agreed);

  b = c.right();
  b.record(RecordKind::kernel_warn, {}, "double lock");
  check_diverged(c.judged(b), "sut/warn:double-lock");
  CHECK(judge::judge(c.program, b.trace(), b.trace(), options()).outcome == Outcome::agreed);

  b = c.right();
  b.record(RecordKind::kernel_warn, {}, "refcount underflow: vm");   // nor may the oracle
  check_diverged(c.judged(b), "sut/warn:refcount-underflow:-vm");
  CHECK(judge::judge(c.program, b.trace(), b.trace(), options()).outcome == Outcome::oracle_wrong);

  TraceBuilder stuck;
  stuck.started(c.vm).record(RecordKind::sut_stuck, {}, "a call never returns");
  stuck.edit().end = RunEnd::stopped;
  check_diverged(c.judged(stuck), "sut/stuck:a-call-never-returns");

  TraceBuilder silent;
  silent.started(c.vm);
  silent.edit().end = RunEnd::stopped;
  check_diverged(c.judged(silent), "sut/stuck");
  CHECK(sut_classes().size() == 8);
}

TEST_CASE("sut/crash, sut/protocol: what befell the candidate's process; out of time is neither") {
  const Case c;
  TraceBuilder crash;
  crash.started(c.vm).record(RecordKind::sut_crash, {}, "signal");
  crash.edit().end = RunEnd::stopped;
  check_diverged(c.judged(crash), "sut/crash:signal");

  TraceBuilder protocol;
  protocol.started(c.vm).record(RecordKind::sut_protocol, {}, "ended before the end state");
  protocol.edit().end = RunEnd::stopped;
  check_diverged(c.judged(protocol), "sut/protocol:ended-before-the-end-state");

  TraceBuilder late;
  late.started(c.vm);
  late.edit().end = RunEnd::host_limit;
  late.edit().why = "host-time limit of 60 s";
  const Verdict v = c.judged(late);
  CHECK(v.outcome == Outcome::inconclusive);
  CHECK(v.detail == "the candidate was given up: host-time limit of 60 s");
}

TEST_CASE("sut/livelock: only when the oracle needs little of the budget") {
  const Case c;
  TraceBuilder b;
  for (std::uint32_t s = 0; s < c.program.steps.size(); ++s) b.started(s);
  b.record(RecordKind::sut_livelock, {.c = kLimits.event_budget});
  b.edit().end = RunEnd::stopped;
  check_diverged(c.judged(b), "sut/livelock");
  TraceBuilder busy = c.right();
  busy.edit().machine_events = kLimits.event_budget / 8;
  CHECK(judge::judge(c.program, busy.trace(), b.trace(), options()).outcome ==
        Outcome::inconclusive);
  CHECK(judge::judge(c.program, b.trace(), busy.trace(), options()).outcome ==
        Outcome::inconclusive);
}

TEST_CASE("judge: the first divergence is the earliest; at a tie rule, comparison, sut") {
  const Case c;
  TraceBuilder b = c.right();
  find(b, RecordKind::fence_signalled, c.job2)->d = ECANCELED;  // at 2 ms
  b.record(RecordKind::leak, {.a = 1}, "page");                 // at 3 ms
  b.saw(K::reset_completed);                                    // at 3 ms
  Verdict v = c.judged(b);
  check_diverged(v, "fence");
  REQUIRE(v.findings.size() == 4);
  CHECK(v.findings[1].rule == "T1");
  CHECK(v.findings[2].rule == "T2");
  CHECK(v.findings[3].rule == "sut/leak:page");

  b = c.right();
  find(b, RecordKind::buffer_content, c.bo)->d = 1;  // at 3 ms, as the others
  b.record(RecordKind::leak, {.a = 1}, "page").saw(K::reset_completed);
  v = c.judged(b);
  check_diverged(v, "T1");
  REQUIRE(v.findings.size() == 4);
  CHECK(v.findings[2].rule == "memory");
  CHECK(v.findings[3].rule == "sut/leak:page");
}

TEST_CASE("judge: rules that need Host are not evaluated for other adapters, and say so") {
  const Case c;
  JudgeOptions o = options();
  o.eyes = HostEyes::not_needed;
  const Verdict v = judge::judge(c.program, c.right().trace(), c.right().trace(), o);
  REQUIRE(v.not_checkable.size() == 1);
  CHECK(v.not_checkable[0] == "T2");
}

TEST_CASE("then: a fact that fails on the candidate diverges, on the oracle it is the suite's") {
  const auto facts = [](const Case& c) {
    return std::array<Fact, 7>{{
        {.kind = FactKind::result, .step = c.vm, .value = 0, .event = {}},
        {.kind = FactKind::fence, .step = c.job, .value = 0, .event = {}},
        {.kind = FactKind::output, .step = c.read, .index = 0, .value = 7, .event = {}},
        {.kind = FactKind::memory, .step = c.bo, .offset = 0, .value = 7, .event = {}},
        {.kind = FactKind::group_state, .step = c.group, .value = 0, .event = {}},
        {.kind = FactKind::never, .event = {EventKind::reset_completed, 0, 1}},
        {.kind = FactKind::at_most, .value = 1, .event = {EventKind::fence_signalled, c.job, 1}},
    }};
  };
  const Case plain;
  for (const Fact& fact : facts(plain)) {
    Case c;
    c.program.then.push_back(fact);
    CAPTURE(static_cast<int>(fact.kind));
    CHECK(c.judged(c.right()).outcome == Outcome::agreed);
    TraceBuilder b = c.right();
    switch (fact.kind) {
      case FactKind::result: find_step(b, RecordKind::step_returned, c.vm)->c = 1; break;
      case FactKind::fence: find(b, RecordKind::fence_signalled, c.job)->d = EIO; break;
      case FactKind::output: find_step(b, RecordKind::user_write, c.read)->d = 1; break;
      case FactKind::memory:
        for (Record& r : b.edit().records) {
          if (r.kind == RecordKind::buffer_content) r.d += r.sub;
        }
        break;
      case FactKind::group_state: find(b, RecordKind::group_state, c.group)->b = 1; break;
      case FactKind::never: b.saw(K::reset_completed); break;
      case FactKind::at_most: b.fence(c.job, 0); break;
      case FactKind::lead: break;
    }
    JudgeOptions o = options();
    o.rules = {};
    const Verdict candidate = judge::judge(c.program, c.right().trace(), b.trace(), o);
    CHECK(outcome_name(candidate.outcome) == "diverged");
    bool found = false;
    for (const Finding& f : candidate.findings) found = found || f.rule == "then";
    CHECK(found);
    const Verdict both = judge::judge(c.program, b.trace(), b.trace(), o);
    CHECK(outcome_name(both.outcome) == "oracle_wrong");
  }
  Case c;  // what is not in the trace is not a pass
  c.program.then.push_back(
      {.kind = FactKind::memory, .step = c.bo, .offset = 64, .value = 0, .event = {}});
  CHECK(c.judged(c.right()).outcome == Outcome::oracle_wrong);
}

namespace {

/// Groups a and b of one priority with three jobs each, c of another with one.
struct Sharing {
  Program program;
  std::uint32_t a, b, c;
  std::vector<std::uint32_t> jobs;
  Sharing() {
    a = add_step(program, make_node(NodeType::group_create));
    b = add_step(program, make_node(NodeType::group_create));
    c = add_step(program, make_node(NodeType::group_create,
                                    {{"priority", Value::Kind::number, 2}}));
    for (const std::uint32_t group : {a, a, a, b, b, b, c}) {
      jobs.push_back(add_job(program, group));
    }
  }
  /// The largest lead that `order`, indices of jobs as they end, keeps to; nothing when the fact
  /// fails whatever it is.
  [[nodiscard]] std::optional<std::uint64_t> lead(const std::vector<std::size_t>& order) {
    TraceBuilder trace;
    for (const std::size_t job : order) trace.event(EventKind::job_ended, jobs[job]);
    for (std::uint64_t most = 0; most < 4; ++most) {
      program.then = {{.kind = FactKind::lead, .value = most, .event = {}}};
      if (failing_facts(program, trace.trace()).empty()) return most;
    }
    return std::nullopt;
  }
};

}  // namespace

TEST_CASE("lead: ended jobs of groups of one priority, until one of them is through") {
  Sharing s;
  CHECK(s.lead({0, 3, 1, 4, 2, 5}) == 1);
  CHECK(s.lead({0, 1, 3, 4, 2, 5}) == 2);
  CHECK(s.lead({0, 1, 2, 3, 4, 5}) == 3);     // b starved
  CHECK(s.lead({3, 4, 5, 0, 1, 2}) == 3);     // whichever it is
  CHECK(s.lead({0, 3, 1, 4, 2}) == 1);        // what b does when a is through is b's own
  CHECK(s.lead({6, 0, 3, 1, 4, 2, 5}) == 1);  // c competes with nobody
  CHECK_FALSE(s.lead({6}));                   // nothing to compare is no pass
  CHECK_FALSE(s.lead({}));
}

TEST_CASE("reaches: required of the oracle always, of a candidate only when it agreed") {
  Case c;
  c.program.reaches = {{EventKind::fence_signalled, c.job, 1}};
  CHECK(c.judged(c.right()).outcome == Outcome::agreed);
  c.program.reaches[0].count = 2;
  CHECK(c.judged(c.right()).outcome == Outcome::oracle_wrong);

  TraceBuilder twice = c.right();
  twice.fence(c.job, 0);
  Verdict v = judge::judge(c.program, twice.trace(), c.right().trace(), options());
  CHECK(v.outcome == Outcome::inconclusive);
  CHECK_FALSE(v.reached);
  TraceBuilder worse = c.right();
  find(worse, RecordKind::group_state, c.group)->b = 2;
  check_diverged(judge::judge(c.program, twice.trace(), worse.trace(), options()), "rest-state");
}

TEST_CASE("judge: other steps started, no start, and an oracle that breaks a rule") {
  const Case c;
  TraceBuilder b = c.right();
  std::erase_if(b.edit().records, [&](const Record& r) {
    return (r.kind == RecordKind::step_started || r.kind == RecordKind::step_returned ||
            r.kind == RecordKind::user_write) && r.b == c.read;
  });
  CHECK(c.judged(b).outcome == Outcome::inconclusive);

  TraceBuilder none;
  none.edit().end = RunEnd::not_started;
  CHECK(c.judged(none).outcome == Outcome::inconclusive);
  CHECK(judge::judge(c.program, none.trace(), c.right().trace(), options()).outcome ==
        Outcome::oracle_wrong);

  TraceBuilder reset = c.right();
  reset.after(kMs).saw(K::reset_completed);
  const Verdict v = judge::judge(c.program, reset.trace(), c.right().trace(), options());
  CHECK(v.outcome == Outcome::oracle_wrong);
  CHECK(v.oracle_record == reset.trace().records.size() - 1);
  CHECK(v.at_ns == reset.trace().records.back().time_ns);
}

TEST_CASE("poison: stops the comparison, keeps what was found before") {
  const Case c;
  const auto poisoned = [&](K kind) {
    TraceBuilder b = c.right();
    for (Record& r : b.edit().records) {
      if (r.time_ns != kMs || r.kind != RecordKind::fence_signalled) continue;
      const Record p{.time_ns = kMs,
                     .kind = RecordKind::machine,
                     .sub = static_cast<std::uint16_t>(kind)};
      b.edit().records.insert(b.edit().records.begin() + (&r - b.edit().records.data()), p);
      break;
    }
    return b;
  };
  for (const K kind : {K::region_unfinished, K::rule_equal_priority}) {
    TraceBuilder b = poisoned(kind);
    REQUIRE(first_poison(c.program, b.trace()));
    CHECK(first_poison(c.program, b.trace())->at_ns == kMs);
    CHECK(c.judged(b).outcome == Outcome::poisoned);
    find(b, RecordKind::buffer_content, c.bo)->d = 1;  // behind it
    CHECK(c.judged(b).outcome == Outcome::poisoned);
    find_step(b, RecordKind::step_returned, c.group)->c = 1;  // before it
    check_diverged(c.judged(b), "result/group_create");
    const Verdict v = judge::judge(c.program, b.trace(), c.right().trace(), options());
    check_diverged(v, "result/group_create");
  }
}

TEST_CASE("faults: what differs behind one that hit another job or nobody is not compared") {
  const Case c;
  constexpr auto kKind = static_cast<std::uint32_t>(vocab::FaultKind::cs_fault);
  const auto with_fault = [&](std::uint64_t at_ns, std::uint32_t job) {
    TraceBuilder b;
    TraceBuilder right = c.right();
    for (const Record& r : right.edit().records) {
      if (r.time_ns == at_ns && b.trace().records.empty()) {
        b.at(at_ns).event(EventKind::job_started, job, 3);
        b.saw(K::fault_applied, {.b = kKind, .c = 3});
        Trace tail = b.trace();
        b.edit().records.clear();
        for (const Record& before : right.trace().records) {
          if (before.time_ns < at_ns) b.edit().records.push_back(before);
        }
        for (const Record& f : tail.records) b.edit().records.push_back(f);
      }
      if (r.time_ns >= at_ns) b.edit().records.push_back(r);
    }
    b.edit().texts = right.trace().texts;
    return b;
  };
  const auto judged = [&](const TraceBuilder& oracle, TraceBuilder candidate) {
    find(candidate, RecordKind::fence_signalled, c.job2)->d = 5;
    return judge::judge(c.program, oracle.trace(), candidate.trace(), options());
  };
  // At 2 ms the second fence follows.
  const TraceBuilder hit = with_fault(2 * kMs, c.job2);
  CHECK(judged(c.right(), hit).outcome == Outcome::inconclusive);
  // Who fails without the fault that the other one gets over has no excuse in it.
  check_diverged(judged(hit, c.right()), "fence");
  CHECK(judged(with_fault(2 * kMs, c.job), hit).outcome == Outcome::inconclusive);
  check_diverged(judged(hit, hit), "fence");
  // A fault behind the difference, or of the clean-up, has nothing to do with it.
  check_diverged(judged(c.right(), with_fault(3 * kMs, c.job2)), "fence");
  CHECK(judge::judge(c.program, c.right().trace(), hit.trace(), options()).outcome ==
        Outcome::agreed);
}

TEST_CASE("rule_matches and words_only") {
  CHECK(rule_matches("sut/oops", "sut/oops:heap"));
  CHECK(rule_matches("sut/oops:heap", "sut/oops:heap"));
  CHECK_FALSE(rule_matches("I1", "I11"));
  CHECK_FALSE(rule_matches("sut/oops:heap", "sut/oops"));
  CHECK(words_only("series-v1") == "series");
  CHECK(words_only("result/vm_bind E2BIG") == "result-vm-bind");
  CHECK(words_only("") == "");
}

TEST_CASE("add_counts: adds by id and keeps the order") {
  std::vector<Count> totals{{"a", 1}};
  add_counts(totals, {{"b", 2}, {"a", 3}});
  CHECK(totals == std::vector<Count>{{"a", 4}, {"b", 2}});
}

TEST_CASE("result: numbers handed out in turn count only where the turns were the same") {
  Program p;
  const auto first = add_step(p, make_node(NodeType::group_create));
  const auto second = add_step(p, make_node(NodeType::group_create));
  bool overlapping = false;
  const auto trace = [&](std::uint32_t a, std::uint64_t handle_a, std::uint32_t b,
                         std::uint64_t handle_b) {
    TraceBuilder t;
    if (overlapping) t.started(first).started(second);
    for (const auto& [step, handle] : {std::pair{a, handle_a}, {b, handle_b}}) {
      if (!overlapping) t.started(step);
      t.returned(step, 0).record(RecordKind::user_write, {.b = step, .c = 0, .d = handle});
    }
    return t.record(RecordKind::rest_state, {.c = 1}, "vms");
  };
  const auto verdict = [&](const TraceBuilder& candidate) {
    return judge::judge(p, trace(first, 1, second, 2).trace(), candidate.trace(), options());
  };
  CHECK(verdict(trace(second, 1, first, 2)).outcome == Outcome::agreed);
  check_diverged(verdict(trace(first, 2, second, 1)), "result/group_create");
  overlapping = true;   // who came first inside the kernel is not seen
  CHECK(verdict(trace(first, 2, second, 1)).outcome == Outcome::agreed);
}

TEST_CASE("comparison: what comes behind a step that one run never started is not compared") {
  Case c;
  const auto extra = add_step(c.program, make_node(NodeType::unbind));
  const auto candidate = [&](bool before) {
    TraceBuilder b = c.right();
    find_step(b, RecordKind::step_returned, c.job)->c = static_cast<std::uint64_t>(-ENODEV);
    auto& records = b.edit().records;
    const auto job = std::find_if(records.begin(), records.end(), [&](const Record& r) {
      return r.kind == RecordKind::step_returned && r.b == c.job;
    });
    records.insert(before ? job : records.end(), Record{.kind = RecordKind::step_started,
                                                        .b = extra});
    return b;
  };
  CHECK(c.judged(candidate(true)).outcome == Outcome::inconclusive);
  check_diverged(c.judged(candidate(false)), "result/group_submit");
}
