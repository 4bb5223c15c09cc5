// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: PROTM_EXIT ends the session, but is never acknowledged.
// Caught by sched/sched-076.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ExitNotAcknowledged : public reference::Protm {
 public:
  using Protm::Protm;
  void handle_exit() override { end_session(); }
};

}  // namespace

extern const Mutant kExitNotAcknowledged{
    "exit-not-acknowledged",
    "PROTM_EXIT ends the session, but is never acknowledged",
    make<WithProtm<ExitNotAcknowledged>>};

}  // namespace protm::mutants
