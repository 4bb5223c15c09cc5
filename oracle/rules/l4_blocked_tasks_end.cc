// SPDX-License-Identifier: GPL-2.0-only
// A call that blocked comes back: a wait at its time-out, a sleep at its time, everything else
// within the time that a fence may take without a job, and 5 s more for each fault of the Program,
// which is what the longest time-outs of a driver add up to. The same for each entry once an
// activation of the job interrupt was lost: a driver that is deaf finds an ack, and the end of a
// session, when its time-out is over.
#include <algorithm>
#include <map>
#include <optional>

#include "oracle/rules/invariants.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;

namespace {

/// How long the call may take by its own word.
std::uint64_t own_ns(const Node& op) {
  switch (static_cast<NodeType>(op.type)) {
    case NodeType::wait:
    case NodeType::syncobj_wait:
    case NodeType::syncobj_timeline_wait: return field_number(op, "timeout");
    case NodeType::sleep: return field_number(op, "time");
    default: return 0;
  }
}

bool loses_job_irq(const Program& program, const Record& r) {
  return r.b == static_cast<std::uint32_t>(vocab::FaultKind::lose_irq) &&
         r.a < program.faults.size() && program.faults[r.a].machine.target == 0;
}

struct Blocked {
  std::size_t record = 0;
  std::uint64_t deaf_entries_before = 0;
};

}  // namespace

RuleResult blocked_tasks_end(const Program& program, const Trace& trace) {
  RuleResult out;
  std::map<std::uint32_t, Blocked> blocked;  // by step
  const std::uint64_t grace_ns =
      kLimits.fence_base_ns + kLimits.blocked_per_fault_ns * program.faults.size();
  std::uint64_t awake_ns = 0;  // nobody comes back while the system sleeps
  std::uint64_t deaf_entries = 0;
  std::optional<std::uint8_t> deaf;  // the GPU whose interrupt it was
  const auto judge = [&](std::uint32_t step, const Blocked& call, std::uint64_t now_ns) {
    const Node* const op = step_op(program, step);
    if (op == nullptr || out.violation) return;
    const std::uint64_t from_ns = std::max(trace.records[call.record].time_ns, awake_ns);
    const std::uint64_t deaf_ns =
        kLimits.blocked_per_fault_ns * (deaf_entries - call.deaf_entries_before);
    const std::uint64_t until_ns = from_ns + own_ns(*op) + grace_ns + deaf_ns;
    if (now_ns <= until_ns) return;
    out.violation = Violation{call.record, until_ns, "return",
                              "a call that blocked did not come back in time"};
  };
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::step_blocked) {
      if (blocked.try_emplace(r.b, Blocked{i, deaf_entries}).second) ++out.armed;
    } else if (is(r, vocab::ObservationKind::fault_applied)) {
      if (loses_job_irq(program, r)) deaf = r.device;
    } else if (is(r, vocab::ObservationKind::enter_sampled)) {
      deaf_entries += deaf == r.device ? 1 : 0;
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
  for (const auto& [step, call] : blocked) judge(step, call, end_ns(trace));
  return out;
}

}  // namespace protm::rules
