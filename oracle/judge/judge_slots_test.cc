// SPDX-License-Identifier: GPL-2.0-only
// Goal: the order in which groups come onto slots is compared where it follows from the scheduler,
// and only there.
#include <doctest/doctest.h>

#include <vector>

#include "oracle/judge/judge.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using namespace protm::judge;
using vocab::kMs;

namespace {

JudgeOptions options() { return {.adapter = "series-v1", .rules = {}}; }

/// One VM with a group and a job of it.
struct Case {
  Program program;
  std::uint32_t group, job;
  Case() {
    const std::uint32_t vm = add_step(program, make_node(NodeType::vm_create));
    group = add_step(program, make_node(NodeType::group_create, {{"vm", Value::Kind::ref, vm}}));
    job = add_job(program, group);
  }
};

void check_diverged(const Verdict& v, std::string_view rule) {
  CHECK(outcome_name(v.outcome) == "diverged");
  CHECK(v.rule == rule);
  CHECK_FALSE(v.detail.empty());
}

}  // namespace

TEST_CASE("slots: order in which groups come onto slots, only without protected work") {
  Case c;
  const auto other = add_step(c.program, make_node(NodeType::group_create));
  const auto trace = [&](std::uint32_t first, std::uint32_t second, std::uint64_t gap_ns) {
    TraceBuilder b;
    b.after(10 * kMs).event(EventKind::group_on_slot, first, 0);
    return b.after(gap_ns).event(EventKind::group_on_slot, second, 0);
  };
  const auto judged = [&](std::uint64_t gap_ns, const JudgeOptions& o) {
    return judge::judge(c.program, trace(c.group, other, gap_ns).trace(),
                        trace(other, c.group, gap_ns).trace(), o);
  };
  check_diverged(judged(10 * kMs, options()), "slots");
  CHECK(judged(10, options()).outcome == Outcome::agreed);  // one tick
  JudgeOptions ignore = options();
  ignore.slots = SlotOrder::ignore;
  CHECK(judged(10 * kMs, ignore).outcome == Outcome::agreed);
  set_list(c.program, c.job, "stream", {make_node(NodeType::i_prot_region)});
  CHECK(judged(10 * kMs, options()).outcome == Outcome::agreed);
}

TEST_CASE("slots: groups of one tick may change places in either run, others may not") {
  Case c;
  const auto second = add_step(c.program, make_node(NodeType::group_create));
  const auto third = add_step(c.program, make_node(NodeType::group_create));
  struct At {
    std::uint32_t group;
    std::uint64_t us;
  };
  const auto trace = [&](std::vector<At> turns) {
    TraceBuilder b;
    std::uint64_t now = 0;
    for (const At& at : turns) {
      b.after((at.us - now) * vocab::kUs).event(EventKind::group_on_slot, at.group, 0);
      now = at.us;
    }
    return b;
  };
  const auto judged = [&](std::vector<At> oracle, std::vector<At> candidate) {
    return judge::judge(c.program, trace(std::move(oracle)).trace(),
                        trace(std::move(candidate)).trace(), options());
  };
  const auto agreed = [&](std::vector<At> oracle, std::vector<At> candidate) {
    return judged(std::move(oracle), std::move(candidate)).outcome == Outcome::agreed;
  };
  const std::uint32_t first = c.group;
  // The same order, whatever millisecond it falls into.
  CHECK(agreed({{second, 570}, {first, 660}}, {{second, 670}, {first, 1030}}));
  // One tick in the candidate, two in the oracle; and the other way round.
  CHECK(agreed({{first, 500}, {second, 5000}}, {{second, 500}, {first, 900}}));
  CHECK(agreed({{first, 500}, {second, 900}}, {{second, 500}, {first, 5000}}));
  // The third comes before the second although no tick brings both.
  const Verdict v = judged({{first, 500}, {second, 900}, {third, 5000}},
                           {{first, 500}, {third, 900}, {second, 9000}});
  check_diverged(v, "slots");
  CHECK(v.detail.find(" came onto a slot where the oracle chose ") != std::string::npos);
  // One that the oracle never gives a turn.
  check_diverged(judged({{first, 500}, {first, 900}}, {{first, 500}, {second, 900}}), "slots");
}

TEST_CASE("slots: turns are not compared from where a driver ticks without a pause") {
  Case c;
  const auto other = add_step(c.program, make_node(NodeType::group_create));
  const auto trace = [&](std::uint32_t first, std::uint32_t second, std::uint64_t pause_ns) {
    TraceBuilder b;
    b.after(10 * kMs).event(EventKind::group_on_slot, first, 0);
    b.after(10 * kMs);
    for (int tick = 0; tick < 4; ++tick) {
      b.after(pause_ns).saw(vocab::ObservationKind::status_update_sampled);
    }
    return b.after(2 * kMs).event(EventKind::group_on_slot, second, 0);
  };
  JudgeOptions repeat = options();
  repeat.slots = SlotOrder::until_ticks_repeat;
  const auto judged = [&](std::uint32_t first, std::uint64_t pause_ns, const JudgeOptions& o) {
    return judge::judge(c.program, trace(c.group, c.group, pause_ns).trace(),
                        trace(first, other, pause_ns).trace(), o);
  };
  check_diverged(judged(c.group, 66'000, options()), "slots");
  CHECK(judged(c.group, 66'000, repeat).outcome == Outcome::agreed);
  check_diverged(judged(c.group, 10 * kMs, repeat), "slots");   // ticks of their own
  check_diverged(judged(other, 66'000, repeat), "slots");       // before they repeat
}
