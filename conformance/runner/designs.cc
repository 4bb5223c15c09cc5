// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/runner/designs.h"

#include <algorithm>
#include <utility>

#include "oracle/differential/candidates.h"

namespace protm::runner {

Suite with_cases_of(const Design& design, Suite suite) {
  suite.cases.insert(suite.cases.end(), design.own.cases.begin(), design.own.cases.end());
  std::sort(suite.cases.begin(), suite.cases.end(), [](const SuiteCase& a, const SuiteCase& b) {
    return a.program.id < b.program.id;
  });
  return suite;
}

RunResult conform_to_any_design(const Suite& suite, const std::vector<Design>& designs,
                                const exec::Candidate& candidate, const ConformOptions& options) {
  RunResult base = conform(suite, candidate, options);
  if (!candidate.profile.empty() || base.count(Outcome::diverged) == 0) return base;
  ConformOptions quick = options;
  quick.attribution = Attribution::none;
  quick.coverage = Coverage::part;
  std::vector<DesignTried> tried{{.profile = {}, .diverged = base.count(Outcome::diverged)}};
  for (const Design& design : designs) {
    if (design.own.cases.empty()) continue;   // a filter may leave none
    const exec::Candidate other = differential::with_profile(candidate, design.profile);
    const RunResult own = conform(design.own, other, quick);
    const std::uint32_t agreed = own.count(Outcome::agreed);
    tried.push_back({.profile = design.profile, .diverged = own.count(Outcome::diverged)});
    if (agreed == 0 || agreed != own.cases.size()) continue;
    ConformOptions under = options;
    under.profile = design.profile;
    RunResult whole = conform(with_cases_of(design, suite), other, under);
    tried.back().diverged = whole.count(Outcome::diverged);
    whole.designs = std::move(tried);
    return whole;
  }
  if (tried.size() > 1) base.designs = std::move(tried);
  return base;
}

}  // namespace protm::runner
