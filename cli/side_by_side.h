// SPDX-License-Identifier: GPL-2.0-only
// Two Traces of one Program, lined up around the first divergence: records that both show stand on
// one line with both times, the others on a line of their own. Steps, fences and events are the
// anchors by which the same place in the other Trace is found, because times are never compared.
// Leaves out: everything far from the divergence (`protm trace` prints it all).
// Source: design.md section 8 (explain).
#pragma once

#include <cstddef>
#include <string>

#include "oracle/differential/differential.h"
#include "sut-adapters/contract/program.h"

namespace protm::cli {

struct Margins {
  std::size_t before = 16;   ///< records of each Trace before the divergence
  std::size_t after = 6;
};

/// Lines "oracle's time, candidate's time, record"; `>` marks the diverging record.
[[nodiscard]] std::string side_by_side(const contract::Program& program,
                                       const differential::Comparison& comparison,
                                       const Margins& margins = {});

/// Index in `other` of the place that corresponds to `index` in `trace`: as many records behind the
/// nearest anchor at or before it that both have. 0 when there is none.
[[nodiscard]] std::size_t counterpart(const contract::Trace& trace, std::size_t index,
                                      const contract::Trace& other);

}  // namespace protm::cli
