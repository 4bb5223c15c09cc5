// SPDX-License-Identifier: GPL-2.0-only
// Programs of Scope::full: clients with protected groups among others, and a swarm of topics that
// say what befalls them. Leaves out: what a topic adds (topic_*.cc).
// Source: design.md sections 5 and 9.
#pragma once

#include <cstdint>

#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

/// The Program of a seed; see generate().
[[nodiscard]] contract::Program generate_full(std::uint64_t seed);

}  // namespace protm::fuzz
