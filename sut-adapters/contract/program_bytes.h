// SPDX-License-Identifier: GPL-2.0-only
// A whole Program as bytes and back, for two processes of one build: nothing is left out, names and
// facts included, and step numbers stay. Not a file format: the bytes mean nothing to another
// version, which is refused. The durable forms are those of conformance/format.
// Source: design.md section 2 (whole-program candidates).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "sut-adapters/contract/program.h"

namespace protm::contract {

[[nodiscard]] std::vector<std::byte> program_bytes(const Program& program);
/// Errors: nothing when the bytes are cut, damaged, or of another version.
[[nodiscard]] std::optional<Program> program_of_bytes(std::span<const std::byte> bytes);

}  // namespace protm::contract
