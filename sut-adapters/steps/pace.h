// SPDX-License-Identifier: GPL-2.0-only
// Who moves time while a Program runs, and who knows that nothing moves any more. A stepped
// candidate is moved by the step runner itself; under linux-uml the kernel owns time and the step
// runner waits. Leaves out everything that a step does.
// Source: design.md section 5 (one owner of time per run).
#pragma once

#include <cstdint>

#include "gpu-model/vocab/sim_time.h"
#include "sut-adapters/contract/sut.h"
#include "sut-adapters/rig/rig.h"

namespace protm::steps {

class Pace {
 public:
  virtual ~Pace() = default;
  /// Nothing will happen by itself but PING, idle and autosuspend.
  [[nodiscard]] virtual bool at_rest() = 0;
  /// Moves time to the next thing that happens, at the latest to `also_ns`. False: nothing will.
  virtual bool move(std::uint64_t also_ns) = 0;
};

/// Time of a stepped candidate: the machine's or the candidate's next own event.
class SteppedPace final : public Pace {
 public:
  SteppedPace(rig::Rig& rig, contract::Sut& sut) : rig_(rig), sut_(sut) {}
  [[nodiscard]] bool at_rest() override;
  bool move(std::uint64_t also_ns) override;

 private:
  rig::Rig& rig_;
  contract::Sut& sut_;
};

}  // namespace protm::steps
