// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/differential.h"

#include <algorithm>
#include <array>
#include <optional>

#include "oracle/differential/candidates.h"
#include "oracle/differential/profile_names.h"
#include "oracle/judge/attribution.h"
#include "oracle/judge/judge.h"
#include "oracle/rules/rule_table.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/executor/pct.h"
#include "sut-adapters/executor/random_delays.h"

namespace protm::differential {
namespace {

/// Changes of priority in a run of random turns, and one.
constexpr std::uint32_t kRandomTurnsDepth = 4;
/// One point in so many is late: from a CPU that is busy to one that is free but for once or twice.
constexpr std::array<std::uint32_t, 4> kDelayRates{16, 64, 256, 1024};

/// A heap that is never destroyed is no leak, whatever Host counts.
contract::Trace without_heaps(contract::Trace trace) {
  std::erase_if(trace.records, [&](const contract::Record& r) {
    return r.kind == contract::RecordKind::leak && trace.text(r.text) == "heap";
  });
  return trace;
}

/// With the eyes of the candidate's adapter, and with what the profile of its release allows.
judge::Verdict judged(const contract::Program& program, const contract::Trace& oracle,
                      const contract::Trace& candidate, const exec::Candidate& who,
                      std::string_view profile) {
  const reference::Profile* const release = profile_by_name(profile);
  const bool repeat = release != nullptr && release->ticks_repeat;
  const bool eyes = contract::has(who.capabilities, contract::Capability::host_checks);
  const judge::JudgeOptions options{.adapter = who.name,
                                    .rules = rules::rule_table(),
                                    .eyes = eyes ? contract::HostEyes::needed
                                                 : contract::HostEyes::not_needed,
                                    .slots = repeat ? judge::SlotOrder::until_ticks_repeat
                                                    : judge::SlotOrder::compare};
  if (release != nullptr && release->heaps_immortal) {
    return judge::judge(program, without_heaps(oracle), without_heaps(candidate), options);
  }
  return judge::judge(program, oracle, candidate, options);
}

judge::Verdict judged(const contract::Program& program, const contract::Trace& oracle,
                      const contract::Trace& candidate, const exec::Candidate& who) {
  return judged(program, oracle, candidate, who, who.profile);
}

/// Events that tell a livelock from much work: a candidate that needs many times what the oracle
/// needs will not come to an end, and waiting for the last event says no more.
std::uint64_t candidate_budget(const contract::Trace& oracle) {
  const contract::Limits& limits = contract::kLimits;
  const std::uint64_t share = (oracle.machine_events + 1) * limits.livelock_share;
  return std::min(std::max(share, limits.least_budget), limits.event_budget);
}

/// A rule holds under every timing; only a comparison can come from another, equally right one.
bool may_be_timing(const judge::Verdict& verdict) {
  if (verdict.outcome != judge::Outcome::diverged) return false;
  for (const judge::Finding& f : verdict.findings) {
    if (f.from != judge::FindingClass::comparison) return false;
  }
  return true;
}

/// A kernel without dma_heap_find has no protected heap for anybody: neither has the oracle's then,
/// nor when the candidate's driver would not take one.
contract::Program oracle_program(contract::Program program, const exec::Candidate& candidate) {
  const bool lacks_heaps =
      candidate.whole != nullptr &&
      !contract::has(candidate.capabilities, contract::Capability::heap_core);
  if (lacks_heaps || !candidate.takes_heap) program.heap_present = program.heap_param_set = false;
  return program;
}

/// A difference that goes away in the candidate's order of steps explains nothing: the first one
/// that stays is told, beside the run that it was found with.
void tell_better(Comparison& c, judge::Verdict verdict, const contract::Trace& oracle) {
  const bool later = verdict.at_ns > c.verdict.at_ns;
  if (verdict.outcome != judge::Outcome::diverged || !later) return;
  c.verdict = std::move(verdict);
  c.oracle = oracle;
}

/// Which differences between the oracle's first run and a candidate's the oracle shows between runs
/// of its own: of those both sides are right, although no single run of the oracle has all of them.
class OwnDifferences {
 public:
  OwnDifferences(const contract::Program& program, const Comparison& first,
                 const exec::Candidate& oracle)
      : program_(program), base_(first.oracle), open_(first.verdict.findings), oracle_(oracle) {}

  /// Takes another run of the oracle into account.
  void add(const contract::Trace& other) {
    const judge::Verdict own = judged(program_, base_, other, oracle_);
    std::erase_if(open_, [&](const judge::Finding& f) {
      return std::any_of(own.findings.begin(), own.findings.end(), [&](const judge::Finding& o) {
        // Who comes next is one question: where the oracle itself gives two answers, none is wrong.
        return o.rule == f.rule && (o.detail == f.detail || f.rule == "slots");
      });
    });
  }
  [[nodiscard]] bool all() const { return open_.empty(); }

 private:
  const contract::Program& program_;
  const contract::Trace base_;
  std::vector<judge::Finding> open_;
  const exec::Candidate& oracle_;
};

void agree_by_chance(Comparison& c) {
  c.verdict.by_chance += c.verdict.findings.size();
  c.verdict.findings.clear();
  c.verdict.outcome = judge::Outcome::agreed;
  c.verdict.rule = c.verdict.signature = c.verdict.detail = "";
  c.verdict.oracle_record = c.verdict.candidate_record = std::nullopt;
  c.timing = true;
}

}  // namespace

Differential::Differential(exec::Candidate candidate)
    : oracle_(std::make_unique<exec::Session>(oracle_for(candidate), rig::kWorldBaseA)),
      candidate_(std::make_unique<exec::Session>(std::move(candidate), rig::kWorldBaseB)) {}

Comparison Differential::compare(const contract::Program& program, const CompareOptions& options) {
  Comparison c = compare_once(program, options);
  const bool can = contract::has(candidate().capabilities, contract::Capability::schedules);
  if (!program.explore.active() || c.verdict.outcome != judge::Outcome::agreed) return c;
  if (!can) return compare_timings(program, options, std::move(c));
  Explored explored = explore(program, {.spec = program.explore, .from = {}, .after_run = {}});
  c.schedules = explored.tally.runs;
  c.schedules_agreed = explored.tally.agreed;
  if (!explored.found) return c;
  c.verdict = std::move(explored.found->verdict);
  c.verdict.detail += " (schedule " + std::to_string(explored.found->run) + " of the exploration)";
  c.candidate = std::move(explored.found->trace);
  return c;
}

Comparison Differential::compare_timings(const contract::Program& program,
                                         const CompareOptions& options, Comparison first) {
  CompareOptions fresh = options;
  fresh.oracle = nullptr;
  contract::Program other = program;
  first.timings = first.timings_agreed = 1;
  while (first.timings < contract::kLimits.timings) {
    ++other.machine.latency_seed;
    ++first.timings;
    Comparison c = compare_once(other, fresh);
    first.timings_agreed += c.verdict.outcome == judge::Outcome::agreed ? 1 : 0;
    if (c.verdict.outcome != judge::Outcome::diverged) continue;
    first.verdict = std::move(c.verdict);
    first.verdict.detail +=
        " (latency_seed " + std::to_string(other.machine.latency_seed) + " of the machine)";
    first.oracle = std::move(c.oracle);
    first.candidate = std::move(c.candidate);
    return first;
  }
  return first;
}

Comparison Differential::compare_once(const contract::Program& program,
                                      const CompareOptions& options) {
  Comparison c;
  const contract::Program for_oracle = oracle_program(program, candidate());
  c.oracle = options.oracle != nullptr ? *options.oracle : oracle_->run(for_oracle, options.run);
  exec::RunOptions run = options.run;
  run.event_budget = candidate_budget(c.oracle);
  c.candidate = candidate_->run(candidate().takes_heap ? program : for_oracle, run);
  c.verdict = judged(program, c.oracle, c.candidate, candidate());
  if (!may_be_timing(c.verdict)) return c;
  if (options.known && options.known(c.verdict)) return c;
  // Nothing in a Program orders its actors: agreement in the candidate's order is agreement.
  const std::vector<steps::StepTurn> order = steps::turns_of(c.candidate);
  enum class Turns : std::uint8_t { like_candidate, other };
  contract::Program without = for_oracle;
  without.schedule.clear();
  OwnDifferences own(for_oracle, c, oracle_->candidate());
  const auto allows = [&](std::uint32_t seed, std::span<const steps::StepTurn> steps_order,
                          Turns turns = Turns::like_candidate,
                          contract::SchedulePolicy* policy = nullptr) {
    exec::RunOptions other = options.run;
    if (seed != 0) other.latency_seed = seed;
    other.order = steps_order;
    other.other_turns = turns == Turns::other;
    other.policy = policy;
    const contract::Trace allowed = oracle_->run(without, other);
    judge::Verdict verdict = judged(program, allowed, c.candidate, candidate());
    if (verdict.outcome != judge::Outcome::agreed) {
      if (program.id.empty()) own.add(allowed);
      // Not of random turns, which nobody could look at again.
      if (seed == 0 && policy == nullptr) tell_better(c, std::move(verdict), allowed);
      return false;
    }
    c.verdict = std::move(verdict);
    c.timing = true;
    c.oracle_run = other;
    c.oracle_run.order = {};
    c.oracle_run.policy = nullptr;
    c.oracle_in_order = !steps_order.empty();
    return true;
  };
  // Neither does a schedule mean that the oracle has to keep to it.
  if (!program.schedule.empty() && allows(0, {})) return c;
  if (allows(0, {}, Turns::other) || allows(0, order, Turns::other)) return c;
  for (std::uint32_t seed = 0; seed <= options.allowed_seeds; ++seed) {
    if (allows(seed, order) || (seed != 0 && allows(seed, {}))) return c;
  }
  // A case of the suites is made so that there is one answer.
  if (!program.id.empty()) return c;
  // Of latencies there are no more than above: they stretch what the Program times, too.
  const std::uint32_t seeds = options.allowed_seeds + 1;
  const std::uint64_t affordable = options.search_events / (c.oracle.machine_events + 1);
  const std::uint64_t random_turns = std::min<std::uint64_t>(options.random_turns, affordable);
  const std::uint64_t random_delays = std::min<std::uint64_t>(options.random_delays, affordable);
  std::uint64_t points = 1;
  for (std::uint32_t run = 0; run < random_turns && !own.all(); ++run) {
    exec::Pct turns({}, kRandomTurnsDepth, points, run + 1);
    if (allows(run % seeds, {}, Turns::like_candidate, &turns)) return c;
    points = turns.points();
  }
  for (std::uint32_t run = 0; run < random_delays && !own.all(); ++run) {
    exec::RandomDelays delays(kDelayRates[run % kDelayRates.size()], run + 1);
    if (allows(run % seeds, {}, Turns::like_candidate, &delays)) return c;
  }
  if (own.all()) agree_by_chance(c);
  return c;
}

judge::Verdict Differential::judged_alone(const contract::Program& program,
                                          const contract::Trace& oracle,
                                          const contract::Trace& candidate) const {
  return judged(program, oracle, candidate, this->candidate());
}

bool Differential::explained_by_profile(const contract::Program& program, const Comparison& last,
                                        const CompareOptions& options) {
  const exec::Candidate& who = candidate();
  if (who.profile.empty() || last.verdict.outcome != judge::Outcome::agreed) return false;
  if (base_ == nullptr) {
    exec::Candidate base = reference();
    base.traits = who.traits;
    base_ = std::make_unique<exec::Session>(std::move(base), rig::kWorldBaseC);
  }
  exec::RunOptions run = last.timing ? last.oracle_run : options.run;
  const std::vector<steps::StepTurn> order = steps::turns_of(last.candidate);
  if (last.oracle_in_order) run.order = order;
  const contract::Trace trace = base_->run(oracle_program(program, who), run);
  return judged(program, trace, last.candidate, who, "").outcome == judge::Outcome::diverged;
}

std::vector<std::vector<std::string>> attribute(const contract::Program& program,
                                                const exec::Candidate& candidate) {
  const exec::SwitchMask on = exec::switch_mask(candidate);
  if (on == 0) return {};
  // The oracle's Session is the same for all subsets; only the candidate is made anew.
  std::optional<exec::Session> oracle;
  contract::Trace expected;
  if (!program.explore.active()) {
    oracle.emplace(oracle_for(candidate), rig::kWorldBaseA);
    expected = oracle->run(program);
  }
  const judge::Attribution found = judge::minimum_sets(on, [&](judge::SwitchSet off) {
    const exec::Candidate subset = exec::series_v1(on & ~off);
    if (program.explore.active()) {
      return Differential(subset).compare(program).verdict.outcome == judge::Outcome::agreed;
    }
    exec::Session session(subset, rig::kWorldBaseB);
    const contract::Trace trace = session.run(program);
    return judged(program, expected, trace, subset).outcome == judge::Outcome::agreed;
  });
  std::vector<std::vector<std::string>> sets;
  for (const judge::SwitchSet set : found.sets) sets.push_back(exec::switch_ids(set));
  return sets;
}

}  // namespace protm::differential
