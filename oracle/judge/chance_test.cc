// SPDX-License-Identifier: GPL-2.0-only
// Goal: a difference is one of chance where the run in which a group died shows what touched it
// before, and only there. What calls return is in chance_calls_test.cc.
#include <doctest/doctest.h>

#include <utility>

#include "gpu-model/vocab/exception_codes.h"
#include "gpu-model/vocab/uapi.h"
#include "oracle/judge/chance_test_world.h"

namespace protm::judge {

TEST_CASE("chance: who dies untouched has been wronged") {
  const World w;
  CHECK(w.left(w.running(), EINVAL) == 1);
  CHECK(w.left(w.running(), ECANCELED) == 1);
}

TEST_CASE("chance: a device or group that goes touches whom it takes along") {
  const World w;
  CHECK(w.left(w.running().started(w.unbind), ECANCELED) == 0);
  CHECK(w.left(w.running().started(w.destroy), ECANCELED) == 0);
  // What came behind the death did not cause it.
  TraceBuilder late = w.running().fence(w.job, EINVAL).started(w.unbind);
  CHECK(w.left(late, EINVAL) == 1);
}

TEST_CASE("chance: the second close of a number may take along whoever has it by then") {
  World w;
  const auto file = add_step(w.program, make_node(NodeType::open));
  const auto close = add_step(w.program, make_node(NodeType::close, {{"file", kRef, file}}));
  CHECK(w.left(w.running().started(close), ECANCELED) == 1);
  CHECK(w.left(w.running().started(close).started(close), ECANCELED) == 0);
}

TEST_CASE("chance: a job whose time others spent inside may have had its turn or not") {
  World w;
  const auto left = [&](std::uint64_t inside_ns, std::uint64_t error) {
    TraceBuilder b = w.running();
    b.saw(K::protm_active, {.a = 1}).after(inside_ns).saw(K::protm_exit_raised);
    return w.left(b, error);
  };
  CHECK(left(4100 * kMs, ETIMEDOUT) == 0);
  CHECK(left(4100 * kMs, ECANCELED) == 1);
  CHECK(left(3900 * kMs, ETIMEDOUT) == 1);
  // Refused beside the time-out of another job that was through by then.
  const auto at_rest = [&](std::uint64_t inside_ns, std::uint64_t error, std::uint32_t state) {
    TraceBuilder b = w.running();
    b.saw(K::protm_active, {.a = 1}).after(inside_ns).saw(K::protm_exit_raised);
    b.fence(w.job, error).record(RecordKind::rest_state, {}, "vms");
    return b.record(RecordKind::group_state, {.a = w.mine, .b = state});
  };
  const Difference state{"rest-state", "group_state", "state"};
  const auto right = at_rest(4100 * kMs, 0, 0);
  constexpr auto kTimedOut = vocab::uapi::kGroupStateTimedout;
  CHECK(left_of(w.program, right, at_rest(4100 * kMs, ECANCELED, kTimedOut), state) == 0);
  CHECK(left_of(w.program, right, at_rest(4100 * kMs, ECANCELED, 2), state) == 1);
  CHECK(left_of(w.program, right, at_rest(3900 * kMs, ECANCELED, kTimedOut), state) == 1);
  // Whom it outranks should have made room.
  w.program.steps[w.other].op = make_node(
      NodeType::group_create, {{"vm", kRef, w.vm}, {"priority", Value::Kind::number, 0}});
  CHECK(left(4100 * kMs, ETIMEDOUT) == 1);
}

TEST_CASE("chance: a request that waits for a higher priority, or for a lost ack, loses its time") {
  World w;
  const auto number = Value::Kind::number;
  w.program.steps[w.mine].op = make_node(NodeType::group_create,
                                         {{"vm", kRef, w.vm}, {"priority", number, 0}});
  const auto waits = [&](std::uint64_t work_ns, bool asks) {
    TraceBuilder b = w.running();
    if (asks) b.saw(K::protm_pend, {.a = 0, .c = 1});
    return b.returned(w.other_job, 0).after(work_ns).fence(w.other_job, 0);
  };
  const auto priority = [&](std::uint64_t other) {
    w.program.steps[w.other].op = make_node(NodeType::group_create,
                                            {{"vm", kRef, w.vm}, {"priority", number, other}});
  };
  priority(1);
  CHECK(w.left(waits(4100 * kMs, true), ETIMEDOUT) == 0);
  CHECK(w.left(waits(3900 * kMs, true), ETIMEDOUT) == 1);
  CHECK(w.left(waits(4100 * kMs, false), ETIMEDOUT) == 1);
  priority(0);
  CHECK(w.left(waits(4100 * kMs, true), ETIMEDOUT) == 1);

  w.program.faults.resize(1);
  vocab::MachineFault& fault = w.program.faults[0].machine;
  fault.kind = vocab::FaultKind::lose_ack;
  const auto stalls = [&](vocab::AckTarget target, std::uint64_t ns, int times) {
    fault.target = static_cast<std::uint32_t>(target);
    TraceBuilder b = w.running();
    for (int i = 0; i < times; ++i) {
      b.saw(K::fault_applied, {.b = static_cast<std::uint32_t>(fault.kind), .c = vocab::kAnySlot});
      b.after(ns).saw(K::reset_started);
    }
    return b;
  };
  CHECK(w.left(stalls(vocab::AckTarget::glb_protm_enter, 2050 * kMs, 2), ETIMEDOUT) == 0);
  CHECK(w.left(stalls(vocab::AckTarget::glb_protm_enter, 1950 * kMs, 2), ETIMEDOUT) == 1);
  CHECK(w.left(stalls(vocab::AckTarget::glb_protm_enter, 4100 * kMs, 1), ETIMEDOUT) == 1);
  CHECK(w.left(stalls(vocab::AckTarget::glb_ping, 2050 * kMs, 2), ETIMEDOUT) == 1);
}

TEST_CASE("chance: a fault inside touches the group inside where the Program may have caused it") {
  World w;
  const auto left = [&] {
    TraceBuilder b = w.running();
    b.saw(K::enter_sampled, {.c = 1}).saw(K::protm_active, {.a = 0}).saw(K::protm_fault, {.a = 1});
    return w.left(b, EINVAL);
  };
  CHECK(left() == 1);   // the driver's doing, such as a page that it took away
  w.program.heap_protected = false;
  CHECK(left() == 0);
  w.program.heap_protected = true;
  w.program.machine.set_switch(vocab::Switch::sync_normal_write_inside,
                               static_cast<std::uint8_t>(vocab::NormalWrite::protected_fault));
  CHECK(left() == 0);
  World faulty;
  faulty.program.faults.resize(1);
  faulty.program.faults[0].machine.kind = vocab::FaultKind::protected_fault;
  std::swap(w, faulty);
  CHECK(left() == 0);
  World unmaps;
  set_list(unmaps.program, unmaps.bind, "ops", {make_node(NodeType::bind_unmap)});
  std::swap(w, unmaps);
  CHECK(left() == 0);
}

TEST_CASE("chance: a job may wait behind a resume that failed, where the other run woke the GPU") {
  World w;
  const auto resume = add_step(w.program, make_node(NodeType::resume));
  const auto left = [&](bool powers_off, bool boots, std::string_view field) {
    TraceBuilder oracle = w.running();
    oracle.fence(w.job, 0);
    TraceBuilder candidate = w.running();
    if (powers_off) candidate.saw(K::power_changed, {.a = 2, .c = 0});
    else candidate.saw(K::reset_started);
    candidate.saw(K::mcu_boot_failed);
    if (boots) candidate.saw(K::mcu_boot);
    return left_of(w.program, oracle, candidate, {"fence", "fence_signalled", std::string(field)});
  };
  CHECK(left(true, false, "missing") == 0);
  CHECK(left(true, true, "missing") == 1);
  CHECK(left(true, false, "error") == 1);
  CHECK(left(false, false, "missing") == 1);   // a reset that fails is the end of the device
  TraceBuilder told = w.running();
  told.returned(resume, -ETIMEDOUT);
  TraceBuilder oracle = w.running();
  oracle.fence(w.job, 0);
  CHECK(left_of(w.program, oracle, told, {"fence", "fence_signalled", "missing"}) == 0);
}

TEST_CASE("chance: a page fault touches the neighbours of its VM, not whose it is") {
  const World w;
  TraceBuilder theirs = w.running().saw(K::mmu_fault, {.a = 1}).saw(K::cs_fatal, {.a = 1});
  CHECK(w.left(theirs, EINVAL) == 0);
  TraceBuilder own = w.running().saw(K::mmu_fault, {.a = 1}).saw(K::cs_fatal, {.a = 0});
  CHECK(w.left(own, EINVAL) == 1);
  // A removal behind it takes nothing from that.
  TraceBuilder removed = w.running().saw(K::mmu_fault, {.a = 1}).saw(K::cs_fatal, {.a = 1});
  removed.after(kMs).fence(w.job, EINVAL).started(w.unbind);
  CHECK(w.left(removed, EINVAL) == 0);
  // The AS is taken down, so the neighbours fault too; the MMU reports that of the first only.
  const auto bus = static_cast<std::uint64_t>(vocab::Exception::cs_bus_fault);
  TraceBuilder first = w.running().saw(K::mmu_fault, {.a = 1}).saw(K::cs_fatal, {.a = 1, .c = bus});
  CHECK(w.left(first.saw(K::cs_fatal, {.a = 0, .c = bus}), EINVAL) == 0);
  TraceBuilder both = w.running().saw(K::mmu_fault, {.a = 1}).saw(K::cs_fatal, {.a = 1, .c = bus});
  both.saw(K::mmu_fault, {.a = 1}).saw(K::cs_fatal, {.a = 0, .c = bus});
  CHECK(w.left(both, EINVAL) == 1);
}

TEST_CASE("chance: whose job failed before may die with its VM all the same") {
  const World w;
  const auto left = [&](bool vm_faults) {
    TraceBuilder oracle = w.running().saw(K::cs_fault, {.a = 0});
    oracle.fence(w.job, EINVAL);
    if (vm_faults) oracle.after(kMs).saw(K::mmu_fault, {.a = 1});
    TraceBuilder candidate = w.running().saw(K::cs_fault, {.a = 0});
    candidate.fence(w.job, EINVAL);
    oracle.record(RecordKind::rest_state, {}, "vms");
    candidate.record(RecordKind::rest_state, {}, "vms");
    oracle.record(RecordKind::group_state, {.a = w.mine, .b = 2, .c = 1});
    candidate.record(RecordKind::group_state, {.a = w.mine});
    return left_of(w.program, oracle, candidate, {"rest-state", "group_state", "state"});
  };
  CHECK(left(true) == 0);
  CHECK(left(false) == 1);
}

TEST_CASE("chance: a group that came back has the AS that its request names") {
  const World w;
  const auto faulted = [&](std::uint32_t as) {
    TraceBuilder b = w.running();
    return b.saw(K::protm_pend, {.a = 1, .d = 5}).saw(K::mmu_fault, {.a = as});
  };
  CHECK(w.left(faulted(5), EINVAL) == 0);
  CHECK(w.left(faulted(6), EINVAL) == 1);
}

TEST_CASE("chance: an exit that is refused touches the group inside, a lost ack that of its slot") {
  const World w;
  const auto kind = [](vocab::FaultKind k) { return static_cast<std::uint32_t>(k); };
  const auto refused = [&](std::uint32_t slot) {
    return w.running().saw(K::enter_sampled, {.c = 1u << slot}).saw(K::exit_refused);
  };
  CHECK(w.left(refused(0), EINVAL) == 0);
  CHECK(w.left(refused(1), EINVAL) == 1);
  const auto lost = [&](std::uint32_t slot) {
    return w.running().saw(K::fault_applied,
                           {.b = kind(vocab::FaultKind::lose_ack), .c = slot});
  };
  CHECK(w.left(lost(0), ETIMEDOUT) == 0);
  CHECK(w.left(lost(1), ETIMEDOUT) == 1);
  TraceBuilder late = w.running().saw(K::enter_sampled, {.c = 1});
  late.saw(K::fault_applied,
           {.b = kind(vocab::FaultKind::late_exit), .c = vocab::kAnySlot});
  CHECK(w.left(late, EINVAL) == 1);  // no excuse: RST-14
}

TEST_CASE("chance: an entry as long as a driver waits for it touches all, a short one none") {
  World w;
  w.program.faults.resize(1);
  w.program.faults[0].machine.kind = vocab::FaultKind::late_active;
  const auto left = [&](std::uint64_t value_ns) {
    w.program.faults[0].machine.value_ns = value_ns;
    TraceBuilder late = w.running();
    late.saw(K::fault_applied,
             {.b = static_cast<std::uint32_t>(vocab::FaultKind::late_active),
              .c = vocab::kAnySlot});
    return w.left(late, ETIMEDOUT);
  };
  CHECK(left(1000 * kMs) == 0);
  CHECK(left(100 * kMs) == 1);
}

TEST_CASE("chance: who is starved until its job times out may have been in once before, or not") {
  World w;
  const auto number = Value::Kind::number;
  w.program.steps[w.mine].op = make_node(NodeType::group_create,
                                         {{"vm", kRef, w.vm}, {"priority", number, 0}});
  w.program.steps[w.other].op = w.program.steps[w.mine].op;
  const auto above = add_step(w.program, make_node(NodeType::group_create,
                                                   {{"vm", kRef, w.vm}, {"priority", number, 1}}));
  const auto left = [&](std::uint64_t oracle_error, std::uint64_t candidate_error) {
    TraceBuilder oracle = w.running();
    oracle.saw(K::enter_sampled, {.c = 1}).saw(K::protm_active, {.a = 0});
    oracle.saw(K::protm_exit_raised).fence(w.job, oracle_error);
    TraceBuilder candidate = w.running();
    candidate.fence(w.job, candidate_error);
    REQUIRE(is(oracle.trace().records[5], K::protm_active));
    return left_at(w.program, oracle, candidate, {"window", "protm_active", "missing"}, 5, {});
  };
  CHECK(left(ETIMEDOUT, ETIMEDOUT) == 1);  // nobody is above it
  (void)add_job(w.program, above);
  CHECK(left(ETIMEDOUT, ETIMEDOUT) == 0);
  CHECK(left(0, ETIMEDOUT) == 1);
  CHECK(left(ETIMEDOUT, EINVAL) == 1);
}

TEST_CASE("chance: who dies of a slow exit in both runs may end by exit or by reset") {
  const World w;
  const auto left = [&](std::uint64_t oracle_ns, std::uint64_t candidate_ns) {
    const auto run = [&](std::uint64_t ns) {
      TraceBuilder b = w.running();
      b.saw(K::enter_sampled, {.c = 1}).saw(K::protm_active, {.a = 0}).saw(K::exit_cause);
      return b.after(ns).saw(K::protm_exit_raised).fence(w.job, EINVAL);
    };
    TraceBuilder oracle = run(oracle_ns);
    TraceBuilder candidate = run(candidate_ns);
    oracle.record(RecordKind::group_state, {.a = w.mine, .b = 3, .c = 1});
    candidate.record(RecordKind::group_state, {.a = w.mine, .b = 2, .c = 1});
    return left_of(w.program, oracle, candidate, {"rest-state", "group_state", "state"});
  };
  CHECK(left(500 * kMs, 540 * kMs) == 0);
  CHECK(left(500 * kMs, 40 * kMs) == 1);
  CHECK(left(40 * kMs, 540 * kMs) == 1);
}

TEST_CASE("chance: a job that comes when its group dies is in the ring, or refused at once") {
  World w;
  const std::uint32_t second = add_job(w.program, w.mine);
  const auto run = [&](std::uint64_t submitted_before_ns, bool starts, std::uint64_t error) {
    TraceBuilder b = w.running();
    b.started(second).after(submitted_before_ns);
    if (starts) b.event(EventKind::job_started, second, 0);
    return b.saw(K::cs_fatal, {.a = 0}).after(kMs).fence(second, error);
  };
  const TraceBuilder ring = run(kMs, false, EINVAL);
  const auto left = [&](const TraceBuilder& candidate) {
    return left_of(w.program, ring, candidate);
  };
  CHECK(left(run(kMs, false, ECANCELED)) == 0);
  CHECK(left(run(kMs, false, ETIMEDOUT)) == 1);
  CHECK(left(run(kMs, true, ECANCELED)) == 1);
  CHECK(left(run(200 * kMs, false, ECANCELED)) == 1);  // the worker has had its turn by then

  TraceBuilder first = w.running();
  first.started(second).after(kMs).saw(K::cs_fatal, {.a = 0}).fence(w.job, EINVAL);
  CHECK(left_of(w.program, first, run(kMs, false, ECANCELED), kOrder) == 0);
  CHECK(left_of(w.program, first, run(kMs, false, EINVAL), kOrder) == 1);

  const auto inside = [&](std::uint32_t slot, std::uint64_t error) {
    TraceBuilder b = w.running();
    b.started(second).after(kMs).saw(K::enter_sampled, {.c = 1u << slot});
    return b.saw(K::protm_fault, {.a = 1}).after(kMs).fence(second, error);
  };
  CHECK(left_of(w.program, inside(0, EINVAL), inside(0, ECANCELED)) == 0);
  CHECK(left_of(w.program, inside(0, EINVAL), inside(1, ECANCELED)) == 1);
}

TEST_CASE("chance: the queues of a group have no order beside the fault of one of them") {
  World w;
  const std::uint32_t second = add_job(w.program, w.mine);
  Node& submit = w.program.steps[second].op;
  submit.fields[*field_index(node_info(NodeType::group_submit), "queue")].number = 1;
  const auto run = [&](bool ends, std::uint32_t cs, std::uint64_t error) {
    TraceBuilder b = w.running();
    if (ends) b.event(EventKind::job_ended, second, 0);
    return b.after(kMs).saw(K::cs_fatal, {.a = 0, .b = cs}).after(kMs).fence(second, error);
  };
  const auto left = [&](const TraceBuilder& oracle, const TraceBuilder& candidate) {
    return left_of(w.program, oracle, candidate);
  };
  const TraceBuilder done = run(true, 0, 0);
  CHECK(left(done, run(false, 0, ECANCELED)) == 0);
  CHECK(left(run(false, 0, ECANCELED), done) == 0);
  CHECK(left(done, run(true, 0, ECANCELED)) == 1);   // it had ended before
  CHECK(left(run(false, 0, 0), run(false, 0, ECANCELED)) == 1);  // it never had
  CHECK(left(done, run(false, 1, ECANCELED)) == 1);  // its own queue's
  CHECK(left(done, run(false, 0, EINVAL)) == 1);

  // What the job would have stored differs with it; where the job does not, it does not.
  Value& bound = w.program.steps[w.bind].op.fields.emplace_back();
  bound.kind = kRef;
  bound.number = w.bo;
  const auto left_with_memory = [&](TraceBuilder oracle, TraceBuilder candidate) {
    oracle.record(RecordKind::buffer_content, {.a = w.bo, .b = 4096, .d = 1});
    candidate.record(RecordKind::buffer_content, {.a = w.bo, .b = 4096, .d = 2});
    std::vector<Finding> findings;
    for (const std::size_t back : {2U, 1U}) {
      Finding f;
      f.rule = back == 2 ? "fence" : "memory";
      f.event = back == 2 ? "fence_signalled" : "buffer_content";
      f.field = back == 2 ? "error" : "bytes";
      f.oracle_record = oracle.trace().records.size() - back;
      f.candidate_record = candidate.trace().records.size() - back;
      findings.push_back(f);
    }
    std::vector<Count> checked;
    Comparison c{w.program, oracle.trace(), candidate.trace(), findings, checked};
    (void)drop_chance(c);
    return findings.size();
  };
  CHECK(left_with_memory(done, run(false, 0, ECANCELED)) == 0);
  CHECK(left_with_memory(done, run(true, 0, ECANCELED)) == 2);
}

TEST_CASE("chance: who enters while a PING is open cannot be asked to leave") {
  World w;
  w.program.faults.push_back(Fault{});
  w.program.faults.back().machine.kind = vocab::FaultKind::lose_ack;
  const auto refused = [&](vocab::AckTarget target, bool acked) {
    w.program.faults.back().machine.target = static_cast<std::uint32_t>(target);
    TraceBuilder b = w.running();
    b.saw(K::fault_applied, {.b = static_cast<std::uint32_t>(vocab::FaultKind::lose_ack),
                             .c = vocab::kAnySlot});
    if (acked) b.saw(K::ping_acked);
    return b.saw(K::protm_active, {.a = 0});
  };
  CHECK(w.left(refused(vocab::AckTarget::glb_ping, false), EINVAL) == 0);
  CHECK(w.left(refused(vocab::AckTarget::glb_ping, true), EINVAL) == 1);
  CHECK(w.left(refused(vocab::AckTarget::glb_halt, false), EINVAL) == 1);
}

TEST_CASE("chance: whether the firmware looks again at what a job waits for, unmapped meanwhile") {
  World w;
  TraceBuilder fault = w.running().saw(K::mmu_fault, {.a = 1}).saw(K::cs_fatal, {.a = 0});
  const auto left = [&](std::uint64_t oracle_error, std::uint64_t error) {
    TraceBuilder oracle = w.running();
    oracle.fence(w.job, oracle_error);
    TraceBuilder candidate = fault;
    candidate.fence(w.job, error);
    return left_of(w.program, oracle, candidate);
  };
  CHECK(left(ETIMEDOUT, EINVAL) == 1);
  const auto list = [](NodeType type) {
    Value v;
    v.list.push_back(make_node(type));
    return v;
  };
  w.program.steps[w.job].op.fields.push_back(list(NodeType::i_sync_wait64));
  CHECK(left(ETIMEDOUT, EINVAL) == 1);
  w.program.steps[w.bind].op.fields.push_back(list(NodeType::bind_unmap));
  CHECK(left(ETIMEDOUT, EINVAL) == 0);
  CHECK(left(ECANCELED, EINVAL) == 1);
  CHECK(left(0, EINVAL) == 1);
}

}  // namespace protm::judge
