// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/catalogue_check.h"

#include <doctest/doctest.h>

namespace protm::runner {
namespace {

const std::vector<std::string> kRules{"I1", "L1"};

format::CatalogueEntry entry(std::string id, std::vector<std::string> rules) {
  format::CatalogueEntry e;
  e.id = std::move(id);
  e.rules = std::move(rules);
  return e;
}

SuiteCase suite_case(std::string id, std::vector<std::string> entries, std::string path = {}) {
  SuiteCase c;
  c.path = path.empty() ? "conformance/suites/" + id + ".yaml" : path;
  c.program.id = std::move(id);
  c.program.entries = std::move(entries);
  return c;
}

TEST_CASE("check_catalogue: what fits is silent") {
  std::vector entries{entry("A-1", {"I1", "then", "result/vm_bind", "sut/oops:heap"}),
                      entry("A-2", {}), entry("A-3", {})};
  entries[1].no_case = "a name, no behaviour";
  entries[2].same_as = "A-1";
  const Suite suite{{suite_case("a/a-001-x", {"A-1"})}, {}};
  CHECK(check_catalogue(entries, suite, kRules).empty());
}

TEST_CASE("check_catalogue: each thing that does not fit is said") {
  const std::vector entries{entry("A-1", {"I1", "I99", "result/vm_bnid", "sut/opps"}),
                            entry("A-1", {"L1"}), entry("A-2", {})};
  const Suite suite{{suite_case("a/a-001-x", {"A-3"}), suite_case("a/a-001-x", {"A-1"}),
                     suite_case("a/a-002-y", {}), suite_case("a/a-003-z", {"A-2"}),
                     suite_case("a/a-004-z", {"A-1"}, "conformance/suites/b/a-004-z.yaml")},
                    {}};
  CHECK(check_catalogue(entries, suite, kRules) ==
        std::vector<std::string>{
            "entry A-1 names 'I99', which nothing reports",
            "entry A-1 names 'result/vm_bnid', which nothing reports",
            "entry A-1 names 'sut/opps', which nothing reports",
            "entry A-1 stands there twice",
            "case a/a-001-x names entry A-3, which does not exist",
            "case a/a-001-x stands there twice",
            "case a/a-002-y belongs to no entry",
            "case a/a-003-z belongs to entry A-2, which no rule can break",
            "case a/a-004-z lies in conformance/suites/b/a-004-z.yaml",
        });
}

TEST_CASE("check_catalogue: each entry is shown once, or says why not") {
  std::vector entries{entry("A-1", {"I1"}), entry("A-2", {}), entry("A-3", {}),
                      entry("A-4", {}), entry("A-5", {})};
  entries[0].no_case = "nothing shows it";   // but a case does
  entries[2].same_as = "A-9";
  entries[3].same_as = "A-5";
  entries[4].same_as = "A-1";
  const Suite suite{{suite_case("a/a-001-x", {"A-1"})}, {}};
  CHECK(check_catalogue(entries, suite, kRules) ==
        std::vector<std::string>{
            "entry A-1 has more than one of a case, same_as, no_case and due",
            "entry A-2 has no case, and no word why",
            "entry A-3 is the same as A-9, which does not exist",
            "entry A-4 is the same as A-5, which is another one itself",
        });
}

}  // namespace
}  // namespace protm::runner
