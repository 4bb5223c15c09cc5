// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: An exit that is refused inside a reset brings one more after it.
// Caught by rst/rst-022.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ResetAsksForAnother : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  void rescue_from_protm() override {
    Sched::rescue_from_protm();
    again_ = d_.protm->maybe_inside();
  }
  Ptr<Group> choose_protm(reference::Tick& tick) override {
    if (again_) d_.schedule_reset();
    again_ = false;
    return Sched::choose_protm(tick);
  }

 private:
  bool again_ = false;
};

}  // namespace

extern const Mutant kResetAsksForAnother{
    "reset-asks-for-another",
    "An exit that is refused inside a reset brings one more after it",
    make<WithSched<ResetAsksForAnother>>};

}  // namespace protm::mutants
