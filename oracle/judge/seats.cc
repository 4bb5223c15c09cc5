// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/seats.h"

namespace protm::judge {

using namespace contract;

void Seats::take(const Record& r) {
  if (is(r, EventKind::group_off_slot)) {
    seats_.erase(r.b);
  } else if (is(r, EventKind::group_on_slot)) {
    seats_[r.b] = Seat{.group = r.a};
  } else if (is(r, EventKind::job_started)) {
    seats_[r.b] = Seat{.group = group_of_job(program_, r.a), .job = r.a};
  } else if (is(r, EventKind::job_ended)) {
    if (const auto seat = seats_.find(r.b); seat != seats_.end()) seat->second.job = kNoStep;
  }
}

std::optional<Seat> Seats::now(std::uint32_t slot) const {
  const auto seat = seats_.find(slot);
  return seat == seats_.end() ? std::nullopt : std::optional(seat->second);
}

Seat Seats::at(std::uint32_t slot, std::size_t index) const {
  if (const auto seat = now(slot)) return *seat;
  for (std::size_t i = index; i < trace_.records.size(); ++i) {
    const Record& r = trace_.records[i];
    // Behind a boot the slots are dealt out anew.
    if (is(r, vocab::ObservationKind::mcu_boot)) break;
    if (is(r, EventKind::group_on_slot) && r.b == slot) return Seat{.group = r.a};
  }
  return {};
}

}  // namespace protm::judge
