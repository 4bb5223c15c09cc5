// SPDX-License-Identifier: GPL-2.0-only
// The files that tidy looks at, and what it says about them.
// Leaves out what git ignores; without git (an export) it walks the folders instead.
// Source: `git ls-files`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/source_text.h"

namespace protm::tools {

/// One file: its path from the repository root, its content, and its tokens if it is C or C++.
struct File {
  std::string path;
  std::string content;
  SourceText text;
};

/// What is wrong at one line, and what to use instead. `rule` is the word behind --only.
struct Finding {
  std::string path;
  int line;
  std::string rule;
  std::string what;
  std::string instead;
};

enum class Untracked { leave_out, include };

/// Lists paths from the repository root, sorted.
/// Errors: an empty list when `root` is no folder.
std::vector<std::string> list_paths(const std::string& root, Untracked untracked);

/// Reads and tokenizes one file; a file that is gone gives an empty content.
File load_file(const std::string& root, const std::string& path);

/// Makes a File from text, for tests and for load_file(). The file owns what its tokens view.
File make_file(std::string path, std::string content);

/// True for .cc, .h and .c.
bool is_code(std::string_view path);
/// True for *_test.cc.
bool is_test(std::string_view path);
/// True for scripts and build files, which have `#` comments.
bool is_script(std::string_view path);

/// Prints `path:line: error: what; instead`.
std::string to_text(const Finding& finding);

}  // namespace protm::tools
