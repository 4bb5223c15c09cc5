// SPDX-License-Identifier: GPL-2.0-only
// One error of a text file: place, what is wrong, what was expected. All errors of a file are
// collected in one Diagnostics and reported together.
// Leaves out: warnings and notes; what is not an error is not said. Source: style.md 2.12.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace protm::format {

/// Place of a value in its file. Line and column count from 1; `width` is the caret's length.
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t width = 1;
};

struct Diagnostic {
  std::string file;
  Place place;
  std::string message;      ///< what is wrong, the value quoted
  std::string expected;     ///< what was expected; empty = nothing to say
  std::string source_line;

  /// "file:line:col: error: ...", the line, a caret, and "= expected ...".
  [[nodiscard]] std::string text() const;
};

/// Collects the errors of one file.
class Diagnostics {
 public:
  Diagnostics(std::string file, std::string_view source);
  void error(Place place, std::string message, std::string expected);
  [[nodiscard]] bool empty() const { return list_.empty(); }
  /// All errors in the order of the file.
  [[nodiscard]] std::vector<Diagnostic> take();

 private:
  std::string file_;
  std::vector<std::string> lines_;
  std::vector<Diagnostic> list_;
};

/// Texts of all of them, in order.
[[nodiscard]] std::string diagnostics_text(const std::vector<Diagnostic>& list);

}  // namespace protm::format
