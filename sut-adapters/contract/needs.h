// SPDX-License-Identifier: GPL-2.0-only
// What a Program needs of a candidate, for one that does not say it itself: one of a fuzzer, or a
// case that is being written. Leaves out what every driver of the device has (panthor, vm_bind),
// and what the reader of a case wants to see (host_checks). Source: design.md section 1, idea 4.
#pragma once

#include <cstdint>

#include "sut-adapters/contract/program.h"

namespace protm::contract {

/// Capability bits that the steps of `program` cannot do without.
[[nodiscard]] std::uint32_t needed_by(const Program& program);

}  // namespace protm::contract
