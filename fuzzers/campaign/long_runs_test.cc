// SPDX-License-Identifier: GPL-2.0-only
// The ledger of long runs keeps its form, so that later work can append to it and tools can read
// it.
#include <algorithm>
#include <cctype>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fuzzers/lib/whole_file.h"

namespace protm::fuzz {
namespace {

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  std::string cell;
  std::getline(in, cell, '|');   // what is before the first bar
  while (std::getline(in, cell, '|')) {
    const std::size_t begin = cell.find_first_not_of(' ');
    const std::size_t end = cell.find_last_not_of(' ');
    cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
  }
  return cells;
}

bool all_of(const std::string& text, int (*is)(int)) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [is](unsigned char c) { return is(c) != 0; });
}

/// "0.03", "12.50": hours with two places.
bool is_hours(const std::string& text) {
  const std::size_t dot = text.find('.');
  return dot != std::string::npos && text.size() == dot + 3 &&
         all_of(text.substr(0, dot), std::isdigit) && all_of(text.substr(dot + 1), std::isdigit);
}

TEST_CASE("docs: each long run has a command, a commit, a seed, CPU hours and a result") {
  const auto text = read_whole("docs/long-runs.md");
  REQUIRE(text.has_value());
  std::istringstream in(*text);
  bool table = false;
  int rows = 0;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("|")) continue;
    const auto cells = cells_of(line);
    CAPTURE(line);
    REQUIRE(cells.size() == 5);
    if (!table) {
      CHECK(cells == std::vector<std::string>{"command", "commit", "seed", "CPU hours", "result"});
      table = true;
      continue;
    }
    if (cells[0].starts_with("---")) continue;
    ++rows;
    CHECK(cells[0].starts_with("`./protm "));
    CHECK(cells[1].size() >= 7);
    CHECK(all_of(cells[1], std::isxdigit));
    CHECK_FALSE(cells[2].empty());
    CHECK(is_hours(cells[3]));
    CHECK_FALSE(cells[4].empty());
  }
  CHECK(rows >= 1);
}

}  // namespace
}  // namespace protm::fuzz
