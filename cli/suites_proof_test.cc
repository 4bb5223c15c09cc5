// SPDX-License-Identifier: GPL-2.0-only
// The suites prove themselves: the oracle agrees with itself, a series without defects agrees, each
// defect and each mutant is caught by a case of its own entry, and every rule was put to the test.
// Switches run on all cases (matrix.golden). Mutants run on the cases that kills.golden names for
// them, which is enough for each statement here; PROTM_UPDATE_GOLDEN runs all and writes both.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "conformance/format/catalogue_reader.h"
#include "conformance/runner/proof.h"
#include "conformance/runner/suite.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/differential.h"
#include "oracle/mutants/mutants.h"
#include "oracle/rules/rule_table.h"

using namespace protm;
using differential::Comparison;
using differential::Differential;
using judge::Outcome;

namespace {

const runner::Suite& suite() {
  static const runner::Suite all = runner::load_suite("conformance/suites", {});
  return all;
}

const std::vector<format::CatalogueEntry>& catalogue() {
  static const auto read = format::read_catalogue_file("conformance/catalogue.yaml");
  REQUIRE(read.has_value());
  return *read;
}

bool is_rule_of(const std::vector<std::string>& entries, const std::string& rule) {
  return runner::is_rule_of(catalogue(), entries, rule);
}

void must_be_proven(const std::vector<std::string>& complaints) {
  for (const std::string& complaint : complaints) FAIL_CHECK(complaint);
}

/// What the oracle shows on a case, for all candidates: they differ in nothing that it depends on.
const contract::Trace& oracle_trace(const contract::Program& program) {
  static exec::Session oracle(differential::reference(), rig::kWorldBaseC);
  static std::map<std::string, contract::Trace> known;
  const auto [place, is_new] = known.try_emplace(program.id);
  if (is_new) place->second = oracle.run(program);
  return place->second;
}

/// Every case on one candidate; complains about anything but agreement.
std::map<std::string, std::uint64_t> must_agree(const exec::Candidate& candidate) {
  std::map<std::string, std::uint64_t> armed;
  Differential differential(candidate);
  for (const runner::SuiteCase& c : suite().cases) {
    const Comparison result = differential.compare(c.program);
    CAPTURE(c.program.id);
    CAPTURE(result.verdict.rule);
    CAPTURE(result.verdict.detail);
    CHECK(judge::outcome_name(result.verdict.outcome) == "agreed");
    for (const judge::Count& n : result.verdict.checked) armed[n.id] += n.n;
  }
  return armed;
}

using Row = runner::Broken;

/// Cases that a candidate can run and that diverge on it, with the rule that says so first. Each
/// candidate runs once.
const std::vector<Row>& diverging(const exec::Candidate& candidate) {
  static std::map<std::string, std::vector<Row>> known;
  const auto [place, is_new] = known.try_emplace(candidate.spec);
  std::vector<Row>& rows = place->second;
  if (!is_new) return rows;
  Differential differential(candidate);
  for (const runner::SuiteCase& c : suite().cases) {
    if ((c.program.requires_mask & ~candidate.capabilities) != 0) continue;
    const Comparison result =
        differential.compare(c.program, {.run = {}, .oracle = &oracle_trace(c.program)});
    CAPTURE(c.program.id);
    CHECK(result.verdict.outcome != Outcome::oracle_wrong);
    if (result.verdict.outcome == Outcome::diverged) {
      rows.push_back({c.program.id, result.verdict.rule});
    }
  }
  return rows;
}

bool updates_golden() { return std::getenv("PROTM_UPDATE_GOLDEN") != nullptr; }

exec::Candidate mutant(std::string_view name) {
  const auto candidate = differential::default_registry().parse("mutant:" + std::string(name));
  REQUIRE(candidate.has_value());
  return *candidate;
}

const runner::SuiteCase& case_of(const std::string& id) {
  const auto found = std::find_if(suite().cases.begin(), suite().cases.end(),
                                  [&](const runner::SuiteCase& c) { return c.program.id == id; });
  REQUIRE_MESSAGE(found != suite().cases.end(), id);
  return *found;
}

/// Whether a line of oracle/reference still reads so.
bool in_reference(const std::string& file, const std::string& text) {
  std::ifstream source("oracle/reference/" + file);
  // Long lines are cut there, with dots.
  const std::string head = text.ends_with("...") ? text.substr(0, text.size() - 3) : text;
  for (std::string line; std::getline(source, line);) {
    if (line.find(head) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("suites: all cases can be read and there are enough of them") {
  for (const format::Diagnostic& d : suite().errors) MESSAGE(d.text());
  CHECK(suite().errors.empty());
  CHECK(suite().cases.size() >= 25);
}

TEST_CASE("suites: the reference agrees with itself and every rule is armed") {
  const auto armed = must_agree(differential::reference());
  std::vector<std::string> rules;
  for (const contract::Rule& rule : rules::rule_table()) rules.emplace_back(rule.id);
  must_be_proven(runner::unarmed_rules(rules, armed));
}

TEST_CASE("suites: the reference agrees with itself where an unplug waits for a tick") {
  const auto candidate = differential::default_registry().parse("reference:unplug-waits");
  REQUIRE(candidate.has_value());
  must_agree(*candidate);
}

TEST_CASE("suites: the series without its defects agrees everywhere") {
  must_agree(exec::series_v1(0));
}

TEST_CASE("suites: each switch alone is caught by all cases of its entry, as the matrix says") {
  std::ostringstream matrix;
  for (exec::SwitchMask bit = 1; !exec::switch_ids(bit).empty(); bit <<= 1) {
    const std::string id = exec::switch_ids(bit).front();
    CAPTURE(id);
    const std::vector<Row>& rows = diverging(exec::series_v1(bit));
    matrix << id << "\n";
    for (const Row& row : rows) matrix << "  " << row.case_id << " " << row.rule << "\n";
    must_be_proven(runner::complaints_of_switch(catalogue(), suite(), id, rows));
  }
  const char* const golden = "conformance/suites/matrix.golden";
  if (updates_golden()) std::ofstream(golden) << matrix.str();
  std::ifstream in(golden);
  std::ostringstream want;
  want << in.rdbuf();
  CHECK(matrix.str() == want.str());
}

/// Patches 4 to 7 take a protected buffer for each group, and without a heap refuse the group;
/// patch 8 makes it a matter of the group's flag.
bool is_intermediate_state(std::uint32_t patches, const std::string& rule) {
  return patches >= 4 && patches < 8 && (rule == "heap-alloc" || rule == "result/group_create");
}

TEST_CASE("suites: after each patch, what diverges is a defect that it or an earlier one brings") {
  for (std::uint32_t patches = 1; patches <= exec::patch_count(); ++patches) {
    CAPTURE(patches);
    const auto posted =
        differential::default_registry().parse("series-v1:patches=1-" + std::to_string(patches));
    REQUIRE(posted.has_value());
    const std::vector<std::string> on = exec::switch_ids(exec::switch_mask(*posted));
    const auto must_be_known = [&](const exec::Candidate& candidate, bool with_defects) {
      for (const Row& row : diverging(candidate)) {
        CAPTURE(row.case_id);
        CAPTURE(row.rule);
        const bool known = is_intermediate_state(patches, row.rule) ||
                           (with_defects && is_rule_of(on, row.rule));
        CHECK(known);
      }
    };
    must_be_known(*posted, true);
    must_be_known(exec::series_v1(0, patches), false);
    CHECK(diverging(exec::series_v1(0, patches)).empty() == (patches < 4 || patches == 8));
    // Nobody can call what patch 1 does before patch 2 exports it.
    CHECK(diverging(*posted).empty() == (patches == 1));
  }
}

bool is_own_kill(const Row& row) {
  return is_rule_of(case_of(row.case_id).program.entries, row.rule);
}

bool show(runner::Unshown& unshown, const Row& row) {
  return unshown.show(case_of(row.case_id).program, row.rule);
}

/// All that there is, without what a switch shows.
runner::Unshown left_by_switches() {
  runner::Unshown unshown(catalogue(), suite());
  CHECK(unshown.entries_left() > 50);
  for (exec::SwitchMask bit = 1; !exec::switch_ids(bit).empty(); bit <<= 1) {
    for (const Row& row : diverging(exec::series_v1(bit))) show(unshown, row);
  }
  return unshown;
}

/// Takes out what `./protm bench mutation` wrote down. Last, because nothing here runs it again;
/// `--check` does.
void show_noticed(runner::Unshown& unshown) {
  std::ifstream noticed("conformance/suites/mutants.golden");
  for (std::string line; std::getline(noticed, line);) {
    std::istringstream words(line);
    Row row;
    std::string file, at;
    std::getline(std::getline(words, row.case_id, '\t'), row.rule, '\t');
    std::getline(std::getline(words, file, '\t'), at, '\t');
    CAPTURE(line);
    CHECK(in_reference(file, at));
    show(unshown, row);
  }
}

/// Of all rows of all mutants those that the statements below rest on, as lines of kills.golden.
std::string enough_kills() {
  runner::Unshown unshown = left_by_switches();
  std::ostringstream out;
  for (const mutants::Mutant& m : mutants::table()) {
    bool killed = false;
    for (const Row& row : diverging(mutant(m.name))) {
      const bool first_kill = !killed && is_own_kill(row);
      if (!show(unshown, row) && !first_kill) continue;
      killed = killed || first_kill;
      out << m.name << "\t" << row.case_id << "\t" << row.rule << "\n";
    }
  }
  return out.str();
}

/// The rows of kills.golden by mutant, each seen on this build.
const std::map<std::string, std::vector<Row>>& kills() {
  static std::map<std::string, std::vector<Row>> seen;
  if (!seen.empty()) return seen;
  const char* const golden = "conformance/suites/kills.golden";
  if (updates_golden()) {
    const std::string all = enough_kills();
    std::ofstream(golden) << all;
  }
  std::ifstream in(golden);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    Row row;
    std::getline(std::getline(std::getline(words, name, '\t'), row.case_id, '\t'), row.rule, '\t');
    seen[name].push_back(row);
  }
  for (const auto& mutants_rows : seen) {
    const std::string& name = mutants_rows.first;
    Differential differential(mutant(name));
    for (const Row& row : mutants_rows.second) {
      CAPTURE(name);
      CAPTURE(row.case_id);
      const contract::Program& program = case_of(row.case_id).program;
      const Comparison result =
          differential.compare(program, {.run = {}, .oracle = &oracle_trace(program)});
      CHECK(judge::outcome_name(result.verdict.outcome) == "diverged");
      CHECK(result.verdict.rule == row.rule);
    }
  }
  return seen;
}

TEST_CASE("suites: each mutant is killed with a rule of an entry of the case") {
  for (const mutants::Mutant& m : mutants::table()) {
    CAPTURE(m.name);
    const auto rows = kills().find(std::string(m.name));
    REQUIRE(rows != kills().end());
    CHECK(std::any_of(rows->second.begin(), rows->second.end(), is_own_kill));
  }
}

TEST_CASE("suites: a switch or mutant breaks every case, and each entry that has one") {
  runner::Unshown unshown = left_by_switches();
  for (const auto& [name, rows] : kills()) {
    for (const Row& row : rows) show(unshown, row);
  }
  show_noticed(unshown);
  must_be_proven(unshown.complaints());
}

TEST_CASE("suites: a rotation that leaves a group behind breaks the fact about it") {
  Differential differential(mutant("last-come-first-served"));
  const auto findings =
      differential.compare(case_of("base/base-013-three-groups-per-slot").program).verdict.findings;
  CHECK(std::any_of(findings.begin(), findings.end(), [](const judge::Finding& f) {
    return f.rule == "then" && f.field == "lead";
  }));
}
