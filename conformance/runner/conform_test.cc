// SPDX-License-Identifier: GPL-2.0-only
// Each way a verdict can turn into a row, with verdicts that no candidate had to produce.
#include "conformance/runner/conform.h"

#include <algorithm>
#include <deque>

#include <doctest/doctest.h>

#include "conformance/runner/report.h"
#include "sut-adapters/contract/capability.h"

namespace protm::runner {
namespace {

using contract::Capability;

/// Answers with verdicts that the test lays down, one per call; the last one again and again.
struct Script {
  std::deque<differential::Comparison> answers;
  std::uint32_t calls = 0;

  Engine engine() {
    Engine e;
    e.compare = [this](const contract::Program&) {
      ++calls;
      differential::Comparison c = answers.front();
      if (answers.size() > 1) answers.pop_front();
      return c;
    };
    e.attribute = [](const contract::Program&) {
      return std::vector<std::vector<std::string>>{{"SCHED-20"}, {"SCHED-34", "HEAP-2"}};
    };
    return e;
  }
};

differential::Comparison comparison(judge::Outcome outcome, std::string rule = {},
                                    std::string detail = {}) {
  differential::Comparison c;
  c.verdict.outcome = outcome;
  c.verdict.rule = std::move(rule);
  c.verdict.detail = std::move(detail);
  c.verdict.signature = c.verdict.rule.empty() ? "" : "liar.slug.event.field";
  c.verdict.at_ns = 151'000;
  c.verdict.checked = {{"I1", 2}, {"fence", 3}};
  return c;
}

Suite one_case(std::uint32_t requires_mask = 0) {
  contract::Program p;
  p.id = "sched/sched-020-stay";
  p.title = "A title";
  p.entries = {"SCHED-20"};
  p.requires_mask = requires_mask;
  return Suite{{SuiteCase{"conformance/suites/sched/sched-020-stay.yaml", p}}, {}};
}

exec::Candidate liar() {
  exec::Candidate c;
  c.spec = "series-v1:only=HEAP-2,KBO-8";
  c.name = "series-v1";
  c.capabilities = Capability::heap_core | Capability::panthor;
  return c;
}

ConformOptions options() {
  ConformOptions o;
  o.rules = {"I1", "I2"};
  o.reproduce = "./protm conform --sut=series-v1";
  return o;
}

RunResult run(Script& script, const Suite& suite, const ConformOptions& o) {
  return conform_with(script.engine(), suite, liar(), o);
}

TEST_CASE("conform: an agreeing case is agreed, and what was checked is counted apart") {
  Script script{{comparison(judge::Outcome::agreed)}};
  const RunResult r = run(script, one_case(), options());
  REQUIRE(r.cases.size() == 1);
  CHECK(r.cases[0].outcome == Outcome::agreed);
  CHECK(r.cases[0].rule.empty());
  CHECK(r.checked.at("I1") == 2);
  CHECK(r.checked.at("I2") == 0);
  CHECK(!r.checked.contains("fence"));
  CHECK(r.compared.at("fence") == 3);
  CHECK(exit_code(r) == 0);
  CHECK(script.calls == 1);
}

TEST_CASE("conform: a divergence has rule, signature, time and a line that reproduces it") {
  Script script{{comparison(judge::Outcome::diverged, "I1", "entered without a request")}};
  const RunResult r = run(script, one_case(), options());
  const CaseResult& c = r.cases[0];
  CHECK(c.outcome == Outcome::diverged);
  CHECK(c.rule == "I1");
  CHECK(c.signature == "liar.slug.event.field");
  CHECK(c.at_ns == 151'000);
  CHECK(c.attribution.empty());
  CHECK(c.reproduce ==
        "./protm conform --sut=series-v1:only=HEAP-2,KBO-8 --filter=sched/sched-020-stay");
  CHECK(exit_code(r) == 1);
}

TEST_CASE("conform: attribution is asked only for what diverged") {
  ConformOptions o = options();
  o.attribution = Attribution::minimum_sets;
  Script bad{{comparison(judge::Outcome::diverged, "I1", "x")}};
  CHECK(run(bad, one_case(), o).cases[0].attribution.size() == 2);
  Script good{{comparison(judge::Outcome::agreed)}};
  CHECK(run(good, one_case(), o).cases[0].attribution.empty());
}

TEST_CASE("conform: a case that needs what the candidate lacks is skipped aloud, and not run") {
  Script script{{comparison(judge::Outcome::agreed)}};
  const auto needs = Capability::panthor | Capability::protm;
  const RunResult r = run(script, one_case(needs), options());
  CHECK(r.cases[0].outcome == Outcome::skipped);
  CHECK(r.cases[0].detail ==
        "needs protm, which series-v1:only=HEAP-2,KBO-8 does not declare");
  CHECK(script.calls == 0);
  CHECK_MESSAGE(exit_code(r) == 3, "nothing was compared, so nothing passed");
}

TEST_CASE("conform: a Program that the candidate cannot run is skipped aloud, and not run") {
  Script script{{comparison(judge::Outcome::agreed)}};
  exec::Candidate candidate = liar();
  candidate.cannot = [](const contract::Program& p) {
    return p.id == "sched/sched-020-stay" ? std::string("needs a failing 'alloc'") : std::string();
  };
  const RunResult r = conform_with(script.engine(), one_case(), candidate, options());
  CHECK(r.cases[0].outcome == Outcome::skipped);
  CHECK(r.cases[0].detail == "needs a failing 'alloc'");
  CHECK(script.calls == 0);
}

TEST_CASE("conform: inconclusive is tried twice, and stays what it is") {
  SUBCASE("twice the same") {
    Script script{{comparison(judge::Outcome::inconclusive, "", "'oops' was not reached")}};
    const RunResult r = run(script, one_case(), options());
    CHECK(script.calls == 2);
    CHECK(r.cases[0].outcome == Outcome::inconclusive);
    CHECK(exit_code(r) == 3);
  }
  SUBCASE("the second try diverges") {
    Script script{{comparison(judge::Outcome::inconclusive),
                   comparison(judge::Outcome::diverged, "I1", "x")}};
    const RunResult r = run(script, one_case(), options());
    CHECK(r.cases[0].outcome == Outcome::diverged);
    CHECK(exit_code(r) == 1);
  }
}

TEST_CASE("conform: an oracle that is wrong is an error of the suite, never a pass") {
  Script script{{comparison(judge::Outcome::oracle_wrong, "", "the oracle breaks I2: twice")}};
  const RunResult r = run(script, one_case(), options());
  REQUIRE(r.suite_errors.size() == 1);
  CHECK(r.suite_errors[0] == "sched/sched-020-stay: the oracle breaks I2: twice");
  CHECK(r.cases[0].outcome == Outcome::inconclusive);
  CHECK(exit_code(r) == 134);
}

ConformOptions expecting(std::string signature, std::string inlined = "") {
  ConformOptions o = options();
  o.expectations = {{.case_id = "sched/sched-020-stay",
                     .signature = std::move(signature),
                     .inlined_signature = std::move(inlined),
                     .reason = "a known bug",
                     .source = "a.c:1 f()",
                     .place = "e.yaml:3"},
                    {.case_id = "heap/not-in-this-run",
                     .signature = "liar.a.b.c",
                     .inlined_signature = "",
                     .reason = "r",
                     .source = "a.c:1 f()",
                     .place = "e.yaml:7"}};
  return o;
}

TEST_CASE("conform: a divergence with the expected signature is no failure, any other is two") {
  Script script{{comparison(judge::Outcome::diverged, "I1", "entered without a request")}};
  RunResult r = run(script, one_case(), expecting("liar.slug.event.field"));
  CHECK(r.cases[0].outcome == Outcome::expected);
  CHECK(r.cases[0].reason == "a known bug; a.c:1 f()");
  CHECK(r.expectation_errors.empty());
  CHECK(r.count(Outcome::diverged) == 0);
  CHECK(exit_code(r) == 0);

  // The same under another function's name.
  r = run(script, one_case(), expecting("liar.slug.event.other", "liar.slug.event.field"));
  CHECK(r.cases[0].outcome == Outcome::expected);
  CHECK(r.expectation_errors.empty());

  r = run(script, one_case(), expecting("liar.slug.event.other"));
  CHECK(r.cases[0].outcome == Outcome::diverged);
  REQUIRE(r.expectation_errors.size() == 1);
  CHECK(r.expectation_errors[0] ==
        "sched/sched-020-stay diverges with liar.slug.event.field, but e.yaml:3 expects "
        "liar.slug.event.other (a known bug)");
  CHECK(exit_code(r) == 1);
}

TEST_CASE("conform: a case that agrees although it should not fails the run, a skipped one no") {
  Script script{{comparison(judge::Outcome::agreed)}};
  RunResult r = run(script, one_case(), expecting("liar.slug.event.field"));
  CHECK(r.cases[0].outcome == Outcome::agreed);
  REQUIRE(r.expectation_errors.size() == 1);
  CHECK(r.expectation_errors[0] ==
        "sched/sched-020-stay has agreed, but e.yaml:3 expects liar.slug.event.field (a known "
        "bug); where the driver was mended, take it out");
  CHECK(exit_code(r) == 1);

  const auto needs = static_cast<std::uint32_t>(Capability::protm);
  r = run(script, one_case(needs), expecting("liar.slug.event.field"));
  CHECK(r.cases[0].outcome == Outcome::skipped);
  CHECK(r.expectation_errors.empty());
}

TEST_CASE("conform: a poisoned case counts as compared") {
  Script script{{comparison(judge::Outcome::poisoned, "", "equal priorities")}};
  const RunResult r = run(script, one_case(), options());
  CHECK(r.count(Outcome::poisoned) == 1);
  CHECK(exit_code(r) == 0);
}

TEST_CASE("conform: a rule that a whole clean run never arms is an error of the suite") {
  ConformOptions o = options();
  o.coverage = Coverage::whole;
  SUBCASE("clean run") {
    Script script{{comparison(judge::Outcome::agreed)}};
    const RunResult r = run(script, one_case(), o);
    REQUIRE(r.suite_errors.size() == 1);
    CHECK(r.suite_errors[0] == "no case arms rule I2");
    CHECK(exit_code(r) == 134);
  }
  SUBCASE("a run with a divergence says nothing of the suite") {
    Script script{{comparison(judge::Outcome::diverged, "I1", "x")}};
    CHECK(run(script, one_case(), o).suite_errors.empty());
  }
  SUBCASE("a rule that this adapter cannot show is not asked for") {
    differential::Comparison c = comparison(judge::Outcome::agreed);
    c.verdict.not_checkable = {"I2"};
    Script script{{c}};
    CHECK(run(script, one_case(), o).suite_errors.empty());
  }
}

TEST_CASE("conform: an empty suite compares nothing and is no pass") {
  Script script{{comparison(judge::Outcome::agreed)}};
  CHECK(exit_code(run(script, Suite{}, options())) == 3);
}

TEST_CASE("shell_word: what a shell would take apart is quoted") {
  CHECK(shell_word("series-v1:only=A,B") == "series-v1:only=A,B");
  CHECK(shell_word("process:a b") == "'process:a b'");
  CHECK(shell_word("it's") == "'it'\\''s'");
  CHECK(shell_word("") == "''");
}

TEST_CASE("glob_match: star and question mark") {
  CHECK(glob_match("sched-02*", "sched-020-stay"));
  CHECK(glob_match("*/heap-00?-*", "heap/heap-002-put-null"));
  CHECK(!glob_match("sched-02", "sched-020"));
  CHECK(glob_match("", ""));
}

}  // namespace
}  // namespace protm::runner
