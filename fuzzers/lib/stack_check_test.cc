// SPDX-License-Identifier: GPL-2.0-only
// What the fuzz target does to one input, without a fuzzing engine.
#include "fuzzers/lib/stack_check.h"

#include <algorithm>
#include <cctype>

#include <doctest/doctest.h>

#include "conformance/format/binary.h"
#include "conformance/format/case_reader.h"
#include "oracle/differential/candidates.h"

namespace protm::fuzz {
namespace {

exec::Candidate sut(const char* spec) {
  auto parsed = differential::default_registry().parse(spec);
  REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

std::vector<std::uint8_t> input_of(const char* file) {
  const auto program = format::read_case_file(file);
  REQUIRE(program.has_value());
  return format::encode(*program);
}

TEST_CASE("StackCheck: a known defect is found from bytes, with a signature in words") {
  const auto bytes = input_of("conformance/suites/heap/heap-002-put-null.yaml");
  StackCheck check(sut("series-v1:only=HEAP-2"));
  const auto finding = check.check(bytes);
  REQUIRE(finding.has_value());
  const std::string& words = finding->signature;
  CHECK(words.starts_with("series."));
  CHECK(std::none_of(words.begin(), words.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; }));
  CHECK(finding->rule.starts_with("sut/oops"));
  CHECK(text_of(*finding).find("heap_put_null") != std::string::npos);
  const std::uint64_t hash = check.last().candidate.hash();
  CHECK(check.check(bytes)->signature == finding->signature);
  CHECK_MESSAGE(check.last().candidate.hash() == hash, "no state survives an input");
}

TEST_CASE("looked_for: any of the words, or all findings without words") {
  const StackFinding finding{.signature = "series.sut-oops-heap.kernel-oops.use-after-free",
                             .rule = {}, .verdict = {}, .program = {}};
  CHECK(looked_for(finding, ""));
  CHECK(looked_for(finding, "use-after-free"));
  CHECK(looked_for(finding, "window,oops-heap"));
  CHECK_FALSE(looked_for(finding, "window,fence"));
  CHECK_FALSE(looked_for(finding, ","));
}

TEST_CASE("StackCheck: the oracle agrees with itself, on a case and on no bytes at all") {
  StackCheck check(sut("reference"));
  CHECK(!check.check(input_of("conformance/suites/heap/heap-002-put-null.yaml")).has_value());
  CHECK(!check.check({}).has_value());
}

}  // namespace
}  // namespace protm::fuzz
