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
};

}  // namespace

extern const Mutant kAckTimeoutIgnored{
    "ack-timeout-ignored",
    "A slot request that is never acknowledged counts as done",
    make<WithSched<AckTimeoutIgnored>>};

}  // namespace protm::mutants
