// SPDX-License-Identifier: GPL-2.0-only
// The candidates of this build: the reference, series-v1 with its switches, and the mutants of the
// reference. The one place that knows drivers by name. Source: design.md section 7.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sut-adapters/executor/candidate.h"

namespace protm::differential {

/// All kinds of candidate, for `--sut=`.
[[nodiscard]] exec::Registry default_registry();
/// The oracle itself.
[[nodiscard]] exec::Candidate reference();
/// series-v1 with exactly the switches of `mask` on (bits of v1::Switch).
[[nodiscard]] exec::Candidate series_v1(std::uint32_t mask);

/// Ids of the switches that are on in `candidate`; empty for candidates without switches.
[[nodiscard]] std::vector<std::string> switches_of(const exec::Candidate& candidate);
/// Bits of the switches that are on.
[[nodiscard]] std::uint32_t switch_mask(const exec::Candidate& candidate);

}  // namespace protm::differential
