// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A VM operation waits half a second for the event of the exit, and forces none.
// Caught by mmu/mmu-033, mmu/mmu-036.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class VmOperationsSleepInside : public reference::Protm {
 public:
  using Protm::Protm;
  int gate_enter() override {
    const auto over = [this] { return !active_group(); };
    if (k_.poll(over, 100, kPatienceUs, contract::Atomicity::may_sleep) != 0) {
      d_.schedule_reset();
      return -ETIMEDOUT;
    }
    return Protm::gate_enter();
  }

 private:
  static constexpr std::uint64_t kPatienceUs = 500'000;
};

}  // namespace

extern const Mutant kVmOperationsSleepInside{
    "vm-operations-sleep-inside",
    "A VM operation waits half a second for the event of the exit, and forces none",
    make<WithProtm<VmOperationsSleepInside>>};

}  // namespace protm::mutants
