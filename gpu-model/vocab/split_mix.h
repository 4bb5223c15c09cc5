// SPDX-License-Identifier: GPL-2.0-only
// splitmix64: the one source of pseudo-random numbers here, the same in every build and on every
// host, unlike the distributions of the standard library. Leaves out what the numbers are used for.
// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
#pragma once

#include <cstdint>

namespace protm::vocab {

/// What the state grows by with each number.
inline constexpr std::uint64_t kSplitMixStep = 0x9e3779b97f4a7c15;

/// The finish: numbers that lie side by side have nothing in common behind it.
constexpr std::uint64_t split_mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

class SplitMix {
 public:
  explicit constexpr SplitMix(std::uint64_t seed) : state_(seed) {}
  constexpr std::uint64_t next() { return split_mix(state_ += kSplitMixStep); }

 private:
  std::uint64_t state_;
};

}  // namespace protm::vocab
