// SPDX-License-Identifier: GPL-2.0-only
// Which groups of one run were touched from outside, since when, and which of them died. See
// chance.h for what touches a group.
// Leaves out: who is right; times. Source: chance.h.
#pragma once

#include <map>
#include <set>

#include "sut-adapters/contract/trace_reading.h"

namespace protm::judge {

/// Index of a record for each group, by the step that made it.
using SinceRecord = std::map<std::uint32_t, std::size_t>;

struct Fates {
  SinceRecord touched;  ///< first record that touches the group
  SinceRecord died;     ///< first error of its fences, or its bad state at rest
  SinceRecord bad_at_rest;  ///< the group_state record that says so
  SinceRecord own_fault;  ///< the hardware said so: CS_FAULT or CS_FATAL in its slot
  SinceRecord fault_inside;   ///< of the GPU, while the group was in protected mode
  std::map<std::uint32_t, std::set<std::uint32_t>> faulted_queues;  ///< of those, which
  std::set<std::uint32_t> page_faulted;  ///< of those, by a page fault
  /// Whose exit took as long as a driver waits for one, or longer.
  std::set<std::uint32_t> slow_exit;
};
[[nodiscard]] Fates fates_of(const contract::Program& program, const contract::Trace& trace);

/// Whether the device that the step of record `index` speaks to was on its way out, or away, then:
/// by a step, or because a reset left it in protected mode.
[[nodiscard]] bool going_at(const contract::Program& program, const contract::Trace& trace,
                            std::size_t index);
/// Whether the GPU of `step` was refusing to leave protected mode, took as long for it as a driver
/// waits, or hung in another way that a fault of the Program explains, while what the step began
/// was under way; its end is record `index`.
[[nodiscard]] bool hung_during(const contract::Program& program, const contract::Trace& trace,
                               std::uint32_t step, std::size_t index);

}  // namespace protm::judge
