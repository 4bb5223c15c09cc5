// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Nobody displaces a protected session, whatever the priority.
// Caught by sched/sched-069.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class SessionNeverYields : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  bool session_must_end(bool) override { return false; }
};

}  // namespace

extern const Mutant kSessionNeverYields{
    "session-never-yields",
    "Nobody displaces a protected session, whatever the priority",
    make<WithSched<SessionNeverYields>>};

}  // namespace protm::mutants
