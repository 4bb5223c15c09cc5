// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/rules/hit_rule.h"

#include <array>

namespace protm::rules {

using namespace contract;

RuleResult hit_rule(const Trace& trace, vocab::ObservationKind hit,
                    std::initializer_list<vocab::ObservationKind> arming, std::string_view field,
                    std::string_view detail) {
  std::array<bool, static_cast<std::size_t>(vocab::ObservationKind::count)> arms{};
  for (const vocab::ObservationKind kind : arming) arms[static_cast<std::size_t>(kind)] = true;
  arms[static_cast<std::size_t>(hit)] = true;
  RuleResult out;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind != RecordKind::machine || r.sub >= arms.size() || !arms[r.sub]) continue;
    ++out.armed;
    if (is(r, hit) && !out.violation) {
      out.violation = Violation{i, r.time_ns, field, std::string(detail)};
    }
  }
  return out;
}

}  // namespace protm::rules
