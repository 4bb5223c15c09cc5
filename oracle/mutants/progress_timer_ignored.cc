// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A group that makes no progress stays on its slot.
// Caught by base/base-169.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ProgressTimerIgnored : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void handle_progress_timer(const Ptr<Group>&) override {}
};

}  // namespace

extern const Mutant kProgressTimerIgnored{"progress-timer-ignored",
    "A group that makes no progress stays on its slot",
    make<WithSched<ProgressTimerIgnored>>};

}  // namespace protm::mutants
