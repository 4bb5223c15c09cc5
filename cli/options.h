// SPDX-License-Identifier: GPL-2.0-only
// What the command line asks for. Parsed in one place; the commands get plain data.
// Leaves out: bench and test, which the wrapper `./protm` runs by itself.
// Source: design.md sections 6 and 7, style.md 2.13.
#pragma once

#include <string>
#include <string_view>

namespace protm::cli {

inline constexpr std::string_view kVersion = "0.1";

struct Options {
  std::string command;            ///< empty = nothing to run, the exit code is known already
  std::string sut = "series-v1";
  std::string suite;
  std::string filter;
  std::string format = "text";
  std::string what = "cases";     ///< of list: entries, switches, rules, cases, limits, ...
  std::string target;             ///< case, rule, entry or file; of findings: list, show or promote
  std::string to = "yaml";        ///< of convert
  std::string output;             ///< of convert and shrink --output, trace --perfetto, fuzz --out
  std::string svg;                ///< of explain: empty = no picture, "-" = to stdout, else a file
  std::string seed;               ///< of agree: the first one; of explore: of --pct; of fuzz
  std::string number;             ///< of agree --count, shrink --runs and explore --runs
  std::string save;               ///< of agree and explore: folder for what does not agree
  std::string findings;           ///< folder that has a folder for each signature
  std::string second;             ///< of findings: the signature
  std::string id, entry, title, why;  ///< of findings promote: what the case says
  std::string engine = "libfuzzer";  ///< of fuzz: libfuzzer, afl or both
  bool again = false;             ///< of time-to-find: also what is done
  bool asan = false;              ///< of fuzz: builds that check each access
  std::string jobs, duration, patience;   ///< of fuzz, as typed
  std::string canaries;           ///< of fuzz: empty = the standard ones
  std::string canary_budget;      ///< of fuzz: CPU seconds for each
  std::string status;             ///< of fuzz: folder of a campaign to tell about
  std::string corpus;             ///< of findings promote: empty = corpus below the root;
                                  ///< of agree: folder of a search that coverage guides
  std::string fuzz_target = "stack_fuzzer";  ///< of findings promote and fuzz
  std::string scope = "driver";   ///< of agree: what the Programs may hold
  std::string lcov;               ///< of agree: tracefile to write
  std::string suites;             ///< empty = conformance/suites below the root
  std::string profile = "any";          ///< design or release that the oracle follows
  std::string machine = "arch10-fw1";  ///< configuration of cases that name none
  std::string expect;             ///< file of expectations; empty = the kernel's, if there is one
  std::string preemptions;        ///< of explore; empty = the case's, else 2
  std::string pct;                ///< of explore: depth
  std::string tasks;              ///< of explore: who may be held, with commas
  std::string checkpoint;         ///< of explore: file to go on from and to write
  bool attribute = false;
  bool coverage = false;          ///< of agree: the candidate's edges, per source file
  bool full = false;
  bool beside = false;            ///< of trace --perfetto: the oracle's run above the candidate's
  bool explicit_form = false;
  bool bisect = false;            ///< 125 instead of 2 and 3, for `git bisect run`
};

/// Exit codes of design.md section 6.
inline constexpr int kExitOk = 0;
inline constexpr int kExitDiverged = 1;
inline constexpr int kExitBadInput = 2;
inline constexpr int kExitInconclusive = 3;
inline constexpr int kExitInterrupted = 130;
inline constexpr int kExitHarnessBug = 134;
inline constexpr int kExitSkipForBisect = 125;

}  // namespace protm::cli
