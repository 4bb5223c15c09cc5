// SPDX-License-Identifier: GPL-2.0-only
// The reports as whole texts: tools read them, so every character is part of the contract.
#include "conformance/runner/report.h"

#include <set>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

namespace protm::runner {
namespace {

CaseResult row(std::string id, Outcome outcome) {
  CaseResult c;
  c.id = std::move(id);
  c.title = "Title of " + c.id;
  c.entries = {"SCHED-20"};
  c.outcome = outcome;
  c.trace_hash = 0xabc;
  c.reproduce = "./protm conform --sut=series-v1 --filter=" + c.id;
  return c;
}

RunResult five_rows() {
  RunResult r;
  r.candidate = "series-v1";
  r.version = "5 May 2026";
  r.capabilities = {"panthor", "protm"};
  r.seed = 18446744073709551615u;
  r.not_yet_modelled = "3 defects of the series are not yet modelled (list --switches)";
  r.checked = {{"I1", 4}, {"I2", 0}};
  r.compared = {{"fence", 5}};
  r.by_chance = 2;
  r.reproduce = "./protm conform --sut=series-v1";
  r.cases.push_back(row("base/base-001", Outcome::agreed));
  r.cases.back().timing = true;
  CaseResult bad = row("sched/sched-020-stay", Outcome::diverged);
  bad.rule = "I1";
  bad.signature = "series-v1.enter-needs-acked-pending.enter_sampled.request";
  bad.at_ns = 151'000;
  bad.detail = "PROTM_ENTER sampled <without> a request";
  bad.attribution = {{"SCHED-20"}, {"SCHED-34"}};
  r.cases.push_back(bad);
  r.cases.push_back(row("sched/sched-021", Outcome::poisoned));
  r.cases.back().detail = "equal priorities";
  r.cases.push_back(row("sched/sched-022", Outcome::inconclusive));
  r.cases.back().detail = "'oops' was not reached";
  r.cases.push_back(row("sched/sched-023", Outcome::skipped));
  r.cases.back().detail = "needs schedules, which series-v1 does not declare";
  return r;
}

TEST_CASE("report_text: failures in full, agreed cases as a number") {
  CHECK(report_text(five_rows()) ==
        R"(3 defects of the series are not yet modelled (list --switches)
candidate series-v1, 5 May 2026
sched/sched-020-stay: diverged at 151.000us, I1 [SCHED-20]
    Title of sched/sched-020-stay
    PROTM_ENTER sampled <without> a request
    agrees without {SCHED-20}
    agrees without {SCHED-34}
    reproduce: ./protm conform --sut=series-v1 --filter=sched/sched-020-stay
sched/sched-021: poisoned at 0.000us [SCHED-20]
    Title of sched/sched-021
    equal priorities
    reproduce: ./protm conform --sut=series-v1 --filter=sched/sched-021
sched/sched-022: inconclusive [SCHED-20]
    Title of sched/sched-022
    'oops' was not reached
    reproduce: ./protm conform --sut=series-v1 --filter=sched/sched-022
sched/sched-023: skipped: needs schedules, which series-v1 does not declare
5 cases: 1 agreed (1 of them: timing), 1 diverged, 1 poisoned, 1 inconclusive, 1 skipped
1 of 2 rules armed, 4 times; 5 comparisons, 2 differences left to chance
reproduce: ./protm conform --sut=series-v1
)");
}

TEST_CASE("report_text: a clean run ends with its totals") {
  RunResult r;
  r.candidate = "reference";
  r.checked = {{"I1", 4}};
  r.cases.push_back(row("base/base-001", Outcome::agreed));
  CHECK(report_text(r) ==
        "candidate reference\n"
        "1 cases: 1 agreed, 0 diverged, 0 poisoned, 0 inconclusive, 0 skipped\n"
        "1 of 1 rules armed, 4 times; 0 comparisons\n");
}

TEST_CASE("report_json: the members of the stable schema, with their types") {
  const auto j = nlohmann::json::parse(report_json(five_rows()));
  CHECK(j["schema"] == 1);
  CHECK(j["tool"] == "protmcheck");
  CHECK_MESSAGE(j["seed"] == "18446744073709551615", "as text: JSON numbers end at 2^53");
  CHECK(j["candidate"]["name"] == "series-v1");
  CHECK(j["candidate"]["version"] == "5 May 2026");
  CHECK(j["candidate"]["profile"] == "");
  CHECK(j["candidate"]["capabilities"] == nlohmann::json({"panthor", "protm"}));
  CHECK(j["checked"] == nlohmann::json({{"I1", 4}, {"I2", 0}}));
  CHECK(j["by_chance"] == 2);
  REQUIRE(j["cases"].size() == 5);
  const std::set<std::string> words{"agreed", "diverged", "poisoned", "inconclusive", "skipped"};
  for (const auto& c : j["cases"]) {
    CHECK(c["id"].is_string());
    CHECK(c["entries"].is_array());
    CHECK(words.contains(c["outcome"].get<std::string>()));
    for (const char* member : {"rule", "signature", "detail", "trace_hash", "reproduce"}) {
      CHECK(c[member].is_string());
    }
    CHECK(c["at_ns"].is_number_unsigned());
  }
  CHECK(j["cases"][0]["trace_hash"] == "0000000000000abc");
  CHECK(j["cases"][1]["attribution"] == nlohmann::json({{"SCHED-20"}, {"SCHED-34"}}));
  for (const std::string& word : words) CHECK(j["totals"][word] == 1);
}

TEST_CASE("report_json: bytes that are no UTF-8 do not stop the report") {
  RunResult r = five_rows();
  r.cases[1].detail = "bad \xff byte";
  CHECK(nlohmann::json::parse(report_json(r))["cases"].size() == 5);
}

TEST_CASE("report_junit: one testcase per case, each failure where its kind belongs") {
  pugi::xml_document document;
  REQUIRE(document.load_string(report_junit(five_rows()).c_str()));
  const pugi::xml_node suite = document.child("testsuite");
  CHECK(suite.attribute("tests").as_int() == 5);
  CHECK(suite.attribute("failures").as_int() == 1);
  CHECK(suite.attribute("errors").as_int() == 1);
  CHECK_MESSAGE(suite.attribute("skipped").as_int() == 2, "poisoned is shown as skipped");
  const pugi::xml_node bad = suite.find_child_by_attribute("name", "sched/sched-020-stay");
  CHECK(std::string(bad.attribute("classname").value()) == "sched");
  CHECK(std::string(bad.child("failure").text().get()) ==
        "PROTM_ENTER sampled <without> a request\n"
        "reproduce: ./protm conform --sut=series-v1 --filter=sched/sched-020-stay");
  CHECK(!suite.find_child_by_attribute("name", "base/base-001").first_child());
}

TEST_CASE("report: what is expected to diverge, and what should have, in each form") {
  RunResult r;
  r.candidate = "linux-uml:debian-7.x";
  r.reproduce = "./protm conform --sut=linux-uml:debian-7.x";
  r.cases.push_back(row("base/base-018", Outcome::expected));
  r.cases.back().rule = "L1";
  r.cases.back().detail = "no signal";
  r.cases.back().reason = "a known bug; a.c:1 f()";
  r.expectation_errors = {"base/base-020 has agreed"};
  CHECK(report_text(r) == R"(candidate linux-uml:debian-7.x
error of an expectation: base/base-020 has agreed
base/base-018: expected at 0.000us, L1 [SCHED-20]
    Title of base/base-018
    no signal
    expected: a known bug; a.c:1 f()
    reproduce: ./protm conform --sut=series-v1 --filter=base/base-018
1 cases: 0 agreed, 0 diverged, 0 poisoned, 0 inconclusive, 0 skipped, 1 expected to diverge
0 of 0 rules armed, 0 times; 0 comparisons
reproduce: ./protm conform --sut=linux-uml:debian-7.x
)");
  const auto j = nlohmann::json::parse(report_json(r));
  CHECK(j["cases"][0]["outcome"] == "expected");
  CHECK(j["cases"][0]["reason"] == "a known bug; a.c:1 f()");
  CHECK(j["totals"]["expected"] == 1);
  CHECK(j["expectation_errors"][0] == "base/base-020 has agreed");
  CHECK(report_ktap(r) ==
        "KTAP version 1\n1..1\nok 1 base/base-018 # XFAIL a known bug; a.c:1 f()\n"
        "# expectation: base/base-020 has agreed\n");
  pugi::xml_document document;
  REQUIRE(document.load_string(report_junit(r).c_str()));
  const pugi::xml_node suite = document.child("testsuite");
  CHECK(suite.attribute("failures").as_int() == 0);
  CHECK(suite.attribute("skipped").as_int() == 1);
  CHECK(std::string(suite.child("system-err").text().get()) == "base/base-020 has agreed");
  CHECK(std::string(suite.child("testcase").child("skipped").text().get())
            .starts_with("expected: a known bug"));
}

TEST_CASE("report_ktap: plan, numbers, SKIP") {
  CHECK(report_ktap(five_rows()) ==
        R"(KTAP version 1
1..5
ok 1 base/base-001
not ok 2 sched/sched-020-stay
# I1: PROTM_ENTER sampled <without> a request
# reproduce: ./protm conform --sut=series-v1 --filter=sched/sched-020-stay
ok 3 sched/sched-021 # SKIP undefined from there on: equal priorities
not ok 4 sched/sched-022
# 'oops' was not reached
# reproduce: ./protm conform --sut=series-v1 --filter=sched/sched-022
ok 5 sched/sched-023 # SKIP needs schedules, which series-v1 does not declare
)");
}

TEST_CASE("time_text: three decimals of the largest fitting unit") {
  CHECK(time_text(0) == "0.000us");
  CHECK(time_text(999'999) == "999.999us");
  CHECK(time_text(1'500'000) == "1.500ms");
  CHECK(time_text(61'002'000'000) == "61.002s");
}

}  // namespace
}  // namespace protm::runner
