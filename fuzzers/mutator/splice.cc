// SPDX-License-Identifier: GPL-2.0-only
// Parts of other Programs inside this one, and two Programs made into one.
#include <algorithm>
#include <array>

#include "conformance/format/binary.h"
#include "conformance/format/node_words.h"
#include "conformance/format/program_order.h"
#include "fuzzers/generator/generate.h"
#include "fuzzers/generator/set_piece.h"
#include "fuzzers/mutator/editor.h"
#include "fuzzers/mutator/program_cut.h"

namespace protm::fuzz {

using contract::Program;
using contract::Step;
using contract::Value;

namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
/// New Programs that are a set piece for sure, in percent; of the others as many as of all seeds.
constexpr std::uint32_t kSetPieces = 30;

/// `from` without the steps that are neither in [first, end) nor needed by one that is.
Program part_of(const Program& from, std::size_t first, std::size_t end) {
  Program part = from;
  part.reaches.clear();
  part.then.clear();
  std::vector<bool> gone(part.steps.size(), true);
  std::vector<std::size_t> open;
  for (std::size_t i = first; i < end; ++i) open.push_back(i);
  while (!open.empty()) {
    const std::size_t i = open.back();
    open.pop_back();
    if (i >= gone.size() || !gone[i]) continue;
    gone[i] = false;
    const auto need = [&](std::uint64_t number) { open.push_back(number); };
    format::for_each_ref(part.steps[i].op, need);
  }
  remove_steps(part, std::move(gone));
  return part;
}

}  // namespace

void Editor::take_over(const Program& from, std::size_t first, std::size_t count) {
  Program part = part_of(from, first, std::min(first + count, from.steps.size()));
  // Of a part that does not fit the front is taken: what the rest needs stands there.
  if (part.steps.size() > room()) {
    std::vector<bool> gone(part.steps.size());
    for (std::size_t i = room(); i < gone.size(); ++i) gone[i] = true;
    remove_steps(part, std::move(gone));
  }
  std::array<std::uint32_t, contract::kMaxActors> actors{};
  actors.fill(kNone);
  const std::size_t offset = program_.steps.size();
  for (Step& step : part.steps) {
    std::uint32_t& actor = actors[std::min(step.actor, contract::kMaxActors - 1)];
    if (actor == kNone) actor = draw_actor();
    step.actor = actor;
    step.id.clear();
    format::for_each_ref(step.op, [&](std::uint64_t& number) { number += offset; });
    const auto form = format::event_argument(step.when.after.kind);
    if (form == contract::EventArg::step) step.when.after.arg += offset;
    if (form == contract::EventArg::fault) step.when = {};
    program_.steps.push_back(std::move(step));
  }
  if (random_.percent(60)) bind_to_others(part.steps.size());
  format::sort_by_actor(program_);
}

void Editor::bind_to_others(std::size_t count) {
  const auto offset = static_cast<std::uint32_t>(program_.steps.size() - count);
  format::LiveObjects objects;
  for (std::uint32_t i = 0; i < offset; ++i) objects.add(program_.steps[i], i);
  const std::uint32_t chance = random_.percent(50) ? 100 : 40;
  for (std::size_t i = offset; i < program_.steps.size(); ++i) {
    format::for_each_ref(program_.steps[i].op, [&](std::uint64_t& number) {
      if (number < offset || number >= program_.steps.size()) return;
      const auto type = static_cast<contract::NodeType>(program_.steps[number].op.type);
      const auto live = objects.live(contract::node_info(type).makes);
      if (live.empty() || !random_.percent(chance)) return;
      number = live[random_.below(live.size())];
    });
  }
}

bool Editor::splice_generated() {
  if (room() == 0) return false;
  const Program other = generate(random_.next(), Scope::full);
  if (other.steps.empty()) return false;
  const std::size_t first = random_.below(other.steps.size());
  take_over(other, first, random_.between(1, 10));
  return true;
}

bool Editor::replace_by_generated() {
  const std::uint64_t seed = random_.next();
  program_ = generate(random_.percent(kSetPieces) ? next_set_piece(seed) : seed, Scope::full);
  return true;
}

Program cross(const Program& a, const Program& b, Random& random) {
  Program child = format::canonical(a);
  const format::OpcodeMap opcodes = draw_opcodes(random);
  Editor editor(child, random, opcodes, subject_table().front());
  const std::uint64_t way = random.below(8);
  if (way <= 3 && !b.steps.empty()) {   // a run of steps of b inside a
    const std::size_t first = random.below(b.steps.size());
    editor.take_over(b, first, random.between(1, 16));
  } else if (way == 4) {                // the actors of both
    editor.take_over(b, 0, b.steps.size());
  } else if (way == 5) {                // the machine of b
    child.machine = b.machine;
    child.firmware = b.firmware;
    if (random.percent(50)) child.boot = b.boot;
  } else if (way == 6) {                // what goes wrong in b
    for (contract::Fault fault : b.faults) {
      fault.machine.id = static_cast<std::uint32_t>(child.faults.size());
      child.faults.push_back(std::move(fault));
    }
  } else {                              // the order of b
    child.schedule.insert(child.schedule.end(), b.schedule.begin(), b.schedule.end());
  }
  if (child.faults.size() > contract::kMaxFaults) child.faults.resize(contract::kMaxFaults);
  child = format::canonical(child);
  child.explore = {};
  return child;
}

}  // namespace protm::fuzz
