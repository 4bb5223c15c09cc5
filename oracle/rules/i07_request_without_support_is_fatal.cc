// SPDX-License-Identifier: GPL-2.0-only
// A CS that asks for protected mode although its group has no protm suspend buffer (no heap, or
// created without the flag) never gets PROTM_ENTER, and its group leaves the slot within R ticks,
// R = 3 + 1 per group, plus half a tick for the slot update. A trace that ends earlier, a reset and
// a machine fault in between clear the deadline; a fault before it may keep the driver busy. While
// the job line is lost the driver hears of nothing, and the deadline begins anew behind that.
// Not modelled: that nobody else is affected (the comparisons see that).
#include <algorithm>
#include <map>

#include "gpu-model/vocab/fw_interface.h"
#include "oracle/rules/invariants.h"
#include "oracle/rules/job_line.h"
#include "oracle/rules/liveness.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

std::uint64_t deadline_ns(const Program& program, const Trace& trace) {
  std::uint64_t groups = 0;
  for (std::uint32_t s = 0; s < program.steps.size(); ++s) {
    if (step_type(program, s) == NodeType::group_create) ++groups;
  }
  const std::uint64_t ticks = kLimits.runnable_ticks + groups;
  const std::uint64_t answers = program.machine.effective_ns(vocab::Latency::doorbell) +
                                program.machine.effective_ns(vocab::Latency::ack) +
                                program.machine.effective_ns(vocab::Latency::protm_active) +
                                program.machine.effective_ns(vocab::Latency::protm_exit);
  return ticks * longest_tick_ns(trace) + kLimits.tick_ns / 2 + 4 * answers;
}

bool leaves_slot(const Record& r) {
  if (!is(r, K::csg_state_acked)) return false;
  return r.c == static_cast<std::uint64_t>(vocab::fw::CsgState::terminate) ||
         r.c == static_cast<std::uint64_t>(vocab::fw::CsgState::suspend);
}

struct Request {
  std::size_t record;
  std::uint64_t due_ns;
};

}  // namespace

RuleResult request_without_support_is_fatal(const Program& program, const Trace& trace) {
  RuleResult out;
  const std::uint64_t wait_ns = deadline_ns(program, trace);
  std::map<std::uint32_t, Request> waiting;      // by slot: requests that nobody can grant
  std::map<std::uint32_t, bool> unsupported;     // by slot: last request had no buffer
  std::uint64_t not_before_ns = 0;               // a fault may keep the driver busy that long
  JobLine job_line(program);
  for (std::size_t i = 0; i < trace.records.size() && !out.violation; ++i) {
    const Record& r = trace.records[i];
    if (job_line.take(r)) {
      not_before_ns = r.time_ns + kLimits.after_fault_ns;
      for (auto& [slot, request] : waiting) request.due_ns = not_before_ns + wait_ns;
    }
    for (const auto& [slot, request] : waiting) {
      if (r.time_ns > request.due_ns && !job_line.deaf()) {
        out.violation = Violation{request.record, request.due_ns, "group",
                                  "a CS asked for protected mode without a protm suspend buffer, "
                                  "and its group was left on the slot"};
      }
    }
    if (out.violation) break;
    if (is(r, K::protm_pend)) {
      unsupported[r.a] = r.c == 0;
      if (r.c == 0) {
        ++out.armed;
        waiting.try_emplace(r.a, Request{i, std::max(r.time_ns, not_before_ns) + wait_ns});
      }
    } else if (leaves_slot(r)) {
      waiting.erase(r.a);
      unsupported.erase(r.a);
    } else if (is(r, K::fault_applied) || is(r, K::reset_started)) {
      waiting.clear();
      if (is(r, K::fault_applied)) not_before_ns = r.time_ns + kLimits.after_fault_ns;
    } else if (is(r, K::enter_sampled)) {
      for (const auto& [slot, without] : unsupported) {
        if (!without || slot >= 64 || ((r.c >> slot) & 1) == 0) continue;
        out.violation = Violation{i, r.time_ns, "allowed_slots",
                                  "protected mode was granted to a group without a protm suspend "
                                  "buffer"};
      }
    }
  }
  return out;
}

}  // namespace protm::rules
