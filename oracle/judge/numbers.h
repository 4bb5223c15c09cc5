// SPDX-License-Identifier: GPL-2.0-only
// Numbers that the kernel hands out in turn: VM ids, BO and group handles, descriptors. Which one a
// step gets depends on who came first, and that is timing: such numbers are compared only where the
// two runs handed them out in the same order.
// Leaves out: numbers that a step passes; those are what references resolve to.
#pragma once

#include <cstdint>
#include <optional>

#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::judge {

/// Output field of a step of this type that is such a number; nothing when none is.
[[nodiscard]] std::optional<std::uint32_t> number_output(contract::NodeType type);
/// Whether the result of a step of this type is such a number.
[[nodiscard]] bool number_result(contract::NodeType type);
/// Whether all steps that took or gave back numbers of the same kind, up to and with the records
/// `in_a` and `in_b` of one step's return, came back in the same order, one after the other.
[[nodiscard]] bool same_turn(const contract::Program& program, const contract::Trace& a,
                             std::size_t in_a, const contract::Trace& b, std::size_t in_b);

}  // namespace protm::judge
