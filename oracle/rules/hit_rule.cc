// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/rules/hit_rule.h"

#include <algorithm>

namespace protm::rules {

using namespace contract;

RuleResult hit_rule(const Trace& trace, vocab::ObservationKind hit,
                    std::initializer_list<vocab::ObservationKind> arming, std::string_view field,
                    std::string_view detail) {
  RuleResult out;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    const bool broken = is(r, hit);
    if (broken || std::any_of(arming.begin(), arming.end(), [&](auto k) { return is(r, k); })) {
      ++out.armed;
    }
    if (broken && !out.violation) {
      out.violation = Violation{i, r.time_ns, field, std::string(detail)};
    }
  }
  return out;
}

}  // namespace protm::rules
