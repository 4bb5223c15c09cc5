// SPDX-License-Identifier: GPL-2.0-only
// Candidates that are known to be wrong, one for each family of rules. A campaign hunts each of
// them first: an engine, generator or oracle that cannot find these finds nothing overnight either.
// Leaves out: how good a campaign is beyond that (docs/time-to-find.md).
// Source: reference on harnesses: a run whose canary passes is red.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace protm::fuzz {

struct Canary {
  std::string candidate;   ///< as for --sut
  std::string family;      ///< which rules must see it
  std::uint64_t cpu_ns = 0;   ///< budget
};

/// Those of every campaign.
[[nodiscard]] std::vector<Canary> standard_canaries();

}  // namespace protm::fuzz
