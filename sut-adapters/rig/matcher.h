// SPDX-License-Identifier: GPL-2.0-only
// Event matcher: counts occurrences of the EVENTs that a Program names and remembers when the
// wanted one happened. Leaves out what an event is: rig and step runner say that.
// Source: decisions.md 9.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "gpu-model/vocab/sim_time.h"
#include "sut-adapters/contract/event.h"

namespace protm::rig {

class Matcher {
 public:
  explicit Matcher(std::pmr::memory_resource* memory) : watches_(memory) {}

  /// Starts to count `spec`; returns its number.
  std::uint32_t watch(const contract::EventSpec& spec);
  /// One event happened.
  void happened(contract::EventKind kind, std::uint32_t arg, std::uint64_t now_ns);
  /// Watches that are fulfilled so far: whoever waits for one looks when this grows.
  [[nodiscard]] std::uint64_t fulfilled() const { return fulfilled_; }
  /// When watch `number` was fulfilled; vocab::kNever = not yet.
  [[nodiscard]] std::uint64_t when(std::uint32_t number) const { return watches_[number].at_ns; }

 private:
  struct Watch {
    contract::EventSpec spec;
    bool by_argument = false;  ///< occurrences with another argument do not count
    std::uint32_t seen = 0;
    std::uint64_t at_ns = vocab::kNever;
  };
  std::pmr::vector<Watch> watches_;
  std::uint64_t fulfilled_ = 0;
};

}  // namespace protm::rig
