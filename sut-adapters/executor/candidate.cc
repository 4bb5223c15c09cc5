// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/executor/candidate.h"

namespace protm::exec {

tl::expected<Candidate, std::string> Registry::parse(std::string_view spec) const {
  const std::size_t colon = spec.find(':');
  const std::string_view name = spec.substr(0, colon);
  const std::string_view argument =
      colon == std::string_view::npos ? std::string_view() : spec.substr(colon + 1);
  std::string known;
  for (const CandidateKind& kind : kinds_) {
    if (kind.name != name) {
      known += known.empty() ? "" : ", ";
      known += kind.name;
      continue;
    }
    auto candidate = kind.parse(argument);
    if (!candidate) return tl::unexpected(candidate.error());
    candidate->spec = std::string(spec);
    candidate->name = std::string(name);
    return candidate;
  }
  return tl::unexpected("no candidate '" + std::string(name) + "'; expected one of: " + known);
}

std::string why_not(const Candidate& candidate, const contract::Program& program) {
  if (!program.schedule.empty() &&
      !contract::has(candidate.capabilities, contract::Capability::schedules)) {
    return "needs schedules, which " + candidate.spec + " does not declare";
  }
  return candidate.cannot ? candidate.cannot(program) : std::string();
}

}  // namespace protm::exec
