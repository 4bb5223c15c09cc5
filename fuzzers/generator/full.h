// SPDX-License-Identifier: GPL-2.0-only
// Programs of Scope::full: all that a Program can hold, protected groups first of all. Leaves out:
// what a real driver without protected mode can run (Scope::driver, generate.cc).
// Source: design.md sections 5 and 9.
#pragma once

#include <cstdint>

#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

/// The Program of a seed; see generate().
[[nodiscard]] contract::Program generate_full(std::uint64_t seed);

}  // namespace protm::fuzz
