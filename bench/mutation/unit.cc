// SPDX-License-Identifier: GPL-2.0-only
#include "bench/mutation/unit.h"

#include <time.h>

#include <algorithm>
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

/// Runs of one comparison at most: order, latencies and turns, see differential.cc; some to spare.
constexpr std::uint32_t kMostRuns = 60;
constexpr std::uint32_t kLeastLimitS = 3;

std::uint64_t cpu_ms() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<std::uint64_t>(used.tv_sec) * 1000 +
         static_cast<std::uint64_t>(used.tv_nsec) / 1'000'000;
}

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

struct Profiled {
  std::string profile;
  std::vector<const runner::Suite*> suites;
};

std::vector<const runner::SuiteCase*> cases_of(const std::vector<const runner::Suite*>& suites) {
  std::vector<const runner::SuiteCase*> cases;
  for (const runner::Suite* suite : suites) {
    for (const runner::SuiteCase& c : suite->cases) cases.push_back(&c);
  }
  return cases;
}

/// What the copy shows without a mutant; without a program where the profile lacks what the case
/// needs.
tl::expected<Unit, std::string> unit_of(differential::Differential& differential,
                                        const contract::Program& program,
                                        const std::string& profile) {
  reached.fill(0);
  const std::uint64_t before_ms = cpu_ms();
  // From power-on: what a snapshot holds was come to as well.
  differential::CompareOptions fresh;
  fresh.run.start = exec::Start::fresh;
  differential::Comparison comparison = differential.compare(program, fresh);
  const judge::Outcome outcome = comparison.verdict.outcome;
  const bool lacks = !profile.empty() && (outcome == judge::Outcome::inconclusive ||
                                          outcome == judge::Outcome::oracle_wrong);
  if (lacks) return Unit{};
  if (outcome != judge::Outcome::agreed) {
    return tl::unexpected("the copy without a mutant does not agree with the reference in " +
                          program.id + ": " + comparison.verdict.detail);
  }
  return Unit{.program = &program,
              .profile = profile,
              .oracle = std::move(comparison.oracle),
              .hash = comparison.candidate.hash(),
              .reached = {reached.begin(), reached.end()},
              .cost_ms = static_cast<std::uint32_t>(cpu_ms() - before_ms)};
}

/// Under another profile: the same is shown, and no place is come to that is not known.
bool adds_nothing(const Unit& unit, const Unit& base) {
  if (unit.hash != base.hash) return false;
  for (std::size_t i = 0; i < unit.reached.size(); ++i) {
    if (unit.reached[i] > base.reached[i]) return false;
  }
  return true;
}

}  // namespace

std::uint32_t Unit::limit_s() const { return kLeastLimitS + cost_ms * kMostRuns / 1000; }

exec::Candidate copy_of_reference(std::string_view profile) {
  const exec::Candidate original = differential::reference(profile);
  // The profile is the original's: the copy has a type of its own with the same layout.
  const std::shared_ptr<const void> options(exec::driver_options(original), [](const void*) {});
  exec::Candidate copy = exec::in_process("reference", original.version,
                                          reference_mutated::make_driver, options);
  copy.profile = original.profile;
  return copy;
}

tl::expected<std::vector<Unit>, std::string> make_units(
    const runner::Suite& suite, const std::vector<runner::Design>& designs) {
  std::vector<Unit> units;
  std::map<const contract::Program*, std::size_t> base;   // the unit of each case there
  chosen = 0;
  std::vector<Profiled> profiles{{"", {&suite}}, {"linux-6.12", {&suite}}};
  for (const runner::Design& d : designs) profiles.push_back({d.profile, {&suite, &d.own}});
  for (const auto& [profile, suites] : profiles) {
    differential::Differential differential(copy_of_reference(profile));
    for (const runner::SuiteCase* c : cases_of(suites)) {
      auto unit = unit_of(differential, c->program, profile);
      if (!unit) return tl::unexpected(unit.error());
      if (unit->program == nullptr) continue;
      const auto [known, is_first] = base.emplace(&c->program, units.size());
      if (is_first || !adds_nothing(*unit, units[known->second])) {
        units.push_back(std::move(*unit));
      }
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

Judged judge_mutant(std::uint32_t number, const std::vector<const Unit*>& units,
                    const std::function<void(const Unit&)>& begins) {
  chosen = number;
  std::unique_ptr<Suspect> suspect;
  Judged undecided;
  for (const Unit* unit : units) {
    begins(*unit);
    if (suspect == nullptr || suspect->profile() != unit->profile) {
      suspect.reset();   // its World is where the next one's will be
      suspect = std::make_unique<Suspect>(unit->profile);
    }
    if (suspect->shows_the_same(*unit)) continue;
    differential::CompareOptions known;
    known.oracle = &unit->oracle;
    const judge::Verdict verdict = suspect->compare(*unit->program, known);
    if (verdict.outcome == judge::Outcome::diverged) return {unit->program->id, verdict.rule};
    // Another case may know better.
    if (verdict.outcome == judge::Outcome::inconclusive && undecided.case_id.empty()) {
      undecided = {unit->program->id, "inconclusive"};
    }
  }
  return undecided;
}

}  // namespace protm::mutation
