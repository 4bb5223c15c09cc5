// SPDX-License-Identifier: GPL-2.0-only
// Which mutant runs, and how mutate.py writes a place that can be changed. All mutants are in one
// library; the choice is made once for a process, before anything runs, and never touched again.
// What was asked for is remembered: a mutant whose place no case comes to needs no run.
// Leaves out: what is changed (sites.py). Source: Untch, Offutt, Harrold, "Mutation analysis using
// mutant schemata", ISSTA 1993.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace protm::mutation {

inline constexpr std::uint32_t kMostMutants = 16'384;
/// Number of the mutant that runs; 0 = none.
inline constinit std::uint32_t chosen = 0;
/// 1 for each mutant whose place was come to.
inline constinit std::array<std::uint8_t, kMostMutants> reached{};

inline bool asked(std::uint32_t number) {
  reached[number] = 1;
  return number == chosen;
}

/// Whether mutant `number` runs. Where a constant is wanted none does.
constexpr bool on(std::uint32_t number) {
  if (std::is_constant_evaluated()) return false;
  return asked(number);
}

/// The left side of a comparison, which is evaluated first as in the original.
template <class A>
struct Left {
  const A& a;

  template <class B>
  constexpr bool less(std::uint32_t n, const B& b) const { return on(n) ? a <= b : a < b; }
  template <class B>
  constexpr bool less_equal(std::uint32_t n, const B& b) const { return on(n) ? a < b : a <= b; }
  template <class B>
  constexpr bool greater(std::uint32_t n, const B& b) const { return on(n) ? a >= b : a > b; }
  template <class B>
  constexpr bool greater_equal(std::uint32_t n, const B& b) const { return on(n) ? a > b : a >= b; }
  template <class B>
  constexpr bool equal(std::uint32_t n, const B& b) const { return on(n) ? a != b : a == b; }
  template <class B>
  constexpr bool not_equal(std::uint32_t n, const B& b) const { return on(n) ? a == b : a != b; }
};

template <class A>
constexpr Left<A> left(const A& a) { return {a}; }

/// A lock that is held for a block, unless it is dropped.
template <class G>
class Guard {
 public:
  template <class... Arguments>
  explicit Guard(bool dropped, Arguments&... arguments) {
    if (!dropped) held_.emplace(arguments...);
  }

 private:
  std::optional<G> held_;
};

}  // namespace protm::mutation
