// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/conform.h"

#include <algorithm>
#include <memory>
#include <set>

#include "sut-adapters/contract/capability.h"

namespace protm::runner {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

Outcome row_outcome(judge::Outcome outcome) {
  switch (outcome) {
    case judge::Outcome::agreed: return Outcome::agreed;
    case judge::Outcome::diverged: return Outcome::diverged;
    case judge::Outcome::poisoned: return Outcome::poisoned;
    case judge::Outcome::skipped: return Outcome::skipped;
    default: return Outcome::inconclusive;   // with oracle_wrong nothing can be said of a candidate
  }
}

class Run {
 public:
  Run(const Engine& engine, const exec::Candidate& candidate, const ConformOptions& options)
      : engine_(engine), candidate_(candidate), options_(options) {
    result_.candidate = candidate.spec.empty() ? candidate.name : candidate.spec;
    result_.version = candidate.version;
    result_.profile = candidate.profile;
    result_.capabilities = capability_names(candidate.capabilities);
    result_.seed = options.seed;
    result_.not_yet_modelled = options.not_yet_modelled;
    result_.reproduce = options.reproduce;
    for (const std::string& rule : options.rules) result_.checked[rule] = 0;
  }

  void add(const SuiteCase& suite_case) {
    const contract::Program& program = suite_case.program;
    CaseResult row;
    row.id = program.id;
    row.title = program.title;
    row.entries = program.entries;
    row.reproduce = "./protm conform --sut=" + shell_word(result_.candidate) +
                    " --filter=" + shell_word(program.id);
    if (!options_.profile.empty()) row.reproduce += " --profile=" + options_.profile;
    if (!options_.machine.empty()) row.reproduce += " --machine=" + shell_word(options_.machine);
    const std::uint32_t lacking = program.requires_mask & ~candidate_.capabilities;
    if (lacking != 0) {
      row.outcome = Outcome::skipped;
      row.detail = "needs " + joined(capability_names(lacking)) + ", which " +
                   result_.candidate + " does not declare";
    } else if (std::string why = exec::why_not(candidate_, program); !why.empty()) {
      row.outcome = Outcome::skipped;
      row.detail = std::move(why);
    } else {
      compare(program, row);
    }
    result_.cases.push_back(std::move(row));
    programs_.push_back(&program);
  }

  RunResult finish() {
    attribute();
    check_coverage();
    return std::move(result_);
  }

 private:
  void compare(const contract::Program& program, CaseResult& row) {
    differential::Comparison comparison = engine_.compare(program);
    // What keeps a run from a verdict may have been chance; a second try settles it.
    if (comparison.verdict.outcome == judge::Outcome::inconclusive) {
      comparison = engine_.compare(program);
    }
    const judge::Verdict& verdict = comparison.verdict;
    row.outcome = row_outcome(verdict.outcome);
    row.rule = verdict.rule;
    row.signature = verdict.signature;
    row.at_ns = verdict.at_ns;
    row.detail = verdict.detail;
    row.trace_hash = comparison.candidate.hash();
    row.timing = row.outcome == Outcome::agreed && comparison.timing;
    row.schedules = comparison.schedules;
    row.schedules_agreed = comparison.schedules_agreed;
    row.timings = comparison.timings;
    row.timings_agreed = comparison.timings_agreed;
    count(verdict);
    hold_against_expectation(row);
    if (verdict.outcome == judge::Outcome::oracle_wrong) {
      result_.suite_errors.push_back(program.id + ": " + verdict.detail);
    }
  }

  /// A divergence that is expected is no failure; an expectation that is not met is one.
  void hold_against_expectation(CaseResult& row) {
    const auto& all = options_.expectations;
    const auto wanted = std::find_if(all.begin(), all.end(), [&](const auto& e) {
      return e.case_id == row.id;
    });
    if (wanted == all.end() || row.outcome == Outcome::inconclusive) return;
    const bool named = row.signature == wanted->signature ||
                       (!row.signature.empty() && row.signature == wanted->inlined_signature);
    if (row.outcome == Outcome::diverged && named) {
      row.outcome = Outcome::expected;
      row.reason = wanted->reason + "; " + wanted->source;
      return;
    }
    const std::string seen = row.outcome == Outcome::diverged
                                 ? "diverges with " + row.signature
                                 : "has " + std::string(outcome_word(row.outcome));
    result_.expectation_errors.push_back(
        row.id + " " + seen + ", but " + wanted->place + " expects " + wanted->signature + " (" +
        wanted->reason + ")" +
        (row.outcome == Outcome::agreed ? "; where the driver was mended, take it out" : ""));
  }

  /// After all cases: it needs the addresses of the Worlds that the comparisons use.
  void attribute() {
    if (options_.attribution == Attribution::none || !engine_.attribute) return;
    for (std::size_t i = 0; i < result_.cases.size(); ++i) {
      CaseResult& row = result_.cases[i];
      if (row.outcome == Outcome::diverged) row.attribution = engine_.attribute(*programs_[i]);
    }
  }

  void count(const judge::Verdict& verdict) {
    for (const judge::Count& c : verdict.checked) {
      const bool is_rule = result_.checked.contains(c.id);
      (is_rule ? result_.checked : result_.compared)[c.id] += c.n;
    }
    result_.by_chance += verdict.by_chance;
    not_checkable_.insert(verdict.not_checkable.begin(), verdict.not_checkable.end());
  }

  /// Only a run in which all went its way says something of the suite: a divergence ends a run
  /// early, and a skipped case may have been the one that arms a rule.
  void check_coverage() {
    if (options_.coverage != Coverage::whole) return;
    const bool clean = std::all_of(result_.cases.begin(), result_.cases.end(), [](const auto& c) {
      return c.outcome == Outcome::agreed;
    });
    if (!clean) return;
    for (const auto& [rule, armed] : result_.checked) {
      if (armed != 0 || not_checkable_.contains(rule)) continue;
      result_.suite_errors.push_back("no case arms rule " + rule);
    }
  }

  const Engine& engine_;
  const exec::Candidate& candidate_;
  const ConformOptions& options_;
  RunResult result_;
  std::vector<const contract::Program*> programs_;   ///< of result_.cases, row by row
  std::set<std::string> not_checkable_;
};

}  // namespace

std::vector<std::string> capability_names(std::uint32_t mask) {
  std::vector<std::string> names;
  for (const contract::CapabilityInfo& info : contract::capability_table()) {
    if (contract::has(mask, info.id)) names.emplace_back(info.name);
  }
  return names;
}

std::string shell_word(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=,.:/+@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

RunResult conform_with(const Engine& engine, const Suite& suite, const exec::Candidate& candidate,
                       const ConformOptions& options) {
  Run run(engine, candidate, options);
  for (const SuiteCase& c : suite.cases) run.add(c);
  return run.finish();
}

RunResult conform(const Suite& suite, const exec::Candidate& candidate,
                  const ConformOptions& options) {
  auto differential = std::make_unique<differential::Differential>(candidate);
  Engine engine;
  engine.compare = [&](const contract::Program& p) { return differential->compare(p); };
  engine.attribute = [&](const contract::Program& p) {
    differential.reset();
    return differential::attribute(p, candidate);
  };
  return conform_with(engine, suite, candidate, options);
}

}  // namespace protm::runner
