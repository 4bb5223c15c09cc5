// SPDX-License-Identifier: GPL-2.0-only
// Goal: L1 speaks up when the fence of a job or of a bind does not signal in time, and rests for
// what user space can block for ever and for a GPU that no resume brings up.
#include <doctest/doctest.h>

#include <cerrno>

#include "oracle/rules/rule_table.h"
#include "oracle/rules/rule_words.h"
#include "sut-adapters/contract/trace_builder.h"

using namespace protm;
using namespace protm::contract;
using rules::asked;
using rules::words;
using K = vocab::ObservationKind;
using vocab::kMs;
using vocab::kSec;

namespace {

constexpr auto kRef = Value::Kind::ref;
constexpr auto kNumber = Value::Kind::number;

/// A group with a job, and a bind of its VM.
struct World {
  Program program;
  std::uint32_t vm, group, job, bind;
  World() {
    vm = add_step(program, make_node(NodeType::vm_create));
    group = add_step(program, make_node(NodeType::group_create, {{"vm", kRef, vm}}));
    job = add_job(program, group);
    bind = add_step(program, make_node(NodeType::vm_bind, {{"vm", kRef, vm}}));
  }
};

void check_right(std::string_view id, const Program& program, const TraceBuilder& b) {
  CAPTURE(id);
  CHECK(words(asked(id, program, b)) == "kept");
}

void check_wrong(std::string_view id, const Program& program, const TraceBuilder& b,
                 std::size_t record) {
  CAPTURE(id);
  CHECK(words(asked(id, program, b)) == "broken at record " + std::to_string(record));
}

}  // namespace

TEST_CASE("L1: fences signal in time") {
  World w;
  const auto trace = [&](std::uint64_t fence_after, std::uint64_t rest_after) {
    TraceBuilder b;
    b.started(w.job).returned(w.job, 0);
    if (fence_after != 0) b.at(fence_after).fence(w.job, 0);
    b.at(rest_after).record(RecordKind::rest_state, {}, "vms");
    return b;
  };
  check_right("L1", w.program, trace(kMs, kSec));
  check_wrong("L1", w.program, trace(0, kSec), 1);
  check_wrong("L1", w.program, trace(20 * kSec, 21 * kSec), 1);

  TraceBuilder at_teardown = trace(0, kSec);
  at_teardown.after(kMs).fence(w.job, ECANCELED);
  check_wrong("L1", w.program, at_teardown, 1);

  TraceBuilder dead;
  dead.started(w.job).returned(w.job, 0).after(kMs);
  dead.record(RecordKind::group_state, {.a = w.group, .b = 1});
  check_right("L1", w.program, dead);

  TraceBuilder fault_resets_t;  // the runner stopped at its own T, before the rule's
  fault_resets_t.started(w.job).returned(w.job, 0).at(10 * kSec).saw(K::fault_applied);
  fault_resets_t.at(17 * kSec).record(RecordKind::rest_state, {}, "vms");
  check_right("L1", w.program, fault_resets_t);

  set_list(w.program, w.job, "stream", {make_node(NodeType::i_sync_wait64)});
  CHECK(asked("L1", w.program, trace(0, kSec)).armed == 0);
}

TEST_CASE("L1: jobs keep their places while the GPU is down behind a resume that failed") {
  World w;
  const auto resume = add_step(w.program, make_node(NodeType::resume));
  const auto trace = [&](std::int64_t result, bool boots) {
    TraceBuilder b;
    b.started(w.job).returned(w.job, 0).started(resume);
    b.at(kSec).saw(K::mcu_boot_failed).returned(resume, result);
    if (boots) b.at(2 * kSec).saw(K::mcu_boot);
    b.at(40 * kSec).record(RecordKind::rest_state, {}, "vms");
    return b;
  };
  check_right("L1", w.program, trace(-ETIMEDOUT, false));
  check_wrong("L1", w.program, trace(0, false), 1);
  check_wrong("L1", w.program, trace(-ETIMEDOUT, true), 1);
}

TEST_CASE("L1: an asynchronous bind has a fence, and is excused with what it waits for") {
  World w;
  const auto trace = [&](std::uint64_t fence_after) {
    TraceBuilder b;
    b.started(w.job).returned(w.job, 0).started(w.bind).returned(w.bind, 0);
    b.at(kMs).fence(w.job, 0);
    if (fence_after != 0) b.at(fence_after).fence(w.bind, 0);
    return b.at(kSec).record(RecordKind::rest_state, {}, "vms");
  };
  const Node waits = make_node(NodeType::bind_unmap, {{"wait", kRef, w.job}});
  set_list(w.program, w.bind, "ops", {make_node(NodeType::bind_map), waits});
  CHECK(asked("L1", w.program, trace(0)).armed == 1);  // synchronous: no fence of its own
  Node& bind = w.program.steps[w.bind].op;
  bind.fields[*field_index(node_info(NodeType::vm_bind), "flags")] =
      Value{.kind = kNumber, .number = 1, .text = {}, .list = {}};
  CHECK(asked("L1", w.program, trace(kMs)).armed == 2);
  check_right("L1", w.program, trace(2 * kMs));
  check_wrong("L1", w.program, trace(0), 3);

  set_list(w.program, w.job, "stream", {make_node(NodeType::i_sync_wait64)});
  CHECK(asked("L1", w.program, trace(0)).armed == 0);
}
