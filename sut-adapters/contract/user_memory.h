// SPDX-License-Identifier: GPL-2.0-only
// User memory of a Program: regions of bytes at user addresses, with pages that fault. Another
// actor may change bytes between two fetches. The rig owns the one implementation.
// Source: design.md section 5 (user buffers).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace protm::contract {

class UserMemory {
 public:
  virtual ~UserMemory() = default;
  /// Copies until the first byte that faults; returns the bytes NOT copied.
  virtual std::uint64_t read(std::uint64_t from, std::span<std::byte> to) = 0;
  virtual std::uint64_t write(std::uint64_t to, std::span<const std::byte> from) = 0;
  /// A fresh zeroed region of at least `bytes`; the address is the same in every run.
  virtual std::uint64_t map(std::uint64_t bytes) = 0;
  /// Makes the page that holds `address` fault from now on.
  virtual void make_faulting(std::uint64_t address) = 0;
};

}  // namespace protm::contract
