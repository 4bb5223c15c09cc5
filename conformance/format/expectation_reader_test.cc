// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/expectation_reader.h"

#include <array>
#include <string_view>

#include <doctest/doctest.h>

using namespace protm::format;

namespace {
constexpr std::array<std::string_view, 2> kCases{"base/base-001-x", "base/base-002-y"};
}

TEST_CASE("read_expectations: all of an expectation, and where it stands") {
  const auto read = read_expectations("e.yaml", R"(schema: 1
expect:
  - case: base/base-001-x
    signature: linux-uml.slots.group-on-slot.group
    inlined: linux-uml.slots.group-on-slot.other
    reason: ticks in a row
    source: 'panthor_sched.c:12 tick_work()'
)", kCases);
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 1);
  CHECK(read->at(0).case_id == "base/base-001-x");
  CHECK(read->at(0).signature == "linux-uml.slots.group-on-slot.group");
  CHECK(read->at(0).inlined_signature == "linux-uml.slots.group-on-slot.other");
  CHECK(read->at(0).reason == "ticks in a row");
  CHECK(read->at(0).source == "panthor_sched.c:12 tick_work()");
  CHECK(read->at(0).place == "e.yaml:3");
}

TEST_CASE("read_expectations: all errors are reported, with their places") {
  const auto read = read_expectations("e.yaml", R"(schema: 1
expect:
  - {case: base/base-001-z, signature: a.b.c, reason: r, source: 'a.c:1 f()'}
  - {case: base/base-002-y, signature: a.b.c.d, reason: "", source: 'a.c f()'}
  - {case: base/base-002-y, signature: a.b.c.d, resaon: r, source: 'a.c:1 f()'}
)", kCases);
  REQUIRE_FALSE(read.has_value());
  CHECK(diagnostics_text(read.error()) == R"(e.yaml:3:12: error: no case is named 'base/base-001-z'
    3 |   - {case: base/base-001-z, signature: a.b.c, reason: r, source: 'a.c:1 f()'}
      |            ^~~~~~~~~~~~~~~
      = did you mean 'base/base-001-x'?
e.yaml:3:40: error: signature 'a.b.c'
    3 |   - {case: base/base-001-z, signature: a.b.c, reason: r, source: 'a.c:1 f()'}
      |                                        ^~~~~
      = expected ADAPTER.RULE.EVENT.FIELD as 'explain' prints it
e.yaml:4:57: error: 'reason' is ''
    4 |   - {case: base/base-002-y, signature: a.b.c.d, reason: "", source: 'a.c f()'}
      |                                                         ^
      = expected something
e.yaml:4:69: error: source 'a.c f()'
    4 |   - {case: base/base-002-y, signature: a.b.c.d, reason: "", source: 'a.c f()'}
      |                                                                     ^~~~~~~~~
      = expected a form such as 'panthor_sched.c:2463 tick_work()'
e.yaml:5:5: error: 'expectation' lacks the key 'reason'
    5 |   - {case: base/base-002-y, signature: a.b.c.d, resaon: r, source: 'a.c:1 f()'}
      |     ^
      = expected 'reason'
e.yaml:5:12: error: a second expectation for 'base/base-002-y'
    5 |   - {case: base/base-002-y, signature: a.b.c.d, resaon: r, source: 'a.c:1 f()'}
      |            ^~~~~~~~~~~~~~~
      = expected one for each case; the first is in line 4
e.yaml:5:49: error: 'expectation' has no key 'resaon'
    5 |   - {case: base/base-002-y, signature: a.b.c.d, resaon: r, source: 'a.c:1 f()'}
      |                                                 ^~~~~~
      = expected one of: case, signature, inlined, reason, source; did you mean 'reason'?
)");
}

TEST_CASE("read_expectations: another schema, no file, and cases that are not checked") {
  CHECK_FALSE(read_expectations("e.yaml", "schema: 2\nexpect: []\n", {}).has_value());
  CHECK_FALSE(read_expectation_file("conformance/no-such-file.yaml", {}).has_value());
  CHECK(read_expectations("e.yaml", "schema: 1\nexpect: []\n", kCases).has_value());
  CHECK(read_expectations("e.yaml",
                          "schema: 1\nexpect:\n  - {case: a/b, signature: a.b.c.d, reason: r, "
                          "source: 'a.c:1 f()'}\n", {}).has_value());
}
