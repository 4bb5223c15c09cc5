// SPDX-License-Identifier: GPL-2.0-only
// Calls that are wrong on purpose: handles that nobody has, sizes and addresses off the page,
// unknown flags, counts out of range. A driver refuses each of them and does nothing.
// Leaves out: user memory that faults (the case format has it, the real driver cannot run it yet).
#pragma once

#include "fuzzers/generator/client.h"

namespace protm::fuzz {

/// Adds one wrong call of the client.
void add_wrong_call(ProgramBuilder& builder, Random& random, const Client& client);

}  // namespace protm::fuzz
