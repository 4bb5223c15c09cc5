// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <filesystem>
#include <ostream>

#include "cli/commands.h"
#include "cli/places.h"
#include "conformance/format/did_you_mean.h"
#include "conformance/format/expectation_reader.h"
#include "conformance/runner/designs.h"
#include "conformance/runner/report.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/executor/series_v1.h"

namespace protm::cli {
namespace {

/// What --profile calls the posted positions, and those that the candidate keeps to.
constexpr std::string_view kBase = "base";
constexpr std::string_view kAnyProfile = "any";

/// Command line that repeats the whole run.
std::string command_line(const Options& options) {
  std::string line = "./protm conform --sut=" + runner::shell_word(options.sut);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) line += std::string(" ") + name + "=" + runner::shell_word(value);
  };
  add("--suite", options.suite);
  add("--filter", options.filter);
  add("--suites", options.suites);
  if (options.machine != Options{}.machine) add("--machine", options.machine);
  add("--expect", options.expect);
  if (options.profile != kAnyProfile) add("--profile", options.profile);
  return line;
}

bool known_area(const Options& options, Console console) {
  if (options.suite.empty()) return true;
  const std::vector<std::string> areas = runner::areas(suites_folder(options.suites));
  if (std::find(areas.begin(), areas.end(), options.suite) != areas.end()) return true;
  const std::vector<std::string_view> known(areas.begin(), areas.end());
  bad_input(console, "no suite '" + options.suite + "'\n  = " +
                         format::expected_words(options.suite, known));
  return false;
}

std::string not_modelled_line(const exec::Candidate& candidate) {
  const std::size_t n = exec::not_yet_modelled().size();
  if (candidate.name != "series-v1" || n == 0) return {};
  return std::to_string(n) +
         " defects of the series are not yet modelled (list --switches): series-v1 behaves there "
         "as the\nreview asks";
}

/// Divergences that are known of the candidate; nothing after an error was printed. Other suites
/// than the project's have none of their own.
std::optional<std::vector<format::Expectation>> expectations(const Options& options,
                                                             const exec::Candidate& who,
                                                             Console console) {
  std::string file = options.expect;
  if (file.empty() && options.suites.empty() && !who.kernel.empty()) {
    file = expectation_file(who.kernel);
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) file.clear();
  }
  if (file.empty()) return std::vector<format::Expectation>{};
  const auto all = suite(options, {}, console);
  if (!all) return std::nullopt;
  std::vector<std::string_view> ids;
  for (const runner::SuiteCase& c : all->cases) ids.emplace_back(c.program.id);
  auto read = format::read_expectation_file(file, ids);
  if (read) return std::move(*read);
  console.err << format::diagnostics_text(read.error());
  return std::nullopt;
}

runner::RunResult run(const Options& options, const runner::Suite& cases,
                      const std::vector<runner::Design>& designs, const exec::Candidate& who,
                      runner::ConformOptions how) {
  if (options.profile == kAnyProfile) {
    return runner::conform_to_any_design(cases, designs, who, how);
  }
  how.profile = options.profile;
  std::string name = options.profile == kBase ? "" : options.profile;
  // Positions go on top of the release that the candidate is.
  if (differential::release_of(name).empty()) {
    name = differential::joined_profile(differential::release_of(who.profile), name);
  }
  return runner::conform_to_design(cases, designs, who, name, how);
}

}  // namespace

int command_conform(const Options& options, Console console) {
  const auto format = runner::report_format_by_name(options.format);
  const auto who = candidate(options, console);
  if (!who || !format || !known_area(options, console)) return kExitBadInput;
  const runner::Filter filter{options.suite, options.filter};
  const auto cases = suite(options, filter, console);
  if (!cases) return kExitBadInput;
  const auto own = designs(options, filter, console);
  auto known = expectations(options, *who, console);
  if (!own || !known) return kExitBadInput;
  announce(options, console);
  runner::ConformOptions how;
  how.attribution =
      options.attribute ? runner::Attribution::minimum_sets : runner::Attribution::none;
  if (options.machine != Options{}.machine) how.machine = options.machine;
  const bool whole =
      options.suite.empty() && options.filter.empty() && options.suites.empty();
  how.coverage = whole ? runner::Coverage::whole : runner::Coverage::part;
  how.rules = rule_ids();
  how.expectations = std::move(*known);
  how.not_yet_modelled = not_modelled_line(*who);
  how.reproduce = command_line(options);
  const runner::RunResult result = run(options, *cases, *own, *who, std::move(how));
  console.out << runner::report(result, *format);
  const int code = runner::exit_code(result);
  // Reports for tools keep their own form; a person reads the line all the same.
  if (code != kExitOk && *format != runner::ReportFormat::text) {
    console.err << "reproduce: " << command_line(options) << "\n";
  }
  return code;
}

}  // namespace protm::cli
