// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A reset ends the groups that wait for protected mode, session or not.
// Caught by rst/rst-008.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ResetBlamesWhoWaits : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  void rescue_from_protm() override {
    for (const reference::Slot& slot : slots_) {
      if (!slot.group || slot.group->protm_pending_queues == 0) continue;
      slot.group->fatal_queues = (1u << slot.group->queue_count) - 1;
    }
    Sched::rescue_from_protm();
  }
};

}  // namespace

extern const Mutant kResetBlamesWhoWaits{
    "reset-blames-who-waits",
    "A reset ends the groups that wait for protected mode, session or not",
    make<WithSched<ResetBlamesWhoWaits>>};

}  // namespace protm::mutants
