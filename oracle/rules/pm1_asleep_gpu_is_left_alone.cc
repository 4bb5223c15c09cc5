// SPDX-License-Identifier: GPL-2.0-only
// Between a suspend that returned and the resume that follows no register of the GPU is written
// that makes it do something: it has neither power nor clocks.
#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

RuleResult asleep_gpu_is_left_alone(const Program& program, const Trace& trace) {
  RuleResult out;
  bool asleep = false;
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::step_returned && step_type(program, r.b) == NodeType::suspend) {
      asleep = r.c == 0;
      out.armed += asleep ? 1 : 0;
    } else if (r.kind == RecordKind::step_started &&
               step_type(program, r.b) == NodeType::resume) {
      asleep = false;
    } else if (r.kind == RecordKind::kernel_log && r.sub == kRunnerWakes) {
      asleep = false;
    }
    const bool touched = is(r, K::doorbell) || is(r, K::as_command) || is(r, K::flush_caches) ||
                         is(r, K::reset_started) || is(r, K::mcu_boot);
    if (!asleep || !touched) continue;
    out.violation = Violation{i, r.time_ns, "register",
                              "the driver uses the GPU while the system sleeps"};
    break;
  }
  return out;
}

}  // namespace protm::rules
