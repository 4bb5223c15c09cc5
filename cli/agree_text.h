// SPDX-License-Identifier: GPL-2.0-only
// What `agree` prints: a line for each Program that does not agree, and the totals as text or as
// the Markdown that docs/agreement.md holds.
// Leaves out: running anything (fuzzers/generator).
#pragma once

#include <span>
#include <string>

#include "cli/options.h"
#include "fuzzers/generator/agreement.h"
#include "fuzzers/guided/edge_cover.h"
#include "sut-adapters/executor/candidate.h"

namespace protm::cli {

/// " --scope=full", as a command needs it to be typed again; empty for the default.
[[nodiscard]] std::string scope_option(const Options& options);
/// One line; empty for a row that agreed. `name` says which Program it was, `reproduce` how to see
/// it again.
[[nodiscard]] std::string agree_line(const fuzz::AgreementRow& row, const std::string& name,
                                     const std::string& reproduce);
/// Covered edges of each source file, and of all.
[[nodiscard]] std::string cover_text(const fuzz::EdgeCover& cover,
                                     std::span<const contract::Edge> edges);
/// Signatures, shares, and the totals as the last line.
[[nodiscard]] std::string agree_totals_text(const fuzz::AgreementTotals& totals);
/// The same as one Markdown table row and a list: `command` is what was typed.
[[nodiscard]] std::string agree_totals_markdown(const fuzz::AgreementTotals& totals,
                                                const exec::Candidate& candidate,
                                                const std::string& command);

}  // namespace protm::cli
