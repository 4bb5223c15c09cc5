// SPDX-License-Identifier: GPL-2.0-only
// A soft reset waits for what is on the bus, a hard one does not: it is the last thing to try, when
// a soft one did not end, or left the GPU in protected mode. From architecture 14 on there is one
// kind only.
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/pwr_control.h"
#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

RuleResult hard_reset_first(const Program& program, const Trace& trace) {
  RuleResult out;
  if (vocab::has_pwr_control(program.machine.gpu_id)) return out;
  bool tried = false;   // a soft reset that is not through
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (is(r, K::reset_completed)) tried = false;
    if (!is(r, K::reset_started)) continue;
    ++out.armed;
    if (r.a == vocab::kGpuCommandSoftReset) tried = true;
    if (r.a != vocab::kGpuCommandHardReset || tried || out.violation) continue;
    out.violation = Violation{i, r.time_ns, "command",
                              "a hard reset, and no soft one before it that did not do"};
  }
  return out;
}

}  // namespace protm::rules
