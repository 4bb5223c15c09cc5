// SPDX-License-Identifier: GPL-2.0-only
// Goal: a call that returns something else is one of chance where the trace shows what it met, and
// only there.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "gpu-model/vocab/fw_interface.h"
#include "oracle/judge/chance_test_world.h"

namespace protm::judge {

TEST_CASE("chance: a group without a job dies with its VM, and its next submission tells") {
  World w;
  const std::uint32_t next = add_job(w.program, w.mine);
  const auto run = [&](bool vm_faults, std::int64_t result) {
    TraceBuilder b = w.running();
    b.fence(w.job, 0);
    if (vm_faults) b.saw(K::mmu_fault, {.a = 1}).saw(K::cs_fatal, {.a = 1});
    return b.after(kMs).started(next).returned(next, result);
  };
  const Difference result{"result/group_submit", "step_returned", ""};
  CHECK(left_of(w.program, run(true, -EINVAL), run(true, 0), result) == 0);
  CHECK(left_of(w.program, run(true, 0), run(true, -EINVAL), result) == 0);
  CHECK(left_of(w.program, run(false, 0), run(false, -EINVAL), result) == 1);
  CHECK(left_of(w.program, run(true, -EINVAL), run(true, -ENFILE), result) == 1);
}

TEST_CASE("chance: who dies of a fault inside is refused work before any fence tells") {
  World w;
  const std::uint32_t next = add_job(w.program, w.mine);
  const auto run = [&](std::uint32_t slot_inside, std::int64_t result) {
    TraceBuilder b = w.running();
    b.saw(K::enter_sampled, {.c = 1u << slot_inside}).saw(K::protm_fault, {.a = 1}).started(next);
    return b.returned(next, result).after(kMs).fence(w.job, EINVAL);
  };
  const auto left = [&](const TraceBuilder& oracle, const TraceBuilder& candidate) {
    const std::size_t record = candidate.trace().records.size() - 2;
    return left_at(w.program, oracle, candidate, {"result/group_submit", "step_returned", ""},
                   record, record);
  };
  CHECK(left(run(0, 0), run(0, -EINVAL)) == 0);
  CHECK(left(run(0, -EINVAL), run(0, 0)) == 0);
  CHECK(left(run(0, 0), run(1, -EINVAL)) == 1);
}

TEST_CASE("chance: a call may come behind a close of its file by somebody else") {
  World w;
  const auto file = add_step(w.program, make_node(NodeType::open));
  const auto close = add_step(w.program, make_node(NodeType::close, {{"file", kRef, file}}));
  const auto other = add_step(w.program, make_node(NodeType::open));
  const auto call =
      add_step(w.program, make_node(NodeType::vm_create, {{"file", kRef, file}}));
  const auto left = [&](TraceBuilder candidate) {
    TraceBuilder oracle;
    oracle.started(call).returned(call, 0);
    candidate.started(call).returned(call, -EBADF);
    return left_of(w.program, oracle, candidate, {"result/vm_create", "step_returned", ""});
  };
  CHECK(left({}) == 1);
  TraceBuilder closed;
  CHECK(left(closed.started(close)) == 0);
  w.program.steps[close].op = make_node(NodeType::close, {{"file", kRef, other}});
  TraceBuilder another;
  CHECK(left(another.started(close)) == 1);
  // A close is not behind itself.
  w.program.steps[call].op = make_node(NodeType::close, {{"file", kRef, file}});
  CHECK(left({}) == 1);
}

TEST_CASE("chance: a probe may find the device bound by another actor, and by nobody else") {
  World w;
  const auto theirs = add_step(w.program, make_node(NodeType::probe));
  w.program.steps[theirs].actor = 1;
  const auto left = [&](TraceBuilder candidate, std::int64_t result) {
    TraceBuilder oracle;
    oracle.started(w.unbind).returned(w.unbind, 0).started(w.probe).returned(w.probe, 0);
    candidate.started(w.probe).returned(w.probe, result);
    return left_of(w.program, oracle, candidate, {"result/probe", "step_returned", ""});
  };
  TraceBuilder alone;
  alone.started(w.unbind).returned(w.unbind, 0);
  CHECK(left(alone, -EBUSY) == 1);
  TraceBuilder beside = alone;
  beside.started(theirs);
  CHECK(left(beside, -EBUSY) == 0);
  CHECK(left(beside, -EINVAL) == 1);
  TraceBuilder before;
  before.started(theirs).returned(theirs, 0).started(w.unbind).returned(w.unbind, 0);
  CHECK(left(before, -EBUSY) == 1);

  // What is done behind it may be in either life of the device.
  const auto later = add_step(w.program, make_node(NodeType::bo_create));
  w.program.steps[later].actor = 1;
  const auto buffer = [&](std::uint32_t bo) {
    TraceBuilder oracle = alone;
    oracle.started(w.probe).returned(w.probe, 0);
    TraceBuilder candidate = beside;
    candidate.started(w.probe).returned(w.probe, -EBUSY);
    candidate.record(RecordKind::rest_state, {}, "vms");
    candidate.record(RecordKind::buffer_content, {.a = bo, .b = 8, .d = 1});
    const auto finding = [](std::string rule, std::string event, std::optional<std::size_t> o,
                            std::size_t k) {
      return Finding{.from = FindingClass::comparison, .rule = rule, .slug = rule,
                     .event = std::move(event), .field = {}, .detail = {},
                     .oracle_record = o, .candidate_record = k};
    };
    const std::size_t last = candidate.trace().records.size() - 1;
    std::vector<Finding> findings{
        finding("result/probe", "step_returned", oracle.trace().records.size() - 1, last - 2),
        finding("memory", "buffer_content", std::nullopt, last)};
    std::vector<Count> checked;
    Comparison c{w.program, oracle.trace(), candidate.trace(), findings, checked};
    (void)drop_chance(c);
    return findings.size();
  };
  CHECK(buffer(later) == 0);
  CHECK(buffer(w.bo) == 1);
}

TEST_CASE("chance: a call that several faults hit fails by one of them") {
  const World w;
  const auto run = [&](std::vector<std::uint32_t> faults, std::int64_t result) {
    TraceBuilder b;
    b.started(w.create);
    for (const std::uint32_t fault : faults) b.record(RecordKind::fault_applied, {.a = fault});
    return b.returned(w.create, result);
  };
  const auto left = [&](const TraceBuilder& oracle, const TraceBuilder& candidate) {
    return left_of(w.program, oracle, candidate, {"result/group_create", "step_returned", ""});
  };
  CHECK(left(run({2}, -EINVAL), run({2, 1}, -EMFILE)) == 0);
  CHECK(left(run({2}, -EINVAL), run({2}, -EMFILE)) == 1);
  CHECK(left(run({2}, -EINVAL), run({2, 1}, 0)) == 1);
  CHECK(left(run({}, -EINVAL), run({1}, -EMFILE)) == 0);   // or by what is wrong with the call
  CHECK(left(run({}, -EINVAL), run({}, -EMFILE)) == 1);
  CHECK(left(run({1}, -EMFILE), run({}, -EINVAL)) == 1);
  TraceBuilder spent;
  spent.started(w.bind).record(RecordKind::fault_applied, {.a = 1}).returned(w.bind, -ENOMEM);
  spent.started(w.create).returned(w.create, -EINVAL);
  CHECK(left(run({1}, -EMFILE), spent) == 0);
  CHECK(left(run({1, 2}, -EMFILE), spent) == 1);
  CHECK(left(run({}, 0), run({1}, -EMFILE)) == 1);

  // Who meets two at once leaves none for the next.
  const auto behind = [&](std::vector<std::uint32_t> before, std::int64_t error,
                          std::vector<std::uint32_t> faults, std::int64_t result) {
    TraceBuilder b;
    b.started(w.bind);
    for (const std::uint32_t fault : before) b.record(RecordKind::fault_applied, {.a = fault});
    b.returned(w.bind, error).started(w.create);
    for (const std::uint32_t fault : faults) b.record(RecordKind::fault_applied, {.a = fault});
    return b.returned(w.create, result);
  };
  const TraceBuilder apart = behind({2}, -EINVAL, {1}, -EMFILE);
  CHECK(left(apart, behind({2, 1}, -EMFILE, {}, 0)) == 0);
  CHECK(left(behind({2, 1}, -EMFILE, {}, 0), apart) == 0);
  CHECK(left(apart, behind({2, 1}, 0, {}, 0)) == 1);
  CHECK(left(apart, behind({2}, -EINVAL, {1}, 0)) == 1);   // it has met it, and goes on
  CHECK(left(apart, behind({2}, -EINVAL, {}, 0)) == 1);
  CHECK(left(behind({1}, -EMFILE, {1}, -EMFILE), behind({2, 1}, -EMFILE, {}, 0)) == 1);

  // A call that is refused for what it asks comes by them before that or never.
  const TraceBuilder refused = behind({}, -EINVAL, {1}, -EMFILE);
  CHECK(left(refused, behind({1}, -ENOMEM, {}, 0)) == 0);
  CHECK(left(refused, behind({1}, 0, {}, 0)) == 1);
  CHECK(left(refused, behind({2}, -ENOMEM, {}, 0)) == 1);
  CHECK(left(behind({}, 0, {1}, -EMFILE), behind({1}, -ENOMEM, {}, 0)) == 1);
}

TEST_CASE("chance: a call that failed of another fault has come by a fault's occasions or not") {
  World w;
  const auto second = add_step(w.program, make_node(NodeType::group_create, {{"vm", kRef, w.vm}}));
  w.program.faults.resize(2);
  const auto run = [&](std::vector<std::uint32_t> before, bool met) {
    TraceBuilder b;
    b.started(w.create);
    for (const std::uint32_t fault : before) b.record(RecordKind::fault_applied, {.a = fault});
    b.returned(w.create, before.empty() ? 0 : -EINVAL).started(second);
    if (met) b.record(RecordKind::fault_applied, {.a = 1});
    return b.returned(second, met ? -ENOMEM : 0);
  };
  const auto left = [&](const TraceBuilder& oracle, const TraceBuilder& candidate) {
    return left_of(w.program, oracle, candidate, {"result/group_create", "step_returned", ""});
  };
  CHECK(left(run({0}, false), run({0}, true)) == 1);   // the first of its occasions
  w.program.faults[1].host = true;
  w.program.faults[1].call.nth = 2;
  CHECK(left(run({0}, false), run({0}, true)) == 0);
  CHECK(left(run({0}, true), run({0}, false)) == 0);
  CHECK(left(run({}, false), run({}, true)) == 1);
  CHECK(left(run({}, false), run({0}, true)) == 1);
}

TEST_CASE("chance: a call refused for what it asks has come by a fault's occasions or not") {
  World w;
  const auto second = add_step(w.program, make_node(NodeType::group_create, {{"vm", kRef, w.vm}}));
  w.program.faults.resize(2);
  const auto run = [&](std::uint32_t before, std::int64_t result, bool met) {
    TraceBuilder b;
    b.started(before).returned(before, result).started(second);
    if (met) b.record(RecordKind::fault_applied, {.a = 1});
    return b.returned(second, met ? -ENOMEM : 0);
  };
  const auto left = [&](const TraceBuilder& oracle, const TraceBuilder& candidate) {
    return left_of(w.program, oracle, candidate, {"result/group_create", "step_returned", ""});
  };
  w.program.faults[1].host = true;
  const TraceBuilder missed = run(w.create, -EINVAL, false);
  CHECK(left(missed, run(w.create, -EINVAL, true)) == 1);   // the first of its occasions
  w.program.faults[1].call.nth = 2;
  CHECK(left(missed, run(w.create, -EINVAL, true)) == 0);
  CHECK(left(run(w.create, -EINVAL, true), missed) == 0);
  CHECK(left(missed, run(w.create, -ENODEV, true)) == 1);
  CHECK(left(run(w.create, 0, false), run(w.create, 0, true)) == 1);
  CHECK(left(run(w.bind, -EINVAL, false), run(w.bind, -EINVAL, true)) == 1);
}

TEST_CASE("chance: how much a scan finds that waits beside a protected session") {
  World w;
  const auto reclaim = add_step(w.program, make_node(NodeType::reclaim));
  const auto run = [&](bool session, bool blocks, std::int64_t pages) {
    TraceBuilder b;
    if (session) b.saw(K::protm_active, {.a = 0});
    b.started(reclaim);
    if (blocks) b.record(RecordKind::step_blocked, {.b = reclaim});
    return b.after(kMs).saw(K::protm_exit_raised).returned(reclaim, pages);
  };
  const auto left = [&](const TraceBuilder& oracle, const TraceBuilder& candidate) {
    return left_of(w.program, oracle, candidate, {"result/reclaim", "step_returned", ""});
  };
  CHECK(left(run(true, true, 16), run(true, true, 0)) == 0);
  CHECK(left(run(true, true, 0), run(true, true, 16)) == 1);
  CHECK(left(run(true, true, 16), run(true, true, -EINVAL)) == 1);
  CHECK(left(run(true, false, 16), run(true, true, 0)) == 1);
  CHECK(left(run(false, true, 16), run(false, true, 0)) == 1);
}

TEST_CASE("chance: how much more than was wanted a scan finds, by the order of the VMs") {
  World w;
  const auto reclaim =
      add_step(w.program, make_node(NodeType::reclaim, {{"pages", Value::Kind::number, 8}}));
  const auto vm = add_step(w.program, make_node(NodeType::vm_create));
  const auto run = [&](bool session, bool again, std::int64_t pages) {
    TraceBuilder b;
    using State = vocab::fw::CsgState;
    const auto acked = [&b](std::uint32_t slot, State to) {
      b.saw(K::csg_state_acked, {.a = slot, .c = static_cast<std::uint64_t>(to)});
    };
    acked(0, State::start);
    acked(1, State::start);
    if (again) acked(0, State::suspend);
    if (session) b.saw(K::protm_active, {.a = 1}).saw(K::protm_exit_raised);
    if (again) acked(0, State::resume);
    return b.after(kMs).started(reclaim).returned(reclaim, pages);
  };
  const auto left = [&](const TraceBuilder& oracle, const TraceBuilder& candidate) {
    return left_of(w.program, oracle, candidate, {"result/reclaim", "step_returned", ""});
  };
  CHECK(left(run(true, false, 16), run(true, true, 24)) == 1);   // of one VM
  w.program.steps[w.other].op = make_node(NodeType::group_create, {{"vm", kRef, vm}});
  CHECK(left(run(true, false, 16), run(true, true, 24)) == 0);
  CHECK(left(run(true, true, 24), run(true, false, 16)) == 0);
  CHECK(left(run(true, false, 16), run(true, true, 7)) == 1);    // less than was wanted
  CHECK(left(run(true, false, 7), run(true, true, 24)) == 1);
  CHECK(left(run(true, false, 16), run(true, true, -EINVAL)) == 1);
  CHECK(left(run(true, false, 16), run(true, false, 24)) == 1);  // the same turns
  CHECK(left(run(false, false, 16), run(false, true, 24)) == 1);
}

TEST_CASE("chance: a call may come behind a VM_DESTROY of its VM by somebody else") {
  World w;
  const auto destroy = add_step(w.program, make_node(NodeType::vm_destroy, {{"vm", kRef, w.vm}}));
  w.program.steps[destroy].actor = 1;
  const auto left = [&](TraceBuilder candidate, std::int64_t result) {
    TraceBuilder oracle;
    oracle.started(w.bind).returned(w.bind, 0);
    candidate.started(w.bind).returned(w.bind, result);
    return left_of(w.program, oracle, candidate, {"result/vm_bind", "step_returned", ""});
  };
  TraceBuilder destroyed;
  destroyed.started(destroy);
  CHECK(left(destroyed, -EINVAL) == 0);
  CHECK(left({}, -EINVAL) == 1);
  CHECK(left(destroyed, -ENOMEM) == 1);
  // How many operations were done is told before it only.
  const auto told = [&](const TraceBuilder& before) {
    TraceBuilder oracle;
    TraceBuilder candidate = before;
    for (TraceBuilder* b : {&oracle, &candidate}) {
      b->started(w.bind).record(RecordKind::user_write, {.b = w.bind, .d = b == &oracle ? 0u : 1u});
    }
    return left_of(w.program, oracle, candidate, {"result/vm_bind", "user_write", "output"});
  };
  CHECK(told(destroyed) == 0);
  CHECK(told({}) == 1);
  // Where the oracle's call came behind it, another error than EINVAL is another error.
  TraceBuilder behind = destroyed;
  behind.started(w.bind).returned(w.bind, -EINVAL);
  TraceBuilder wrong;
  wrong.started(w.bind).returned(w.bind, -EBUSY);
  const Difference result{"result/vm_bind", "step_returned", ""};
  CHECK(left_of(w.program, behind, wrong, result) == 1);
  TraceBuilder finds_it = destroyed;
  finds_it.started(w.bind).returned(w.bind, 0);
  CHECK(left_of(w.program, behind, finds_it, result) == 1);
  TraceBuilder on_its_way;   // a call that waits when the VM goes keeps it until it is through
  on_its_way.started(w.bind).started(destroy).returned(w.bind, 0);
  CHECK(left_of(w.program, behind, on_its_way, result) == 0);
  // A VM that came later has the handle, until it goes too.
  const auto next = add_step(w.program, make_node(NodeType::vm_create));
  const auto end = add_step(w.program, make_node(NodeType::vm_destroy, {{"vm", kRef, next}}));
  w.program.steps[destroy].actor = w.program.steps[end].actor = 1;
  TraceBuilder again;
  again.record(RecordKind::user_write, {.b = w.vm, .d = 1}).started(destroy);
  again.record(RecordKind::user_write, {.b = next, .d = 1});
  TraceBuilder gone_again = again, found = again;
  gone_again.started(end).started(w.bind).returned(w.bind, -EINVAL);
  found.started(w.bind).started(end).returned(w.bind, 0);
  CHECK(left_of(w.program, gone_again, found, result) == 0);
  TraceBuilder too_late = again;
  too_late.started(end).started(w.bind).returned(w.bind, 0);
  CHECK(left_of(w.program, gone_again, too_late, result) == 1);
  w.program.steps[destroy].actor = w.program.steps[w.bind].actor;
  CHECK(left(destroyed, -EINVAL) == 1);   // of one actor alone the order is the Program's
  w.program.steps[destroy].actor = 1;
  w.program.steps[destroy].op = make_node(NodeType::vm_destroy, {{"vm", kRef, w.create}});
  CHECK(left(destroyed, -EINVAL) == 1);
}

TEST_CASE("chance: a call may meet a device on its way out, or a GPU that hangs") {
  const World w;
  const auto left = [&](TraceBuilder candidate, std::int64_t result) {
    TraceBuilder oracle;
    oracle.started(w.create).returned(w.create, 0);
    candidate.returned(w.create, result);
    return left_of(w.program, oracle, candidate, {"result/group_create", "step_returned", ""});
  };
  TraceBuilder plain;
  plain.started(w.create);
  CHECK(left(plain, -ENODEV) == 1);
  CHECK(left(plain, -ETIMEDOUT) == 1);
  TraceBuilder lost;
  lost.saw(K::rule_reset_leaves_protm).started(w.create);
  CHECK(left(lost, -ENODEV) == 0);
  TraceBuilder found;
  found.saw(K::rule_reset_leaves_protm).saw(K::reset_completed).started(w.create);
  CHECK(left(found, -ENODEV) == 1);
  TraceBuilder going;
  going.started(w.unbind).started(w.create);
  CHECK(left(going, -ENODEV) == 0);
  CHECK(left(going, -EINVAL) == 1);
  // There is no node until the probe is done.
  TraceBuilder probing;
  probing.started(w.unbind).returned(w.unbind, 0).started(w.probe).started(w.create);
  CHECK(left(probing, -ENOENT) == 0);
  TraceBuilder back;
  back.started(w.unbind).returned(w.unbind, 0).started(w.probe).returned(w.probe, 0);
  CHECK(left(back.started(w.create), -ENOENT) == 1);
  TraceBuilder hung;
  hung.started(w.create).saw(K::exit_refused);
  CHECK(left(hung, -ETIMEDOUT) == 0);
  const auto slow = [&](std::uint64_t ns) {
    TraceBuilder b;
    b.started(w.create).saw(K::exit_cause).after(ns);
    return b;
  };
  CHECK(left(slow(510 * kMs), -ETIMEDOUT) == 0);
  CHECK(left(slow(400 * kMs), -ETIMEDOUT) == 1);
  CHECK(left(slow(510 * kMs).saw(K::protm_exit_raised), -ETIMEDOUT) == 1);
  TraceBuilder over;
  over.saw(K::exit_refused).saw(K::reset_completed).started(w.create);
  CHECK(left(over, -ETIMEDOUT) == 1);
}

TEST_CASE("Chance: a job whose call was refused by chance leaves its place to the next one") {
  World w;
  const auto first = add_job(w.program, w.other);
  const auto second = add_job(w.program, w.other);
  w.program.steps[first].op.fields[*field_index(node_info(NodeType::group_submit), "wait")] =
      Value{.kind = kRef, .number = w.job, .text = {}, .list = {}};
  const auto left = [&](bool refused) {
    TraceBuilder oracle = w.running();
    oracle.saw(K::exit_refused).returned(w.job, 0).fence(w.job, EINVAL).fence(first, 0);
    TraceBuilder candidate = w.running();
    candidate.saw(K::exit_refused).returned(w.job, refused ? -ETIMEDOUT : 0).fence(second, 0);
    const auto index = [&w](const TraceBuilder& b) {
      const auto& all = b.trace().records;
      return static_cast<std::size_t>(
          std::find_if(all.begin(), all.end(), [&w](const Record& r) {
            return r.kind == RecordKind::step_returned && r.b == w.job;
          }) - all.begin());
    };
    std::vector<Finding> findings(2);
    for (Finding& f : findings) f.from = FindingClass::comparison;
    findings[1].rule = "fence";
    findings[0].rule = "result/group_submit";
    findings[0].event = "step_returned";
    findings[0].oracle_record = index(oracle);
    findings[0].candidate_record = index(candidate);
    findings[1].event = "fence_signalled";
    findings[1].field = "order";
    findings[1].oracle_record = oracle.trace().records.size() - 1;
    findings[1].candidate_record = candidate.trace().records.size() - 1;
    std::vector<Count> checked;
    Comparison c{w.program, oracle.trace(), candidate.trace(), findings, checked};
    (void)drop_chance(c);
    return findings.size();
  };
  CHECK(left(true) == 0);
  CHECK(left(false) == 2);
}

TEST_CASE("Chance: the state of a group that something from outside ends, asked for beside that") {
  World w;
  const auto ask = add_step(w.program, make_node(NodeType::group_get_state,
                                                 {{"group", kRef, w.mine}}));
  const auto run = [&](bool touched, std::uint64_t later_ns, bool told, bool dead) {
    TraceBuilder b = w.running();
    if (touched) b.saw(K::mmu_fault, {.a = 1}).saw(K::cs_fault, {.a = 1});
    b.after(later_ns).started(ask).record(RecordKind::user_write, {.b = ask, .d = told ? 2u : 0u});
    const std::size_t asked = b.trace().records.size() - 1;
    b.returned(ask, 0).record(RecordKind::group_state, {.a = w.mine, .b = dead ? 2u : 0u});
    return std::pair{b, asked};
  };
  const auto left = [&](bool touched, std::uint64_t later_ns, bool in_both) {
    const auto [oracle, in_oracle] = run(touched, later_ns, false, in_both);
    const auto [candidate, in_candidate] = run(touched, later_ns, true, true);
    return left_at(w.program, oracle, candidate,
                   {"result/group_get_state", "user_write", "output"}, in_oracle, in_candidate);
  };
  CHECK(left(true, kMs, false) == 0);
  CHECK(left(true, kMs, true) == 0);
  CHECK(left(true, 200 * kMs, true) == 1);   // both must have told it by then
  CHECK(left(false, kMs, false) == 1);
  CHECK(left(false, kMs, true) == 1);
}

TEST_CASE("Chance: a bind in a queue that meets a GPU that hangs, and what becomes of its VM") {
  const World w;
  TraceBuilder done;
  done.started(w.bind).returned(w.bind, 0).fence(w.bind, 0);
  const auto left = [&](const TraceBuilder& hang) {
    TraceBuilder b;
    b.started(w.bind).returned(w.bind, 0);
    for (const Record& r : hang.trace().records) b.edit().records.push_back(r);
    b.fence(w.bind, EINVAL);
    return std::pair{left_of(w.program, done, b), left_of(w.program, b, done)};
  };
  using Left = std::pair<std::size_t, std::size_t>;
  CHECK(left(TraceBuilder().saw(K::exit_refused)) == Left{0, 0});
  CHECK(left({}) == Left{1, 1});
  // An exit that is late is one that a driver has to wait for.
  constexpr auto kLate = static_cast<std::uint32_t>(vocab::FaultKind::late_exit);
  CHECK(left(TraceBuilder().saw(K::fault_applied, {.b = kLate})) == Left{1, 1});
}

}  // namespace protm::judge
