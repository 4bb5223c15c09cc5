// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A slot request that is never acknowledged counts as done.
// Caught by base/base-012.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class AckTimeoutIgnored : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  bool update_slots(reference::SlotUpdate& update) override {
    (void)Sched::update_slots(update);
    update.timed_out = 0;
    return true;
  }
  /// Who was told to go counts as gone: kept on its slot, the next one would be put on a slot that
  /// does not exist, behind the end of the table.
  void unbind(const Ptr<Group>& group) override {
    using reference::GroupState;
    if (group->csg_id >= 0 && group->state == GroupState::active) {
      group->state = can_run(group) ? GroupState::suspended : GroupState::terminated;
    }
    Sched::unbind(group);
  }
};

}  // namespace

extern const Mutant kAckTimeoutIgnored{
    "ack-timeout-ignored",
    "A slot request that is never acknowledged counts as done",
    make<WithSched<AckTimeoutIgnored>>};

}  // namespace protm::mutants
