// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: PROTM_EXIT is acknowledged only where a session is known.
// Caught by sched/sched-056.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class OneExitPerSession : public reference::Protm {
 public:
  using Protm::Protm;
  void handle_exit() override {
    if (active_group() || maybe_inside()) Protm::handle_exit();
  }
};

}  // namespace

extern const Mutant kOneExitPerSession{
    "one-exit-per-session", "PROTM_EXIT is acknowledged only where a session is known",
    make<WithProtm<OneExitPerSession>>};

}  // namespace protm::mutants
