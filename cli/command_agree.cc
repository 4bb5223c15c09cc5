// SPDX-License-Identifier: GPL-2.0-only
#include <ostream>

#include "cli/agree_keep.h"
#include "cli/agree_text.h"
#include "cli/commands.h"
#include "conformance/runner/conform.h"
#include "fuzzers/generator/agreement.h"
#include "fuzzers/guided/edge_cover.h"

namespace protm::cli {
namespace {

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
  const bool counts = options.coverage || !options.corpus.empty() || !options.lcov.empty();
  if (counts && who->coverage == nullptr) {
    return bad_input(console, options.sut + " does not count the edges of its code" +
                                  "\n  = expected --sut=linux-uml:TREE");
  }
  announce(options, console);
  if (!options.corpus.empty()) return agree_guided(options, *who, *seed, *count, console);
  const bool text = options.format == "text";
  // Lines come as the runs end: a run of a kernel takes its time.
  std::ostream& lines = text ? console.out : console.err;
  fuzz::AgreementRun run(*who, scope_of(options));
  fuzz::AgreementTotals totals;
  fuzz::EdgeCover cover;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const fuzz::AgreementRow row = run.run(*seed + i);
    totals.add(row);
    if (who->coverage != nullptr) cover.add(who->coverage->hits());
    const std::string name = std::to_string(row.seed);
    lines << agree_line(row, "seed " + name,
                        command_line(options, row.seed, 1))
          << std::flush;
    if (!save(row, options.save, "seed-" + name, console)) return kExitBadInput;
    if (!keep(row, run, options.findings, "agree --seed=" + name, console)) {
      return kExitBadInput;
    }
  }
  if (!write_lcov(options, cover, *who, console)) return kExitBadInput;
  if (options.coverage) console.out << cover_text(cover, who->coverage->edges());
  const std::string command = command_line(options, *seed, *count);
  console.out << (text ? agree_totals_text(totals)
                       : agree_totals_markdown(totals, *who, command));
  const int code = agree_exit_code(totals);
  if (code != kExitOk) console.err << "reproduce: " << command << "\n";
  return code;
}

}  // namespace protm::cli
