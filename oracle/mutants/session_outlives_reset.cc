// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A reset leaves the session on record.
// Caught by sched/sched-051.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class SessionOutlivesReset : public reference::Protm {
 public:
  using Protm::Protm;
  void forget() override {
    if (!active_group()) Protm::forget();
  }
};

}  // namespace

extern const Mutant kSessionOutlivesReset{
    "session-outlives-reset",
    "A reset leaves the session on record",
    make<WithProtm<SessionOutlivesReset>>};

}  // namespace protm::mutants
