// SPDX-License-Identifier: GPL-2.0-only
// What Host says in the record before a misuse that closes a cycle of locks: the chain of locks,
// each taken under the one before, that was seen so far. The judge repeats it beside the finding.
// Leaves out: where each was taken; a run is replayed for that.
#pragma once

namespace protm::contract {

inline constexpr const char* kLocksBefore = "locks were taken before in the order ";

}  // namespace protm::contract
