// SPDX-License-Identifier: GPL-2.0-only
// One Program on oracle and candidate, judged. When the first comparison differs, the reference
// runs again: with the steps in the candidate's order, with other latencies, with timers as late as
// a timer wheel lets them be. What it shows there is allowed too (`timing`). Leaves out explored
// schedules. Source: design.md section 6 (allowed set), decisions.md 21.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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
  /// With `timing`: how the oracle ran when it agreed, and whether in the candidate's order.
  exec::RunOptions oracle_run;
  bool oracle_in_order = false;
};

struct CompareOptions {
  exec::RunOptions run;
  /// Other latency seeds to try on the reference after a difference. Source: design.md 6.
  std::uint32_t allowed_seeds = 16;
};

class Differential {
 public:
  explicit Differential(exec::Candidate candidate);

  [[nodiscard]] Comparison compare(const contract::Program& program,
                                   const CompareOptions& options = {});
  /// Whether the oracle agreed only because of the candidate's profile: the 7.x base, run in the
  /// same way, does not. `last` is what compare() returned for `program`.
  [[nodiscard]] bool explained_by_profile(const contract::Program& program, const Comparison& last,
                                          const CompareOptions& options = {});
  [[nodiscard]] const exec::Candidate& candidate() const { return candidate_->candidate(); }

 private:
  std::unique_ptr<exec::Session> oracle_;
  std::unique_ptr<exec::Session> candidate_;
  std::unique_ptr<exec::Session> base_;  ///< the oracle without profile; made when first asked
};

/// All minimum sets of switches of series-v1 that must be off so that `program` agrees; one empty
/// set when it agrees as it is, none when no set of switches helps or the candidate has none.
[[nodiscard]] std::vector<std::vector<std::string>> attribute(const contract::Program& program,
                                                              const exec::Candidate& candidate);

}  // namespace protm::differential
