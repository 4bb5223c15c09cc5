// SPDX-License-Identifier: GPL-2.0-only
// The suite of the announced design proves itself, as suites_proof_test.cc does for the others: the
// oracle agrees with itself, each mutant of the design is caught by a rule of the case's entry, and
// each case catches one.
#include <algorithm>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "conformance/format/catalogue_reader.h"
#include "conformance/runner/proof.h"
#include "conformance/runner/suite.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/differential.h"
#include "oracle/mutants/mutants.h"

using namespace protm;
using differential::Differential;
using judge::Outcome;

namespace {

const char* const kProfile = "userspace-buffers";

const runner::Suite& suite() {
  static const runner::Suite all =
      runner::load_suite("conformance/designs/userspace-buffers/suites", {});
  return all;
}

const std::vector<format::CatalogueEntry>& catalogue() {
  static const auto read = format::read_catalogue_file("conformance/catalogue.yaml");
  REQUIRE(read.has_value());
  return *read;
}

/// Ids of the cases that a mutant makes diverge, with the rule that says so first.
std::map<std::string, std::string> caught_by(const mutants::Mutant& mutant) {
  const auto candidate =
      differential::default_registry().parse("mutant:" + std::string(mutant.name));
  REQUIRE(candidate.has_value());
  CHECK(candidate->profile == kProfile);
  Differential differential(*candidate);
  std::map<std::string, std::string> rows;
  for (const runner::SuiteCase& c : suite().cases) {
    const auto verdict = differential.compare(c.program).verdict;
    CHECK(verdict.outcome != Outcome::oracle_wrong);
    if (verdict.outcome == Outcome::diverged) rows[c.program.id] = verdict.rule;
  }
  return rows;
}

}  // namespace

TEST_CASE("announced: the cases can be read, there are enough, and the oracle agrees with itself") {
  for (const format::Diagnostic& d : suite().errors) MESSAGE(d.text());
  CHECK(suite().errors.empty());
  CHECK(suite().cases.size() >= 20);
  Differential differential(differential::reference(kProfile));
  for (const runner::SuiteCase& c : suite().cases) {
    CAPTURE(c.program.id);
    const auto verdict = differential.compare(c.program).verdict;
    CAPTURE(verdict.rule);
    CAPTURE(verdict.detail);
    CHECK(judge::outcome_name(verdict.outcome) == "agreed");
  }
}

TEST_CASE("announced: each mutant is caught by a rule of its case's entry, each case catches one") {
  std::set<std::string> catches;
  CHECK(mutants::table_of_designs().size() >= 20);
  for (const mutants::Mutant& mutant : mutants::table_of_designs()) {
    CAPTURE(mutant.name);
    bool killed = false;
    for (const auto& caught : caught_by(mutant)) {
      const auto& id = caught.first;   // clang 14 takes no structured binding into a lambda
      const auto& rule = caught.second;
      CAPTURE(id);
      CAPTURE(rule);
      const auto c = std::find_if(suite().cases.begin(), suite().cases.end(),
                                  [&](const auto& one) { return one.program.id == id; });
      killed = killed || runner::is_rule_of(catalogue(), c->program.entries, rule);
      catches.insert(id);
    }
    CHECK(killed);
  }
  for (const runner::SuiteCase& c : suite().cases) {
    CAPTURE(c.program.id);
    CHECK(catches.count(c.program.id) == 1);
  }
}
