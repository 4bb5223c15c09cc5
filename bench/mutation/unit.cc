// SPDX-License-Identifier: GPL-2.0-only
#include "bench/mutation/unit.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string_view>
#include <tuple>

#include "bench/mutation/selector.h"
#include "oracle/differential/candidates.h"
#include "oracle/differential/differential.h"
#include "sut-adapters/executor/in_process.h"

namespace protm::reference_mutated {
/// Of the copy that mutate.py writes; see oracle/reference/driver.h.
contract::Driver* make_driver(contract::Kernel& kernel, contract::Drm& drm,
                              std::pmr::memory_resource* memory, const void* options);
}  // namespace protm::reference_mutated

namespace protm::mutation {
namespace {

constexpr std::array<std::string_view, 2> kProfiles{"", "linux-6.12"};

/// As the differential limits a candidate; where it does not, the traces differ and it decides.
std::uint64_t budget(const contract::Trace& oracle) {
  const contract::Limits& limits = contract::kLimits;
  return std::max((oracle.machine_events + 1) * limits.livelock_share, limits.least_budget);
}

/// A mutant under one profile. Whoever shows what the unchanged copy shows needs no judge.
class Suspect {
 public:
  explicit Suspect(std::string profile) : profile_(std::move(profile)) {}

  [[nodiscard]] const std::string& profile() const { return profile_; }

  bool shows_the_same(const Unit& unit) {
    if (unit.program->explore.active()) return false;
    if (!alone_) {
      alone_ = std::make_unique<exec::Session>(copy_of_reference(profile_), rig::kWorldBaseC);
    }
    exec::RunOptions run;
    run.event_budget = budget(unit.oracle);
    const contract::Trace trace = alone_->run(*unit.program, run);
    return trace.end == contract::RunEnd::completed && trace.hash() == unit.hash;
  }

  judge::Verdict compare(const contract::Program& program,
                         const differential::CompareOptions& options) {
    if (!differential_) {
      differential_ = std::make_unique<differential::Differential>(copy_of_reference(profile_));
    }
    return differential_->compare(program, options).verdict;
  }

 private:
  std::string profile_;
  std::unique_ptr<exec::Session> alone_;
  std::unique_ptr<differential::Differential> differential_;
};

}  // namespace

exec::Candidate copy_of_reference(std::string_view profile) {
  const exec::Candidate original = differential::reference(profile);
  // The profile is the original's: the copy has a type of its own with the same layout.
  const std::shared_ptr<const void> options(exec::driver_options(original), [](const void*) {});
  exec::Candidate copy = exec::in_process("reference", original.version,
                                          reference_mutated::make_driver, options);
  copy.profile = original.profile;
  return copy;
}

tl::expected<std::vector<Unit>, std::string> make_units(const runner::Suite& suite) {
  std::vector<Unit> units;
  std::map<const contract::Program*, std::uint64_t> base;   // what each case shows there
  chosen = 0;
  for (const std::string_view profile : kProfiles) {
    differential::Differential differential(copy_of_reference(profile));
    for (const runner::SuiteCase& c : suite.cases) {
      reached.fill(0);
      // From power-on: what a snapshot holds was come to as well.
      differential::CompareOptions fresh;
      fresh.run.start = exec::Start::fresh;
      differential::Comparison comparison = differential.compare(c.program, fresh);
      const judge::Verdict& verdict = comparison.verdict;
      const bool lacks = !profile.empty() && (verdict.outcome == judge::Outcome::inconclusive ||
                                              verdict.outcome == judge::Outcome::oracle_wrong);
      if (lacks) continue;
      if (verdict.outcome != judge::Outcome::agreed) {
        return tl::unexpected("the copy without a mutant does not agree with the reference in " +
                              c.program.id + ": " + verdict.detail);
      }
      const std::uint64_t hash = comparison.candidate.hash();
      const auto [known, is_first] = base.emplace(&c.program, hash);
      if (!is_first && known->second == hash) continue;   // the release makes no difference
      units.push_back({&c.program, std::string(profile), std::move(comparison.oracle),
                       hash, {reached.begin(), reached.end()}});
    }
  }
  return units;
}

std::vector<const Unit*> units_of(const std::vector<Unit>& units, std::uint32_t number) {
  std::vector<const Unit*> mine;
  for (const Unit& unit : units) {
    if (unit.reached[number] != 0) mine.push_back(&unit);
  }
  const auto cost = [](const Unit* unit) {
    const bool explores = unit->program->explore.active();
    return std::tuple(explores, !unit->profile.empty(), unit->oracle.machine_events);
  };
  std::stable_sort(mine.begin(), mine.end(),
                   [&](const Unit* a, const Unit* b) { return cost(a) < cost(b); });
  return mine;
}

Judged judge_mutant(std::uint32_t number, const std::vector<const Unit*>& units) {
  chosen = number;
  std::unique_ptr<Suspect> suspect;
  for (const Unit* unit : units) {
    if (suspect == nullptr || suspect->profile() != unit->profile) {
      suspect.reset();   // its World is where the next one's will be
      suspect = std::make_unique<Suspect>(unit->profile);
    }
    if (suspect->shows_the_same(*unit)) continue;
    differential::CompareOptions known;
    known.oracle = &unit->oracle;
    const judge::Verdict verdict = suspect->compare(*unit->program, known);
    if (verdict.outcome == judge::Outcome::diverged) return {unit->program->id, verdict.rule};
    if (verdict.outcome == judge::Outcome::inconclusive) {
      return {unit->program->id, "inconclusive"};
    }
  }
  return {};
}

}  // namespace protm::mutation
