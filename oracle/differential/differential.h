// SPDX-License-Identifier: GPL-2.0-only
// One Program on oracle and candidate, judged. When the first comparison differs, the reference
// runs again: with the steps in the candidate's order, with other latencies, with timers as late as
// a timer wheel lets them be. What it shows there is allowed too (`timing`), and so is a candidate
// of whose differences each one is also a difference between two of those runs. But a case of the
// suites is made to have one answer.
// Source: design.md section 6 (allowed set), decisions.md 21.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "oracle/differential/explored.h"
#include "oracle/judge/verdict.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"
#include "sut-adapters/executor/session.h"

namespace protm::differential {

struct Comparison {
  judge::Verdict verdict;
  contract::Trace oracle;
  contract::Trace candidate;
  bool timing = false;  ///< agreed only with the reference under another latency seed
  /// Of a Program that asks for exploration: how many schedules were run, and how many of them
  /// agreed. `verdict` and `candidate` are those of the first that did not.
  std::uint64_t schedules = 0;
  std::uint64_t schedules_agreed = 0;
  /// The same of a candidate that has no schedules: how many latency seeds it ran under, and in how
  /// many of them it agreed. Which interleavings they gave nobody knows.
  std::uint32_t timings = 0;
  std::uint32_t timings_agreed = 0;
  /// With `timing`: how the oracle ran when it agreed, but for random turns, and whether in the
  /// candidate's order.
  exec::RunOptions oracle_run;
  bool oracle_in_order = false;
};

/// A second or two of searching, most of it on Programs of many simulated seconds.
inline constexpr std::uint64_t kQuickSearch = 500'000;

struct CompareOptions {
  exec::RunOptions run;
  /// Other latency seeds to try on the reference after a difference. Source: design.md 6.
  std::uint32_t allowed_seeds = 16;
  /// For a Program that is no case of the suites: so many runs of the reference in which who runs
  /// next is random (seeds 1, 2, ...), when nothing else explains the difference. A difference is
  /// told once in some thousand Programs, so that a search of a second for it costs little.
  std::uint32_t random_turns = 512;
  /// The same, behind those: so many runs in which tasks are late at random points.
  std::uint32_t random_delays = 512;
  /// Machine events that each of these two may take in all; a long Program has fewer such runs. An
  /// engine gives up an input that takes seconds: it asks with kQuickSearch, and what it finds is
  /// asked again without.
  std::uint64_t search_events = UINT64_MAX;
  /// What the oracle shows on this Program with `run`, for who compares many candidates that are
  /// compared with the same oracle; null: it is run.
  const contract::Trace* oracle = nullptr;
  /// Whether the caller knows this difference already as one that no other order and no other
  /// latency explains: then it is told without asking again, which takes up to some 1,000 runs.
  std::function<bool(const judge::Verdict&)> known = nullptr;
};

class Differential {
 public:
  explicit Differential(exec::Candidate candidate);

  /// A Program with `explore` is run under other schedules too, where the candidate can do that,
  /// and under other latencies where it cannot.
  [[nodiscard]] Comparison compare(const contract::Program& program,
                                   const CompareOptions& options = {});
  /// Whether the oracle agreed only because of the candidate's profile: the 7.x base, run in the
  /// same way, does not. `last` is what compare() returned for `program`.
  [[nodiscard]] bool explained_by_profile(const contract::Program& program, const Comparison& last,
                                          const CompareOptions& options = {});
  /// Runs `program` under many schedules until one diverges or none is left.
  [[nodiscard]] Explored explore(const contract::Program& program, const ExploreOptions& options);
  [[nodiscard]] const exec::Candidate& candidate() const { return candidate_->candidate(); }

 private:
  Comparison compare_once(const contract::Program& program, const CompareOptions& options);
  /// `first` with what the Program shows under kLimits.timings - 1 other latency seeds.
  Comparison compare_timings(const contract::Program& program, const CompareOptions& options,
                             Comparison first);
  [[nodiscard]] judge::Verdict judged_alone(const contract::Program& program,
                                            const contract::Trace& oracle,
                                            const contract::Trace& candidate) const;
  /// Distinct outcomes of the oracle's own exploration.
  const std::vector<contract::Trace>& allowed_traces(const contract::Program& program,
                                                     const contract::ExploreSpec& spec,
                                                     std::uint64_t& runs);

  std::vector<contract::Trace> allowed_;
  bool allowed_known_ = false;
  std::unique_ptr<exec::Session> oracle_;
  std::unique_ptr<exec::Session> candidate_;
  std::unique_ptr<exec::Session> base_;  ///< the oracle without profile; made when first asked
};

/// All minimum sets of switches of series-v1 that must be off so that `program` agrees; one empty
/// set when it agrees as it is, none when no set of switches helps or the candidate has none.
[[nodiscard]] std::vector<std::vector<std::string>> attribute(const contract::Program& program,
                                                              const exec::Candidate& candidate);

}  // namespace protm::differential
