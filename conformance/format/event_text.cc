// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/event_text.h"

#include "conformance/format/quantity.h"
#include "sut-adapters/contract/event_words.h"

namespace protm::format {
namespace {

using contract::EventArg;
using contract::EventInfo;
using contract::EventKind;

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
  return contract::words_of_argument(arg);
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
  return contract::words_of_event(kind, arg, steps);
}

std::string event_text(const contract::EventSpec& event,
                       const std::vector<contract::Step>& steps) {
  std::string text = event_name(event.kind, event.arg, steps);
  if (event.count != 1) text += " x" + std::to_string(event.count);
  return text;
}

}  // namespace protm::format
