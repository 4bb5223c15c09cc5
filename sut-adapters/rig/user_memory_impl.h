// SPDX-License-Identifier: GPL-2.0-only
// User memory of one run: regions handed out upwards from one fixed address, so that the same
// Program has the same user addresses in every run and for every candidate.
// Leaves out unmapping and protections. Source: design.md section 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "sut-adapters/contract/user_memory.h"

namespace protm::rig {

class UserMemoryImpl final : public contract::UserMemory {
 public:
  static constexpr std::uint64_t kFirst = 0x10000000;
  static constexpr std::uint64_t kPage = 4096;

  explicit UserMemoryImpl(std::pmr::memory_resource* memory) : bytes_(memory), faulting_(memory) {}

  std::uint64_t read(std::uint64_t from, std::span<std::byte> to) override;
  std::uint64_t write(std::uint64_t to, std::span<const std::byte> from) override;
  std::uint64_t map(std::uint64_t bytes) override;
  void make_faulting(std::uint64_t address) override { faulting_.push_back(address / kPage); }

 private:
  /// How many of `want` bytes from `address` on can be touched.
  [[nodiscard]] std::uint64_t reachable(std::uint64_t address, std::uint64_t want) const;
  std::pmr::vector<std::byte> bytes_;         ///< from kFirst on, without holes
  std::pmr::vector<std::uint64_t> faulting_;  ///< page numbers
};

}  // namespace protm::rig
