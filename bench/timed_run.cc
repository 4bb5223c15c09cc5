// SPDX-License-Identifier: GPL-2.0-only
#include "bench/timed_run.h"

#include <sys/resource.h>

#include <algorithm>

#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/trace_reading.h"

namespace protm::bench {
namespace {

double processor_seconds() {
  double total = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& t : {usage.ru_utime, usage.ru_stime}) {
      total += static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    }
  }
  return total;
}

}  // namespace

std::uint64_t Timed::periods() const { return simulated_ns / contract::kLimits.tick_ns; }

std::optional<Timed> timed_run(exec::Session& session, const contract::Program& program,
                               exec::Start start) {
  const double before = processor_seconds();
  const contract::Trace trace =
      session.run(program, {.start = start, .event_budget = UINT64_MAX});
  const double seconds = processor_seconds() - before;
  if (trace.end != contract::RunEnd::completed) return std::nullopt;
  return Timed{seconds, contract::end_ns(trace), trace.machine_events};
}

Timed difference(const Timed& longer, const Timed& shorter) {
  constexpr double kTrifle = 1e-9;
  return {std::max(longer.seconds - shorter.seconds, kTrifle),
          longer.simulated_ns - std::min(longer.simulated_ns, shorter.simulated_ns),
          longer.events - std::min(longer.events, shorter.events)};
}

}  // namespace protm::bench
