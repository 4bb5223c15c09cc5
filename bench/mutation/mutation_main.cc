// SPDX-License-Identifier: GPL-2.0-only
// `./protm bench mutation`: which changes of the reference the suites notice.
#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <memory_resource>
#include <numeric>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <xxhash.h>

#include "bench/mutation/children.h"
#include "bench/mutation/each_case.h"
#include "bench/mutation/score.h"
#include "bench/mutation/search.h"
#include "bench/mutation/selector.h"
#include "bench/mutation/unit.h"
#include "conformance/format/case_reader.h"
#include "conformance/format/case_writer.h"
#include "conformance/format/catalogue_reader.h"
#include "conformance/runner/suite.h"
#include "fuzzers/lib/line_file.h"
#include "fuzzers/lib/whole_file.h"

namespace protm::mutation {
namespace {

constexpr int kNotNoticed = 1;
constexpr int kBadInput = 2;
constexpr int kHarnessBug = 134;
constexpr int kInterrupted = 130;
constexpr std::uint64_t kDefaultCount = 500;
/// Mutants that a case tries before it is left to the planted bugs of oracle/mutants.
constexpr std::size_t kTriesOfEach = 80, kTriesOfFew = 1500;

volatile std::sig_atomic_t interrupted = 0;
void on_signal(int) { interrupted = 1; }

struct Asked {
  std::string count = "500", seed = "1", jobs = "1";
  std::string filter, resume, out, survivors, search = "0", save;
  std::string each_case;   ///< text of the cases' ids
  bool check = false, is_each_case = false;
  std::uint64_t count_n = kDefaultCount, seed_n = 1, jobs_n = 1, search_n = 0;
};

struct Option {
  std::string_view name;
  std::string Asked::*value;
};
constexpr std::array<Option, 10> kOptions{{{"--count=", &Asked::count},
                                           {"--each-case=", &Asked::each_case},
                                           {"--seed=", &Asked::seed},
                                           {"--filter=", &Asked::filter},
                                           {"--jobs=", &Asked::jobs},
                                           {"--resume=", &Asked::resume},
                                           {"--survivors=", &Asked::survivors},
                                           {"--search=", &Asked::search},
                                           {"--save=", &Asked::save},
                                           {"--out=", &Asked::out}}};
constexpr const char* kUsage = R"(usage: ./protm bench mutation [OPTIONS]
  --count=N|all     so many mutants, drawn by the seed (default 500)
  --seed=N          of the draw (default 1)
  --filter=TEXT     only mutants with this in their file, function, operator or text
  --survivors=FILE  only mutants that survived in these rows, whatever has changed since
  --jobs=N          so many processes (default 1)
  --resume=FILE     rows, one for each mutant; those of the same tree and suites are kept
  --search=N        look among N generated Programs for cases that are missing
  --save=DIR        where those go, as YAML
  --each-case[=A,B] instead of the score: for each case, or each with one of these texts in its
                    id, mutants that it notices, into conformance/suites/mutants.golden
  --check           only whether each case of mutants.golden still notices what it says
  --out=FILE        the page (default docs/mutation-score.md; none with --filter or --survivors)
)";

int bad_input(const std::string& message) {
  std::fprintf(stderr, "protm: error: %s\n", message.c_str());
  return kBadInput;
}

bool number(const std::string& text, std::uint64_t least, std::uint64_t& value) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end && value >= least;
}

/// Nothing after an error was printed.
std::optional<Asked> read_options(std::span<char* const> words) {
  Asked asked;
  for (const std::string_view word : words) {
    if (word == "--check") {
      asked.check = true;
      continue;
    }
    if (word.starts_with("--each-case")) {
      asked.is_each_case = true;
      if (word == "--each-case") continue;
    }
    const auto option = std::find_if(kOptions.begin(), kOptions.end(),
                                     [&](const Option& o) { return word.starts_with(o.name); });
    if (option == kOptions.end()) {
      bad_input("bench mutation has no option '" + std::string(word) + "'");
      std::fputs(kUsage, stderr);
      return std::nullopt;
    }
    asked.*option->value = word.substr(option->name.size());
  }
  const bool all = asked.count == "all";
  if (all) asked.count_n = UINT64_MAX;
  if ((!all && !number(asked.count, 1, asked.count_n)) || !number(asked.seed, 0, asked.seed_n) ||
      !number(asked.jobs, 1, asked.jobs_n) || !number(asked.search, 0, asked.search_n)) {
    bad_input("--count, --seed, --jobs and --search are numbers\n  = expected as in --count=500 "
              "(or all), --seed=1, --jobs=2, --search=1000");
    return std::nullopt;
  }
  return asked;
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// Of all that decides about a mutant: this program holds reference, host, machine, rules, judge.
std::string tree_digest(const std::string& table,
                        const std::vector<const runner::Suite*>& suites) {
  std::string all = fuzz::read_whole(table).value_or("") +
                    fuzz::read_whole("/proc/self/exe").value_or("");
  for (const runner::Suite* suite : suites) {
    for (const runner::SuiteCase& c : suite->cases) {
      all += c.program.id + fuzz::read_whole(c.path).value_or("");
    }
  }
  return std::to_string(XXH3_64bits(all.data(), all.size()));
}

/// Whether a child said something, in printable words.
bool plain(const std::string& said) {
  return !said.empty() && std::all_of(said.begin(), said.end(),
                                      [](char c) { return c >= ' ' && c <= '~'; });
}

Row row_of(const Mutant& mutant, const std::string& tree, const ChildEnd& end) {
  Row row{mutant.key(), tree, Fate::survived, {}, {}};
  if (end.out_of_time) {
    row.fate = Fate::out_of_time;
    row.case_id = end.piece;
  } else if (end.by_signal != 0 || !plain(end.said)) {
    // Words that are none: it overwrote its own.
    row.fate = Fate::crashed;
    row.case_id = plain(end.piece) ? end.piece : "";
    row.rule = "signal " + std::to_string(end.by_signal);
  } else if (end.said != "survived") {
    const std::size_t space = end.said.find(' ');
    row.case_id = end.said.substr(0, space);
    row.rule = end.said.substr(space + 1);
    row.fate = row.rule == "inconclusive" ? Fate::inconclusive : Fate::diverged;
  }
  return row;
}

/// Some mutants at a time, each in a process of its own.
class Bench {
 public:
  Bench(const std::vector<Unit>& units, const Asked& asked, std::string tree, Score& score)
      : units_(units), asked_(asked), tree_(std::move(tree)), score_(score) {}

  /// False when a row could not be written, or when it was interrupted.
  bool run() {
    for (const Mutant* mutant : score_.chosen) {
      if (score_.rows.contains(mutant->key())) continue;
      while (running_.size() >= asked_.jobs_n && interrupted == 0 && good_) reap();
      if (interrupted != 0 || !good_) return false;
      start(*mutant);
    }
    while (!running_.empty() && interrupted == 0 && good_) reap();
    return good_ && interrupted == 0;
  }

 private:
  void start(const Mutant& mutant) {
    const std::vector<const Unit*> mine = units_of(units_, mutant.number);
    if (mine.empty()) {
      keep(mutant, {mutant.key(), tree_, Fate::not_reached, {}, {}});
      return;
    }
    const auto work = [number = mutant.number, mine](ChildSide& side) -> std::string {
      const Judged judged = judge_mutant(
          number, mine, [&](const Unit& unit) { side.begin(unit.program->id, unit.limit_s()); });
      return judged.case_id.empty() ? "survived" : judged.case_id + " " + judged.rule;
    };
    running_.start(&mutant, work);
  }

  void reap() {
    running_.reap([&](const Mutant* mutant, const ChildEnd& end) {
      if (end.given_up) {
        good_ = false;
        bad_input("no processor for mutant '" + mutant->key() + "'");
      }
      if (good_) keep(*mutant, row_of(*mutant, tree_, end));
    });
  }

  void keep(const Mutant& mutant, Row row) {
    if (!is_killed(row.fate)) {
      std::printf("%s:%u: %s %s: %s [%s]\n", mutant.file.c_str(), mutant.line,
                  std::string(fate_word(row.fate)).c_str(), mutant.op.c_str(),
                  mutant.before.c_str(), mutant.after.c_str());
      std::fflush(stdout);
    }
    good_ = asked_.resume.empty() || append_row(asked_.resume, row);
    if (!good_) bad_input("cannot write '" + asked_.resume + "'");
    score_.rows.insert_or_assign(row.key, std::move(row));
  }

  const std::vector<Unit>& units_;
  const Asked& asked_;
  const std::string tree_;
  Score& score_;
  Children<const Mutant*> running_;
  bool good_ = true;
};

/// The rule that the mutant breaks first in the case `id`, or "survived", or what its end said.
std::string rule_broken(const std::string& id, const Mutant& mutant,
                        const std::vector<Unit>& units) {
  std::vector<const Unit*> mine = units_of(units, mutant.number);
  std::erase_if(mine, [&](const Unit* unit) { return unit->program->id != id; });
  Children<const Mutant*> one;
  one.start(&mutant, [&](ChildSide& side) {
    const auto begins = [&](const Unit& unit) { side.begin(id, unit.limit_s()); };
    const Judged judged = judge_mutant(mutant.number, mine, begins);
    return judged.case_id.empty() ? "survived" : judged.rule;
  });
  std::string rule;
  while (!one.empty()) {
    one.reap([&](const Mutant*, const ChildEnd& end) { rule = end.said; });
  }
  return rule;
}

/// Whether each case of mutants.golden still does what stands beside it.
int check_golden(const std::string& file, const MutantTable& table,
                 const std::vector<Unit>& units) {
  std::map<std::string, const Mutant*> by_key;
  for (const Mutant& m : table.mutants) by_key.emplace(m.key(), &m);
  int exit_code = 0;
  for (const std::string& line : fuzz::read_lines(file)) {
    if (interrupted != 0) return kInterrupted;
    const std::size_t id_end = line.find('\t'), rule_end = line.find('\t', id_end + 1);
    const std::string id = line.substr(0, id_end);
    const std::string rule = line.substr(id_end + 1, rule_end - id_end - 1);
    const std::string key = line.substr(line.rfind('\t') + 1);
    const auto mutant = by_key.find(key);
    std::string now = "is no longer there";
    if (mutant != by_key.end()) {
      const std::string broken = rule_broken(id, *mutant->second, units);
      if (broken == rule) continue;
      now = "is not noticed by '" + rule + "' any more but: " + broken;
    }
    exit_code = kNotNoticed;
    std::printf("%s: error: a mutant %s: %s\n", id.c_str(), now.c_str(), key.c_str());
  }
  return exit_code;
}

/// Whether one of the texts, with commas between them, is in `id`.
bool is_named(const std::string& id, const std::string& texts) {
  std::istringstream in(texts);
  for (std::string text; std::getline(in, text, ',');) {
    if (id.find(text) != std::string::npos) return true;
  }
  return texts.empty();
}

/// Writes mutants.golden. Cases that are not asked for keep their rows.
int write_golden(const std::string& file, const std::string& root, const Score& score,
                 std::vector<Unit> units, const Asked& asked) {
  const auto catalogue = format::read_catalogue_file(root + "/conformance/catalogue.yaml");
  if (!catalogue) {
    std::fputs(format::diagnostics_text(catalogue.error()).c_str(), stderr);
    return kBadInput;
  }
  std::erase_if(units, [&](const Unit& unit) {
    return !is_named(unit.program->id, asked.each_case);
  });
  std::vector<std::string> lines = fuzz::read_lines(file);
  std::erase_if(lines, [&](const std::string& line) {
    return is_named(line.substr(0, line.find('\t')), asked.each_case);
  });
  // Few cases may take the time to look for what only they come to.
  const std::size_t tries = asked.each_case.empty() ? kTriesOfEach : kTriesOfFew;
  const auto each = notice_each_case(units, *score.table, score.proofs, *catalogue,
                                     {asked.jobs_n, tries}, interrupted);
  if (!each) return interrupted != 0 ? kInterrupted : bad_input("no processor for a mutant");
  for (const std::string& id : each->unshown) {
    std::printf("%s: no mutant that was tried breaks a rule of its entries\n", id.c_str());
  }
  std::printf("%zu rows, %zu cases without one\n", each->noticed.size(), each->unshown.size());
  for (const Noticed& noticed : each->noticed) lines.push_back(golden_line(noticed));
  std::sort(lines.begin(), lines.end());
  const auto joined = [](std::string all, const std::string& line) { return all + line + "\n"; };
  if (fuzz::write_whole(file, std::accumulate(lines.begin(), lines.end(), std::string(), joined))) {
    return 0;
  }
  return bad_input("cannot write '" + file + "'");
}

/// Looks for what the suites lack. False when a file could not be written.
class Search {
 public:
  Search(const Asked& asked, const Score& score)
      : asked_(asked), score_(score), pool_(make_pool(1, asked.search_n)) {}

  bool run() {
    std::vector<std::uint32_t> nowhere, alive;
    for (const Mutant* m : score_.chosen) {
      const Fate fate = score_.rows.at(m->key()).fate;
      if (score_.proofs.contains(m->number)) continue;
      if (fate == Fate::not_reached) nowhere.push_back(m->number);
      if (fate == Fate::survived) alive.push_back(m->number);
    }
    for (const Missing& missing : reach_more(pool_, nowhere)) {
      if (!save(missing.program, missing.numbers)) return false;
    }
    alive.insert(alive.end(), nowhere.begin(), nowhere.end());
    for (const std::uint32_t number : alive) {
      while (running_.size() >= asked_.jobs_n && interrupted == 0 && good_) reap();
      if (interrupted != 0 || !good_) return good_;
      const auto work = [this, number](ChildSide& side) {
        side.begin("search", kSearchLimitS);
        return kill_by_search(found_, pool_, number, kTries);
      };
      running_.start(number, work);
    }
    while (!running_.empty() && interrupted == 0 && good_) reap();
    return good_;
  }

 private:
  static constexpr std::uint32_t kTries = 60;
  static constexpr std::uint32_t kSearchLimitS = 20;

  void reap() {
    running_.reap([&](std::uint32_t number, const ChildEnd& end) {
      good_ = look_at(end.said, number) && good_;
    });
  }

  bool look_at(const std::string& said, std::uint32_t number) {
    std::uint64_t place = 0;
    if (said.empty()) return true;
    if (mutation::number(said, 0, place)) return note(place, {number});
    const auto program = format::read_case("search", said + "\n");
    return !program || save(*program, {number});
  }

  bool save(const contract::Program& program, const std::vector<std::uint32_t>& numbers) {
    found_.push_back(program);
    return note(found_.size() - 1, numbers);
  }

  /// Writes a Program that was found, with all that is known to be noticed by it.
  bool note(std::size_t place, const std::vector<std::uint32_t>& numbers) {
    std::string& text = notes_[place];
    for (const std::uint32_t number : numbers) {
      text += "# " + score_.table->mutants[number - 1].key() + "\n";
    }
    const std::string file = asked_.save + "/found-" + std::to_string(place) + ".yaml";
    if (fuzz::write_whole(file, text + format::write_case(found_[place]))) return true;
    bad_input("cannot write '" + file + "'");
    return false;
  }

  const Asked& asked_;
  const Score& score_;
  const Pool pool_;
  std::vector<contract::Program> found_;
  std::map<std::size_t, std::string> notes_;   ///< of each that was found
  Children<std::uint32_t> running_;
  bool good_ = true;
};

/// Keeps of `chosen` what survived in a file. False after an error was printed.
bool only_survivors(const std::string& file, std::vector<const Mutant*>& chosen) {
  const auto rows = read_rows(file);
  if (!rows) {
    bad_input(rows.error());
    return false;
  }
  std::erase_if(chosen, [&](const Mutant* m) {
    const auto row = rows->find(m->key());
    return row == rows->end() || is_killed(row->second.fate);
  });
  return true;
}

/// Mutants that equivalent.yaml calls equivalent and a case noticed: their proofs are wrong.
bool proofs_hold(const Score& score) {
  bool hold = true;
  for (const Mutant* m : score.chosen) {
    const Row& row = score.rows.at(m->key());
    const auto proof = score.proofs.find(m->number);
    if (proof == score.proofs.end() || !is_killed(row.fate)) continue;
    hold = false;
    std::fprintf(stderr, "protm: error: equivalent.yaml: '%s' is noticed by %s (%s)\n"
                         "  = expected no case to notice it: %s\n",
                 m->key().c_str(), row.case_id.c_str(), row.rule.c_str(), proof->second.c_str());
  }
  return hold;
}

void print_total(const Score& score) {
  const Score::Count total = score.count();
  std::printf("%llu mutants: %llu killed, %llu equivalent, %llu alive; score %s\n",
              static_cast<unsigned long long>(total.all),
              static_cast<unsigned long long>(total.killed),
              static_cast<unsigned long long>(total.equivalent),
              static_cast<unsigned long long>(total.alive), percent(total.per_mille()).c_str());
}

/// Each folder there is a design, with the name of its profile.
std::vector<runner::Design> all_designs(const std::string& folder) {
  std::vector<runner::Design> designs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename();
    designs.push_back({name, runner::load_suite(entry.path() / "suites", {})});
  }
  std::sort(designs.begin(), designs.end(),
            [](const auto& a, const auto& b) { return a.profile < b.profile; });
  return designs;
}

int run(const Asked& asked, const std::string& root, const std::string& table_file) {
  const auto table = read_mutants(table_file);
  if (!table) return bad_input(table.error());
  if (table->mutants.size() >= kMostMutants) return bad_input("more mutants than selector.h holds");
  const std::string proofs = root + "/bench/mutation/equivalent.yaml";
  const auto equivalents =
      read_equivalents(proofs, fuzz::read_whole(proofs).value_or(""), table->mutants);
  const runner::Suite suite = runner::load_suite(root + "/conformance/suites", {});
  const std::vector<runner::Design> designs = all_designs(root + "/conformance/designs");
  if (!equivalents || !suite.errors.empty()) {
    const auto& errors = equivalents ? suite.errors : equivalents.error();
    std::fputs(format::diagnostics_text(errors).c_str(), stderr);
    return kBadInput;
  }
  std::vector<const runner::Suite*> suites{&suite};
  for (const runner::Design& d : designs) suites.push_back(&d.own);
  const std::string tree = tree_digest(table_file, suites);
  Score score{.table = &*table,
              .chosen = sample(table->mutants, asked.filter, asked.count_n, asked.seed_n),
              .rows = {},
              .proofs = {},
              .cases = std::accumulate(suites.begin(), suites.end(), std::uint64_t{0},
                                       [](std::uint64_t n, const runner::Suite* s) {
                                         return n + s->cases.size();
                                       }),
              .seed = asked.seed_n,
              .commit = environment("PROTM_COMMIT")};
  for (const Equivalent& e : *equivalents) score.proofs.emplace(e.number, e.proof);
  if (!asked.survivors.empty() && !only_survivors(asked.survivors, score.chosen)) return kBadInput;
  if (!asked.resume.empty()) {
    auto rows = read_rows(asked.resume);
    if (!rows) return bad_input(rows.error());
    std::erase_if(*rows, [&](const auto& row) { return row.second.tree != tree; });
    score.rows = std::move(*rows);
  }
  std::fprintf(stderr, "protm: %zu of %zu mutants\n", score.chosen.size(), table->mutants.size());
  auto units = make_units(suite, designs);
  if (!units) {
    std::fprintf(stderr, "protm: harness bug: %s\n", units.error().c_str());
    return kHarnessBug;
  }
  const std::string golden = root + "/conformance/suites/mutants.golden";
  if (asked.check) return check_golden(golden, *table, *units);
  if (asked.is_each_case) return write_golden(golden, root, score, std::move(*units), asked);
  if (!Bench(*units, asked, tree, score).run()) return interrupted != 0 ? kInterrupted : kBadInput;
  if (!proofs_hold(score)) return kNotNoticed;
  print_total(score);
  if (asked.search_n != 0 && !Search(asked, score).run()) return kBadInput;
  const bool is_the_score = asked.out.empty() && asked.filter.empty() && asked.survivors.empty();
  const std::string out = is_the_score ? root + "/docs/mutation-score.md" : asked.out;
  if (!out.empty() && !fuzz::write_whole(out, score_page(score))) {
    return bad_input("cannot write '" + out + "'");
  }
  return 0;
}

}  // namespace
}  // namespace protm::mutation

int main(int argc, char** argv) {
  std::pmr::set_default_resource(std::pmr::null_memory_resource());
  using namespace protm::mutation;
  const auto asked = read_options({argv + 1, static_cast<std::size_t>(argc - 1)});
  if (!asked) return kBadInput;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, on_signal);
  const std::string root = environment("PROTM_ROOT");
  if (root.empty()) return bad_input("expected to be called as `./protm bench mutation`");
  return run(*asked, root, PROTM_MUTANTS);
}
