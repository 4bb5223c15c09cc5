// SPDX-License-Identifier: GPL-2.0-only
// Cases that are missing: generated Programs that come to places no case comes to, and generated
// Programs on which a survivor differs, each made small. A Program found here still wants a title,
// a reason and an entry before it is a case.
// Leaves out: the Programs (fuzzers/generator) and how they get small (fuzzers/lib/shrink.h).
// Source: bench/mutation/unit.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/mutation/unit.h"

namespace protm::mutation {

/// Generated Programs with what they come to; the first has seed `first_seed`.
struct Pool {
  std::vector<contract::Program> programs;
  std::vector<std::vector<std::uint8_t>> reached;   ///< of each, by number of the mutant
};
[[nodiscard]] Pool make_pool(std::uint64_t first_seed, std::uint64_t count);

struct Missing {
  contract::Program program;
  std::vector<std::uint32_t> numbers;   ///< of mutants whose places it alone comes to
};
/// A few small Programs that come to as many of the `wanted` places as the pool does.
[[nodiscard]] std::vector<Missing> reach_more(const Pool& pool, std::vector<std::uint32_t> wanted);

/// For a process of its own: a small Program of the pool on which mutant `number` differs, as YAML;
/// the place of the first of `found` that shows it, as a number; empty when `most_tries` of the
/// pool do not show it either.
[[nodiscard]] std::string kill_by_search(const std::vector<contract::Program>& found,
                                         const Pool& pool, std::uint32_t number,
                                         std::uint32_t most_tries);

}  // namespace protm::mutation
