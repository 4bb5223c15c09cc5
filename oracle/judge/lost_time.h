// SPDX-License-Identifier: GPL-2.0-only
// How much of the five seconds that a job has others kept its group from running: the sessions of
// groups that it does not outrank, a request for protected mode of its own that waits while a group
// of a higher priority has work, and a driver that waits for one ack of PROTM_ENTER that was lost
// after the other.
// Leaves out: turns on a slot, of which a tick gives everybody some.
// Source: panthor_sched.c JOB_TIMEOUT_MS, queue_timeout_work(); patch 7/8, tick_ctx_enter_protm().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "gpu-model/vocab/ids.h"
#include "oracle/judge/seats.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::judge {

class LostTime {
 public:
  LostTime(const contract::Program& program, const contract::Trace& trace)
      : program_(program), trace_(trace) {}
  /// Takes record `index`, in order.
  void take(std::size_t index, const Seats& seats);
  /// Whether that was nearly all of the time that a job of the group had until `end_ns`.
  [[nodiscard]] bool crowded_out(std::uint32_t group, std::uint64_t end_ns) const;

 private:
  struct Span {
    std::uint32_t group = contract::kNoStep;   ///< whose session, request or job; of a stall nobody
    std::uint64_t from_ns = 0, to_ns = vocab::kNever;
  };
  [[nodiscard]] std::uint64_t priority_of(std::uint32_t group) const;
  [[nodiscard]] bool is_group(std::uint32_t step) const;
  static void close(std::vector<Span>& spans, std::uint32_t group, std::uint64_t time_ns);

  const contract::Program& program_;
  const contract::Trace& trace_;
  std::vector<Span> sessions_, requests_, stalls_;
  std::optional<std::uint64_t> entry_ns_;   ///< of the ack of an entry that is under way
  std::map<std::uint32_t, Span> jobs_;   ///< by step of the submission
};

}  // namespace protm::judge
