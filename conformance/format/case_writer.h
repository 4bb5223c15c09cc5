// SPDX-License-Identifier: GPL-2.0-only
// Program -> YAML that read_case reads back into the same Program. One canonical spelling, lines of
// at most 100 columns where the text allows it.
// Leaves out: comments of the file that the Program came from. Source: style.md 2.11.
#pragma once

#include <cstdint>
#include <string>

#include "sut-adapters/contract/program.h"

namespace protm::format {

/// `all` adds the value of every default as a comment, so that the text reads back unchanged.
enum class Defaults : std::uint8_t { leave_out, all };

/// The case as YAML. Steps that are referred to and have no id get one.
[[nodiscard]] std::string write_case(const contract::Program& program,
                                     Defaults defaults = Defaults::leave_out);

}  // namespace protm::format
