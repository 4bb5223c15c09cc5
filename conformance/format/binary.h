// SPDX-License-Identifier: GPL-2.0-only
// Program <-> bytes. Any bytes are a Program, so a fuzzer needs no valid input to start from; the
// first byte is the format version (1; every other value is read as 1 until there is a second).
// What runs is kept: machine, firmware, heap, actors, steps, faults. Words are not: id, title, why,
// entries, requires, names (steps and actors get canonical ones), `reaches` and `then`.
// Source: design.md section 5, decisions.md 24.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sut-adapters/contract/program.h"

namespace protm::format {

inline constexpr std::uint8_t kBinaryVersion = 1;

/// The Program of these bytes. Total: never fails, size bounded by the bytes and by kMaxSteps.
[[nodiscard]] contract::Program decode(std::span<const std::uint8_t> bytes);

/// Bytes with decode(encode(p)) equal to canonical(p). Ready-made jobs are written as their steps.
[[nodiscard]] std::vector<std::uint8_t> encode(const contract::Program& program);

/// The Program without what the binary form leaves out. Idempotent.
[[nodiscard]] contract::Program canonical(const contract::Program& program);

}  // namespace protm::format
