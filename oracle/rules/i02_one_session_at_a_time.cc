// SPDX-License-Identifier: GPL-2.0-only
// A new PROTM_ENTER belongs after the PROTM_EXIT of the session before was taken. Broken when the
// machine finds the exit unacknowledged, and when the request itself throws the GPU out.
#include "gpu-model/vocab/fw_interface.h"
#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

RuleResult one_session_at_a_time(const Program&, const Trace& trace) {
  RuleResult out;
  bool active = false;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (is(r, K::protm_active)) active = true;
    if (is(r, K::protm_exit_raised) || is(r, K::reset_started)) active = false;
    const bool sampled = is(r, K::enter_sampled);
    if (sampled) ++out.armed;
    if (out.violation) continue;
    const bool thrown_out =
        is(r, K::exit_cause) &&
        r.a == static_cast<std::uint32_t>(vocab::ExitCause::forced_by_glb_request) &&
        (r.b & vocab::fw::kGlbProtmEnter) != 0;
    if (is(r, K::rule_exit_not_acked_before_enter)) {
      out.violation = Violation{i, r.time_ns, "exit",
                                "GLB_REQ.PROTM_ENTER was sampled before the driver took the "
                                "PROTM_EXIT of the session before"};
    } else if (thrown_out || (sampled && active)) {
      out.violation = Violation{i, r.time_ns, "active",
                                "GLB_REQ.PROTM_ENTER was toggled while the GPU was in protected "
                                "mode"};
    }
  }
  return out;
}

}  // namespace protm::rules
