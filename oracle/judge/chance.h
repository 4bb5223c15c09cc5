// SPDX-License-Identifier: GPL-2.0-only
// What hangs on chance: differences of which both sides are right, because something from outside
// touched a group in the run in which it died, and microseconds decide whether it is touched; calls
// that met a device on its way out, a file or VM that somebody closed or a GPU that hung; what
// waits in memory that is unmapped; and what follows from those.
// Leaves out: who is right where nothing touched the group: then it has been wronged.
// Source: panthor_sched.c (7.3) tick_ctx_init(), panthor_sched_suspend(), group_term_work();
// docs/agreement.md, "Races: both orders are legal".
#pragma once

#include <cstddef>

#include "oracle/judge/compare.h"

namespace protm::judge {

/// Drops what hangs on chance from the findings of the comparison. Returns how many those were. A
/// group is touched by: the device, its file, its VM or itself going, and a second close of a
/// number; a page fault of another group of its VM (the base ends all groups of that VM that hold
/// slots), also as a bus fault for which the MMU has reported nothing; an exit that the GPU refuses
/// and a fault inside, while it is the group inside; an ack that its slot loses; a PING whose ack
/// is missing, for who enters behind it; an entry that lasts as long as a driver waits; a cache
/// flush, AS command, power domain, reset, boot or interrupt line that hangs; the loss of a
/// region's progress, and a time-out of who was thrown out twice, or of whose five seconds others
/// that it does not outrank spent four inside; a tiler heap that is full and that another group
/// uses too. A difference about a group is one of chance only if it died in one of the runs at
/// least after it was touched, and not in the other without that or a fault that the hardware
/// reported as its own. How the session of a group ended is one of chance where it died in both
/// runs and its exit took as long as a driver waits for one. Of a group that dies of its own fault
/// in both runs two things are: whether a job that comes at that time is refused or has the error
/// of its ring, and how far its other queues were by then, with what they had stored. The first is
/// so beside a fault of the GPU too, while it is the group inside.
std::size_t drop_chance(Comparison& c);

}  // namespace protm::judge
