// SPDX-License-Identifier: GPL-2.0-only
// series-v1 as a candidate, with its defect switches. The candidate is the series as posted; which
// switches are on is part of its name. Leaves out what a switch does (sut-adapters/series-v1).
// Source: design.md section 7, decisions.md 2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sut-adapters/executor/candidate.h"

namespace protm::exec {

/// Bit n = the n-th switch of switch_list() is on.
using SwitchMask = std::uint64_t;

/// The kind "series-v1" for a registry.
[[nodiscard]] CandidateKind series_v1_kind();
/// series-v1 with exactly the switches of `mask` on (bits of v1::Switch).
[[nodiscard]] Candidate series_v1(SwitchMask mask);
/// The same after the first `patches` patches: without what the later ones would bring.
[[nodiscard]] Candidate series_v1(SwitchMask mask, std::uint32_t patches);
/// Number of patches of the series.
[[nodiscard]] std::uint32_t patch_count();
/// Bits of the switches that are on; 0 for any other candidate.
[[nodiscard]] SwitchMask switch_mask(const Candidate& candidate);
/// Ids of the switches in `mask`, in the table's order.
[[nodiscard]] std::vector<std::string> switch_ids(SwitchMask mask);

struct SwitchText {
  std::string_view id, patch, mail, what;
  std::string_view why = {};  ///< why it cannot show; empty where it can
};
/// For lists: the defect switches, the defects of the series that have none yet, and those that
/// cannot show.
[[nodiscard]] std::vector<SwitchText> switch_list();
[[nodiscard]] std::vector<SwitchText> not_yet_modelled();
[[nodiscard]] std::vector<SwitchText> cannot_show();

}  // namespace protm::exec
