// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/program_order.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

#include "conformance/format/binary_code.h"
#include "conformance/format/node_words.h"

namespace protm::format {

using contract::EventArg;
using contract::EventSpec;
using contract::Fact;
using contract::Fault;
using contract::Program;
using contract::Step;

namespace {

bool equal_faults(const Fault& a, const Fault& b) {
  if (a.host != b.host) return false;
  if (a.host) return a.call == b.call;
  const vocab::MachineFault &m = a.machine, &n = b.machine;
  return m.kind == n.kind && m.target == n.target && m.slot == n.slot && m.nth == n.nth &&
         m.times == n.times && m.id == n.id && m.value_ns == n.value_ns && m.hold_ns == n.hold_ns;
}

/// What a case can change; the rest of a configuration follows from its name.
bool equal_machines(const vocab::MachineConfig& a, const vocab::MachineConfig& b) {
  return a.name == b.name && a.latency_ns == b.latency_ns &&
         a.latencies_named == b.latencies_named && a.latency_seed == b.latency_seed &&
         a.switches == b.switches && a.csg_slots == b.csg_slots && a.cs_per_csg == b.cs_per_csg &&
         a.as_present == b.as_present && a.coherent == b.coherent;
}

/// Calls `visit(std::uint32_t&)` for each step number outside of nodes.
template <class Visit>
void for_each_outer_ref(Program& program, const Visit& visit) {
  const auto names_step = [](const EventSpec& event) {
    return event_argument(event.kind) == EventArg::step;
  };
  for (Step& step : program.steps) {
    if (names_step(step.when.after)) visit(step.when.after.arg);
  }
  for (EventSpec& event : program.reaches) {
    if (names_step(event)) visit(event.arg);
  }
  for (Fact& fact : program.then) {
    if (fact.step != contract::kNoStep) visit(fact.step);
    if (names_step(fact.event)) visit(fact.event.arg);
  }
}

/// Numbers of the steps that anything refers to.
std::set<std::uint64_t> used_steps(Program& program) {
  std::set<std::uint64_t> used;
  for (Step& step : program.steps) {
    for_each_ref(step.op, [&](std::uint64_t& number) { used.insert(number); });
  }
  for_each_outer_ref(program, [&](std::uint32_t& number) { used.insert(number); });
  return used;
}

}  // namespace

bool equal(const Program& a, const Program& b) {
  return a.id == b.id && a.title == b.title && a.why == b.why && a.entries == b.entries &&
         a.requires_mask == b.requires_mask && equal_machines(a.machine, b.machine) &&
         a.firmware == b.firmware && a.boot == b.boot && a.heap_param == b.heap_param &&
         a.heap_param_set == b.heap_param_set && a.heap_present == b.heap_present &&
         a.heap_protected == b.heap_protected && a.actors == b.actors && a.steps == b.steps &&
         std::equal(a.faults.begin(), a.faults.end(), b.faults.begin(), b.faults.end(),
                    equal_faults) &&
         a.schedule == b.schedule && a.explore == b.explore &&
         a.reaches == b.reaches && a.then == b.then;
}

void reorder_steps(Program& program, const std::vector<std::uint32_t>& order) {
  std::vector<std::uint32_t> moved_to(order.size());
  std::vector<Step> sorted;
  sorted.reserve(order.size());
  for (const std::uint32_t old : order) {
    moved_to[old] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(std::move(program.steps[old]));
  }
  program.steps = std::move(sorted);
  const auto renumber = [&](auto& number) {
    if (number < moved_to.size()) number = moved_to[static_cast<std::size_t>(number)];
  };
  for (Step& step : program.steps) for_each_ref(step.op, renumber);
  for_each_outer_ref(program, renumber);
}

void sort_by_actor(Program& program) {
  const auto before = [](const Step& a, const Step& b) { return a.actor < b.actor; };
  if (std::is_sorted(program.steps.begin(), program.steps.end(), before)) return;
  std::vector<std::uint32_t> order(program.steps.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return before(program.steps[a], program.steps[b]);
  });
  reorder_steps(program, order);
}

void drop_unused_names(Program& program) {
  const std::set<std::uint64_t> used = used_steps(program);
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    if (!used.contains(i)) program.steps[i].id.clear();
  }
}

void name_used_steps(Program& program) {
  std::set<std::string> names;
  for (const Step& step : program.steps) names.insert(step.id);
  for (const std::uint64_t number : used_steps(program)) {
    if (number >= program.steps.size() || !program.steps[number].id.empty()) continue;
    Step& step = program.steps[number];
    const auto& info = contract::node_info(static_cast<contract::NodeType>(step.op.type));
    std::string name = std::string(makes_prefix(info.makes)) + std::to_string(number);
    while (!names.insert(name).second) name += "_";
    step.id = name;
  }
}

}  // namespace protm::format
