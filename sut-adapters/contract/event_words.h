// SPDX-License-Identifier: GPL-2.0-only
// Events in the words of a case: with their argument, a command, a state, an interrupt line, a
// fault's place or a step's name.
// Leaves out: reading them, which is the YAML form's affair.
// Source: facts-fw.md (CSG state), facts-gpu.md 7 (AS COMMAND) for the order of the words.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sut-adapters/contract/program.h"

namespace protm::contract {

/// The words of an argument, index = number on the wire; empty where it is a step or a number.
[[nodiscard]] std::span<const std::string_view> words_of_argument(EventArg arg);
/// An event as a case names it; a step by its id, where it has one.
[[nodiscard]] std::string words_of_event(EventKind kind, std::uint32_t arg,
                                         std::span<const Step> steps);

}  // namespace protm::contract
