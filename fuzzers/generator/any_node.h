// SPDX-License-Identifier: GPL-2.0-only
// Any operation with any fields, out of the contract's node table alone: what no topic thought of.
// References name objects that there are, numbers are small or lie at an edge.
// Leaves out: sense.
#pragma once

#include <cstdint>

#include "fuzzers/generator/scene.h"

namespace protm::fuzz {

/// Adds one operation; nothing when the one that was drawn needs an object that there is not.
void add_any_step(Scene& scene, std::uint32_t actor, const contract::Trigger& when);

}  // namespace protm::fuzz
