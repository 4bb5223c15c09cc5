// SPDX-License-Identifier: GPL-2.0-only
// YAML text -> Program, driven by the contract's tables: an operation that gets a row there can be
// written in a case without a line here. All errors of a file are reported, each with its place.
// Leaves out: user buffers (not in the contract yet).
// Source: design.md section 5, style.md 2.11; the keys are documented in docs/case-format.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "conformance/format/diagnostic.h"
#include "sut-adapters/contract/program.h"

namespace protm::format {

/// The schema number that this build reads and writes.
inline constexpr std::uint64_t kCaseSchema = 1;

/// Reads a case. `file` is for the messages; below a folder "suites" it must end in the case's id.
/// Errors: every error of the text.
[[nodiscard]] tl::expected<contract::Program, std::vector<Diagnostic>> read_case(
    const std::string& file, std::string_view text);

/// Reads a case from a file. Errors: as above, and a file that cannot be read.
[[nodiscard]] tl::expected<contract::Program, std::vector<Diagnostic>> read_case_file(
    const std::string& file);

}  // namespace protm::format
