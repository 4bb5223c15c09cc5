// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A protected fault that comes while a reset is pending brings one more after it.
// Caught by rst/rst-007.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class FaultAsksForTwoResets : public reference::Protm {
 public:
  using Protm::Protm;
  void fault_seen() override {
    again_ = again_ || d_.reset_is_pending();
    Protm::fault_seen();
  }
  bool enter(const Ptr<Group>& group) override {
    if (again_) d_.schedule_reset();
    again_ = false;
    return Protm::enter(group);
  }

 private:
  bool again_ = false;
};

}  // namespace

extern const Mutant kFaultAsksForTwoResets{
    "fault-asks-for-two-resets",
    "A protected fault that comes while a reset is pending brings one more after it",
    make<WithProtm<FaultAsksForTwoResets>>};

}  // namespace protm::mutants
