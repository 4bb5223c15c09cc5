// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <numeric>

#include "conformance/format/binary.h"
#include "conformance/format/event_text.h"
#include "conformance/format/program_order.h"
#include "fuzzers/mutator/editor.h"
#include "fuzzers/mutator/program_cut.h"

namespace protm::fuzz {

using contract::EventArg;
using contract::EventKind;
using contract::Step;
using contract::Trigger;

format::OpcodeMap draw_opcodes(Random& random) {
  // Zero would mean no weights at all.
  return format::OpcodeMap(static_cast<std::uint16_t>(random.between(1, UINT16_MAX)));
}

bool Editor::apply(Change what) {
  switch (what) {
    case Change::insert_step: return insert_step();
    case Change::delete_steps: return delete_steps();
    case Change::duplicate_steps: return duplicate_steps();
    case Change::move_steps: return move_steps();
    case Change::change_actor: return change_actor();
    case Change::change_trigger: return change_trigger();
    case Change::change_field: return change_field();
    case Change::change_list: return change_list();
    case Change::change_fault: return change_fault();
    case Change::change_latency: return change_latency();
    case Change::change_machine: return change_machine();
    case Change::change_firmware: return change_firmware();
    case Change::change_heap: return change_heap();
    case Change::change_boot: return change_boot();
    case Change::change_schedule: return change_schedule();
    case Change::splice: return splice_generated();
    case Change::replace: return replace_by_generated();
    case Change::count: break;
  }
  return false;
}

std::size_t Editor::room() const {
  const std::size_t steps = program_.steps.size();
  return steps < contract::kMaxRandomSteps ? contract::kMaxRandomSteps - steps : 0;
}

std::optional<std::size_t> Editor::draw_step() {
  if (program_.steps.empty()) return std::nullopt;
  return static_cast<std::size_t>(random_.below(program_.steps.size()));
}

std::uint32_t Editor::draw_actor() {
  const auto actors = static_cast<std::uint32_t>(program_.actors.size());
  const bool another = actors == 0 || (actors < contract::kMaxActors && random_.percent(8));
  if (!another) return static_cast<std::uint32_t>(random_.below(actors));
  program_.actors.push_back({.name = {}, .sys_nice = random_.percent(30), .sys_admin = false});
  return actors;
}

std::pair<std::size_t, std::size_t> Editor::steps_of(std::uint32_t actor) const {
  const auto& steps = program_.steps;
  std::size_t first = 0;
  while (first < steps.size() && steps[first].actor < actor) ++first;
  std::size_t end = first;
  while (end < steps.size() && steps[end].actor == actor) ++end;
  return {first, end};
}

void Editor::move_last_to(std::size_t at, std::size_t count) {
  const std::size_t size = program_.steps.size();
  std::vector<std::uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0u);
  const auto from = order.end() - static_cast<std::ptrdiff_t>(count);
  std::rotate(order.begin() + static_cast<std::ptrdiff_t>(at), from, order.end());
  format::reorder_steps(program_, order);
}

std::uint32_t Editor::draw_opcode() {
  const auto fits = [&](std::uint32_t opcode) {
    const bool operation = opcode < format::operation_count();
    // What is no operation is a job or a fault.
    return subject_.allows(operation ? static_cast<contract::NodeType>(opcode)
                                     : contract::NodeType::group_submit);
  };
  // Weights are made for whole Programs: what is rare there may be all that a subject is about.
  const bool narrow = !subject_.operations.empty() && random_.percent(30);
  for (int tries = narrow ? 0 : 8; tries > 0; --tries) {
    const auto opcode = opcodes_.opcode(static_cast<std::uint8_t>(random_.below(256)));
    if (fits(opcode)) return opcode;
  }
  return static_cast<std::uint32_t>(
      subject_.operations[random_.below(subject_.operations.size())]);
}

bool Editor::insert_step() {
  if (room() == 0) return false;
  const std::uint32_t opcode = draw_opcode();
  if (opcode >= format::operation_count()) return insert_ready_made(opcode);
  const std::uint32_t actor = draw_actor();
  const auto [first, end] = steps_of(actor);
  const std::size_t at = random_.percent(50) ? end : first + random_.below(end - first + 1);
  program_.steps.push_back({.id = {}, .actor = actor, .when = {}, .op = {}});
  move_last_to(at, 1);
  const auto user = static_cast<std::uint32_t>(at);
  contract::Node op = draw_node(static_cast<contract::NodeType>(opcode), 1, user);
  program_.steps[at].op = std::move(op);
  return true;
}

/// What the opcode stands for: the steps of a job, or a fault.
bool Editor::insert_ready_made(std::uint32_t opcode) {
  using format::Extra;
  const auto extra = static_cast<Extra>(opcode - format::operation_count());
  if (extra != Extra::job && extra != Extra::protected_job) return change_fault();
  constexpr std::size_t kHeader = 12;   // version, no swarm, a plain machine
  std::vector<std::uint8_t> bytes(kHeader, 0);
  bytes[0] = format::kBinaryVersion;
  bytes.push_back(static_cast<std::uint8_t>(opcode));
  bytes.push_back(0);
  for (int i = 0; i < 16; ++i) bytes.push_back(static_cast<std::uint8_t>(random_.below(256)));
  contract::Program job = format::decode(bytes);
  // Bytes behind the job's may be steps too.
  const std::size_t count = std::min<std::size_t>(job.steps.size(), 7);
  take_over(job, 0, count);
  return true;
}

bool Editor::delete_steps() {
  const auto at = draw_step();
  if (!at) return false;
  const auto [first, end] = steps_of(program_.steps[*at].actor);
  const std::size_t most = random_.percent(70) ? 1 : end - *at;
  const std::size_t count = 1 + random_.below(most);
  std::vector<bool> gone(program_.steps.size());
  for (std::size_t i = *at; i < *at + count; ++i) gone[i] = true;
  // What needs a step that goes is kept half of the time, with a number in its place.
  if (random_.percent(50)) {
    for (Step& step : program_.steps) {
      format::for_each_ref(step.op, [&](std::uint64_t& number) {
        if (number < gone.size() && gone[number]) number = UINT32_MAX;
      });
    }
  }
  remove_steps(program_, std::move(gone));
  return true;
}

bool Editor::duplicate_steps() {
  const auto at = draw_step();
  if (!at || room() == 0) return false;
  const std::uint32_t actor = program_.steps[*at].actor;
  const std::size_t end = steps_of(actor).second;
  const std::size_t most = std::min<std::size_t>({end - *at, room(), 6});
  const std::size_t count = 1 + random_.below(most);
  const std::size_t size = program_.steps.size();
  const bool own = random_.percent(50);   // copies name copies, or what the originals name
  const std::uint32_t to = random_.percent(70) ? actor : draw_actor();
  for (std::size_t i = *at; i < *at + count; ++i) {
    Step copy = program_.steps[i];
    copy.id.clear();
    copy.actor = to;
    format::for_each_ref(copy.op, [&](std::uint64_t& number) {
      if (own && number >= *at && number < *at + count) number += size - *at;
    });
    program_.steps.push_back(std::move(copy));
  }
  if (to == actor) move_last_to(*at + count, count);
  else format::sort_by_actor(program_);
  return true;
}

bool Editor::move_steps() {
  const auto at = draw_step();
  if (!at) return false;
  const auto [first, end] = steps_of(program_.steps[*at].actor);
  if (end - first < 2) return false;
  const std::size_t to = first + random_.below(end - first);
  std::vector<std::uint32_t> order(program_.steps.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto place = [&](std::size_t i) { return order.begin() + static_cast<std::ptrdiff_t>(i); };
  if (random_.percent(50)) {
    std::iter_swap(place(*at), place(to));
  } else if (*at < to) {
    std::rotate(place(*at), place(*at + 1), place(to + 1));
  } else {
    std::rotate(place(to), place(*at), place(*at + 1));
  }
  format::reorder_steps(program_, order);
  return true;
}

bool Editor::change_actor() {
  if (!program_.actors.empty() && random_.percent(20)) {
    contract::Actor& actor = program_.actors[random_.below(program_.actors.size())];
    actor.sys_nice = !actor.sys_nice;
    return true;
  }
  const auto at = draw_step();
  if (!at) return false;
  const std::size_t end = steps_of(program_.steps[*at].actor).second;
  const std::size_t count = random_.percent(60) ? 1 : 1 + random_.below(end - *at);
  const std::uint32_t actor = draw_actor();
  for (std::size_t i = *at; i < *at + count; ++i) program_.steps[i].actor = actor;
  format::sort_by_actor(program_);
  return true;
}

contract::EventSpec Editor::draw_event(std::uint32_t user) {
  constexpr std::uint32_t kCounts[] = {1, 1, 1, 1, 2, 2, 3, 8};
  contract::EventSpec event;
  event.kind = static_cast<EventKind>(
      random_.between(1, static_cast<std::uint64_t>(EventKind::count) - 1));
  event.count = random_.one_of(kCounts);
  const EventArg form = format::event_argument(event.kind);
  if (form == EventArg::fault && !program_.faults.empty()) {
    event.arg = static_cast<std::uint32_t>(random_.below(program_.faults.size()));
  } else if (form == EventArg::step) {
    const auto makes = *format::step_argument(event.kind);
    std::vector<std::uint32_t> fitting = format::later_objects(program_, user, makes);
    format::LiveObjects objects;
    for (std::uint32_t i = 0; i < user; ++i) objects.add(program_.steps[i], i);
    for (const std::uint32_t step : objects.all(makes)) fitting.push_back(step);
    if (!fitting.empty()) event.arg = fitting[random_.below(fitting.size())];
  } else if (form != EventArg::none) {
    const auto words = format::event_arg_words(form);
    if (!words.empty()) event.arg = static_cast<std::uint32_t>(random_.below(words.size()));
  }
  return event;
}

bool Editor::change_trigger() {
  const auto at = draw_step();
  if (!at) return false;
  Trigger& when = program_.steps[*at].when;
  const bool after = when.after.kind != EventKind::none;
  switch (random_.below(after ? 8 : 5)) {
    case 0: when = {}; break;
    case 1: when = {.at_ns = draw_time(), .after = {}, .delay_ns = 0}; break;
    case 2:
    case 3:
    case 4:
      when = {.at_ns = 0, .after = draw_event(static_cast<std::uint32_t>(*at)), .delay_ns = 0};
      if (random_.percent(50)) when.delay_ns = draw_time();
      break;
    case 5: when.delay_ns = draw_time(); break;
    case 6: when.delay_ns = random_.percent(50) ? when.delay_ns * 2 : when.delay_ns / 2; break;
    default: when.after.count = static_cast<std::uint32_t>(random_.between(1, 4)); break;
  }
  return true;
}

}  // namespace protm::fuzz
