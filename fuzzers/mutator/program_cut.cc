// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/mutator/program_cut.h"

#include <algorithm>

#include "conformance/format/binary_code.h"
#include "sut-adapters/contract/op_table.h"

namespace protm::fuzz {
namespace {

using contract::EventArg;
using contract::EventSpec;
using contract::Fact;
using contract::Node;
using contract::Program;
using contract::Step;
using contract::Trigger;
using contract::Value;

constexpr std::uint32_t kGone = UINT32_MAX;
static_assert(kGone == contract::TaskSpec::kNoActor, "what is gone is no actor");

/// New number of each old one; kGone where it has none.
std::vector<std::uint32_t> numbers_after(const std::vector<bool>& gone) {
  std::vector<std::uint32_t> moved(gone.size(), kGone);
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (!gone[i]) moved[i] = next++;
  }
  return moved;
}

bool is_gone(const std::vector<bool>& gone, std::uint64_t number) {
  return number < gone.size() && gone[static_cast<std::size_t>(number)];
}

/// Whether the node cannot be without one of those that are gone.
bool needs_any(const Node& node, const std::vector<bool>& gone) {
  const auto& fields = contract::node_info(static_cast<contract::NodeType>(node.type)).fields;
  for (std::size_t i = 0; i < node.fields.size(); ++i) {
    const Value& v = node.fields[i];
    if (v.kind == Value::Kind::ref && fields[i].required && is_gone(gone, v.number)) return true;
  }
  return false;
}

/// Drops what names a step that is gone: fields, and items of lists that need them.
void forget(Node& node, const std::vector<bool>& gone) {
  for (Value& v : node.fields) {
    if (v.kind == Value::Kind::ref && is_gone(gone, v.number)) v = Value{};
    std::erase_if(v.list, [&](const Node& item) { return needs_any(item, gone); });
    for (Node& item : v.list) forget(item, gone);
  }
}

void renumber(Node& node, const std::vector<std::uint32_t>& moved) {
  for (Value& v : node.fields) {
    if (v.kind == Value::Kind::ref && v.number < moved.size()) {
      v.number = moved[static_cast<std::size_t>(v.number)];
    }
    for (Node& item : v.list) renumber(item, moved);
  }
}

/// Triggers, facts and `reaches` whose event names one of `form` that is gone; the rest gets its
/// new number.
void fix_events(Program& program, EventArg form, const std::vector<std::uint32_t>& moved) {
  const auto lost = [&](const EventSpec& e) {
    return format::event_argument(e.kind) == form && e.arg < moved.size() &&
           moved[e.arg] == kGone;
  };
  const auto fix = [&](EventSpec& e) {
    if (format::event_argument(e.kind) == form && e.arg < moved.size()) e.arg = moved[e.arg];
  };
  for (Step& step : program.steps) {
    if (lost(step.when.after)) step.when = Trigger{};
    fix(step.when.after);
  }
  std::erase_if(program.reaches, lost);
  std::erase_if(program.then, [&](const Fact& f) { return lost(f.event); });
  for (EventSpec& event : program.reaches) fix(event);
  for (Fact& fact : program.then) fix(fact.event);
}

}  // namespace

void remove_steps(Program& program, std::vector<bool> gone) {
  gone.resize(program.steps.size());
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < gone.size(); ++i) {
      if (gone[i] || !needs_any(program.steps[i].op, gone)) continue;
      gone[i] = more = true;
    }
  }
  const std::vector<std::uint32_t> moved = numbers_after(gone);
  std::erase_if(program.then, [&](const Fact& f) { return is_gone(gone, f.step); });
  fix_events(program, EventArg::step, moved);
  std::vector<Step> kept;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (gone[i]) continue;
    Step& step = kept.emplace_back(std::move(program.steps[i]));
    forget(step.op, gone);
    renumber(step.op, moved);
  }
  program.steps = std::move(kept);
  for (Fact& fact : program.then) {
    if (fact.step < moved.size()) fact.step = moved[fact.step];
  }
}

void remove_faults(Program& program, std::size_t first, std::size_t count) {
  std::vector<bool> gone(program.faults.size());
  const std::size_t end = std::min(first + count, gone.size());
  for (std::size_t i = first; i < end; ++i) gone[i] = true;
  fix_events(program, EventArg::fault, numbers_after(gone));
  std::vector<contract::Fault> kept;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (gone[i]) continue;
    contract::Fault& fault = kept.emplace_back(std::move(program.faults[i]));
    fault.machine.id = static_cast<std::uint32_t>(kept.size() - 1);
  }
  program.faults = std::move(kept);
}

void remove_idle_actors(Program& program) {
  std::vector<bool> idle(program.actors.size(), true);
  for (const Step& step : program.steps) {
    if (step.actor < idle.size()) idle[step.actor] = false;
  }
  const std::vector<std::uint32_t> moved = numbers_after(idle);
  std::vector<contract::Actor> kept;
  for (std::size_t i = 0; i < idle.size(); ++i) {
    if (!idle[i]) kept.push_back(std::move(program.actors[i]));
  }
  program.actors = std::move(kept);
  for (Step& step : program.steps) {
    if (step.actor < moved.size()) step.actor = moved[step.actor];
  }
  const auto lost = [&](contract::TaskSpec& task) {
    if (task.actor == contract::TaskSpec::kNoActor) return false;
    task.actor = task.actor < moved.size() ? moved[task.actor] : kGone;
    return task.actor == kGone;
  };
  std::erase_if(program.schedule, [&](auto& entry) { return lost(entry.task); });
  std::erase_if(program.explore.tasks, lost);
}

}  // namespace protm::fuzz
