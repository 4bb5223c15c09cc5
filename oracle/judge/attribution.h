// SPDX-License-Identifier: GPL-2.0-only
// Which switches of a candidate have to be off so that a diverging case agrees: all smallest sets.
// Sets are tried by size; a switch that is needed even with all others off is in every set, so the
// search runs over the rest only. Assumption: turning a further defect off never makes an agreeing
// case diverge; each set that is returned was itself seen to agree.
#pragma once

#include <cstdint>
#include <vector>

#include "sut-adapters/contract/object.h"

namespace protm::judge {

/// Bit n = switch n.
using SwitchSet = std::uint64_t;

enum class SearchEnd : std::uint8_t {
  found,          ///< `sets` holds all sets of the smallest size that make the case agree
  never_agrees,   ///< it diverges with every switch off: no switch explains it
  gave_up,        ///< the bound on runs was met first; `sets` is empty
};

struct Attribution {
  SearchEnd end = SearchEnd::found;
  std::vector<SwitchSet> sets;   ///< in ascending order; one empty set: agrees with all on
  std::uint32_t runs = 0;        ///< how often `agrees_without` was asked
};

/// Smallest subsets S of `all_on` for which `agrees_without(S)` holds: the case agrees with the
/// switches of S off and the others of `all_on` on. Asks at most `most_runs` times.
[[nodiscard]] Attribution minimum_sets(SwitchSet all_on,
                                       contract::FunctionRef<bool(SwitchSet)> agrees_without,
                                       std::uint32_t most_runs = 4096);

}  // namespace protm::judge
