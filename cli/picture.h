// SPDX-License-Identifier: GPL-2.0-only
// The time around the first divergence as a picture: the oracle's lanes above the candidate's on
// one time axis, the divergence marked. Without a divergence, the time around the first protected
// window. An SVG of fixed width, readable on light and dark ground, without scripts, the same bytes
// for the same Traces.
// Leaves out: everything far from there (Perfetto shows it all).
// Source: none, a choice of presentation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/perfetto.h"
#include "oracle/differential/differential.h"
#include "sut-adapters/contract/program.h"

namespace protm::cli {

struct Picture {
  std::string id;
  std::string title;
  std::string verdict;                    ///< one sentence
  bool is_bad = false;                    ///< whether the verdict is drawn as an alarm
  std::vector<TimelineOf> runs;           ///< the candidate last
  std::optional<std::uint64_t> at_ns;     ///< where the candidate diverged
  std::optional<std::uint64_t> due_ns;    ///< where the oracle did it
};

/// The SVG document.
[[nodiscard]] std::string svg(const Picture& picture);

/// What a comparison shows; one run when the candidate is the reference itself.
[[nodiscard]] Picture picture_of(const contract::Program& program,
                                 const differential::Comparison& comparison,
                                 const std::string& oracle, const std::string& candidate);

}  // namespace protm::cli
