// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/call_faults.h"

#include <algorithm>
#include <optional>
#include <set>

#include "sut-adapters/contract/trace_reading.h"

namespace protm::judge {

using namespace contract;

namespace {

using Faults = std::set<std::uint32_t>;   // by number in the Program

/// Faults of the kernel's services from record `begin` on, until `end`.
Faults met_in(const Trace& trace, std::size_t begin, std::size_t end) {
  Faults out;
  for (std::size_t i = begin; i < end; ++i) {
    if (trace.records[i].kind == RecordKind::fault_applied) out.insert(trace.records[i].a);
  }
  return out;
}

bool failed(const Record& returned) { return static_cast<std::int64_t>(returned.c) < 0; }

/// A call in one of the runs.
struct Call {
  const Trace& trace;
  std::size_t returned;   ///< record
  [[nodiscard]] std::uint32_t step() const { return trace.records[returned].b; }
  [[nodiscard]] std::size_t started() const { return start_index(trace, step()); }
  [[nodiscard]] bool failed() const { return judge::failed(trace.records[returned]); }
  [[nodiscard]] Faults met() const { return met_in(trace, started(), returned); }
};

/// Calls that both failed: each by whichever fault, or fault of its arguments, its steps come to
/// first. A candidate that met none has refused what the oracle would have done, unless that fault
/// was spent on a call of before.
bool met_another(const Call& oracle, const Call& candidate) {
  const Faults here = candidate.met();
  const Faults there = oracle.met();
  if (!here.empty()) return here != there;
  const Faults spent = met_in(candidate.trace, 0, candidate.started());
  return !there.empty() && std::includes(spent.begin(), spent.end(), there.begin(), there.end());
}

/// The call of `step` in that run, where it failed there.
std::optional<Call> failed_call(const Trace& trace, std::uint32_t step) {
  const auto returned =
      std::find_if(trace.records.begin(), trace.records.end(), [step](const Record& r) {
        return r.kind == RecordKind::step_returned && r.b == step;
      });
  if (returned == trace.records.end() || !failed(*returned)) return std::nullopt;
  return Call{trace, static_cast<std::size_t>(returned - trace.records.begin())};
}

/// `step` failed in that run, and met faults, none of which is one of `those`.
bool failed_of_others(const Trace& trace, std::uint32_t step, const Faults& those) {
  const auto call = failed_call(trace, step);
  if (!call) return false;
  const Faults met = call->met();
  return !met.empty() && std::none_of(met.begin(), met.end(), [&](std::uint32_t fault) {
    return those.contains(fault);
  });
}

/// `step` failed in that run of what it asks for: it met no fault.
bool failed_of_itself(const Trace& trace, std::uint32_t step) {
  const auto call = failed_call(trace, step);
  return call && call->met().empty();
}

/// Whether `step`, which met nothing, was refused in the same words in both runs.
bool refused_alike(const Trace& a, const Trace& b, std::uint32_t step) {
  if (!failed_of_itself(a, step) || !failed_of_itself(b, step)) return false;
  return a.records[failed_call(a, step)->returned].c == b.records[failed_call(b, step)->returned].c;
}

/// Those faults were spent on an earlier call, which failed, where this one was done. Where this
/// one failed that call did too: of another of the faults that it met, or of what it asks for,
/// before it came to any.
bool was_spent(const Faults& met, const Call& failing, const Call& done) {
  for (std::size_t i = 0; i < done.returned; ++i) {
    const Record& r = done.trace.records[i];
    if (r.kind != RecordKind::step_returned || !failed(r)) continue;
    const Faults there = Call{done.trace, i}.met();
    if (!std::includes(there.begin(), there.end(), met.begin(), met.end())) continue;
    if (failed_of_itself(failing.trace, r.b)) return true;
    if (there.size() > met.size() && failed_of_others(failing.trace, r.b, met)) return true;
  }
  return false;
}

/// Faults for later occasions than the first: an earlier call of this kind that failed of another
/// one, or was refused without one, in both runs, has come by as many occasions as its order has
/// before that.
bool was_counted(const Program& program, const Faults& met, const Call& failing,
                 const Call& done) {
  const bool later = std::all_of(met.begin(), met.end(), [&](std::uint32_t fault) {
    return fault < program.faults.size() && program.faults[fault].host &&
           program.faults[fault].call.nth > 1;
  });
  if (!later) return false;
  for (std::size_t i = 0; i < failing.returned; ++i) {
    const Record& r = failing.trace.records[i];
    if (r.kind != RecordKind::step_returned) continue;
    if (step_type(program, r.b) != step_type(program, failing.step())) continue;
    if (failed_of_others(failing.trace, r.b, met) && failed_of_others(done.trace, r.b, met)) {
      return true;
    }
    if (refused_alike(failing.trace, done.trace, r.b)) return true;
  }
  return false;
}

}  // namespace

bool faults_decide(const Comparison& c, const Finding& f) {
  const Call oracle{c.oracle, *f.oracle_record};
  const Call candidate{c.candidate, *f.candidate_record};
  if (oracle.failed() && candidate.failed()) return met_another(oracle, candidate);
  if (oracle.failed() == candidate.failed()) return false;
  const Call& failing = oracle.failed() ? oracle : candidate;
  const Call& done = oracle.failed() ? candidate : oracle;
  const Faults met = failing.met();
  if (met.empty() || !done.met().empty()) return false;
  return was_spent(met, failing, done) || was_counted(c.program, met, failing, done);
}

}  // namespace protm::judge
