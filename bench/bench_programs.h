// SPDX-License-Identifier: GPL-2.0-only
// Programs and candidates that the benchmarks share; bad input ends the process with exit code 2.
// Leaves out measuring.
// Source: design.md section 10 (bench/programs).
#pragma once

#include <cstdint>
#include <string>

#include "sut-adapters/contract/program.h"
#include "sut-adapters/executor/candidate.h"

namespace protm::bench {

/// Text of bench/programs/<name>.yaml below the repository root.
[[nodiscard]] std::string program_text(const char* name);
/// The Program of that file.
[[nodiscard]] contract::Program program(const char* name);
/// The Program of a text in the case format; `name` is for its diagnostics.
[[nodiscard]] contract::Program program_of_text(const std::string& name, const std::string& text);
/// No steps and no claims: what start and end of a run cost.
[[nodiscard]] contract::Program empty_program();
/// `groups` groups of equal priority on `slots` slots, each with one job of `ms` milliseconds.
[[nodiscard]] contract::Program busy_groups(std::uint32_t groups, std::uint32_t slots,
                                            std::uint64_t ms);
[[nodiscard]] exec::Candidate candidate(const char* spec);

}  // namespace protm::bench
