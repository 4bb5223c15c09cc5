// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: An event of a slot is handled without a look whether a group is there.
// Caught by sched/sched-011.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class EmptySlotUnchecked : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  void process_csg_events(std::uint32_t slot) override {
    // What any handler does first.
    (void)slots_[slot].group->queue_count;
    Sched::process_csg_events(slot);
  }
};

}  // namespace

extern const Mutant kEmptySlotUnchecked{
    "empty-slot-unchecked",
    "An event of a slot is handled without a look whether a group is there",
    make<WithSched<EmptySlotUnchecked>>};

}  // namespace protm::mutants
