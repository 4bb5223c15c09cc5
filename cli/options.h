// SPDX-License-Identifier: GPL-2.0-only
// What the command line asks for. Parsed in one place; the commands get plain data.
#pragma once

#include <string>

namespace protm::cli {

struct Options {
  std::string command;
  std::string sut = "series-v1";
  std::string suite;
  std::string filter;
  std::string format = "text";
  std::string what = "cases";     ///< of list
  std::string target;             ///< case, rule, entry or file
  std::string output;             ///< of trace --perfetto
  std::string suites = "conformance/suites";
  bool attribute = false;
  bool full = false;
  bool explicit_form = false;
};

/// Exit codes of design.md section 6.
inline constexpr int kExitOk = 0;
inline constexpr int kExitDiverged = 1;
inline constexpr int kExitBadInput = 2;
inline constexpr int kExitInconclusive = 3;

}  // namespace protm::cli
