// SPDX-License-Identifier: GPL-2.0-only
// One run with the processor time that it took. Benchmarks of parts of a run take a short Program's
// from a long one's, so that boot and end state drop out.
// Leaves out: real time, because others may be running too. Source: design.md section 10.
#pragma once

#include <cstdint>
#include <optional>

#include "sut-adapters/executor/session.h"

namespace protm::bench {

struct Timed {
  double seconds = 0;               ///< of this process and of its children
  std::uint64_t simulated_ns = 0;
  std::uint64_t events = 0;         ///< of the machine

  /// Tick periods of simulated time.
  [[nodiscard]] std::uint64_t periods() const;
};

/// Nothing when the run did not complete.
[[nodiscard]] std::optional<Timed> timed_run(exec::Session& session,
                                             const contract::Program& program,
                                             exec::Start start = exec::Start::snapshot);

/// What the longer one has more; at least a trifle of time, however much a run was disturbed.
[[nodiscard]] Timed difference(const Timed& longer, const Timed& shorter);

}  // namespace protm::bench
