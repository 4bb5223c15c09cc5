// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A queue without work still counts as busy.
// Caught by base/base-009.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class NeverIdle : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void sync_queue_state(const Ptr<Group>& group, std::uint32_t cs) override {
    Sched::sync_queue_state(group, cs);
    group->idle_queues &= ~(1u << cs);
  }
};

}  // namespace

extern const Mutant kNeverIdle{
    "never-idle",
    "A queue without work still counts as busy",
    make<WithSched<NeverIdle>>};

}  // namespace protm::mutants
