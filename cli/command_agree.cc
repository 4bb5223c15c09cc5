// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <cerrno>
#include <ostream>

#include "cli/agree_text.h"
#include "cli/commands.h"
#include "cli/keep_finding.h"
#include "conformance/format/case_writer.h"
#include "conformance/runner/conform.h"
#include "fuzzers/generator/agreement.h"

namespace protm::cli {
namespace {

using fuzz::Agreed;

constexpr std::uint64_t kDefaultSeed = 1;
constexpr std::uint64_t kDefaultCount = 200;

std::string command_line(const Options& options, std::uint64_t seed, std::uint64_t count) {
  return "./protm agree --seed=" + std::to_string(seed) + " --count=" + std::to_string(count) +
         scope_option(options) + " --sut=" +
         runner::shell_word(options.sut);
}

fuzz::Scope scope_of(const Options& options) {
  return options.scope == "full" ? fuzz::Scope::full : fuzz::Scope::driver;
}

bool can_run(fuzz::Scope scope, const exec::Candidate& who, Console console) {
  using contract::Capability;
  if (scope == fuzz::Scope::driver || contract::has(who.capabilities, Capability::protm)) {
    return true;
  }
  bad_input(console, who.spec + " has no protected mode, which --scope=full is about\n"
                     "  = expected --scope=driver, or a candidate with it");
  return false;
}

int exit_code(const fuzz::AgreementTotals& totals) {
  if (totals.of(Agreed::oracle_wrong) != 0) return kExitHarnessBug;
  if (totals.of(Agreed::diverged) != 0) return kExitDiverged;
  const bool compared = totals.of(Agreed::yes) + totals.of(Agreed::by_profile) != 0;
  return !compared || totals.of(Agreed::inconclusive) != 0 ? kExitInconclusive : kExitOk;
}

bool save(const fuzz::AgreementRow& row, const std::string& folder, Console console) {
  const bool agreed = row.outcome == Agreed::yes || row.outcome == Agreed::by_profile;
  if (folder.empty() || agreed || row.outcome == Agreed::skipped) return true;
  return write_file(folder + "/seed-" + std::to_string(row.seed) + ".yaml",
                    format::write_case(row.program), console);
}

/// Runs that make a finding small; a run on a real kernel takes some 30 ms.
constexpr std::uint32_t kShrinkRuns = 500;

}  // namespace

int command_agree(const Options& options, Console console) {
  const auto seed = number("--seed", options.seed, kDefaultSeed, console);
  const auto count = number("--count", options.number, kDefaultCount, console);
  if (!seed || !count) return kExitBadInput;
  const auto who = candidate(options, console);
  if (!who || !make_folder(options.save, console) || !make_folder(options.findings, console)) {
    return kExitBadInput;
  }
  if (!can_run(scope_of(options), *who, console)) return kExitBadInput;
  announce(options, console);
  const bool text = options.format == "text";
  // Lines come as the runs end: a run of a kernel takes its time.
  std::ostream& lines = text ? console.out : console.err;
  fuzz::AgreementRun run(*who, scope_of(options));
  fuzz::AgreementTotals totals;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const fuzz::AgreementRow row = run.run(*seed + i);
    totals.add(row);
    lines << agree_line(row, options) << std::flush;
    if (!save(row, options.save, console)) return kExitBadInput;
    if (!options.findings.empty() && row.outcome == Agreed::diverged &&
        keep_finding(run.differential(), row.program, row.verdict.signature,
                     "agree --seed=" + std::to_string(row.seed), options.findings, kShrinkRuns,
                     console) == Kept::failed) {
      return kExitBadInput;
    }
  }
  const std::string command = command_line(options, *seed, *count);
  console.out << (text ? agree_totals_text(totals)
                       : agree_totals_markdown(totals, *who, command));
  const int code = exit_code(totals);
  if (code != kExitOk) console.err << "reproduce: " << command << "\n";
  return code;
}

}  // namespace protm::cli
