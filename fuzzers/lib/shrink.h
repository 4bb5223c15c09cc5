// SPDX-License-Identifier: GPL-2.0-only
// A smaller Program that still shows the same thing: without steps, actors, faults, list items and
// settings that do not matter, with small round numbers. Greedy, in rounds, until a whole round
// finds nothing more; the same Program and question give the same answer.
// Leaves out: the order of steps and what the Program never had; bytes (a Program is the unit).
// Source: design.md section 9 (minimises at step level).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "oracle/differential/differential.h"
#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

/// Whether a smaller Program still shows what the first one did.
using Shows = std::function<bool(const contract::Program&)>;

struct Shrunk {
  contract::Program program;
  std::uint32_t runs = 0;   ///< questions asked
  bool complete = true;     ///< false: `most_runs` ended the search before it found nothing more
};

/// Shrinks `program`, for which `shows` is true, with `most_runs` questions at most.
[[nodiscard]] Shrunk shrink(contract::Program program, const Shows& shows,
                            std::uint32_t most_runs);

/// Shrinks `program`, on which `differential` shows `wanted`, with `most_runs` questions at most to
/// a quick search for other explanations; when what comes out is explained by a full one, as many
/// questions again to that.
[[nodiscard]] Shrunk shrink_difference(differential::Differential& differential,
                                       contract::Program program, const std::string& wanted,
                                       std::uint32_t most_runs);

/// What one comparison shows, in words that stay the same from run to run: the signature of a
/// divergence, or "oracle." and why the oracle is wrong; empty when it shows neither.
[[nodiscard]] std::string shown_by(const judge::Verdict& verdict);

}  // namespace protm::fuzz
