// SPDX-License-Identifier: GPL-2.0-only
// Rows with named columns, printed for people (aligned, long texts wrapped) or as JSON, and text
// that keeps to the width of a terminal.
// Leaves out: colour. Source: style.md 2.13.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace protm::cli {

struct TextTable {
  std::vector<std::string> columns;             ///< names; the last column may be long
  std::vector<std::vector<std::string>> rows;   ///< as many cells as columns

  [[nodiscard]] std::string text() const;
  /// A list of objects, one per row.
  [[nodiscard]] std::string json() const;
};

inline constexpr std::size_t kTextWidth = 100;

/// `text` broken at spaces; every line but the first starts with `indent` spaces.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent, std::size_t first);
/// "  label: text", wrapped under the text; nothing when the text is empty.
[[nodiscard]] std::string labelled(std::string_view label, std::string_view text);

}  // namespace protm::cli
