// SPDX-License-Identifier: GPL-2.0-only
// VA allocators (drm_mm): nodes in address order, best fit for automatic addresses.
// Among holes of one size the lowest address wins; the kernel takes the one that became a hole
// last, which no user can see because automatic addresses are kernel addresses.
// Not modelled: colours, eviction scans, the other insertion modes.
// Source: drm_mm.c drm_mm_insert_node_in_range, drm_mm_reserve_node; facts-driver.md 4.
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>

#include "sut-adapters/contract/drm.h"

namespace protm::host {

/// All VA allocators of one Host.
class MmSpaces {
 public:
  MmSpaces(contract::Kernel& kernel, std::pmr::memory_resource* memory)
      : kernel_(kernel), spaces_(memory) {}

  /// Starts an allocator of [start, start + size).
  void init(contract::VaSpace& space, std::uint64_t start, std::uint64_t size);
  /// Ends it; nodes left in it are a WARN, as in drm_mm_takedown.
  void fini(contract::VaSpace& space);
  /// Address of a new node of `size` bytes in [start, end), in the smallest hole that fits.
  /// Errors: -ENOSPC; the errno of a fault ("alloc", role).
  contract::Result<std::uint64_t> insert(contract::VaSpace& space, std::uint64_t size,
                                         std::uint64_t align, std::uint64_t start,
                                         std::uint64_t end, const char* role);
  /// Takes exactly [start, start + size). Errors: -ENOSPC.
  int reserve(contract::VaSpace& space, std::uint64_t start, std::uint64_t size);
  /// Gives the node that starts at `start` back.
  void remove(contract::VaSpace& space, std::uint64_t start);
  /// Allocators that were started and not ended.
  [[nodiscard]] std::uint32_t live() const { return static_cast<std::uint32_t>(spaces_.size()); }

 private:
  struct Space {
    explicit Space(std::pmr::memory_resource* memory) : nodes(memory) {}
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::pmr::map<std::uint64_t, std::uint64_t> nodes;  ///< start -> end
  };
  Space& find(const contract::VaSpace& space);

  contract::Kernel& kernel_;
  std::pmr::map<std::uint32_t, Space> spaces_;
  std::uint32_t last_id_ = 0;
};

}  // namespace protm::host
