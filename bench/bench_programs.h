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
struct Busy {
  std::uint32_t groups = 8;             ///< of one VM for each open file, which has at most 128
  std::uint32_t slots = 8;              ///< as many as the interface layout has room for
  std::uint32_t priorities = 1;         ///< 1, 2 or 4
  std::uint32_t protected_percent = 0;  ///< of the groups
  std::uint64_t run_ns = 0;             ///< how long they are left alone before all end at once
};
/// Groups that want a slot all the time: each has a job that does not end by itself, or with
/// protected regions that take 160 ms.
[[nodiscard]] contract::Program busy_groups(const Busy& busy);
[[nodiscard]] exec::Candidate candidate(const char* spec);

}  // namespace protm::bench
