// SPDX-License-Identifier: GPL-2.0-only
// Access to a node's fields by name, with the table's fallback for absent ones.
// Leaves out references: only a running Program can resolve them (step_calls.h).
// Source: the node table of sut-adapters/contract.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sut-adapters/contract/program.h"

namespace protm::steps {

/// The value of a field; nullptr when the node's type has no such field.
[[nodiscard]] const contract::Value* field(const contract::Node& node, std::string_view name);
/// Number of a field, or its fallback when absent.
[[nodiscard]] std::uint64_t number(const contract::Node& node, std::string_view name);
[[nodiscard]] inline std::uint32_t small(const contract::Node& node, std::string_view name) {
  return static_cast<std::uint32_t>(number(node, name));
}
[[nodiscard]] bool absent(const contract::Node& node, std::string_view name);
[[nodiscard]] std::string_view text(const contract::Node& node, std::string_view name);
[[nodiscard]] const std::vector<contract::Node>& nodes(const contract::Node& node,
                                                       std::string_view name);

}  // namespace protm::steps
