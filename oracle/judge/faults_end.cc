// SPDX-License-Identifier: GPL-2.0-only
#include <bit>

#include "oracle/judge/compare.h"
#include "oracle/judge/gpu_views.h"
#include "oracle/judge/seats.h"

namespace protm::judge {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

struct Hit {
  std::size_t record;
  std::uint32_t fault;
  Seat seat;
  /// Of an AS command that hangs: which. How many come before it is the driver's own affair.
  std::uint32_t command;
};
using Hits = std::vector<Hit>;

bool same(const Hit& a, const Hit& b) {
  return a.fault == b.fault && a.seat == b.seat && a.command == b.command;
}

/// Whom the machine faults hit before the end state, in order: the seat in the fault's
/// slot, or for any slot the one of the session under way. They are faults of the first GPU.
Hits hits_of(const Program& system, const Trace& all) {
  Hits out;
  const GpuViews views(system, all);
  const Program& program = views.program(0);
  const Trace& trace = views.trace(0);
  Seats seats(program, trace);
  std::uint32_t session = vocab::kAnySlot;
  const std::size_t end = quiesce_index(trace);
  for (std::size_t i = 0; i < end; ++i) {
    const Record& r = trace.records[i];
    seats.take(r);
    if (is(r, K::enter_sampled) && r.c != 0) {
      session = static_cast<std::uint32_t>(std::countr_zero(r.c));
    }
    if (is(r, K::protm_exit_raised) || is(r, K::reset_started)) session = vocab::kAnySlot;
    if (!is(r, K::fault_applied)) continue;
    const auto named = static_cast<std::uint32_t>(r.c);
    const std::uint32_t slot = named == vocab::kAnySlot ? session : named;
    const Seat seat = slot == vocab::kAnySlot ? Seat{} : seats.at(slot, i);
    const bool of_as = i != 0 && is(trace.records[i - 1], K::as_command) &&
                       r.b == static_cast<std::uint32_t>(vocab::FaultKind::stuck_as_command);
    out.push_back({i, r.a, seat, of_as ? trace.records[i - 1].b : UINT32_MAX});
  }
  return out;
}

}  // namespace

std::size_t faults_end(const Program& program, const Trace& trace, const Trace& other) {
  const Hits hits = hits_of(program, trace);
  const Hits other_hits = hits_of(program, other);
  // What a fault does hangs on those before it: which lost ack a reset has to do without.
  for (std::size_t k = 0; k < hits.size(); ++k) {
    if (k == other_hits.size() || !same(hits[k], other_hits[k])) return hits[k].record;
  }
  return trace.records.size();
}

}  // namespace protm::judge
