// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A slot update that fails in a tick that grants is put on the protected group.
// Caught by sched/sched-041.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class FailedUpdateBlamesProtm : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  Ptr<Group> choose_protm(reference::Tick& tick) override {
    chosen_ = Sched::choose_protm(tick);
    return chosen_;
  }
  bool update_slots(reference::SlotUpdate& update) override {
    const bool acked = Sched::update_slots(update);
    if (!acked && chosen_) chosen_->fatal_queues = (1u << chosen_->queue_count) - 1;
    chosen_ = nullptr;
    return acked;
  }

 private:
  Ptr<Group> chosen_;
};

}  // namespace

extern const Mutant kFailedUpdateBlamesProtm{
    "failed-update-blames-protm",
    "A slot update that fails in a tick that grants is put on the protected group",
    make<WithSched<FailedUpdateBlamesProtm>>};

}  // namespace protm::mutants
