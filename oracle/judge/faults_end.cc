// SPDX-License-Identifier: GPL-2.0-only
#include <bit>
#include <utility>

#include "oracle/judge/compare.h"

namespace protm::judge {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

/// Whom a machine fault hits: the group in its slot, else the one of the session under way, and the
/// job that this one was at. kNoStep where there is none.
struct Hit {
  std::uint32_t group = kNoStep;
  std::uint32_t job = kNoStep;
  bool operator==(const Hit&) const = default;
};

/// Follows a Trace: who sits where, and at which job.
class Seats {
 public:
  explicit Seats(const Program& program) : program_(program) {}

  void take(const Record& r) {
    if (is(r, EventKind::group_off_slot)) {
      seats_.erase(r.b);
    } else if (is(r, EventKind::group_on_slot)) {
      seats_[r.b] = Hit{.group = r.a};
    } else if (is(r, EventKind::job_started)) {
      seats_[r.b] = Hit{.group = group_of_job(program_, r.a), .job = r.a};
    } else if (is(r, EventKind::job_ended)) {
      if (const auto seat = seats_.find(r.b); seat != seats_.end()) seat->second.job = kNoStep;
    } else if (is(r, K::enter_sampled) && r.c != 0) {
      session_ = static_cast<std::uint32_t>(std::countr_zero(r.c));
    } else if (is(r, K::protm_exit_raised) || is(r, K::reset_started)) {
      session_ = vocab::kAnySlot;
    }
  }
  /// Who is hit in `slot`, any slot: in the session. Who is not seen there yet is seen next.
  [[nodiscard]] Hit at(std::uint32_t slot, const Trace& trace, std::size_t from) const {
    if (slot == vocab::kAnySlot) slot = session_;
    if (slot == vocab::kAnySlot) return {};
    if (const auto seat = seats_.find(slot); seat != seats_.end()) return seat->second;
    for (std::size_t i = from; i < trace.records.size(); ++i) {
      const Record& r = trace.records[i];
      if (is(r, EventKind::group_on_slot) && r.b == slot) return Hit{.group = r.a};
    }
    return {};
  }

 private:
  const Program& program_;
  std::map<std::uint32_t, Hit> seats_;
  std::uint32_t session_ = vocab::kAnySlot;
};

using Hits = std::map<std::uint32_t, std::vector<std::pair<std::size_t, Hit>>>;

/// All that hit before the end state, by fault and in order, with their records.
Hits hits_of(const Program& program, const Trace& trace) {
  Hits out;
  Seats seats(program);
  const std::size_t end = quiesce_index(trace);
  for (std::size_t i = 0; i < end; ++i) {
    const Record& r = trace.records[i];
    seats.take(r);
    if (!is(r, K::fault_applied)) continue;
    out[r.a].emplace_back(i, seats.at(static_cast<std::uint32_t>(r.c), trace, i));
  }
  return out;
}

}  // namespace

std::size_t faults_end(const Program& program, const Trace& trace, const Trace& other) {
  const Hits hits = hits_of(program, trace);
  const Hits other_hits = hits_of(program, other);
  std::size_t end = trace.records.size();
  for (const auto& [fault, mine] : hits) {
    const auto found = other_hits.find(fault);
    for (std::size_t k = 0; k < mine.size(); ++k) {
      const bool same = found != other_hits.end() && k < found->second.size() &&
                        found->second[k].second == mine[k].second;
      if (same) continue;
      end = std::min(end, mine[k].first);
      break;
    }
  }
  return end;
}

}  // namespace protm::judge
