// SPDX-License-Identifier: GPL-2.0-only
#include "bench/mutation/score.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "fuzzers/lib/line_file.h"

namespace protm::mutation {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::array<std::string_view, 6> kFates{"diverged", "inconclusive", "crashed",
                                                 "out of time", "survived", "not reached"};

Row row_of(const OrderedJson& j) {
  const std::string word = j.at("fate");
  const auto at = std::find(kFates.begin(), kFates.end(), word);
  if (at == kFates.end()) throw OrderedJson::other_error::create(501, "no fate '" + word + "'", &j);
  return {j.at("key"), j.at("tree"), static_cast<Fate>(at - kFates.begin()), j.at("case"),
          j.at("rule")};
}

std::string code(const std::string& text) {
  std::string out = "`` ";
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out + " ``";
}

/// The change in words: "`a < b` -> `<=`" and the line where it is.
std::string change_text(const Mutant& m) {
  if (m.op == "return") return "begins with " + code(m.after);
  if (m.op == "lock") return "without the lock " + code(m.before);
  if (m.op == "delete") return "without " + code(m.before);
  if (m.op == "negate") return "not " + code(m.before);
  std::string text = code(m.before) + " becomes " + code(m.after);
  if (m.op == "constant") text += " in " + code(m.at);
  return text;
}

std::string place_text(const Mutant& m) {
  return m.file + ":" + std::to_string(m.line) + (m.function.empty() ? "" : " " + m.function);
}

constexpr const char* kHead = R"(# Mutation score

Made by `./protm bench mutation`, not by hand. A script changes the reference in one place, and the
suites compare what comes out with the reference itself: a change that no case notices is one that a
candidate may have, too. Operators: `compare` (< and <=, > and >=, == and !=), `logic` (&& and ||),
`negate` (a condition or a returned bool), `constant` (a literal off by one, from 1000 on halved;
true and false; a named constant or enumerator for the next with another value), `arithmetic` (+ and
-, * and /, & and |, << and >>, also where assigned), `delete` (a statement that is a call, an
assignment or a step), `lock` (a guard, or a lock with its unlock), `return` (a function returns at
once: nothing, true and false, 0, NULL, an error).

All mutants are in one copy of `oracle/reference`, each behind a choice made at run time. Each runs
the cases that come to its place, under the base, 6.12 and the open designs, in a process of its
own, until one diverges. Killed: diverged; inconclusive in one case and noticed by no other;
crashed; or out of time (for one case 3 s of processor time and 60 times what the reference needs).
Score: killed, of those that are not equivalent. A mutant with a proof that a case notices is an
error of the proof: then there is no page.
)";

template <class Key>
std::string count_table(const Score& score, const std::string& title, const Key& key_of) {
  std::map<std::string, Score::Count> counts;
  for (const Mutant* m : score.chosen) counts[key_of(*m)].add(score.count_of(*m));
  std::string text = "\n| " + title + " | mutants | killed | equivalent | alive | score |\n" +
                     "|---|---|---|---|---|---|\n";
  for (const auto& [name, c] : counts) {
    text += "| " + name + " | " + std::to_string(c.all) + " | " + std::to_string(c.killed) + " | " +
            std::to_string(c.equivalent) + " | " + std::to_string(c.alive) + " | " +
            (c.all == c.equivalent ? "–" : percent(c.per_mille())) + " |\n";
  }
  return text;
}

std::string fate_list(const Score& score) {
  std::map<Fate, std::uint64_t> counts;
  for (const Mutant* m : score.chosen) {
    if (!score.proofs.contains(m->number)) ++counts[score.rows.at(m->key()).fate];
  }
  std::string text;
  for (const auto& [fate, n] : counts) {
    text += (text.empty() ? "" : ", ") + std::to_string(n) + " " + std::string(fate_word(fate));
  }
  return text;
}

std::string survivors(const Score& score) {
  std::string text;
  for (const Mutant* m : score.chosen) {
    const Row& row = score.rows.at(m->key());
    if (is_killed(row.fate) || score.proofs.contains(m->number)) continue;
    text += "- " + place_text(*m) + ", " + m->op + ": " + change_text(*m) +
            (row.fate == Fate::not_reached ? " (not reached)" : "") + "\n";
  }
  return text.empty() ? "None.\n" : text;
}

std::string equivalents(const Score& score) {
  std::string text;
  for (const Mutant* m : score.chosen) {
    const auto proof = score.proofs.find(m->number);
    if (proof == score.proofs.end()) continue;
    text += "- " + place_text(*m) + ", " + m->op + ": " + change_text(*m) + ": " + proof->second +
            "\n";
  }
  return text.empty() ? "None.\n" : text;
}

}  // namespace

std::string_view fate_word(Fate fate) { return kFates[static_cast<std::size_t>(fate)]; }

std::string percent(std::uint64_t per_mille) {
  return std::to_string(per_mille / 10) + "." + std::to_string(per_mille % 10) + " %";
}

void Score::Count::add(const Count& other) {
  all += other.all;
  killed += other.killed;
  equivalent += other.equivalent;
  alive += other.alive;
}

std::uint64_t Score::Count::per_mille() const {
  const std::uint64_t countable = all - equivalent;
  return countable == 0 ? 1000 : killed * 1000 / countable;
}

Score::Count Score::count_of(const Mutant& m) const {
  Count one{.all = 1};
  if (proofs.contains(m.number)) {
    one.equivalent = 1;
  } else if (is_killed(rows.at(m.key()).fate)) {
    one.killed = 1;
  } else {
    one.alive = 1;
  }
  return one;
}

Score::Count Score::count() const {
  Count total;
  for (const Mutant* m : chosen) total.add(count_of(*m));
  return total;
}

tl::expected<std::map<std::string, Row>, std::string> read_rows(const std::string& file) {
  std::map<std::string, Row> rows;
  std::size_t number = 0;
  for (const std::string& line : fuzz::read_lines(file)) {
    ++number;
    try {
      Row row = row_of(OrderedJson::parse(line));
      rows.insert_or_assign(row.key, std::move(row));
    } catch (const OrderedJson::exception& error) {
      return tl::unexpected(file + ":" + std::to_string(number) +
                            ":1: error: not a row of the mutation bench: " + error.what());
    }
  }
  return rows;
}

bool append_row(const std::string& file, const Row& row) {
  const OrderedJson j{{"key", row.key},
               {"tree", row.tree},
               {"fate", fate_word(row.fate)},
               {"case", row.case_id},
               {"rule", row.rule}};
  return fuzz::append_line(file, j.dump());
}

std::string score_page(const Score& score) {
  const Score::Count total = score.count();
  const std::uint64_t of = score.table->mutants.size();
  std::string text = kHead;
  text += "\n" + std::to_string(total.all) + " of " + std::to_string(of) + " mutants" +
          (total.all == of ? "" : ", drawn with seed " + std::to_string(score.seed)) + ", " +
          std::to_string(score.cases) + " cases, commit " + score.commit + ": **" +
          percent(total.per_mille()) + "** (" + std::to_string(total.killed) + " killed, " +
          std::to_string(total.equivalent) + " equivalent, " + std::to_string(total.alive) +
          " alive: " + fate_list(score) + ").\n\nNo mutants:";
  const char* separator = " ";
  for (const auto& [reason, n] : score.table->left_out) {
    text += separator + std::to_string(n) + " " + reason;
    separator = ", ";
  }
  text += ".\n\n## By area and operator\n";
  text += count_table(score, "area", [](const Mutant& m) { return m.file; });
  text += count_table(score, "operator", [](const Mutant& m) { return m.op; });
  text += "\n## Alive\n\n" + survivors(score);
  text += "\n## Equivalent\n\nWith the proofs of `bench/mutation/equivalent.yaml`.\n\n" +
          equivalents(score);
  return text;
}

}  // namespace protm::mutation
