// SPDX-License-Identifier: GPL-2.0-only
// Who sits in which slot while a trace is read forward, and at which job.
// Leaves out: who is in protected mode (readers end a session at different records).
// Source: the events group_on_slot, group_off_slot, job_started and job_ended (contract/vocab.h).
#pragma once

#include <algorithm>
#include <map>
#include <optional>

#include "sut-adapters/contract/trace_reading.h"

namespace protm::judge {

/// A group, by the step that made it, and the job it is at; kNoStep where there is none.
struct Seat {
  std::uint32_t group = contract::kNoStep;
  std::uint32_t job = contract::kNoStep;
  bool operator==(const Seat&) const = default;
};

class Seats {
 public:
  /// Both stay with the caller.
  Seats(const contract::Program& program, const contract::Trace& trace)
      : program_(program), trace_(trace) {}

  void take(const contract::Record& r);
  /// Who sits in the slot now.
  [[nodiscard]] std::optional<Seat> now(std::uint32_t slot) const;
  /// Who sits in the slot when record `index` is read; who is not seen there yet is seen next.
  [[nodiscard]] Seat at(std::uint32_t slot, std::size_t index) const;
  [[nodiscard]] bool sits(std::uint32_t group) const {
    return std::any_of(seats_.begin(), seats_.end(),
                       [group](const auto& seat) { return seat.second.group == group; });
  }

 private:
  const contract::Program& program_;
  const contract::Trace& trace_;
  std::map<std::uint32_t, Seat> seats_;
};

}  // namespace protm::judge
