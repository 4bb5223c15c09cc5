// SPDX-License-Identifier: GPL-2.0-only
// The order in which steps started and returned and fences signalled in one run, to be kept in
// another: a Program does not order its actors, so the oracle may be asked what it does in the
// candidate's order. A step that waits for an event comes in its turn, event or not: when the
// event came is the candidate's freedom too. Leaves out times, and what no order of starts can
// bring about: a call that takes longer in the other run ends the order.
// Source: design.md section 6 (allowed set).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sut-adapters/contract/trace.h"
#include "sut-adapters/steps/step_state.h"
#include "sut-adapters/rig/matcher.h"

namespace protm::steps {

/// One thing that happened, in order.
struct StepTurn {
  enum class What : std::uint8_t { start, end, fence };
  std::uint32_t step = 0;  ///< of a fence: the submit's
  What what{};
};

/// All turns that a trace shows.
[[nodiscard]] std::vector<StepTurn> turns_of(const contract::Trace& trace);

class StepOrder {
 public:
  /// No turns: steps start as their triggers say.
  explicit StepOrder(std::span<const StepTurn> turns) : turns_(turns) {}
  /// Watches the fences of the order, and drops the steps that never started in it.
  void arm(rig::Matcher& matcher, std::vector<StepState>& states);
  /// Whether everything that came before this step's start in the order has come.
  [[nodiscard]] bool may_start(std::uint32_t step, const std::vector<StepState>& states);
  /// Whether an order is being kept.
  [[nodiscard]] bool active() const { return at_ < turns_.size(); }
  /// From here on steps start as their triggers say. False when that was so before.
  bool give_up();

 private:
  [[nodiscard]] bool has_come(std::size_t turn, const std::vector<StepState>& states) const;

  std::span<const StepTurn> turns_;
  std::size_t at_ = 0;
  const rig::Matcher* matcher_ = nullptr;
  std::vector<std::uint32_t> watches_;  ///< per turn; only a fence's counts
};

}  // namespace protm::steps
