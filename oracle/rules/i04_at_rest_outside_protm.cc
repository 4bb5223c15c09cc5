// SPDX-License-Identifier: GPL-2.0-only
// When all raised events were processed and nothing is left to do, the GPU is in normal mode.
// Between the exit and the event work a right driver still holds its session, so only the state at
// quiesce is judged: the first rest_state record marks it.
#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;

RuleResult at_rest_outside_protm(const Program& program, const Trace& trace) {
  RuleResult out;
  const std::vector<Window> windows = protected_windows(program, trace);
  if (windows.empty()) return out;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind != RecordKind::rest_state) continue;
    ++out.armed;
    if (window_at(windows, i)) {
      out.violation = Violation{i, r.time_ns, "protm_active",
                                "nothing is left to do, but protected mode was not left"};
    }
    break;
  }
  return out;
}

}  // namespace protm::rules
