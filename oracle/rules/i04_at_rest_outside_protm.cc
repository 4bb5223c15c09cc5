// SPDX-License-Identifier: GPL-2.0-only
// When all raised events were processed and nothing is left to do, the GPU is in normal mode.
// Between the exit and the event work a right driver still holds its session, so only the state at
// quiesce is judged: the first rest_state record marks it. Where Host asks the driver for its own
// idea of it ("protm_active"), that is held to the same, unless the event of the exit was lost:
// then the driver learns of it with the next one, which may not come before a PING or a tick.
#include "oracle/rules/invariants.h"
#include "oracle/rules/job_line.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;

RuleResult at_rest_outside_protm(const Program& program, const Trace& trace) {
  RuleResult out;
  const std::vector<Window> windows = protected_windows(program, trace);
  if (windows.empty()) return out;
  JobLine job_line(program);
  for (std::size_t i = 0; i < trace.records.size() && !out.violation; ++i) {
    const Record& r = trace.records[i];
    (void)job_line.take(r);
    if (r.kind != RecordKind::rest_state) continue;
    if (r.time_ns >= kMaxTimeNs) break;  // at the limit of a Program something may be left to do
    const bool first = out.armed++ == 0;
    if (first && window_at(windows, i)) {
      out.violation = Violation{i, r.time_ns, "gpu",
                                "nothing is left to do, but protected mode was not left"};
    } else if (trace.text(r.text) == "protm_active" && r.c != 0 && !job_line.deaf()) {
      out.violation = Violation{i, r.time_ns, "driver",
                                "nothing is left to do, but the driver still has a session"};
    }
  }
  return out;
}

}  // namespace protm::rules
