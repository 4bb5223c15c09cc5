// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/designs.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "conformance/format/case_reader.h"
#include "conformance/runner/report.h"
#include "oracle/differential/candidates.h"
#include "sut-adapters/executor/session.h"

namespace protm::runner {
namespace {

constexpr const char* kWaits = "vm-op-waits";
constexpr const char* kImmortal = "heaps-immortal";
constexpr const char* kAtGroup = "heap-at-group";
constexpr const char* kSysfs = "heap-name-sysfs";
constexpr const char* kBuffers = "userspace-buffers";

/// Two more bases: two are taken by the Differential that looks at a candidate.
constexpr std::uint64_t kWorldBaseC = rig::kWorldBaseB + (rig::kWorldBaseB - rig::kWorldBaseA);
constexpr std::uint64_t kWorldBaseD = kWorldBaseC + (rig::kWorldBaseB - rig::kWorldBaseA);

Suite loaded(const std::string& folder, const Filter& filter = {}) {
  Suite suite = load_suite(folder, filter);
  for (const format::Diagnostic& d : suite.errors) MESSAGE(d.text());
  REQUIRE(suite.errors.empty());
  REQUIRE(!suite.cases.empty());
  return suite;
}

Suite suite_of(const std::string& pattern) {
  return loaded("conformance/suites", {.suite = {}, .pattern = pattern});
}

Suite with(Suite a, const Suite& b) {
  a.cases.insert(a.cases.end(), b.cases.begin(), b.cases.end());
  return a;
}

std::vector<Design> designs() {
  std::vector<Design> all;
  for (const char* profile : {kWaits, kImmortal, kAtGroup, kSysfs, kBuffers}) {
    all.push_back({profile, loaded("conformance/designs/" + std::string(profile) + "/suites")});
  }
  return all;
}

/// The reference under a profile, as a candidate that does not say what it follows.
exec::Candidate silent(const std::string& profile) {
  exec::Candidate c = differential::reference(profile);
  c.profile.clear();
  c.capabilities = differential::reference().capabilities;
  return c;
}

const OpenQuestion& question(const RunResult& result, const std::string& id) {
  for (const OpenQuestion& open : result.questions) {
    if (open.id == id) return open;
  }
  FAIL("no question " << id);
  return result.questions.front();
}

/// What the report says of `id`; empty = none of its positions.
std::string followed(const RunResult& result, const std::string& id) {
  const OpenQuestion& open = question(result, id);
  if (open.stand != Stand::follows) return {};
  const std::string& profile = open.tried[open.position].profile;
  return profile.empty() ? "as posted" : profile;
}

/// Takes one position in some cases and the posted one in all others.
class Wavering final : public contract::ProgramSut {
 public:
  Wavering(const std::string& profile, std::vector<std::string> cases)
      : posted_(differential::reference(), kWorldBaseC),
        other_(differential::reference(profile), kWorldBaseD),
        cases_(std::move(cases)) {}
  [[nodiscard]] contract::SutInfo info() const override {
    return {"wavering", "1", posted_.candidate().capabilities};
  }
  contract::Trace run(const contract::Program& program, contract::TraceDetail) override {
    const bool other = std::find(cases_.begin(), cases_.end(), program.id) != cases_.end();
    return other ? other_.run(program) : posted_.run(program);
  }

 private:
  exec::Session posted_, other_;
  std::vector<std::string> cases_;
};

exec::Candidate wavering(const std::string& profile, std::vector<std::string> cases) {
  exec::Candidate c;
  c.spec = c.name = "wavering";
  c.whole = std::make_shared<Wavering>(profile, std::move(cases));
  c.capabilities = c.whole->info().capabilities;
  return c;
}

TEST_CASE("designs: a driver of each position is told which it follows, by text and JSON") {
  struct Row {
    const char *profile, *question, *pattern;
  };
  const Row rows[] = {{kWaits, "vm-op", "MMU-20"},       {kImmortal, "heap-life", "HEAP-1"},
                      {kAtGroup, "heap-lookup", "HEAP-28"}, {kSysfs, "heap-name", "HEAP-12"},
                      {kBuffers, "buffers", "HEAP-28"}};
  for (const Row& row : rows) {
    CAPTURE(row.profile);
    const Suite suite = suite_of(row.pattern);
    const RunResult result = conform_to_any_design(suite, designs(), silent(row.profile), {});
    CHECK(followed(result, row.question) == row.profile);
    CHECK(result.profile == row.profile);
    CHECK(result.suite_errors.empty());
    CHECK(result.count(Outcome::diverged) == 0);
    CHECK(result.count(Outcome::agreed) > 0);
    const std::string text = report_text(result);
    CAPTURE(text);
    CHECK(text.find("the report is of the driver with " + std::string(row.profile)) !=
          std::string::npos);
    const auto json = nlohmann::json::parse(report_json(result));
    bool told = false;
    for (const auto& one : json["questions"]) {
      if (one["question"] != row.question) continue;
      told = one["stand"] == "follows" && one["position"] == row.profile &&
             !one["positions"][1]["source"].get<std::string>().empty();
    }
    CHECK(told);
  }
}

TEST_CASE("designs: the reference follows the posted position in each question") {
  Suite suite = suite_of("MMU-20");
  for (const char* pattern : {"HEAP-1", "HEAP-28", "HEAP-12"}) {
    suite = with(suite, suite_of(pattern));
  }
  const RunResult result = conform_to_any_design(suite, designs(), differential::reference(), {});
  for (const char* id : {"vm-op", "heap-life", "heap-lookup", "heap-name", "buffers"}) {
    CAPTURE(id);
    CHECK(followed(result, id) == "as posted");
    // Nothing diverged, so that nobody had to ask further.
    CHECK(question(result, id).tried[1].agreed + question(result, id).tried[1].diverged == 0);
  }
  CHECK(result.designs.empty());
  CHECK(report_text(result).find("the report is of the driver as posted") != std::string::npos);
}

TEST_CASE("designs: several positions at once are found one by one") {
  const Suite suite = with(suite_of("MMU-20"), suite_of("HEAP-1"));
  const std::string both = std::string(kWaits) + "+" + kImmortal;
  const RunResult result = conform_to_any_design(suite, designs(), silent(both), {});
  CHECK(result.profile == both);
  CHECK(followed(result, "vm-op") == kWaits);
  CHECK(followed(result, "heap-life") == kImmortal);
  CHECK(result.count(Outcome::diverged) == 0);
}

TEST_CASE("designs: who takes both positions of a question is refused, with a case of each") {
  const Suite suite = loaded("conformance/suites", {.suite = "heap", .pattern = {}});
  const char* const kOwn = "heap/heap-009-put-ends-nothing";
  const RunResult mixed = conform_to_any_design(
      suite, designs(), wavering(kImmortal, {"heap/heap-001-life-cycle", kOwn}), {});
  const OpenQuestion& open = question(mixed, "heap-life");
  CHECK(open.stand == Stand::contradicts);
  CHECK(open.tried[0].agreed != 0);
  CHECK(open.tried[0].diverged_case == "heap/heap-001-life-cycle");
  CHECK(open.tried[1].agreed_case == kOwn);
  CHECK(open.tried[1].diverged_case == "heap/heap-009-found-for-ever");
  CHECK(mixed.profile.empty());
  CHECK(exit_code(mixed) == 1);
  const std::string text = report_text(mixed);
  CAPTURE(text);
  CHECK(text.find("NO POSITION FITS: " + open.tried[0].agreed_case + " agrees only as posted") !=
        std::string::npos);
  CHECK(text.find(std::string(kOwn) + " only under heaps-immortal") != std::string::npos);
  const auto json = nlohmann::json::parse(report_json(mixed));
  bool told = false;
  for (const auto& one : json["questions"]) {
    if (one["question"] != "heap-life") continue;
    told = one["stand"] == "contradicts" && one["contradiction"][1] == kOwn;
  }
  CHECK(told);
}

TEST_CASE("designs: what another defect explains decides no question") {
  const Suite suite = with(suite_of("SCHED-20"), suite_of("MMU-20"));
  auto posted = differential::default_registry().parse("series-v1:only=SCHED-20");
  REQUIRE(posted.has_value());
  const RunResult result = conform_to_any_design(suite, designs(), *posted, {});
  CHECK(result.profile.empty());
  CHECK(result.count(Outcome::diverged) > 0);
  const OpenQuestion& open = question(result, "vm-op");
  CHECK(open.stand != Stand::contradicts);
  CHECK(open.tried[0].diverged != 0);
  // A filter that leaves no case of a question has not asked it.
  CHECK(question(result, "heap-name").stand == Stand::not_asked);
}

TEST_CASE("designs: of the firmware's answers a right driver relies on none") {
  const Suite suite = with(suite_of("SCHED-39"), suite_of("SCHED-40"));
  const RunResult right = conform_to_any_design(suite, designs(), differential::reference(), {});
  CHECK(question(right, "fw-asks-again").stand == Stand::each);
  CHECK(question(right, "fw-acks-inside").stand == Stand::each);
  CHECK(report_text(right).find("right whether it raises PROTM_PEND again") != std::string::npos);
  auto posted = differential::default_registry().parse("series-v1:only=SCHED-39");
  REQUIRE(posted.has_value());
  const RunResult relies = conform_to_any_design(suite, designs(), *posted, {});
  CHECK(followed(relies, "fw-asks-again") == "as posted");
  CHECK(report_text(relies).find("relies on: raises PROTM_PEND again") != std::string::npos);
  // Selected by hand: the machine of cases that name none answers so.
  const RunResult once =
      conform_to_design(suite, designs(), *posted, "fw-asks-once+fw-acks-inside", {});
  CHECK(once.count(Outcome::diverged) > 0);
  CHECK(question(once, "fw-asks-again").stand == Stand::told);
  CHECK(question(once, "fw-asks-again").position == 1);
}

TEST_CASE("designs: each case of a design fails where the design is another one") {
  for (const Design& design : designs()) {
    CAPTURE(design.profile);
    const RunResult other = conform(
        design.own, differential::with_profile(differential::reference(), design.profile), {});
    for (const CaseResult& row : other.cases) {
      CAPTURE(row.id);
      CHECK(row.outcome == Outcome::diverged);
    }
    const RunResult right = conform(design.own, differential::reference(design.profile), {});
    for (const CaseResult& row : right.cases) {
      CAPTURE(row.id);
      CAPTURE(row.detail);
      CHECK(row.outcome == Outcome::agreed);
    }
    for (const std::string& error : right.suite_errors) FAIL_CHECK(error);
  }
}

TEST_CASE("designs: the suites hold under each position, all that go together, and each release") {
  const Suite suite = loaded("conformance/suites");
  // Those that go together take each of their lines; one by one they are the fast build's matter.
  std::vector<const char*> profiles{"vm-op-waits+heaps-immortal+heap-at-group+heap-name-sysfs",
                                    "userspace-buffers", "linux-6.12"};
  if (PROTM_ALL_OF_IT) {
    profiles.insert(profiles.end(), {"vm-op-waits", "heaps-immortal", "heap-at-group",
                                     "heap-name-sysfs", "fw-asks-once", "fw-acks-inside",
                                     "linux-7.x"});
  }
  for (const char* profile : profiles) {
    CAPTURE(profile);
    const RunResult result =
        conform_to_design(suite, designs(), differential::reference(profile), profile, {});
    for (const std::string& error : result.suite_errors) FAIL_CHECK(error);
    const auto agreed =
        std::count_if(result.cases.begin(), result.cases.end(),
                      [](const CaseResult& row) { return row.outcome == Outcome::agreed; });
    CHECK(agreed > 200);   // what is skipped proves nothing
    for (const CaseResult& row : result.cases) {
      CAPTURE(row.id);
      CAPTURE(row.detail);
      const bool fine = row.outcome == Outcome::agreed || row.outcome == Outcome::skipped;
      CHECK(fine);
    }
  }
}

TEST_CASE("designs: under linux-6.12 AS commands flush, one for each step of an operation") {
  const auto read = format::read_case("base-001-x.yaml", R"(
schema: 1
id: base/base-001-x
title: x
why: x
entries: [BASE-1]
requires: [panthor, vm_bind, host_checks]
actors:
  user:
    - {id: v, vm_create: {}}
    - {stream_area: $v}
    - {id: b, bo_create: 8KiB}
    - {id: g, group_create: {vm: $v, queues: [{ringbuf: 4KiB}]}}
    - {id: j, group_submit: {group: $g, stream: [{run_compute: 2ms}]}}
    # Three steps, each with a region of its own: a map, and what goes for the map behind it.
    - {after: job $j started, id: m, vm_bind: {vm: $v, ops: [
       {map: {bo: $b, va: 0x200000, size: 8KiB}}, {map: {bo: $b, va: 0x201000, size: 4KiB}}]}}
    - {after: AS_COMMAND.FLUSH_PT written x5, wait: $j}
reaches: [AS_COMMAND.FLUSH_PT written x5, AS_COMMAND.FLUSH_MEM written, job $j ended]
then:
  - {result: $m, is: 0}
  - {never: AS_COMMAND.UNLOCK written}
)");
  REQUIRE_MESSAGE(read.has_value(), read.error().front().text());
  const Suite suite{.cases = {{"base-001-x.yaml", *read}}, .errors = {}};
  const auto run = [&](const char* profile) {
    return conform(suite, differential::reference(profile), {});
  };
  const RunResult older = run("linux-6.12");
  for (const std::string& error : older.suite_errors) FAIL_CHECK(error);
  CHECK(older.count(Outcome::agreed) == 1);
  CHECK(run("linux-7.x").count(Outcome::agreed) == 0);
}

TEST_CASE("designs: one that says its profile is run under it, once") {
  const RunResult said = conform_to_any_design(suite_of("MMU-20"), designs(),
                                               differential::reference(kWaits), {});
  CHECK(said.profile == kWaits);
  CHECK(said.designs.empty());
  CHECK(question(said, "vm-op").stand == Stand::told);
}

}  // namespace
}  // namespace protm::runner
