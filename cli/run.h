// SPDX-License-Identifier: GPL-2.0-only
// From arguments to an exit code: parse, dispatch, and nothing else. Streams are handed in, so that
// tests see what a user sees.
// Leaves out: signals; an interrupted run ends with 130 by the shell's own rule.
// Source: design.md sections 6 and 7.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace protm::cli {

/// Where results and diagnostics go.
struct Console {
  std::ostream& out;
  std::ostream& err;
};

/// Runs one command line (without the program's name) and returns its exit code.
[[nodiscard]] int run(const std::vector<std::string>& arguments, Console console);

}  // namespace protm::cli
