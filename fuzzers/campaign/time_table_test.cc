// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/time_table.h"

#include <fstream>

#include <doctest/doctest.h>

#include "fuzzers/lib/scratch_folder.h"
#include "fuzzers/lib/whole_file.h"

namespace protm::fuzz {
namespace {

struct RowsFolder : ScratchFolder {
  [[nodiscard]] std::string file() const { return ScratchFolder::file("rows.jsonl"); }
};

TimeRow row_of(const char* candidate, std::uint64_t seed, bool found) {
  TimeRow row;
  row.candidate = candidate;
  row.engine = "libfuzzer";
  row.seed = seed;
  row.cap_s = 60;
  row.commit = "abc";
  row.runs = 1000;
  row.cpu_ms = 60'010;
  if (found) row.found = FoundAt{"series.a", "I1", 17, 1'250};
  if (found) row.steps = 6;
  if (found) row.hand_steps = 5;
  return row;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("time table: rows come back as they were written; a torn one is lost alone") {
  const RowsFolder scratch;
  CHECK(read_rows(scratch.file())->empty());
  const TimeRow first = row_of("series-v1:only=X", 1, true);
  TimeRow second = row_of("series-v1:only=X", 2, false);
  second.other = FoundAt{"series.b", "fence", 3, 4};
  second.problem = "the engine stood still";
  REQUIRE(append_row(scratch.file(), first));
  std::ofstream(scratch.file(), std::ios::app) << "{\"candidate\": \"ser";
  CHECK(read_rows(scratch.file())->size() == 1);
  // Behind a torn line the file says where it is, and the next row is a line of its own.
  REQUIRE(append_row(scratch.file(), second));
  const auto torn = read_rows(scratch.file());
  REQUIRE_FALSE(torn.has_value());
  CHECK(torn.error().starts_with(scratch.file() + ":2:1: error: not a row of time-to-find"));
  REQUIRE(write_whole(scratch.file(), row_text(first) + "\n" + row_text(second) + "\n"));
  CHECK(read_rows(scratch.file()) == std::vector<TimeRow>{first, second});
}

TEST_CASE("time page: the last row of a seed counts, and what is not found needs a reason") {
  const std::vector<TimeRow> rows{row_of("series-v1:only=X", 1, false),
                                  row_of("series-v1:only=X", 1, true),
                                  row_of("series-v1:only=Y", 1, false),
                                  row_of("mutant:z", 1, false)};
  const std::string page =
      time_page(rows, read_reasons("# remarks\nseries-v1:only=Y  needs two files\n"));
  CHECK(has(page, "1 of 2 switches and 0 of 1 mutants were found."));
  CHECK(has(page, "| series-v1:only=X | I1 | 17 / 1.2 |  | 6 / 5 |  |\n"));
  CHECK(has(page, "| series-v1:only=Y |  | not in 1000 / 60.0 |  |  | needs two files |\n"));
  CHECK(has(page, "| mutant:z |  | not in 1000 / 60.0 |  |  | NO REASON YET |\n"));
}

TEST_CASE("docs: the page of times is what its rows make") {
  const auto rows = read_rows("docs/time-to-find.jsonl");
  REQUIRE(rows.has_value());
  const auto reasons = read_reasons(read_whole("docs/time-to-find-reasons.txt").value_or(""));
  CHECK(read_whole("docs/time-to-find.md") == time_page(*rows, reasons));
}

}  // namespace
}  // namespace protm::fuzz
