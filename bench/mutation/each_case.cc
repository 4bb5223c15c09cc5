// SPDX-License-Identifier: GPL-2.0-only
#include "bench/mutation/each_case.h"

#include <algorithm>
#include <set>
#include <utility>

#include "bench/mutation/children.h"
#include "oracle/judge/verdict.h"

namespace protm::mutation {
namespace {

/// A case that has a row tries so many for its other entries, which other cases may show.
constexpr std::size_t kTriesForMore = 10;

/// One case on its way through the mutants.
struct Trial {
  const Unit* unit = nullptr;
  std::vector<const Mutant*> mutants;
  std::size_t next = 0;
  std::set<std::string> wanted;   ///< entries that no rule of theirs has shown yet
  std::vector<Noticed> noticed;

  [[nodiscard]] bool over(std::size_t most_tries) const {
    const std::size_t most = noticed.empty() ? most_tries : kTriesForMore;
    return wanted.empty() || next >= std::min(mutants.size(), most);
  }
};

using Patterns = std::map<std::string, std::vector<std::string>>;

class Trials {
 public:
  Trials(Patterns rules, Effort effort, const volatile std::sig_atomic_t& interrupted)
      : rules_(std::move(rules)), effort_(effort), interrupted_(interrupted) {}

  bool run(std::vector<Trial>& trials) {
    for (Trial& trial : trials) {
      while (running_.size() >= effort_.jobs && good()) reap();
      if (!good()) return false;
      go_on(trial);
    }
    while (!running_.empty() && good()) reap();
    return good();
  }

 private:
  [[nodiscard]] bool good() const { return !given_up_ && interrupted_ == 0; }

  void go_on(Trial& trial) {
    if (trial.over(effort_.tries)) return;
    const auto work = [unit = trial.unit,
                       number = trial.mutants[trial.next]->number](ChildSide& side) {
      const auto begins = [&](const Unit& u) { side.begin(u.program->id, u.limit_s()); };
      const Judged judged = judge_mutant(number, {unit}, begins);
      return judged.case_id.empty() ? "survived" : judged.rule;
    };
    running_.start(&trial, work);
  }

  void look_at(Trial& trial, const ChildEnd& end) {
    const Mutant* const mutant = trial.mutants[trial.next++];
    const bool came_to_an_end = !end.out_of_time && end.by_signal == 0;
    if (!came_to_an_end) return;
    const bool shows = std::erase_if(trial.wanted, [&](const std::string& entry) {
      const std::vector<std::string>& own = rules_[entry];
      return std::any_of(own.begin(), own.end(), [&](const std::string& pattern) {
        return judge::rule_matches(pattern, end.said);
      });
    }) != 0;
    if (shows) trial.noticed.push_back({trial.unit->program->id, end.said, mutant});
  }

  void reap() {
    running_.reap([&](Trial* trial, const ChildEnd& end) {
      given_up_ = given_up_ || end.given_up;
      if (given_up_) return;
      look_at(*trial, end);
      go_on(*trial);
    });
  }

  Patterns rules_;
  const Effort effort_;
  const volatile std::sig_atomic_t& interrupted_;
  Children<Trial*> running_;
  bool given_up_ = false;
};

}  // namespace

std::optional<EachCase> notice_each_case(const std::vector<Unit>& units, const MutantTable& table,
                                         const std::map<std::uint32_t, std::string>& proofs,
                                         const std::vector<format::CatalogueEntry>& catalogue,
                                         Effort effort,
                                         const volatile std::sig_atomic_t& interrupted) {
  Patterns rules;
  for (const format::CatalogueEntry& entry : catalogue) rules[entry.id] = entry.rules;
  std::map<std::uint32_t, std::uint32_t> comers;   // of each mutant: cases that come to its place
  for (const Mutant& m : table.mutants) {
    for (const Unit& unit : units) comers[m.number] += unit.reached[m.number];
  }
  std::vector<Trial> trials;
  for (const Unit& unit : units) {
    if (!unit.profile.empty()) continue;
    Trial trial;
    trial.unit = &unit;
    trial.wanted.insert(unit.program->entries.begin(), unit.program->entries.end());
    for (const Mutant& m : table.mutants) {
      if (unit.reached[m.number] != 0 && !proofs.contains(m.number)) trial.mutants.push_back(&m);
    }
    std::stable_sort(trial.mutants.begin(), trial.mutants.end(),
                     [&](const Mutant* a, const Mutant* b) {
                       return comers[a->number] < comers[b->number];
                     });
    trials.push_back(std::move(trial));
  }
  if (!Trials(std::move(rules), effort, interrupted).run(trials)) return std::nullopt;
  EachCase out;
  std::sort(trials.begin(), trials.end(), [](const Trial& a, const Trial& b) {
    return a.unit->program->id < b.unit->program->id;
  });
  for (const Trial& trial : trials) {
    if (trial.noticed.empty()) out.unshown.push_back(trial.unit->program->id);
    out.noticed.insert(out.noticed.end(), trial.noticed.begin(), trial.noticed.end());
  }
  return out;
}

std::string golden_line(const Noticed& noticed) {
  const Mutant& m = *noticed.mutant;
  return noticed.case_id + "\t" + noticed.rule + "\t" + m.file + "\t" + m.at + "\t" + m.key();
}

}  // namespace protm::mutation
