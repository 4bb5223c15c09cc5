// SPDX-License-Identifier: GPL-2.0-only
// Questions about the contract's node table that reader, writer and binary form share.
// Leaves out: the table itself.
// Source: op_table.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sut-adapters/contract/op_table.h"

namespace protm::format {

/// What a field of a reference type names; `nothing` for all other types.
[[nodiscard]] contract::Makes makes_of(contract::FieldType type);
/// The word for a kind of object: "vm", "bo", "heap file".
[[nodiscard]] std::string_view makes_word(contract::Makes makes);
/// Letters with which generated names of such an object begin: "vm", "bo", "hf".
[[nodiscard]] std::string_view makes_prefix(contract::Makes makes);
/// Types of a group in the table's order, and their names.
[[nodiscard]] const std::vector<contract::NodeType>& nodes_of(contract::NodeGroup group);
[[nodiscard]] std::vector<std::string_view> node_names(contract::NodeGroup group);
/// Index of the field that a bare value stands for: the only required one, or the only one.
[[nodiscard]] std::optional<std::uint32_t> bare_field_of(const contract::NodeInfo& node);

}  // namespace protm::format
