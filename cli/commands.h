// SPDX-License-Identifier: GPL-2.0-only
// One function per command. Each reads its input first and answers bad input with exit code 2
// before anything runs.
// Leaves out: parsing of options (parse.h). Source: design.md sections 6-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"
#include "cli/run.h"
#include "conformance/runner/designs.h"
#include "conformance/runner/suite.h"
#include "oracle/judge/verdict.h"
#include "sut-adapters/executor/candidate.h"

namespace protm::cli {

[[nodiscard]] int command_conform(const Options& options, Console console);
[[nodiscard]] int command_agree(const Options& options, Console console);
[[nodiscard]] int command_explore(const Options& options, Console console);
[[nodiscard]] int command_fuzz(const Options& options, Console console);
[[nodiscard]] int command_list(const Options& options, Console console);
[[nodiscard]] int command_explain(const Options& options, Console console);
[[nodiscard]] int command_findings(const Options& options, Console console);
[[nodiscard]] int command_shrink(const Options& options, Console console);
[[nodiscard]] int command_replay(const Options& options, Console console);
[[nodiscard]] int command_convert(const Options& options, Console console);
[[nodiscard]] int command_time_to_find(const Options& options, Console console);
[[nodiscard]] int command_trace(const Options& options, Console console);

/// Prints one error line and returns exit code 2.
int bad_input(Console console, const std::string& message);
/// The candidate that --sut names; nothing after an error was printed.
[[nodiscard]] std::optional<exec::Candidate> candidate(const Options& options, Console console);
/// Cases of the suites; nothing after the errors of its files were printed.
[[nodiscard]] std::optional<runner::Suite> suite(const Options& options,
                                                 const runner::Filter& filter, Console console);
/// The designs that the review leaves open, with their own cases; none beside suites of the user's.
[[nodiscard]] std::optional<std::vector<runner::Design>> designs(const Options& options,
                                                                 const runner::Filter& filter,
                                                                 Console console);
/// A Program from a YAML case or from bytes; nothing after an error was printed.
[[nodiscard]] std::optional<contract::Program> program_file(const std::string& path,
                                                            Console console);
/// The case that `name` means: an id, its last part, a start of that, or a file.
[[nodiscard]] std::optional<contract::Program> find_case(const Options& options,
                                                         Console console);
/// Makes a folder and what it lies in, where one is named; false after an error was printed.
[[nodiscard]] bool make_folder(const std::string& folder, Console console);
/// The decimal number of an option, or `fallback` where it is not given; nothing after an error was
/// printed.
[[nodiscard]] std::optional<std::uint64_t> number(const char* option, const std::string& text,
                                                  std::uint64_t fallback, Console console);
/// Writes a whole file; false after an error was printed.
[[nodiscard]] bool write_file(const std::string& path, std::string_view bytes, Console console);
/// Exit code of one judgement.
[[nodiscard]] int exit_code_of(judge::Outcome outcome);
/// Ids of all rules.
[[nodiscard]] std::vector<std::string> rule_ids();
/// "version, seed, candidate", before anything runs; to the diagnostics.
void announce(const Options& options, Console console);

}  // namespace protm::cli
