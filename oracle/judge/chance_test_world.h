// SPDX-License-Identifier: GPL-2.0-only
// What the tests of chance share: two groups of one VM with a job each, and how many findings are
// left of the one that is put in about the last records of two runs.
// Leaves out: how findings are made; judge_test.cc has whole judgements.
#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oracle/judge/chance.h"
#include "oracle/judge/touched.h"
#include "sut-adapters/contract/trace_builder.h"

namespace protm::judge {

using namespace contract;
using K = vocab::ObservationKind;
using vocab::kMs;

inline constexpr auto kRef = Value::Kind::ref;

/// What the last records of two runs differ in, as the comparison would say.
struct Difference {
  std::string rule = "fence", event = "fence_signalled", field = "error";
};

inline const Difference kOrder{.field = "order"};

/// How many findings are left of the one about these records; SIZE_MAX when the count of those that
/// were dropped is wrong.
inline std::size_t left_at(const Program& program, const TraceBuilder& oracle,
                           const TraceBuilder& candidate, const Difference& difference,
                           std::optional<std::size_t> oracle_record,
                           std::optional<std::size_t> candidate_record) {
  std::vector<Finding> findings{{.from = FindingClass::comparison,
                                 .rule = difference.rule,
                                 .slug = difference.rule,
                                 .event = difference.event,
                                 .field = difference.field,
                                 .detail = {},
                                 .oracle_record = oracle_record,
                                 .candidate_record = candidate_record}};
  std::vector<Count> checked;
  Comparison c{program, oracle.trace(), candidate.trace(), findings, checked};
  const std::size_t dropped = drop_chance(c);
  return dropped + findings.size() == 1 ? findings.size() : SIZE_MAX;
}
/// The same of the last records of both.
inline std::size_t left_of(const Program& program, const TraceBuilder& oracle,
                           const TraceBuilder& candidate, const Difference& difference = {}) {
  return left_at(program, oracle, candidate, difference, oracle.trace().records.size() - 1,
                 candidate.trace().records.size() - 1);
}

/// Two groups of one VM with a job each, a buffer that is mapped there, and steps that take away.
struct World {
  Program program;
  std::uint32_t vm, bo, bind, mine, other, job, other_job, destroy, unbind, create,
      probe;
  World() {
    vm = add_step(program, make_node(NodeType::vm_create));
    bo = add_step(program, make_node(NodeType::bo_create));
    bind = add_step(program, make_node(NodeType::vm_bind, {{"vm", kRef, vm}}));
    mine = add_step(program, make_node(NodeType::group_create, {{"vm", kRef, vm}}));
    other = add_step(program, make_node(NodeType::group_create, {{"vm", kRef, vm}}));
    job = add_job(program, mine);
    other_job = add_job(program, other);
    destroy = add_step(program, make_node(NodeType::group_destroy, {{"group", kRef, mine}}));
    unbind = add_step(program, make_node(NodeType::unbind));
    create = add_step(program, make_node(NodeType::group_create, {{"vm", kRef, vm}}));
    probe = add_step(program, make_node(NodeType::probe));
  }
  TraceBuilder running() const {
    TraceBuilder b;
    b.saw(K::stream_call, {.a = 0, .d = 1}).event(EventKind::group_on_slot, mine, 0);
    b.saw(K::stream_call, {.a = 1, .d = 1}).event(EventKind::group_on_slot, other, 1);
    return b.after(kMs);
  }
  /// How many of the findings of (oracle: done, candidate) are left; one is put in: the fence.
  std::size_t left(TraceBuilder candidate, std::uint64_t error) const {
    TraceBuilder oracle = running();
    oracle.fence(job, 0);
    candidate.after(kMs).fence(job, error);
    return left_of(program, oracle, candidate);
  }
};

}  // namespace protm::judge
