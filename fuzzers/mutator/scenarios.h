// SPDX-License-Identifier: GPL-2.0-only
// Small Programs whose outcome hangs on who runs when; the schedule target fuzzes their schedules.
// Each has two or three actors that meet at one object: a heap, a group, a VM, a protected window.
// Leaves out: schedules. Which one an input means is its latency seed modulo their number.
#pragma once

#include <vector>

#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

/// All of them; number k has the latency seed k, so that the binary form tells them apart.
[[nodiscard]] const std::vector<contract::Program>& scenarios();

}  // namespace protm::fuzz
