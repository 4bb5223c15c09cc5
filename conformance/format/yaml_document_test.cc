// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/yaml_document.h"

#include <doctest/doctest.h>

#include "conformance/format/case_reader.h"
#include "conformance/format/random_programs.h"
#include "conformance/format/text_file.h"

using namespace protm::format;

namespace {

/// The first error of a text, "LINE:COLUMN message"; empty when it is read.
std::string first_error(const std::string& text) {
  Diagnostics errors("t.yaml", text);
  (void)read_yaml(text, errors);
  const auto list = errors.take();
  if (list.empty()) return "";
  return std::to_string(list[0].place.line) + ":" + std::to_string(list[0].place.column) + " " +
         list[0].message;
}

}  // namespace

TEST_CASE("read_yaml: what cannot be written in a comment is refused before the parser") {
  CHECK(first_error(std::string(kMaxYamlBytes + 1, '#')) == "1:1 the file has 1048577 bytes");
  CHECK(first_error("a: \xff\n") == "1:4 the text is not UTF-8");
  CHECK(first_error("a: \xc0\x80\n") == "1:4 the text is not UTF-8");
  CHECK(first_error("a: \xed\xa0\x80\n") == "1:4 the text is not UTF-8");
  CHECK(first_error("a: b\n\nc: \x01\n") == "3:4 a control character");
  CHECK(first_error("a: h\xc3\xa4r\n").empty());
}

TEST_CASE("read_yaml: nesting is bounded in flow, in blocks and in both") {
  const auto flow = [](std::uint32_t depth) {
    return "a: " + std::string(depth, '[') + std::string(depth, ']') + "\n";
  };
  CHECK(first_error(flow(30)).empty());
  CHECK(first_error(flow(32)) == "1:35 nesting is deeper than 32");
  CHECK(first_error(flow(300'000)) == "1:35 nesting is deeper than 32");
  std::string block, dashes;
  for (std::uint32_t i = 0; i < 200; ++i) {
    block += std::string(i, ' ') + "a:\n";
    dashes += "- ";
  }
  CHECK(first_error(block).find("nesting is deeper than 32") != std::string::npos);
  CHECK(first_error(dashes + "x\n").find("nesting is deeper than 32") != std::string::npos);
}

TEST_CASE("read_yaml: quotes, comments and block scalars hide what is refused elsewhere") {
  CHECK(first_error("a: '&x *y !z'\nb: \"[[[ & \\\" *q\"\n").empty());
  CHECK(first_error("a: b&c  # &x *y [[[[\n").empty());
  CHECK(first_error("a: |\n  &x *y\n  - [\nb: 1\n").empty());
  CHECK(first_error("a: >\n  text\nb: *x\n") == "3:4 an alias '*x'");
  CHECK(first_error("a: [b, &c d]\n") == "1:8 an anchor '&c'");
  CHECK(first_error("- *x\n") == "1:3 an alias '*x'");
  CHECK(first_error("? &x\n") == "1:3 an anchor '&x'");
  CHECK(first_error("'a': !t x\n") == "1:6 a tag '!t'");
}

TEST_CASE("read_yaml: null words") {
  const std::string text = "a: null\nb:\nc: ~\nd: [null, nullx]\ne: 'null'\n";
  Diagnostics errors("t.yaml", text);
  const YamlValue root = read_yaml(text, errors);
  REQUIRE(errors.empty());
  CHECK(root.find("a")->scalar == "null");
  CHECK(root.find("b")->is_null());
  CHECK(root.find("c")->is_null());
  CHECK(root.find("d")->items[0].scalar == "null");
  CHECK(root.find("d")->items[1].scalar == "nullx");
  CHECK(root.find("e")->scalar == "null");
}

TEST_CASE("read_case: damaged cases give errors or Programs, never a crash") {
  const auto good = read_text_file("conformance/selftest/invalid/yaml-many-errors.yaml");
  REQUIRE(good.has_value());
  RandomBytes random(7);
  std::uint32_t refused = 0;
  for (int i = 0; i < 3'000; ++i) {
    std::string text = *good;
    for (std::uint64_t edits = 1 + random.next() % 6; edits > 0; --edits) {
      constexpr std::string_view kOdd = "{}[]:,-#&*!|>'\"%@` \n\t$0a\\?~";
      const std::size_t at = random.next() % text.size();
      const char c = kOdd[random.next() % kOdd.size()];
      if (random.next() % 3 == 0) text.erase(at, 1 + random.next() % 9);
      else if (random.next() % 2 == 0) text.insert(at, 1, c);
      else text[at] = c;
      if (text.empty()) text = "a";
    }
    const auto read = read_case("t.yaml", text);
    if (!read) {
      ++refused;
      CHECK_FALSE(read.error().empty());
      CHECK_FALSE(diagnostics_text(read.error()).empty());
    }
  }
  CHECK(refused > 2'000);
}
