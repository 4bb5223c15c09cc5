// SPDX-License-Identifier: GPL-2.0-only
// Numbers for generated Programs: splitmix64 and nothing of the standard library's distributions,
// whose output differs between implementations. The same seed gives the same numbers everywhere.
// Leaves out: anything that needs more than 64 bits of state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "gpu-model/vocab/split_mix.h"

namespace protm::fuzz {

class Random {
 public:
  explicit Random(std::uint64_t seed) : numbers_(seed) {}

  std::uint64_t next() { return numbers_.next(); }
  /// 0 to n - 1; n is not 0 and far below 2^64, so the bias of the remainder does not matter.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  /// Both ends are possible.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  bool percent(std::uint32_t chance) { return below(100) < chance; }
  /// Index of a weight, in proportion; their sum is not 0.
  std::size_t weighted(std::span<const std::uint32_t> weights) {
    std::uint64_t sum = 0;
    for (const std::uint32_t w : weights) sum += w;
    std::uint64_t at = below(sum);
    std::size_t i = 0;
    while (at >= weights[i]) at -= weights[i++];
    return i;
  }
  template <class T, std::size_t N>
  const T& one_of(const T (&items)[N]) {
    return items[below(N)];
  }

 private:
  vocab::SplitMix numbers_;
};

}  // namespace protm::fuzz
