// SPDX-License-Identifier: GPL-2.0-only
// Simulated time: integer nanoseconds since the run's power-on.
// One owner per run advances it (design.md section 5); nothing here reads a clock.
// Leaves out: calendars, ticks, HZ (a profile value of Host).
#pragma once

#include <compare>
#include <cstdint>

namespace protm::vocab {

inline constexpr std::uint64_t kNs = 1;
inline constexpr std::uint64_t kUs = 1000;
inline constexpr std::uint64_t kMs = 1000 * kUs;
inline constexpr std::uint64_t kSec = 1000 * kMs;

/// A time that never comes; `next_event_ns` returns it when nothing is queued.
inline constexpr std::uint64_t kNever = UINT64_MAX;

/// A point in simulated time.
struct SimTime {
  std::uint64_t ns = 0;

  friend constexpr auto operator<=>(SimTime, SimTime) = default;
  /// Adds a duration in ns and saturates at kNever.
  friend constexpr SimTime operator+(SimTime t, std::uint64_t ns) {
    return SimTime{ns > kNever - t.ns ? kNever : t.ns + ns};
  }
  /// Subtracts a duration in ns and saturates at zero.
  friend constexpr SimTime operator-(SimTime t, std::uint64_t ns) {
    return SimTime{ns > t.ns ? 0 : t.ns - ns};
  }
  /// Distance in ns from `b` to `a`; zero when `a` is the earlier one.
  friend constexpr std::uint64_t operator-(SimTime a, SimTime b) {
    return a.ns > b.ns ? a.ns - b.ns : 0;
  }
  constexpr SimTime& operator+=(std::uint64_t d) { return *this = *this + d; }
};

}  // namespace protm::vocab
