// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A reset that finds the GPU in protected mode ends every group on a slot.
// Caught by rst/rst-012.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ResetKillsAll : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void rescue_from_protm() override {
    const bool inside = d_.gpu->protm_active() || d_.protm->active_group();
    for (const reference::Slot& slot : slots_) {
      if (inside && slot.group) slot.group->fatal_queues = (1u << slot.group->queue_count) - 1;
    }
    Sched::rescue_from_protm();
  }
};

}  // namespace

extern const Mutant kResetKillsAll{
    "reset-kills-all",
    "A reset that finds the GPU in protected mode ends every group on a slot",
    make<WithSched<ResetKillsAll>>};

}  // namespace protm::mutants
