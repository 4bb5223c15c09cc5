// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include "cli/agree_text.h"
#include "cli/side_by_side.h"
#include "cli/text_table.h"
#include "sut-adapters/contract/trace_builder.h"

namespace protm::cli {
namespace {

using contract::NodeType;

TEST_CASE("TextTable: columns line up, the last one wraps, JSON keeps every cell") {
  TextTable table{{"id", "what"}, {}};
  table.rows.push_back({"A", "short"});
  table.rows.push_back({"LONGER", std::string(60, 'x') + " " + std::string(60, 'y')});
  CHECK(table.text() == "A       short\nLONGER  " + std::string(60, 'x') + "\n        " +
                            std::string(60, 'y') + "\n");
  CHECK(table.json() == "[\n  {\n    \"id\": \"A\",\n    \"what\": \"short\"\n  },\n  {\n    "
                        "\"id\": \"LONGER\",\n    \"what\": \"" +
                            table.rows[1][1] + "\"\n  }\n]\n");
}

TEST_CASE("TextTable: from the first long column on, each cell has lines of its own") {
  TextTable table{{"id", "sentence", "source"}, {}};
  table.rows.push_back({"A", std::string(41, 'x'), "mail"});
  table.rows.push_back({"BB", "short", ""});
  CHECK(table.text() == "A\n    " + std::string(41, 'x') + "\n    mail\nBB\n    short\n");
}

TEST_CASE("labelled: nothing for nothing, and a hanging indent") {
  CHECK(labelled("why", "") == "");
  CHECK(labelled("why", "because") == "  why: because\n");
  const std::string two = labelled("why", std::string(80, 'a') + " " + std::string(20, 'b'));
  CHECK(two == "  why: " + std::string(80, 'a') + "\n       " + std::string(20, 'b') + "\n");
}

TEST_CASE("agree_totals_text: what was left to chance is said, with the Programs it stands in") {
  fuzz::AgreementTotals totals;
  fuzz::AgreementRow row;
  totals.add(row);
  CHECK(agree_totals_text(totals).find("chance") == std::string::npos);
  row.verdict.by_chance = 3;
  totals.add(row);
  CHECK(agree_totals_text(totals).find("2 Programs: 2 agreed") != std::string::npos);
  CHECK(agree_totals_text(totals).find("; 1 differ in what hangs on chance") != std::string::npos);
}

struct Runs {
  contract::Program program;
  differential::Comparison comparison;
};

/// Three steps; the candidate is slower, and its second step fails.
Runs two_runs() {
  Runs runs;
  for (int i = 0; i < 3; ++i) add_step(runs.program, contract::make_node(NodeType::sleep));
  contract::TraceBuilder oracle;
  contract::TraceBuilder candidate;
  oracle.at(100).started(0).after(10).returned(0, 0).started(1).after(10).returned(1, 0);
  oracle.started(2).after(10).returned(2, 0);
  candidate.at(500).started(0).after(10).returned(0, 0).started(1).after(10).returned(1, -22);
  candidate.started(2).after(10).returned(2, 0);
  runs.comparison.oracle = oracle.trace();
  runs.comparison.candidate = candidate.trace();
  runs.comparison.verdict.candidate_record = 3;
  return runs;
}

TEST_CASE("counterpart: the same anchor, whatever its time and result") {
  const Runs runs = two_runs();
  CHECK(counterpart(runs.comparison.candidate, 3, runs.comparison.oracle) == 3);
  contract::Trace shorter = runs.comparison.oracle;
  shorter.records.resize(2);
  CHECK_MESSAGE(counterpart(runs.comparison.candidate, 3, shorter) == 1,
                "the last anchor that both have");
  CHECK(counterpart({}, 7, shorter) == 0);
}

TEST_CASE("side_by_side: shared records on one line, the diverging one marked") {
  const Runs runs = two_runs();
  const std::string text =
      side_by_side(runs.program, runs.comparison, Margins{.before = 2, .after = 1});
  CHECK(text.find("             1             1   more records before\n") != std::string::npos);
  CHECK(text.find("       0.110us       0.510us   step_started") != std::string::npos);
  CHECK(text.find("       0.120us             -   step_returned") != std::string::npos);
  CHECK(text.find("             -       0.520us > step_returned") != std::string::npos);
  CHECK(text.find("EINVAL") != std::string::npos);
  CHECK(text.find("       0.120us       0.520us   step_started") != std::string::npos);
  CHECK(text.find("             1             1   more records behind\n") != std::string::npos);
}

TEST_CASE("side_by_side: a deadline that passed is shown at the last record before it") {
  Runs runs = two_runs();
  runs.comparison.verdict.candidate_record.reset();
  runs.comparison.verdict.at_ns = 10'000'000;
  const std::string text = side_by_side(runs.program, runs.comparison);
  CHECK(text.find(" > step_returned") != std::string::npos);
  CHECK(text.find("more records behind") == std::string::npos);
}

TEST_CASE("side_by_side: a candidate that shows nothing") {
  Runs runs = two_runs();
  runs.comparison.candidate = {};
  runs.comparison.verdict.candidate_record.reset();
  CHECK(side_by_side(runs.program, runs.comparison).find("0.100us") != std::string::npos);
}

}  // namespace
}  // namespace protm::cli
