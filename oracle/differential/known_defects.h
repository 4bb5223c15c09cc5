// SPDX-License-Identifier: GPL-2.0-only
// Defects of the released drivers that are understood, so that a search is not stopped by them each
// time; and races of which both orders are legal, where no allowed run of the oracle took the
// candidate's. Each has a condition that is proven from the Program and the Traces (a job was in
// flight when the device was unbound), and explains a finding only where that very finding follows
// from it. A run is known when every one of its findings is explained; it is counted apart and
// never as agreed.
// Leaves out: cases of the suites, which have conformance/expectations.
// Source: docs/agreement.md, "The real driver is wrong" and "Races".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/differential/differential.h"

namespace protm::differential {

/// What a condition may look at.
struct DefectContext {
  const contract::Program& program;
  const contract::Trace& trace;  ///< the candidate's
  const contract::Trace& oracle;
  std::string_view profile;      ///< of its release
};

struct KnownDefect {
  std::string_view id;      ///< words, for lines and tables
  std::string_view what;    ///< one sentence
  std::string_view source;  ///< file and function of the driver
  bool (*explains)(const DefectContext& context, const judge::Finding& finding) = nullptr;
};
[[nodiscard]] std::span<const KnownDefect> known_defects();

/// Ids of the defects that together explain every finding of the comparison, in the table's order;
/// none when a finding is left over, nothing diverged, or the candidate is no released driver.
[[nodiscard]] std::vector<std::string_view> known_by(const contract::Program& program,
                                                     const Comparison& comparison,
                                                     const exec::Candidate& candidate);

}  // namespace protm::differential
