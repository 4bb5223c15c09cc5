// SPDX-License-Identifier: GPL-2.0-only
// A call that blocked comes back: a wait at its time-out, a sleep at its time, everything else
// within the time that a fence may take without a job, and 5 s more for each fault of the Program,
// which is what the longest time-outs of a driver add up to.
#include <algorithm>
#include <map>

#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;

namespace {

/// How long the call may take by its own word.
std::uint64_t own_ns(const Node& op) {
  switch (static_cast<NodeType>(op.type)) {
    case NodeType::wait: return field_number(op, "timeout");
    case NodeType::sleep: return field_number(op, "time");
    default: return 0;
  }
}

}  // namespace

RuleResult blocked_tasks_end(const Program& program, const Trace& trace) {
  RuleResult out;
  std::map<std::uint32_t, std::size_t> blocked;  // step -> record
  const std::uint64_t grace_ns =
      kLimits.fence_base_ns + kLimits.blocked_per_fault_ns * program.faults.size();
  std::uint64_t awake_ns = 0;  // nobody comes back while the system sleeps
  const auto judge = [&](std::uint32_t step, std::size_t record, std::uint64_t now_ns) {
    const Node* const op = step_op(program, step);
    if (op == nullptr || out.violation) return;
    const std::uint64_t from_ns = std::max(trace.records[record].time_ns, awake_ns);
    if (now_ns <= from_ns + own_ns(*op) + grace_ns) return;
    out.violation = Violation{record, from_ns + own_ns(*op) + grace_ns, "return",
                              "a call that blocked did not come back in time"};
  };
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::step_blocked) {
      if (blocked.try_emplace(r.b, i).second) ++out.armed;
    } else if (r.kind == RecordKind::kernel_log && r.sub == kRunnerWakes) {
      awake_ns = r.time_ns;
    } else if (r.kind == RecordKind::step_returned) {
      if (step_type(program, r.b) == NodeType::resume) awake_ns = r.time_ns;
      const auto found = blocked.find(r.b);
      if (found == blocked.end()) continue;
      judge(r.b, found->second, r.time_ns);
      blocked.erase(found);
    }
  }
  for (const auto& [step, record] : blocked) judge(step, record, end_ns(trace));
  return out;
}

}  // namespace protm::rules
