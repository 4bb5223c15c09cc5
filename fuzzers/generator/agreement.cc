// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/agreement.h"

#include <algorithm>
#include <numeric>

#include "oracle/differential/known_defects.h"
#include "sut-adapters/contract/capability.h"

namespace protm::fuzz {
namespace {

Agreed outcome_of(judge::Outcome outcome) {
  switch (outcome) {
    case judge::Outcome::agreed: return Agreed::yes;
    case judge::Outcome::diverged: return Agreed::diverged;
    case judge::Outcome::oracle_wrong: return Agreed::oracle_wrong;
    default: return Agreed::inconclusive;
  }
}

/// Signatures of all that was found, the first one first: what one defect hides is another group.
std::string signatures_of(const judge::Verdict& verdict) {
  if (verdict.signature.empty()) return std::string(judge::outcome_name(verdict.outcome));
  const std::string adapter = verdict.signature.substr(0, verdict.signature.find('.'));
  std::vector<std::string> seen{verdict.signature};
  for (const judge::Finding& f : verdict.findings) {
    std::string words = judge::signature(adapter, f);
    if (std::find(seen.begin(), seen.end(), words) == seen.end()) seen.push_back(std::move(words));
  }
  std::string out = seen.front();
  for (std::size_t i = 1; i < seen.size(); ++i) out += " and " + seen[i];
  return out;
}

}  // namespace

std::string AgreementRun::skip_reason(const contract::Program& program) const {
  const exec::Candidate& who = differential_.candidate();
  const std::uint32_t lacking = program.requires_mask & ~who.capabilities;
  for (const contract::CapabilityInfo& info : contract::capability_table()) {
    if (contract::has(lacking, info.id)) return "needs " + std::string(info.name);
  }
  return exec::why_not(who, program);
}

AgreementRow AgreementRun::run(std::uint64_t seed) {
  AgreementRow row = run_program(generate(seed, scope_));
  row.seed = seed;
  return row;
}

AgreementRow AgreementRun::run_program(contract::Program program) {
  AgreementRow row;
  row.program = std::move(program);
  row.why = skip_reason(row.program);
  if (!row.why.empty()) {
    row.outcome = Agreed::skipped;
    return row;
  }
  differential::Comparison c = differential_.compare(row.program);
  if (c.verdict.outcome == judge::Outcome::inconclusive) c = differential_.compare(row.program);
  row.outcome = outcome_of(c.verdict.outcome);
  if (differential_.explained_by_profile(row.program, c)) row.outcome = Agreed::by_profile;
  row.defects = differential::known_by(row.program, c, differential_.candidate());
  if (!row.defects.empty()) row.outcome = Agreed::known;
  row.timing = c.timing;
  row.seen = look(row.program, c.candidate);
  row.verdict = std::move(c.verdict);
  return row;
}

void AgreementTotals::add(const AgreementRow& row) {
  ++outcomes[static_cast<std::size_t>(row.outcome)];
  timing += row.timing ? 1 : 0;
  chance += row.verdict.by_chance != 0 ? 1 : 0;
  if (row.outcome == Agreed::skipped) return;
  ++ran;
  for (std::size_t i = 0; i < kSeenCount; ++i) seen[i] += row.seen[i] ? 1 : 0;
  for (const std::string_view id : row.defects) {
    auto known = std::find_if(defects.begin(), defects.end(),
                              [&](const DefectCount& d) { return d.id == id; });
    if (known == defects.end()) known = defects.insert(defects.end(), {id, {}});
    known->seeds.push_back(row.seed);
  }
  if (row.outcome == Agreed::yes || row.outcome == Agreed::by_profile ||
      row.outcome == Agreed::known) {
    return;
  }
  const std::string words = signatures_of(row.verdict);
  auto found = std::find_if(signatures.begin(), signatures.end(),
                            [&](const SignatureCount& s) { return s.signature == words; });
  if (found == signatures.end()) {
    found = signatures.insert(signatures.end(), {words, row.verdict.detail, {}});
  }
  found->seeds.push_back(row.seed);
  std::stable_sort(signatures.begin(), signatures.end(),
                   [](const SignatureCount& a, const SignatureCount& b) {
                     return a.seeds.size() > b.seeds.size();
                   });
}

std::uint32_t AgreementTotals::total() const {
  return std::accumulate(outcomes.begin(), outcomes.end(), std::uint32_t{0});
}

std::uint32_t AgreementTotals::per_mille(Seen what) const {
  return ran == 0 ? 0 : 1000 * seen[static_cast<std::size_t>(what)] / ran;
}

}  // namespace protm::fuzz
