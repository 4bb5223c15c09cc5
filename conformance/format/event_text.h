// SPDX-License-Identifier: GPL-2.0-only
// EVENTs of the closed list as text, in both directions: "job $j started x2".
// Steps are named by the caller, because names belong to a Program.
// Leaves out: the delay of a trigger. Source: decisions.md 9.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sut-adapters/contract/event.h"
#include "sut-adapters/contract/program.h"

namespace protm::format {

/// Words of an argument that is no step: CSG states, AS commands, interrupt lines.
[[nodiscard]] std::span<const std::string_view> event_arg_words(contract::EventArg arg);

/// Why an event could not be read.
enum class EventProblem : std::uint8_t { none, unknown_event, unknown_argument, bad_count };

struct ParsedEvent {
  contract::EventSpec spec;
  EventProblem problem = EventProblem::none;
  std::string argument;   ///< text that stood at the `%`; for a step without its `$`
  contract::EventArg arg = contract::EventArg::none;
};

/// Reads "EVENT" or "EVENT xN". An argument that names a step is left in `argument`; `spec.arg` is
/// then 0 and the caller resolves it.
[[nodiscard]] ParsedEvent parse_event(std::string_view text);

/// Texts of all events with `%`, for messages.
[[nodiscard]] std::vector<std::string_view> event_words();

/// The event as in YAML. `steps` gives names; a step without one prints as its number.
[[nodiscard]] std::string event_text(const contract::EventSpec& event,
                                     const std::vector<contract::Step>& steps);
/// Same without the count.
[[nodiscard]] std::string event_name(contract::EventKind kind, std::uint32_t arg,
                                     const std::vector<contract::Step>& steps);

}  // namespace protm::format
