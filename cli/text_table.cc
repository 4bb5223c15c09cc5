// SPDX-License-Identifier: GPL-2.0-only
#include "cli/text_table.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace protm::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kIndent = 4;
constexpr std::size_t kWidestAligned = 40;
/// With less room than this the last column starts a line of its own.
constexpr std::size_t kLeastLastColumn = 40;

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t first) {
  std::string out;
  std::size_t column = first;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    const bool at_start = out.empty() || out.back() == ' ';
    if (column + (at_start ? 0 : 1) + word.size() > kTextWidth && column > indent) {
      while (!out.empty() && out.back() == ' ') out.pop_back();
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!at_start) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string labelled(std::string_view label, std::string_view text) {
  if (text.empty()) return {};
  const std::string head = "  " + std::string(label) + ": ";
  return head + wrapped(text, head.size(), head.size()) + "\n";
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  // Short columns stand side by side, from the first long one on each cell has lines of its own;
  // one long column alone still fits beside them.
  std::size_t aligned = 0;
  std::size_t left = 0;
  while (aligned < columns.size() && widths[aligned] <= kWidestAligned) {
    left += widths[aligned] + (widths[aligned] == 0 ? 0 : kGap);
    ++aligned;
  }
  const bool beside = aligned + 1 == columns.size() && left + kLeastLastColumn <= kTextWidth;
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    std::size_t column = 0;
    for (std::size_t i = 0; i < aligned; ++i) {
      column += widths[i] + (widths[i] == 0 ? 0 : kGap);
      line += row[i];
      line.append(column - line.size(), ' ');
    }
    if (beside) line += wrapped(row.back(), left, left);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
    for (std::size_t i = aligned; !beside && i < row.size(); ++i) {
      if (!row[i].empty()) {
        out += std::string(kIndent, ' ') + wrapped(row[i], kIndent, kIndent) + "\n";
      }
    }
  }
  return out;
}

std::string TextTable::json() const {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const auto& row : rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[columns[i]] = row[i];
    list.push_back(std::move(object));
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace protm::cli
