// SPDX-License-Identifier: GPL-2.0-only
// The whole way from a case on disk to an exit code, with a candidate that lies: the oracle runs,
// and one record of its Trace is changed. The runner has to notice, and to say so.
#include <functional>
#include <memory>

#include <doctest/doctest.h>

#include "conformance/runner/conform.h"
#include "conformance/runner/report.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/executor/session.h"

namespace protm::runner {
namespace {

using contract::Record;
using contract::RecordKind;
using Lie = std::function<void(contract::Trace&)>;

/// The third base: two are taken by the Differential that looks at this candidate.
constexpr std::uint64_t kWorldBaseC = rig::kWorldBaseB + (rig::kWorldBaseB - rig::kWorldBaseA);

class Liar final : public contract::ProgramSut {
 public:
  explicit Liar(Lie lie) : honest_(differential::reference(), kWorldBaseC), lie_(std::move(lie)) {}
  [[nodiscard]] contract::SutInfo info() const override {
    return {"liar", "1", honest_.candidate().capabilities};
  }
  contract::Trace run(const contract::Program& program, contract::TraceDetail) override {
    contract::Trace trace = honest_.run(program);
    lie_(trace);
    return trace;
  }

 private:
  exec::Session honest_;
  Lie lie_;
};

exec::Candidate liar(Lie lie) {
  exec::Candidate c;
  c.spec = c.name = "liar";
  c.whole = std::make_shared<Liar>(std::move(lie));
  c.capabilities = c.whole->info().capabilities;
  return c;
}

RunResult run(const exec::Candidate& candidate, const std::string& pattern) {
  const Suite suite = load_suite("conformance/suites", {"", pattern});
  REQUIRE(suite.errors.empty());
  REQUIRE(!suite.cases.empty());
  return conform(suite, candidate, {});
}

/// Changes the last record of a kind.
void change(contract::Trace& trace, RecordKind kind, const std::function<void(Record&)>& how) {
  for (auto r = trace.records.rbegin(); r != trace.records.rend(); ++r) {
    if (r->kind != kind || r->sub != 0) continue;   // sub 1 answers a fact of the case
    how(*r);
    return;
  }
  FAIL("no such record to lie about");
}

TEST_CASE("lying candidate: one that tells the truth agrees") {
  const RunResult r = run(liar([](contract::Trace&) {}), "base-001-*");
  CHECK(r.count(Outcome::agreed) == r.cases.size());
  CHECK(exit_code(r) == 0);
}

TEST_CASE("lying candidate: another result, memory or fence diverges, each by its own comparison") {
  struct Row {
    RecordKind kind;
    void (*how)(Record&);
    std::string rule;
  };
  const std::vector<Row> rows{
      {RecordKind::step_returned, [](Record& r) { r.c = static_cast<std::uint64_t>(-5); },
       "result/cpu_read"},
      {RecordKind::fence_signalled, [](Record& r) { r.d = 125; }, "fence"},
      {RecordKind::buffer_content, [](Record& r) { r.d ^= 1; }, "memory"},
  };
  for (const Row& row : rows) {
    const auto lie = [&](contract::Trace& t) { change(t, row.kind, row.how); };
    const RunResult r = run(liar(lie), "base-001-*");
    CAPTURE(row.rule);
    REQUIRE(r.cases.size() == 1);
    CAPTURE(r.cases[0].detail);
    CHECK(r.cases[0].outcome == Outcome::diverged);
    CHECK(r.cases[0].rule == row.rule);
    CHECK(r.cases[0].signature.starts_with("liar."));
    CHECK(exit_code(r) == 1);
  }
}

TEST_CASE("lying candidate: one that cannot start is inconclusive") {
  const RunResult r = run(liar([](contract::Trace& t) {
                            t = {};
                            t.end = contract::RunEnd::not_started;
                            t.why = "no such file";
                          }),
                          "base-001-*");
  CHECK(r.cases[0].outcome == Outcome::inconclusive);
  CHECK(r.cases[0].detail.find("no such file") != std::string::npos);
  CHECK(exit_code(r) == 3);
}

TEST_CASE("lying candidate: what it does not declare is skipped") {
  exec::Candidate c = liar([](contract::Trace&) {});
  c.capabilities = static_cast<std::uint32_t>(contract::Capability::heap_core);
  const RunResult r = run(c, "base-001-*");
  CHECK(r.cases[0].outcome == Outcome::skipped);
  CHECK(exit_code(r) == 3);
}

TEST_CASE("lying candidate: a case whose fact is wrong is an error of the suite") {
  const Suite suite = load_suite("conformance/selftest/canary", {});
  REQUIRE(suite.cases.size() == 1);
  const RunResult r = conform(suite, liar([](contract::Trace&) {}), {});
  CHECK(r.suite_errors.size() == 1);
  CHECK(exit_code(r) == 134);
}

TEST_CASE("lying candidate: without schedules it runs under other latencies in place of them") {
  const auto run_explored = [](Lie lie) {
    exec::Candidate candidate = liar(std::move(lie));
    candidate.capabilities &= ~static_cast<std::uint32_t>(contract::Capability::schedules);
    return run(candidate, "rst-015-exit-before-reset");
  };
  const RunResult honest = run_explored([](contract::Trace&) {});
  REQUIRE(honest.cases.size() == 1);
  CHECK(honest.count(Outcome::agreed) == 1);
  CHECK(honest.cases[0].schedules == 0);
  CHECK(honest.cases[0].timings == contract::kLimits.timings);
  CHECK(honest.cases[0].timings_agreed == contract::kLimits.timings);
  CHECK(report(honest, ReportFormat::text)
            .find("8 of 8 timings (in place of schedules) of 1 cases agreed") !=
        std::string::npos);

  // Right under the first three, wrong under the fourth.
  int runs = 0;
  const RunResult late = run_explored([&](contract::Trace& trace) {
    if (++runs < 4) return;
    change(trace, RecordKind::fence_signalled, [](Record& r) { r.d = 5; });
  });
  CHECK(late.count(Outcome::diverged) == 1);
  CHECK(late.cases[0].rule == "fence");
  CHECK(late.cases[0].timings == 4);
  CHECK(late.cases[0].timings_agreed == 3);
  CHECK(late.cases[0].detail.find("latency_seed") != std::string::npos);
}

}  // namespace
}  // namespace protm::runner
