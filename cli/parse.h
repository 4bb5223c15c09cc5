// SPDX-License-Identifier: GPL-2.0-only
// The grammar of the command line, on CLI11. Unknown commands and options are answered with the
// nearest known one, and nothing runs.
// Leaves out: whether names of cases, rules and candidates exist; the commands know that.
// Source: style.md 2.13.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/run.h"

namespace protm::cli {

struct Parsed {
  Options options;      ///< `command` empty: nothing to do
  int exit_code = 0;    ///< then, and only then
};

/// Parses; help goes to console.out, errors to console.err.
[[nodiscard]] Parsed parse(const std::vector<std::string>& arguments, Console console);

}  // namespace protm::cli
