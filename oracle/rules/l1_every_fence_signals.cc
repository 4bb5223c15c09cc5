// SPDX-License-Identifier: GPL-2.0-only
// Every accepted job's fence signals, or its group is dead, within T = 10 s + 6 s per accepted job
// after the last step and the last fault; so does that of an asynchronous bind. A run that came to
// rest before T with the fence open has broken it too: nothing is left that could signal it. What
// signals only because the runner gives everything back does not count.
// Rests for groups that user space can block for ever (SYNC_WAIT, CALL, raw words), for what
// waits for one of their jobs, and while the GPU is down behind a resume that failed: the jobs keep
// their places until something boots the firmware (panthor_device.c panthor_device_resume(), which
// resumes the scheduler only where the hardware came up).
#include <algorithm>
#include <map>
#include <set>

#include "oracle/rules/invariants.h"
#include "oracle/rules/liveness.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;

namespace {

struct Seen {
  std::map<std::uint32_t, std::uint64_t> accepted;   // job -> time
  std::map<std::uint32_t, std::uint64_t> signalled;  // job -> time
  std::set<std::uint32_t> gone;                      // groups that are dead or destroyed
  std::uint64_t last_step_ns = 0;
  std::uint64_t last_fault_ns = 0;
};

Seen read(const Program& program, const Trace& trace) {
  Seen out;
  const std::size_t end = quiesce_index(trace);
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind == RecordKind::group_state && (r.b != 0 || r.c != 0)) out.gone.insert(r.a);
    if (i >= end) continue;
    if (r.kind == RecordKind::fence_signalled) {
      out.signalled.try_emplace(r.a, r.time_ns);
    } else if (is(r, vocab::ObservationKind::fault_applied) ||
               r.kind == RecordKind::fault_applied) {
      out.last_fault_ns = r.time_ns;
    } else if (r.kind == RecordKind::step_started ||
               (r.kind == RecordKind::kernel_log && r.sub == kRunnerWakes)) {
      out.last_step_ns = r.time_ns;
    } else if (r.kind == RecordKind::step_returned) {
      out.last_step_ns = r.time_ns;
      if (static_cast<std::int64_t>(r.c) < 0) continue;
      const NodeType type = step_type(program, r.b);
      if (has_own_fence(program, r.b)) out.accepted.try_emplace(r.b, r.time_ns);
      if (type == NodeType::group_destroy) {
        out.gone.insert(
            static_cast<std::uint32_t>(field_number(program.steps[r.b].op, "group")));
      }
    }
  }
  return out;
}

}  // namespace

RuleResult every_fence_signals(const Program& program, const Trace& trace) {
  RuleResult out;
  if (trace.end != RunEnd::completed) return out;
  const Seen seen = read(program, trace);
  const std::set<std::uint32_t> excused = excused_lines(program);
  const std::uint64_t due_ns = std::max(seen.last_step_ns, seen.last_fault_ns) +
                               kLimits.fence_base_ns +
                               kLimits.fence_per_job_ns * seen.accepted.size();
  // A run may end before T: at rest, because a late fault moved T, or at the limit of a Program.
  const std::uint64_t rest_ns = quiesce_ns(trace);
  const std::uint64_t down_ns = down_since_ns(program, trace);
  const bool settled = rest_ns >= due_ns ||
                       (rest_ns < kMaxTimeNs && seen.last_fault_ns <= seen.last_step_ns);
  for (const auto& [job, accepted_ns] : seen.accepted) {
    const std::uint32_t line = line_of(program, job);
    if (excused.contains(line)) continue;
    ++out.armed;
    if (out.violation || seen.gone.contains(line)) continue;
    const auto signalled = seen.signalled.find(job);
    if (signalled != seen.signalled.end() && signalled->second <= due_ns) continue;
    const bool down = down_ns <= due_ns && group_of_job(program, job) != kNoStep;
    if (signalled == seen.signalled.end() && (!settled || down)) continue;
    const std::uint64_t at_ns = std::min(due_ns, rest_ns);
    const auto record = std::find_if(
        trace.records.begin(), trace.records.end(), [job = job](const Record& r) {
          return r.kind == RecordKind::step_returned && r.b == job;
        });
    out.violation = Violation{static_cast<std::size_t>(record - trace.records.begin()), at_ns,
                              "fence", "the fence of an accepted job did not signal in time"};
  }
  return out;
}

}  // namespace protm::rules
