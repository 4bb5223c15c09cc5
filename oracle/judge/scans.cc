// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/scans.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "gpu-model/vocab/fw_interface.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::judge {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

/// A scan in one of the runs.
struct Scan {
  const Program& program;
  const Trace& trace;
  std::size_t returned;   ///< record
  [[nodiscard]] std::uint32_t step() const { return trace.records[returned].b; }
  [[nodiscard]] std::int64_t freed() const {
    return static_cast<std::int64_t>(trace.records[returned].c);
  }
  [[nodiscard]] std::uint32_t device() const { return device_of_step(program, step()); }
};

/// A scan that waits for the end of a session, or for who waits for that, finds what is left
/// then; who holds its locks is passed over.
bool beside_session(const Scan& scan) {
  bool inside = false, blocked = false, met = false;
  const std::size_t begin = start_index(scan.trace, scan.step());
  for (std::size_t i = 0; i < scan.returned; ++i) {
    const Record& r = scan.trace.records[i];
    if (r.device != scan.device()) continue;
    if (is(r, K::protm_active)) inside = true;
    if (i >= begin) met = met || inside;
    if (is(r, K::protm_exit_raised) || is(r, K::reset_completed)) inside = false;
    blocked = blocked || (r.kind == RecordKind::step_blocked && r.b == scan.step());
  }
  return blocked && met;
}

using Turn = std::pair<std::uint32_t, std::uint64_t>;   // slot, START or RESUME

/// The turns on slots before the scan began, in order.
std::vector<Turn> turns_before(const Scan& scan) {
  std::vector<Turn> out;
  const std::size_t begin = start_index(scan.trace, scan.step());
  for (std::size_t i = 0; i < begin; ++i) {
    const Record& r = scan.trace.records[i];
    if (r.device != scan.device() || !is(r, K::csg_state_acked)) continue;
    const auto to = static_cast<vocab::fw::CsgState>(r.c);
    const bool turn = to == vocab::fw::CsgState::start || to == vocab::fw::CsgState::resume;
    if (turn) out.emplace_back(r.a, r.c);
  }
  return out;
}

bool session_before(const Scan& scan) {
  const auto begin = scan.trace.records.begin();
  return std::any_of(begin, begin + static_cast<std::ptrdiff_t>(scan.returned),
                     [&](const Record& r) {
                       return r.device == scan.device() && is(r, K::protm_active);
                     });
}

/// A scan takes the VM first that came into use least recently, and whole buffers until it has what
/// was wanted: how much the last of them has too many hangs on that order. A group comes onto a
/// slot again and again, or stays there, by when ticks and requests for protected mode come.
bool other_vms_first(const Scan& oracle, const Scan& candidate) {
  const Program& program = oracle.program;
  const auto wanted = static_cast<std::int64_t>(
      field_number(program.steps[oracle.step()].op, "pages"));
  if (oracle.freed() < wanted || candidate.freed() < wanted) return false;
  std::set<std::uint64_t> vms;
  for (std::uint32_t s = 0; s < program.steps.size(); ++s) {
    if (step_type(program, s) != NodeType::group_create) continue;
    if (device_of_step(program, s) != oracle.device()) continue;
    vms.insert(field_number(program.steps[s].op, "vm"));
  }
  return vms.size() > 1 && session_before(oracle) && session_before(candidate) &&
         turns_before(oracle) != turns_before(candidate);
}

}  // namespace

bool scan_allows(const Comparison& c, const Finding& f) {
  const Scan oracle{c.program, c.oracle, *f.oracle_record};
  const Scan candidate{c.program, c.candidate, *f.candidate_record};
  if (oracle.freed() < 0 || candidate.freed() < 0) return false;
  // Who finds more than the oracle has waited for a lock.
  const bool less = oracle.freed() > candidate.freed();
  return (less && beside_session(candidate) && beside_session(oracle)) ||
         other_vms_first(oracle, candidate);
}

}  // namespace protm::judge
