// SPDX-License-Identifier: GPL-2.0-only
// The faults that the machine has been asked to play, and how often each has had its chance.
// Leaves out: when a chance arises (whoever asks) and the fault's effect.
// Source: vocab/machine_fault.h.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <vector>

#include "gpu-model/vocab/machine_fault.h"

namespace protm::gpu {

/// A fault with its counters.
struct ArmedFault {
  vocab::MachineFault fault;
  std::uint32_t seen = 0;
  std::uint32_t played = 0;
};

class FaultTable {
 public:
  explicit FaultTable(std::pmr::memory_resource* memory) : armed_(memory) {}

  void arm(const vocab::MachineFault& fault) { armed_.push_back(ArmedFault{fault}); }
  void clear() { armed_.clear(); }
  /// Counts a chance; returns the fault when it is to be played now.
  [[nodiscard]] std::optional<vocab::MachineFault> chance(vocab::FaultKind kind,
                                                          std::uint32_t target, std::uint32_t slot);

 private:
  std::pmr::vector<ArmedFault> armed_;
};

}  // namespace protm::gpu
