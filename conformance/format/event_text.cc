// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/event_text.h"

#include <array>

#include "conformance/format/quantity.h"

namespace protm::format {
namespace {

using contract::EventArg;
using contract::EventInfo;
using contract::EventKind;

// Index = number on the wire. Source: facts-fw.md (CSG state), facts-gpu.md 7 (AS COMMAND).
constexpr std::array<std::string_view, 4> kCsgStates{"terminate", "start", "suspend", "resume"};
constexpr std::array<std::string_view, 6> kAsCommands{"NOP",    "UPDATE",   "LOCK",
                                                      "UNLOCK", "FLUSH_PT", "FLUSH_MEM"};
constexpr std::array<std::string_view, 3> kIrqLines{"job", "mmu", "gpu"};

/// The text between the pattern's two parts; nothing when they do not fit.
std::optional<std::string_view> argument_of(std::string_view text, std::string_view pattern) {
  const std::size_t hole = pattern.find('%');
  if (hole == std::string_view::npos) {
    return text == pattern ? std::optional<std::string_view>("") : std::nullopt;
  }
  const std::string_view before = pattern.substr(0, hole), after = pattern.substr(hole + 1);
  if (text.size() <= before.size() + after.size()) return std::nullopt;
  if (!text.starts_with(before) || !text.ends_with(after)) return std::nullopt;
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

void resolve_word(ParsedEvent& event) {
  if (event.arg == EventArg::fault) {
    const auto number = parse_number(event.argument);
    if (!number || *number > UINT32_MAX) event.problem = EventProblem::unknown_argument;
    else event.spec.arg = static_cast<std::uint32_t>(*number);
    return;
  }
  const auto words = event_arg_words(event.arg);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == event.argument) {
      event.spec.arg = static_cast<std::uint32_t>(i);
      return;
    }
  }
  event.problem = EventProblem::unknown_argument;
}

}  // namespace

std::span<const std::string_view> event_arg_words(EventArg arg) {
  switch (arg) {
    case EventArg::csg_state: return kCsgStates;
    case EventArg::as_command: return kAsCommands;
    case EventArg::irq_line: return kIrqLines;
    case EventArg::none:
    case EventArg::step:
    case EventArg::fault: break;
  }
  return {};
}

ParsedEvent parse_event(std::string_view text) {
  ParsedEvent event;
  const std::size_t space = text.rfind(' ');
  if (space != std::string_view::npos && text.substr(space + 1).starts_with('x')) {
    const auto count = parse_number(text.substr(space + 2));
    if (count && *count >= 1 && *count <= UINT32_MAX) {
      event.spec.count = static_cast<std::uint32_t>(*count);
    } else {
      event.problem = EventProblem::bad_count;
    }
    text = text.substr(0, space);
  }
  for (const EventInfo& info : contract::event_table()) {
    const auto argument = argument_of(text, info.words);
    if (!argument || argument->find(' ') != std::string_view::npos) continue;
    event.spec.kind = info.kind;
    event.arg = info.arg;
    event.argument = *argument;
    if (info.arg == EventArg::step) {
      if (event.argument.starts_with('$')) event.argument.erase(0, 1);
    } else if (info.arg != EventArg::none) {
      resolve_word(event);
    }
    return event;
  }
  event.problem = EventProblem::unknown_event;
  return event;
}

std::vector<std::string_view> event_words() {
  std::vector<std::string_view> words;
  for (const EventInfo& info : contract::event_table()) words.push_back(info.words);
  return words;
}

std::string event_name(EventKind kind, std::uint32_t arg,
                       const std::vector<contract::Step>& steps) {
  for (const EventInfo& info : contract::event_table()) {
    if (info.kind != kind) continue;
    std::string text(info.words);
    const std::size_t hole = text.find('%');
    if (hole == std::string::npos) return text;
    std::string name = std::to_string(arg);
    const auto words = event_arg_words(info.arg);
    if (arg < words.size()) name = words[arg];
    const bool named = info.arg == EventArg::step && arg < steps.size() && !steps[arg].id.empty();
    if (named) name = "$" + steps[arg].id;
    return text.replace(hole, 1, name);
  }
  return "none";
}

std::string event_text(const contract::EventSpec& event,
                       const std::vector<contract::Step>& steps) {
  std::string text = event_name(event.kind, event.arg, steps);
  if (event.count != 1) text += " x" + std::to_string(event.count);
  return text;
}

}  // namespace protm::format
