// SPDX-License-Identifier: GPL-2.0-only
// The cases on disk: read, filtered, in the order of their ids. A file that cannot be read makes
// the whole suite unusable, because a case that silently drops out would look like a pass.
// Leaves out: what a case means. Source: design.md section 8.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/format/diagnostic.h"
#include "sut-adapters/contract/program.h"

namespace protm::runner {

struct SuiteCase {
  std::string path;
  contract::Program program;
};

/// Which cases to take; empty strings take all.
struct Filter {
  std::string suite;     ///< area: "heap"
  std::string pattern;   ///< glob on the id, or an entry id: "sched-02*", "SCHED-20"
};

struct Suite {
  std::vector<SuiteCase> cases;
  std::vector<format::Diagnostic> errors;   ///< of all files; then nothing may run
};

/// Reads all cases below `root` (a folder with one folder per area).
[[nodiscard]] Suite load_suite(const std::string& root, const Filter& filter);
/// Whether `text` matches `pattern` with * and ?.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);
/// Names of the areas below `root`, sorted.
[[nodiscard]] std::vector<std::string> areas(const std::string& root);

}  // namespace protm::runner
