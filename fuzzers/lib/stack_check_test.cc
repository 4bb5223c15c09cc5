// SPDX-License-Identifier: GPL-2.0-only
// What the fuzz target does to one input, without a fuzzing engine.
#include "fuzzers/lib/stack_check.h"

#include <algorithm>
#include <cctype>

#include <doctest/doctest.h>

#include "conformance/format/binary.h"
#include "conformance/format/case_reader.h"
#include "fuzzers/generator/generate.h"
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

TEST_CASE("Differential: a known difference is told, even where another order explains it") {
  differential::Differential differential(sut("series-v1:none"));
  differential::CompareOptions known;
  known.known = [](const judge::Verdict&) { return true; };
  std::uint64_t seed = 1;
  contract::Program program;
  const auto explained = [&] {
    program = generate(seed, Scope::full);
    const auto comparison = differential.compare(program);
    return comparison.timing && comparison.verdict.outcome == judge::Outcome::agreed;
  };
  while (seed <= 3'000 && !explained()) ++seed;
  REQUIRE(seed <= 3'000);
  CHECK(differential.compare(program, known).verdict.outcome == judge::Outcome::diverged);
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

// Programs of the mutator on which the oracle, or a rule, was wrong once.
constexpr const char* kOracleWasWrong[] = {
    // The VM of a failed VM_CREATE has no tree of mappings to empty.
    R"(schema: 1
actors:
  a0:
    - {vm_create: {}}
faults:
  - {call: page_alloc, role: pgtable, error: ENOMEM}
)",
    // A page fault takes the AS down while a region of it is locked; the UNLOCK that ends the
    // operation comes behind that.
    R"(schema: 1
heap: {param: none}
actors:
  a0:
    - {id: vm0, vm_create: {}}
    - {stream_area: $vm0}
    - {id: group5, group_create: {vm: $vm0, queues: [{}]}}
    - {id: group6, group_create: {vm: $vm0, queues: [{}]}}
    - {group_submit: {group: $group5, stream: [{run_compute: 0}]}}
    - {group_submit: {group: $group5, stream: [nop]}}
    - {group_submit: {group: $group6, stream: [flush, {store64: 0x200100}]}}
    - {group_create: {vm: $vm0, queues: [{priority: 16}]}}
)"};

TEST_CASE("StackCheck: the oracle is right where the mutator found it wrong") {
  StackCheck check(sut("reference"));
  for (const char* const text : kOracleWasWrong) {
    const auto program = format::read_case("regression.yaml", text);
    REQUIRE(program.has_value());
    const auto finding = check.check(format::encode(*program));
    CHECK_MESSAGE(!finding.has_value(), (finding ? text_of(*finding) : ""));
  }
}

TEST_CASE("StackCheck: the oracle agrees with itself, on a case and on no bytes at all") {
  StackCheck check(sut("reference"));
  CHECK(!check.check(input_of("conformance/suites/heap/heap-002-put-null.yaml")).has_value());
  CHECK(!check.check({}).has_value());
}

}  // namespace
}  // namespace protm::fuzz
