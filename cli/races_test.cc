// SPDX-License-Identifier: GPL-2.0-only
// Each race of the catalogue that a candidate of ours has is found by exploration, from a case
// without a schedule. docs/schedules.md holds the table with the numbers of runs.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "conformance/format/case_reader.h"
#include "conformance/format/schedule_text.h"
#include "conformance/format/text_file.h"
#include "conformance/runner/suite.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/differential.h"

using namespace protm;

namespace {

struct Race {
  const char* entry;
  const char* sut;
  const char* case_id;
  std::uint32_t preemptions = 2;  ///< where the case says none
};

constexpr Race kRaces[] = {
    {"HEAP-4", "series-v1:only=HEAP-4", "heap/heap-004-open-races-put"},
    {"HEAP-14", "series-v1:only=HEAP-14", "heap/heap-014-find-races-put"},
    {"HEAP-32", "series-v1:only=HEAP-32", "heap/heap-032-unbind-keeps-heap"},
    {"HEAP-38", "series-v1:only=HEAP-3", "heap/heap-038-close-as-last-holder"},
    {"FW-17", "mutant:short-session-missed", "fw/fw-017-over-before-seen"},
    {"FW-18", "series-v1:only=FW-18", "fw/fw-018-two-sessions"},
    {"SCHED-33", "mutant:late-request-acked", "sched/sched-033-request-behind-grant"},
    {"SCHED-47", "series-v1:only=SCHED-47", "sched/sched-047-asks-while-entering"},
    // Nothing has to depart for this one, and all that the oracle could show with two is much.
    {"MMU-33", "mutant:vm-operations-sleep-inside", "mmu/mmu-033-bind-and-tick", 1},
    {"RST-15", "series-v1:only=RST-15", "rst/rst-015-exit-before-reset"},
    {"RST-16", "series-v1:only=RST-16", "rst/rst-016-destroy-stuck"},
};

constexpr const char* kPage = "docs/schedules.md";
constexpr std::string_view kBegin = "<!-- races: checked by cli/races_test.cc -->\n";
constexpr std::string_view kEnd = "<!-- end of races -->\n";

const contract::Program& program_of(const std::string& id) {
  static const runner::Suite all = runner::load_suite("conformance/suites", {});
  for (const runner::SuiteCase& c : all.cases) {
    if (c.program.id == id) return c.program;
  }
  FAIL("no case " << id);
  std::abort();
}

contract::ExploreSpec spec_of(const contract::Program& program, const Race& race) {
  contract::ExploreSpec spec = program.explore;
  if (!spec.active()) spec.preemptions = race.preemptions;
  return spec;
}

std::string tasks_text(const contract::Program& program, const contract::ExploreSpec& spec) {
  std::string out;
  for (const contract::TaskSpec& task : differential::tasks_of(program, spec)) {
    out += (out.empty() ? "" : ", ") + format::task_text(task, program.actors);
  }
  return out;
}

std::string row(const Race& race) {
  const auto candidate = differential::default_registry().parse(race.sut);
  REQUIRE(candidate.has_value());
  const contract::Program& program = program_of(race.case_id);
  CAPTURE(race.entry);
  CHECK(program.schedule.empty());
  const contract::ExploreSpec spec = spec_of(program, race);
  differential::Differential differential(*candidate);
  const auto explored = differential.explore(program, {.spec = spec, .from = {}, .after_run = {}});
  REQUIRE(explored.found.has_value());
  CHECK(explored.found->replays == differential::kReplays);
  CHECK(explored.found->verdict.outcome == judge::Outcome::diverged);
  return "| " + std::string(race.entry) + " | `" + race.sut + "` | " +
         std::string(race.case_id).substr(std::string_view(race.case_id).find('/') + 1) + " | " +
         tasks_text(program, spec) + " | " + std::to_string(explored.found->run) + " | " +
         explored.found->verdict.rule + " |\n";
}

}  // namespace

TEST_CASE("races: in MMU-33 it is the VM that the tick wants, not the length of the session") {
  // The same bug where the group that preempts has a VM of its own: the tick gets on, the session
  // ends, and so does the wait of the operation.
  const std::string shared = "group_create: {vm: $v2, priority: realtime";
  const std::string use = "{store32: {va: 0x200000, value: 7}}";
  const std::string before = "    - {id: b, bo_create";
  auto text = format::read_text_file("conformance/suites/mmu/mmu-033-bind-and-tick.yaml");
  REQUIRE(text.has_value());
  for (const std::string& part : {shared, use, before}) REQUIRE(text->find(part) != text->npos);
  text->replace(text->find(use), use.size(), "{nop: {}}");
  text->replace(text->find(shared), shared.size(), "group_create: {vm: $v3, priority: realtime");
  text->insert(text->find(before),
               "    - {id: v3, vm_create: {}}\n    - {id: s3, stream_area: {vm: $v3}}\n");
  const auto apart = format::read_case("mmu-033-apart.yaml", *text);
  REQUIRE(apart.has_value());
  const auto candidate =
      differential::default_registry().parse("mutant:vm-operations-sleep-inside");
  REQUIRE(candidate.has_value());
  CHECK(differential::Differential(*candidate).compare(*apart).verdict.outcome ==
        judge::Outcome::agreed);
}

TEST_CASE("races: each is found without a schedule, in as many runs as the page says") {
  std::string table(kBegin);
  table += "| race | candidate | case | may be held | found in run | by |\n";
  table += "|---|---|---|---|---|---|\n";
  for (const Race& race : kRaces) table += row(race);
  table += kEnd;
  const auto page = format::read_text_file(kPage);
  REQUIRE(page.has_value());
  const std::size_t begin = page->find(kBegin);
  const std::size_t end = page->find(kEnd);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  if (std::getenv("PROTM_UPDATE_DOCS") != nullptr) {
    std::ofstream(kPage) << page->substr(0, begin) << table
                         << page->substr(end + kEnd.size());
    return;
  }
  INFO("run the test with PROTM_UPDATE_DOCS=1 to update the page");
  CHECK(page->substr(begin, end + kEnd.size() - begin) == table);
}
