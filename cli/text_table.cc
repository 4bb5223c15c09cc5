// SPDX-License-Identifier: GPL-2.0-only
#include "cli/text_table.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace protm::cli {
namespace {

constexpr std::size_t kGap = 2;
/// A column that leaves less room than this for the last one is not aligned any further.
constexpr std::size_t kLeastLastColumn = 30;

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
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    std::size_t left = 0;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      left += widths[i] + (widths[i] == 0 ? 0 : kGap);
      line += row[i];
      line.append(left > line.size() ? left - line.size() : kGap, ' ');
    }
    const std::size_t indent = left + kLeastLastColumn > kTextWidth ? 4 : left;
    if (!row.empty()) line += wrapped(row.back(), indent, line.size());
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
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
