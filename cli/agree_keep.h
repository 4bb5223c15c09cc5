// SPDX-License-Identifier: GPL-2.0-only
// What `agree` does with what it found, beside printing it: cases, findings, tracefiles, exit code;
// and the same command guided by coverage.
// Leaves out: what is printed (agree_text.h), and how Programs are made (fuzzers/).
#pragma once

#include <cstdint>
#include <string>

#include "cli/options.h"
#include "cli/run.h"
#include "fuzzers/generator/agreement.h"
#include "fuzzers/guided/edge_cover.h"

namespace protm::cli {

/// The Program of a row that did not agree as `folder`/`name`.yaml, where there is a folder.
/// False after an error was printed.
[[nodiscard]] bool save(const fuzz::AgreementRow& row, const std::string& folder,
                        const std::string& name, Console console);
/// A divergence nobody knows yet becomes a small case in a folder of its own; `origin` says where
/// it came from. False after an error was printed.
[[nodiscard]] bool keep(const fuzz::AgreementRow& row, fuzz::AgreementRun& run,
                        const std::string& folder, const std::string& origin, Console console);
/// Writes --lcov=FILE, if it was asked for; false after an error was printed.
[[nodiscard]] bool write_lcov(const Options& options, const fuzz::EdgeCover& cover,
                              const exec::Candidate& candidate, Console console);
[[nodiscard]] int agree_exit_code(const fuzz::AgreementTotals& totals);

/// `agree --corpus=DIR`: `count` Programs of a search that keeps in DIR what goes over new edges.
/// `who` has coverage.
[[nodiscard]] int agree_guided(const Options& options, const exec::Candidate& who,
                               std::uint64_t seed, std::uint64_t count, Console console);

}  // namespace protm::cli
