// SPDX-License-Identifier: GPL-2.0-only
// Each way in which the suites can fail to prove themselves, once.
#include "conformance/runner/proof.h"

#include <doctest/doctest.h>

namespace protm::runner {
namespace {

using Words = std::vector<std::string>;

std::vector<format::CatalogueEntry> catalogue() {
  std::vector<format::CatalogueEntry> all(2);
  all[0].id = "A-1";
  all[0].rules = {"I1", "result/vm_bind"};
  all[1].id = "A-2";
  all[1].rules = {"L1"};
  return all;
}

SuiteCase case_of(std::string id, Words entries) {
  SuiteCase c;
  c.program.id = std::move(id);
  c.program.entries = std::move(entries);
  return c;
}

const Suite kSuite{{case_of("a/a-001", {"A-1"}), case_of("a/a-002", {"A-1", "A-2"})}, {}};

TEST_CASE("proof: a rule that no run came to is said") {
  const Words rules{"I1", "I2", "L1"};
  CHECK(unarmed_rules(rules, {{"I1", 3}, {"I2", 1}, {"L1", 9}}).empty());
  CHECK(unarmed_rules(rules, {{"I1", 3}, {"I2", 0}}) ==
        Words{"I2 is never armed", "L1 is never armed"});
}

TEST_CASE("proof: a switch that a case of its entry misses is said") {
  const auto all = catalogue();
  const std::vector<Broken> both{{"a/a-001", "I1"}, {"a/a-002", "result/vm_bind"}};
  CHECK(complaints_of_switch(all, kSuite, "A-1", both).empty());
  CHECK(complaints_of_switch(all, kSuite, "A-1", std::span(both).first(1)) ==
        Words{"A-1 is not caught by a/a-002"});
}

TEST_CASE("proof: a switch without a case, and one that shows by a rule of others, are said") {
  const auto all = catalogue();
  CHECK(complaints_of_switch(all, kSuite, "A-3", {}) == Words{"A-3 has no case of its entry"});
  const std::vector<Broken> other{{"a/a-002", "L1"}, {"a/a-001", "I1"}};
  CHECK(complaints_of_switch(all, kSuite, "A-2", other) ==
        Words{"A-2 breaks I1 in a/a-001, which is no rule of its entry"});
}

TEST_CASE("proof: a case that cannot fail, and an entry that nothing breaks, are said") {
  const auto all = catalogue();
  Unshown unshown(all, kSuite);
  CHECK_FALSE(unshown.show(kSuite.cases[0].program, "L1"));   // of another entry
  CHECK(unshown.show(kSuite.cases[0].program, "I1"));
  CHECK_FALSE(unshown.show(kSuite.cases[0].program, "I1"));   // nothing new
  CHECK(unshown.complaints() ==
        Words{"a/a-002 is broken by nothing through a rule of its entries",
              "A-2 is broken by nothing through a rule of its own"});
  CHECK(unshown.show(kSuite.cases[1].program, "L1"));
  CHECK(unshown.complaints().empty());
}

}  // namespace
}  // namespace protm::runner
