// SPDX-License-Identifier: GPL-2.0-only
// Takes steps, faults and actors out of a Program so that what is left is one: nothing names what
// is gone, and the numbers of the rest follow.
// Leaves out: whether the rest still shows anything (fuzzers/lib), and what lies inside a step.
// Source: design.md section 9.
#pragma once

#include <cstddef>
#include <vector>

#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

/// Removes the steps that are marked, and each step with a required field that names one of them.
/// Optional fields, triggers, facts and `reaches` that name one go; the rest is renumbered.
void remove_steps(contract::Program& program, std::vector<bool> gone);

/// Removes `count` faults from number `first` on, with the triggers and facts about them.
void remove_faults(contract::Program& program, std::size_t first, std::size_t count);

/// Removes the actors that have no step, and what schedule and exploration say about them; the
/// others keep their order.
void remove_idle_actors(contract::Program& program);

}  // namespace protm::fuzz
