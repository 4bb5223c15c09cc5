// SPDX-License-Identifier: GPL-2.0-only
// Groups that a released driver kills for a CS_FATAL of whoever had their CS before: the bit of an
// event that was taken stays in CS_REQ, a boot clears CS_ACK, and the next event of that CS is read
// as a fatal one too. Proven from what the driver logs: more events than the firmware raised.
// Leaves out: a fatal event of the group's own, which the machine records.
// Source: panthor_sched.c cs_slot_process_irq_locked(), cs_slot_prog_locked().
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "sut-adapters/contract/trace_reading.h"

namespace protm::differential {

struct StaleKill {
  std::size_t record = contract::kNoRecord;  ///< the line that tells of an event nobody raised
  std::uint32_t queues = 0;  ///< bit for each CS of the group's slot with an event left over
};

/// The groups, by the step that made them, that may have been killed that way.
/// Assumption: of several slots with an event left over, any may be the one that the line is about:
/// its number is masked.
[[nodiscard]] std::map<std::uint32_t, StaleKill> killed_by_stale_fatal(
    const contract::Program& program, const contract::Trace& trace);

}  // namespace protm::differential
