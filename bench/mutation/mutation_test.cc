// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>
#include <poll.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "bench/mutation/child.h"
#include "bench/mutation/mutant.h"
#include "bench/mutation/score.h"
#include "fuzzers/lib/scratch_folder.h"

namespace {

using namespace protm::mutation;

std::vector<Mutant> four() {
  return {{.number = 1, .file = "a.cc", .line = 3, .function = "f", .op = "compare",
           .before = "x < y", .after = "<=", .at = "if (x < y) g();"},
          {.number = 2, .file = "a.cc", .line = 3, .function = "f", .op = "delete",
           .before = "g()", .after = "", .at = "if (x < y) g();"},
          {.number = 3, .file = "b.cc", .line = 7, .function = "h", .op = "constant",
           .before = "0", .after = "1", .at = "int n = 0;"},
          {.number = 4, .file = "b.cc", .line = 9, .function = "h", .op = "constant",
           .before = "0", .after = "1", .at = "int n = 0;", .ordinal = 2}};
}

std::string error_of(const std::string& text) {
  const auto read = read_equivalents("equivalent.yaml", text, four());
  REQUIRE_FALSE(read.has_value());
  return protm::format::diagnostics_text(read.error());
}

ChildEnd end_of(Child& child) {
  for (;;) {
    pollfd wait{child.descriptor(), POLLIN, 0};
    (void)poll(&wait, 1, 1000);
    if (auto end = child.poll()) return *end;
  }
}

}  // namespace

TEST_CASE("Mutants: a sample is drawn by its seed and comes in the order of the numbers") {
  const auto all = four();
  CHECK(sample(all, "", 10, 1).size() == 4);
  CHECK(sample(all, "b.cc", 10, 1).size() == 2);
  const auto some = sample(all, "", 2, 7);
  REQUIRE(some.size() == 2);
  CHECK(some[0]->number < some[1]->number);
  CHECK(sample(all, "", 2, 7) == some);
  bool differs = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) differs |= sample(all, "", 2, seed) != some;
  CHECK(differs);
}

TEST_CASE("Equivalents: an entry means one mutant, or as many as it says") {
  const auto read = read_equivalents(
      "equivalent.yaml",
      "schema: 1\nequivalent:\n"
      "  - {file: a.cc, operator: delete, proof: g does nothing}\n"
      "  - {file: b.cc, at: int n = 0;, count: 2, proof: n is written before it is read}\n",
      four());
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 3);
  CHECK((*read)[0].number == 2);
  CHECK((*read)[2].number == 4);
  CHECK((*read)[2].proof == "n is written before it is read");
}

TEST_CASE("Equivalents: an entry that means nothing, too much or nothing new is an error") {
  const std::string head = "schema: 1\nequivalent:\n";
  CHECK(error_of(head + "  - {file: c.cc, proof: p}\n").starts_with(
      "equivalent.yaml:3:5: error: this entry means 0 mutants"));
  CHECK(error_of(head + "  - {file: b.cc, proof: p}\n").find("means 2 mutants") !=
        std::string::npos);
  CHECK(error_of(head + "  - {file: a.cc, operator: delete}\n").find("'proof'") !=
        std::string::npos);
  CHECK(error_of(head + "  - {file: b.cc, ordinal: 2, proof: p}\n"
                        "  - {file: b.cc, count: 2, proof: q}\n")
            .find("named twice") != std::string::npos);
  CHECK(error_of(head + "  - {flie: a.cc, proof: p}\n").find("flie") != std::string::npos);
}

TEST_CASE("Score: what is equivalent does not count, and who is alive is listed") {
  const MutantTable table{four(), {{"in a constant expression", 5}}};
  Score score{.table = &table, .chosen = sample(table.mutants, "", 10, 1), .rows = {},
              .proofs = {{3, "n is written before it is read"}}, .cases = 250, .seed = 1,
              .commit = "abc"};
  const auto add = [&](std::size_t i, Fate fate) {
    const std::string key = table.mutants[i].key();
    score.rows[key] = {key, "t", fate, "", ""};
  };
  add(0, Fate::diverged);
  add(1, Fate::crashed);
  add(2, Fate::survived);
  add(3, Fate::not_reached);
  CHECK(score.count().killed == 2);
  CHECK(score.count().equivalent == 1);
  CHECK(score.count().alive == 1);
  CHECK(percent(score.count().per_mille()) == "66.6 %");
  const std::string page = score_page(score);
  CHECK(page.find("4 of 4 mutants, 250 cases, commit abc: **66.6 %**") != std::string::npos);
  CHECK(page.find("| a.cc | 2 | 2 | 0 | 0 | 100.0 % |") != std::string::npos);
  CHECK(page.find("- b.cc:9 h, constant: `` 0 `` becomes `` 1 `` in `` int n = 0; `` "
                  "(not reached)") != std::string::npos);
  CHECK(page.find("n is written before it is read") != std::string::npos);
}

TEST_CASE("Score: rows come back from their file, without a torn last one") {
  const protm::fuzz::ScratchFolder scratch;
  const std::string file = scratch.file("rows.jsonl");
  CHECK(read_rows(file)->empty());
  REQUIRE(append_row(file, {"a", "t", Fate::diverged, "area/one", "I1"}));
  REQUIRE(append_row(file, {"b", "t", Fate::not_reached, "", ""}));
  std::ofstream(file, std::ios::app) << R"({"key":"c")";
  const auto rows = read_rows(file);
  REQUIRE(rows.has_value());
  CHECK(rows->size() == 2);
  CHECK(rows->at("a").rule == "I1");
  CHECK(rows->at("b").fate == Fate::not_reached);
  std::ofstream(file, std::ios::app) << "\n";
  CHECK(read_rows(file).error().starts_with(file + ":3:1: error: not a row"));
}

TEST_CASE("Child: what it says comes back, and what it breaks is its own") {
  Child well([](ChildSide&) { return std::string("survived"); });
  CHECK(end_of(well).said == "survived");
  // A signal that no sanitizer makes an exit code of.
  Child crash([](ChildSide& side) -> std::string {
    side.begin("area/one", 5);
    side.begin("area/two", 5);
    std::raise(SIGKILL);
    return {};
  });
  const ChildEnd end = end_of(crash);
  CHECK(end.by_signal == SIGKILL);
  CHECK(end.piece == "area/two");
  CHECK_FALSE(end.out_of_time);
  CHECK_FALSE(end.given_up);
  CHECK(end.said.empty());
}

TEST_CASE("Child: a piece that does not end is ended by its processor time") {
  Child busy([](ChildSide& side) -> std::string {
    side.begin("area/one", 1);
    volatile bool waits = true;
    while (waits) {
    }
    return {};
  });
  const ChildEnd end = end_of(busy);
  CHECK(end.out_of_time);
  CHECK(end.piece == "area/one");
}
