// SPDX-License-Identifier: GPL-2.0-only
// Bad cases in conformance/selftest/invalid: each bad line ends in a comment that says what the
// reader must report there, and nothing else may be reported. Form:
// `### COLUMN: message = expected`, several of them for several errors in a line.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "conformance/format/case_reader.h"
#include "conformance/format/text_file.h"

using namespace protm::format;

namespace {

constexpr const char* kFolder = "conformance/selftest/invalid";
constexpr std::string_view kMark = " ### ";

/// "LINE:COLUMN: message = expected" for each comment of the text.
std::vector<std::string> wanted_errors(const std::string& text) {
  std::vector<std::string> wanted;
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view row = std::string_view(text).substr(at, end - at);
    for (std::size_t mark = row.find(kMark); mark != row.npos; mark = row.find(kMark)) {
      row.remove_prefix(mark + kMark.size());
      const std::string_view one = row.substr(0, row.find(kMark));
      wanted.push_back(std::to_string(line) + ":" + std::string(one));
    }
    at = end + 1;
  }
  return wanted;
}

std::vector<std::string> found_errors(const std::vector<Diagnostic>& errors) {
  std::vector<std::string> found;
  for (const Diagnostic& d : errors) {
    std::string text = std::to_string(d.place.line) + ":" + std::to_string(d.place.column) + ": " +
                       d.message;
    if (!d.expected.empty()) text += " = " + d.expected;
    found.push_back(text);
  }
  return found;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("selftest: each bad case is refused with exactly the messages on its lines") {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  CHECK(files.size() >= 25);
  for (const std::string& file : files) {
    const auto text = read_text_file(file);
    REQUIRE(text.has_value());
    const auto wanted = wanted_errors(*text);
    CHECK_MESSAGE(!wanted.empty(), file << " says nothing about its errors");
    const auto read = read_case(file, *text);
    const auto found = read ? std::vector<std::string>{} : found_errors(read.error());
    CHECK_MESSAGE(joined(found) == joined(wanted), file);
  }
}

TEST_CASE("selftest: a message as it is printed") {
  const auto read = read_case("suites/x.yaml", "schema: 1\nactors: {}\nbott: cold\n");
  REQUIRE_FALSE(read.has_value());
  CHECK(diagnostics_text(read.error()) ==
        "suites/x.yaml:3:1: error: 'case' has no key 'bott'\n"
        "    3 | bott: cold\n"
        "      | ^~~~\n"
        "      = expected one of: schema, id, entries, title, why, requires, machine, firmware, "
        "boot, heap, reaches, actors, caps, faults, schedule, explore, "
        "then; did you mean 'boot'?\n");
}

TEST_CASE("selftest: an id that is not the file's name below suites") {
  const std::string_view text =
      "schema: 1\nid: heap/a\ntitle: t\nwhy: w\nentries: [HEAP-1]\nactors: {}\n";
  CHECK(read_case("x/suites/heap/a.yaml", text).has_value());
  const auto read = read_case("x/suites/heap/b.yaml", text);
  REQUIRE_FALSE(read.has_value());
  CHECK(joined(found_errors(read.error())) ==
        "2:5: case id 'heap/a' is not the file's name = expected 'heap/b'\n");
}
