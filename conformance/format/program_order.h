// SPDX-License-Identifier: GPL-2.0-only
// Whole-Program transformations that keep its meaning: steps in the order of their actors, names
// for steps, and equality. YAML numbers steps actor by actor, so every form starts from that order.
// Leaves out: any change of what runs. Source: decisions.md 23.
#pragma once

#include <cstdint>
#include <vector>

#include "sut-adapters/contract/program.h"

namespace protm::format {

/// Equality of everything that a Program holds.
[[nodiscard]] bool equal(const contract::Program& a, const contract::Program& b);

/// Calls `visit(std::uint64_t&)` for each step number inside the node's fields.
template <class Visit>
void for_each_ref(contract::Node& node, const Visit& visit) {
  for (contract::Value& value : node.fields) {
    if (value.kind == contract::Value::Kind::ref) visit(value.number);
    for (contract::Node& item : value.list) for_each_ref(item, visit);
  }
}

/// Puts step `order[i]` at place i and renumbers all references; `order` names each step once.
void reorder_steps(contract::Program& program, const std::vector<std::uint32_t>& order);

/// Sorts the steps by actor, keeps each actor's order, and renumbers all references.
void sort_by_actor(contract::Program& program);

/// Takes the name of each step that nothing refers to.
void drop_unused_names(contract::Program& program);

/// Gives each step that something refers to and that has no name a free one ("vm0", "job3").
void name_used_steps(contract::Program& program);

}  // namespace protm::format
