// SPDX-License-Identifier: GPL-2.0-only
// Whether the driver hears of what the firmware does: where an activation of the job line is lost,
// the line stays low until another bit rises, and who hears nothing owes nothing.
// Source: decisions.md 18; gpu-model/src/irq_block.h, lose().
#pragma once

#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::rules {

class JobLine {
 public:
  explicit JobLine(const contract::Program& program) : program_(program) {}
  /// Takes the next record; true when it ends a loss.
  bool take(const contract::Record& record);
  /// An activation was lost, and none came since.
  [[nodiscard]] bool deaf() const { return deaf_; }

 private:
  const contract::Program& program_;
  bool deaf_ = false;
};

}  // namespace protm::rules
