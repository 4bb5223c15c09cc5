// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <filesystem>
#include <ostream>

#include "cli/commands.h"
#include "conformance/format/case_writer.h"
#include "conformance/runner/conform.h"
#include "conformance/runner/report.h"
#include "fuzzers/lib/shrink.h"

namespace protm::cli {
namespace {

constexpr std::uint64_t kDefaultRuns = 2000;
constexpr int kReplays = 3;

std::optional<contract::Program> program_of(const Options& options, Console console) {
  std::error_code error;
  if (std::filesystem::is_regular_file(options.target, error)) {
    return program_file(options.target, console);
  }
  return find_case(options, console);
}

std::string counts(const contract::Program& p) {
  return std::to_string(p.steps.size()) + " steps, " + std::to_string(p.actors.size()) +
         " actors, " + std::to_string(p.faults.size()) + " faults";
}

/// The small Program belongs to no suite yet, so it claims nothing.
void make_anonymous(contract::Program& program) {
  program.id.clear();
  program.title.clear();
  program.why.clear();
  program.entries.clear();
}

}  // namespace

int command_shrink(const Options& options, Console console) {
  const auto most_runs = number("--runs", options.number, kDefaultRuns, console);
  const auto who = candidate(options, console);
  if (!who || !most_runs) return kExitBadInput;
  auto program = program_of(options, console);
  if (!program) return kExitBadInput;
  announce(options, console);
  if (const std::string why = exec::why_not(*who, *program); !why.empty()) {
    console.out << options.target << ": skipped: " << why << "\n";
    return kExitInconclusive;
  }
  differential::Differential differential(*who);
  const auto shown = [&](const contract::Program& p) {
    return fuzz::shown_by(differential.compare(p).verdict);
  };
  const std::string wanted = shown(*program);
  if (wanted.empty()) {
    console.err << options.target << ": nothing diverges: there is nothing to keep\n";
    return kExitInconclusive;
  }
  console.err << wanted << "\nbefore: " << counts(*program) << "\n";
  make_anonymous(*program);
  const fuzz::Shrunk small = fuzz::shrink_difference(
      differential, std::move(*program), wanted,
      static_cast<std::uint32_t>(std::min<std::uint64_t>(*most_runs, UINT32_MAX)));
  console.err << "after:  " << counts(small.program) << "; " << small.runs << " runs"
              << (small.complete ? "" : ", the most that --runs allows") << "\n";
  for (int i = 0; i < kReplays; ++i) {
    if (shown(small.program) == wanted) continue;
    console.err << "the small Program does not show it each time: a fault of the harness\n";
    return kExitHarnessBug;
  }
  const std::string text = format::write_case(small.program);
  if (options.output.empty()) {
    console.out << text;
    return kExitOk;
  }
  if (!write_file(options.output, text, console)) return kExitBadInput;
  console.err << "reproduce: ./protm replay " << runner::shell_word(options.output)
              << " --sut=" << runner::shell_word(options.sut) << "\n";
  return kExitOk;
}

}  // namespace protm::cli
