// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A slot that does not answer costs all groups on slots, not its own one.
// Caught by base/base-210.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class SilentSlotCostsAll : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  bool update_slots(reference::SlotUpdate& update) override {
    if (Sched::update_slots(update)) return true;
    for (const reference::Slot& slot : slots_) {
      if (slot.group) slot.group->fatal_queues = (1u << slot.group->queue_count) - 1;
    }
    return false;
  }
};

}  // namespace

extern const Mutant kSilentSlotCostsAll{
    "silent-slot-costs-all",
    "A slot that does not answer costs all groups on slots, not its own one",
    make<WithSched<SilentSlotCostsAll>>};

}  // namespace protm::mutants
