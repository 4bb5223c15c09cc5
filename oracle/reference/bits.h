// SPDX-License-Identifier: GPL-2.0-only
// The set bits of a mask, the lowest first, for a range-based for.
// The mask is copied: what the loop's body does to it changes nothing.
// Leaves out: masks of more than 32 bits, which no block of the GPU has for slots, AS or CS.
// Source: include/linux/bitops.h for_each_set_bit() has the same semantics.
#pragma once

#include <bit>
#include <cstdint>

namespace protm::reference {

class Bits {
 public:
  explicit Bits(std::uint32_t mask) : rest_(mask) {}

  [[nodiscard]] Bits begin() const { return *this; }
  [[nodiscard]] Bits end() const { return Bits(0); }
  std::uint32_t operator*() const { return static_cast<std::uint32_t>(std::countr_zero(rest_)); }
  Bits& operator++() {
    rest_ &= rest_ - 1;
    return *this;
  }
  friend bool operator==(const Bits&, const Bits&) = default;

 private:
  std::uint32_t rest_;
};

}  // namespace protm::reference
