// SPDX-License-Identifier: GPL-2.0-only
// Broken by a PROTM_ENTER that firmware samples with no CS allowed in, and by one whose allowed CS
// was not acknowledged since the last session ended. The second half needs firmware that raises
// PROTM_PEND again after a RESUME; where it does not, an old ack is all there is (decisions.md 15).
// Not modelled: that the allowed group is the top one (rotation is not visible in a trace).
#include <algorithm>

#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

RuleResult enter_needs_acked_pending(const Program& program, const Trace& trace) {
  const bool raised_again = program.machine.word(vocab::Switch::pend_again_on_resume) ==
                            static_cast<std::uint8_t>(vocab::YesNo::yes);
  RuleResult out;
  bool acked = false;
  const auto acked_in_same_scan = [&](std::size_t i) {
    return std::any_of(trace.records.begin() + static_cast<std::ptrdiff_t>(i),
                       trace.records.end(), [&](const Record& r) {
                         return r.time_ns == trace.records[i].time_ns &&
                                is(r, K::protm_pend_acked);
                       });
  };
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (is(r, K::protm_pend_acked) && r.d == 0) acked = true;
    if (is(r, K::protm_exit_raised) || is(r, K::reset_completed)) acked = false;
    const bool flagged = is(r, K::rule_enter_without_allowed_cs);
    if (!is(r, K::enter_sampled) && !flagged) continue;
    if (!flagged) ++out.armed;
    if (out.violation) continue;
    if (flagged || r.a == 0) {
      out.violation = Violation{i, r.time_ns, "allowed",
                                "GLB_REQ.PROTM_ENTER was sampled, but no CS that waits for "
                                "protected mode has been acknowledged"};
    } else if (raised_again && !acked && !acked_in_same_scan(i)) {
      out.violation = Violation{i, r.time_ns, "acked",
                                "GLB_REQ.PROTM_ENTER was sampled, but no CS_REQ.PROTM_PEND was "
                                "acknowledged since the last session"};
    }
  }
  return out;
}

}  // namespace protm::rules
