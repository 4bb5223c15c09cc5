// SPDX-License-Identifier: GPL-2.0-only
// How long a driver of the series waits for the GPU to enter and to leave protected mode, in ns:
// the machine and the judge both ask whether it has given up by then.
// Leaves out: every other time-out of a driver. Source: patch 7/8.
#pragma once

#include <cstdint>

#include "gpu-model/vocab/sim_time.h"

namespace protm::vocab {

/// The 500 ms of panthor_fw_protm_exit_sync(), less what the rounding of a jiffy may take off them.
inline constexpr std::uint64_t kExitWaitNs = 480 * kMs;
/// Those that panthor_fw_protm_enter() waits behind the ack of the entry, likewise.
inline constexpr std::uint64_t kEntryWaitNs = kExitWaitNs;

}  // namespace protm::vocab
