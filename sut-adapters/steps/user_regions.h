// SPDX-License-Identifier: GPL-2.0-only
// Where a step's user memory lies, as its fields "args_memory", "ops_memory" ... say: regions in
// front of pages that fault, read-only ones, NULL and bad pointers, changes after a fetch; and the
// bytes that a raw ioctl gives one by one.
// Leaves out the structs themselves (step_calls.cc). Source: design.md section 5 (user buffers).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/steps/step_state.h"
#include "sut-adapters/rig/user_memory_impl.h"

namespace protm::steps {

/// Reserves one region for each of UserRegion and arms the changes that the step asks for.
void reserve_regions(const contract::Program& program, std::uint32_t step, StepState& state,
                     rig::UserMemoryImpl& user);

/// Bytes of a list of content nodes; `array` is the address that `array_address` stands for, and
/// `states` know the handles.
[[nodiscard]] std::vector<std::byte> content_bytes(const std::vector<contract::Node>& list,
                                                   std::uint64_t array,
                                                   const std::vector<StepState>& states);
[[nodiscard]] std::uint64_t content_size(const std::vector<contract::Node>& list);

/// The store that the node describes; its address is still an offset in the region.
[[nodiscard]] rig::MemoryChange change_of(const contract::Node& node);

/// The region that a change_memory step names; nullptr when its target has none such.
[[nodiscard]] const UserRegionAt* changed_region(const contract::Program& program,
                                                 const contract::Node& change,
                                                 const std::vector<StepState>& states);

}  // namespace protm::steps
