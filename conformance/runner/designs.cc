// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/designs.h"

#include <algorithm>
#include <utility>

#include "oracle/differential/candidates.h"
#include "oracle/differential/questions.h"

namespace protm::runner {
namespace {

using differential::AskedOf;
using differential::Question;

constexpr std::size_t kPosted = 0;
constexpr std::size_t kOther = 1;

bool has_part(std::string_view profile, std::string_view part) {
  const std::string all = "+" + std::string(profile) + "+";
  return all.find("+" + std::string(part) + "+") != std::string::npos;
}

const Suite* cases_of(std::string_view profile, const std::vector<Design>& designs) {
  const auto found = std::find_if(designs.begin(), designs.end(),
                                  [&](const Design& d) { return d.profile == profile; });
  return found == designs.end() ? nullptr : &found->own;
}

/// Cases that hold under the posted position of `question` only.
bool asks_for_posted(const Question& question, const contract::Program& program) {
  return question.of == AskedOf::driver && contract::has(program.requires_mask,
                                                         question.capability);
}

bool belongs_to(const Question& question, const contract::Program& program) {
  const auto& entries = program.entries;
  return std::find(entries.begin(), entries.end(), question.entry) != entries.end();
}

PositionTried untried(const Question& question, std::size_t position) {
  const differential::Position& p = question.positions[position];
  PositionTried tried;
  tried.profile = p.profile;
  tried.words = p.words;
  tried.source = p.source;
  return tried;
}

OpenQuestion unanswered(const Question& question) {
  OpenQuestion open;
  open.id = question.id;
  open.entry = question.entry;
  open.title = question.title;
  open.of_firmware = question.of == AskedOf::firmware;
  open.tried = {untried(question, kPosted), untried(question, kOther)};
  return open;
}

void count(PositionTried& tried, const CaseResult& row) {
  if (row.outcome == Outcome::agreed) {
    if (tried.agreed++ == 0) tried.agreed_case = row.id;
  } else if (row.outcome == Outcome::diverged || row.outcome == Outcome::expected) {
    if (tried.diverged++ == 0) tried.diverged_case = row.id;
  } else {
    ++tried.unknown;
  }
}

bool fits(const PositionTried& tried) { return tried.agreed != 0 && tried.diverged == 0; }
bool was_run(const PositionTried& tried) { return tried.agreed + tried.diverged != 0; }

/// From the tallies of both positions. Other defects make cases of each position diverge, so only
/// an agreement says something of what the driver does.
void decide(OpenQuestion& open) {
  const PositionTried& posted = open.tried[kPosted];
  const PositionTried& other = open.tried[kOther];
  if (open.of_firmware && fits(posted) && fits(other)) {
    open.stand = Stand::each;
  } else if (fits(posted) != fits(other)) {
    open.stand = Stand::follows;
    open.position = fits(posted) ? kPosted : kOther;
  } else if (posted.agreed != 0 && other.agreed != 0 && !open.of_firmware) {
    open.stand = Stand::contradicts;
  } else {
    open.stand = was_run(posted) || was_run(other) ? Stand::undecided : Stand::not_asked;
  }
}

/// The search for the positions of one candidate.
class Search {
 public:
  Search(const Suite& suite, const std::vector<Design>& designs, const exec::Candidate& candidate,
         const ConformOptions& options)
      : suite_(suite), designs_(designs), candidate_(candidate), quick_(options) {
    quick_.attribution = Attribution::none;
    quick_.coverage = Coverage::part;
    quick_.expectations.clear();
    for (const Question& q : differential::questions()) open_.push_back(unanswered(q));
  }

  /// `base` is what came of the suite as posted. What one position explains may settle another
  /// question, so that each new one starts the round again.
  void run(const RunResult& base) {
    for (bool again = true; again;) {
      again = false;
      for (std::size_t i = 0; i < open_.size() && !again; ++i) {
        const Question& question = differential::questions()[i];
        if (question.of != AskedOf::driver || open_[i].stand == Stand::follows) continue;
        ask_driver(question, open_[i], base);
        again = open_[i].stand == Stand::follows && open_[i].position == kOther;
        if (again) found_ = followed();
      }
    }
    for (std::size_t i = 0; i < open_.size(); ++i) {
      const Question& question = differential::questions()[i];
      if (question.of == AskedOf::firmware) ask_firmware(question, open_[i]);
    }
  }

  /// Designs that the candidate follows; empty = the posted one everywhere.
  [[nodiscard]] const std::string& found() const { return found_; }
  [[nodiscard]] const std::vector<OpenQuestion>& questions() const { return open_; }

 private:
  /// In the order of the questions, whatever was found first.
  [[nodiscard]] std::string followed() const {
    std::string all;
    for (const OpenQuestion& open : open_) {
      if (open.stand != Stand::follows || open.position != kOther) continue;
      all = differential::joined_profile(all, open.tried[kOther].profile);
    }
    return all;
  }

  [[nodiscard]] std::string under(std::string_view more) const {
    using differential::joined_profile;
    return joined_profile(joined_profile(candidate_.profile, found_), more);
  }

  PositionTried tally(PositionTried tried, const Suite& cases, const std::string& profile) const {
    const exec::Candidate who = differential::with_profile(candidate_, profile);
    for (const CaseResult& row : conform(cases, who, quick_).cases) count(tried, row);
    return tried;
  }

  void ask_driver(const Question& question, OpenQuestion& open, const RunResult& base) {
    open.tried = {untried(question, kPosted), untried(question, kOther)};
    Suite posted;
    for (std::size_t i = 0; i < suite_.cases.size(); ++i) {
      if (!asks_for_posted(question, suite_.cases[i].program)) continue;
      posted.cases.push_back(suite_.cases[i]);
      if (found_.empty()) count(open.tried[kPosted], base.cases[i]);
    }
    if (posted.cases.empty()) return;   // a filter left none: it is not asked
    if (!found_.empty()) open.tried[kPosted] = tally(open.tried[kPosted], posted, under({}));
    const Suite* const own = cases_of(open.tried[kOther].profile, designs_);
    if (!fits(open.tried[kPosted]) && own != nullptr) {
      open.tried[kOther] = tally(open.tried[kOther], *own, under(open.tried[kOther].profile));
    }
    decide(open);
  }

  void ask_firmware(const Question& question, OpenQuestion& open) const {
    Suite cases;
    for (const SuiteCase& c : suite_.cases) {
      if (belongs_to(question, c.program)) cases.cases.push_back(c);
    }
    const std::uint8_t posted = vocab::switch_table()[static_cast<std::size_t>(question.answer)]
                                    .default_word;
    for (const std::size_t position : {kPosted, kOther}) {
      for (SuiteCase& c : cases.cases) {
        const auto other = static_cast<std::uint8_t>(posted == 0 ? 1 : 0);
        c.program.machine.set_switch(question.answer, position == kPosted ? posted : other);
      }
      open.tried[position] = tally(open.tried[position], cases, under({}));
    }
    decide(open);
  }

  const Suite& suite_;
  const std::vector<Design>& designs_;
  const exec::Candidate& candidate_;
  ConformOptions quick_;
  std::string found_;
  std::vector<OpenQuestion> open_;
};

/// What was tried besides the base, for who reads the older member of the JSON report.
std::vector<DesignTried> tried_designs(const Search& search, const RunResult& base) {
  std::vector<DesignTried> tried{{.profile = {}, .diverged = base.count(Outcome::diverged)}};
  for (const OpenQuestion& open : search.questions()) {
    const PositionTried& other = open.tried[kOther];
    if (open.of_firmware || !was_run(other)) continue;
    tried.push_back({.profile = other.profile, .diverged = other.diverged});
  }
  if (tried.size() == 1) tried.clear();
  return tried;
}

}  // namespace

Suite suite_under(const std::string& profile, const std::vector<Design>& designs, Suite suite) {
  for (const Design& design : designs) {
    if (!has_part(profile, design.profile)) continue;
    suite.cases.insert(suite.cases.end(), design.own.cases.begin(), design.own.cases.end());
  }
  std::sort(suite.cases.begin(), suite.cases.end(), [](const SuiteCase& a, const SuiteCase& b) {
    return a.program.id < b.program.id;
  });
  for (SuiteCase& c : suite.cases) c.program = differential::asked_under(c.program, profile);
  return suite;
}

RunResult conform_to_design(const Suite& suite, const std::vector<Design>& designs,
                            const exec::Candidate& candidate, const std::string& profile,
                            const ConformOptions& options) {
  const exec::Candidate who = differential::with_profile(candidate, profile);
  RunResult result = conform(suite_under(profile, designs, suite), who, options);
  for (const Question& question : differential::questions()) {
    OpenQuestion open = unanswered(question);
    open.stand = Stand::told;
    open.position = has_part(profile, open.tried[kOther].profile) ? kOther : kPosted;
    result.questions.push_back(std::move(open));
  }
  return result;
}

RunResult conform_to_any_design(const Suite& suite, const std::vector<Design>& designs,
                                const exec::Candidate& candidate, const ConformOptions& options) {
  if (differential::release_of(candidate.profile) != candidate.profile) {
    return conform_to_design(suite, designs, candidate, candidate.profile, options);
  }
  RunResult base = conform(suite, candidate, options);
  Search search(suite, designs, candidate, options);
  search.run(base);
  std::vector<DesignTried> tried = tried_designs(search, base);
  if (!search.found().empty()) {
    ConformOptions under = options;
    under.profile = differential::joined_profile(candidate.profile, search.found());
    base = conform(suite_under(under.profile, designs, suite),
                   differential::with_profile(candidate, under.profile), under);
  }
  base.designs = std::move(tried);
  base.questions = search.questions();
  return base;
}

}  // namespace protm::runner
