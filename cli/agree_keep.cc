// SPDX-License-Identifier: GPL-2.0-only
#include "cli/agree_keep.h"

#include <ostream>

#include "cli/commands.h"
#include "cli/keep_finding.h"
#include "conformance/format/case_writer.h"

namespace protm::cli {
namespace {

using fuzz::Agreed;

/// Runs that make a finding small; a run on a real kernel takes some 30 ms.
constexpr std::uint32_t kKeepShrinkRuns = 500;

}  // namespace

int agree_exit_code(const fuzz::AgreementTotals& totals) {
  if (totals.of(Agreed::oracle_wrong) != 0) return kExitHarnessBug;
  if (totals.of(Agreed::diverged) != 0) return kExitDiverged;
  const bool compared = totals.of(Agreed::yes) + totals.of(Agreed::by_profile) +
                            totals.of(Agreed::known) != 0;
  return !compared || totals.of(Agreed::inconclusive) != 0 ? kExitInconclusive : kExitOk;
}

bool save(const fuzz::AgreementRow& row, const std::string& folder, const std::string& name,
          Console console) {
  const bool agreed = row.outcome == Agreed::yes || row.outcome == Agreed::by_profile ||
                      row.outcome == Agreed::known;
  if (folder.empty() || agreed || row.outcome == Agreed::skipped) return true;
  return write_file(folder + "/" + name + ".yaml", format::write_case(row.program), console);
}

bool keep(const fuzz::AgreementRow& row, fuzz::AgreementRun& run, const std::string& folder,
          const std::string& origin, Console console) {
  if (folder.empty() || row.outcome != Agreed::diverged) return true;
  return keep_finding(run.differential(), row.program, row.verdict.signature, origin, folder,
                      kKeepShrinkRuns, console) != Kept::failed;
}

bool write_lcov(const Options& options, const fuzz::EdgeCover& cover,
                const exec::Candidate& candidate, Console console) {
  if (options.lcov.empty()) return true;
  return write_file(options.lcov, fuzz::lcov_text(cover, candidate.coverage->edges()), console);
}

}  // namespace protm::cli
