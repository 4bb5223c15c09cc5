// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A request that waits brings a tick with each job that ends on its slot.
// Caught by sched/sched-014.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class TickForEachSync : public reference::Sched {
 public:
  using Sched::Sched;
 protected:
  bool complete_jobs(const Ptr<reference::Queue>& queue) override {
    if (queue->group->protm_pending_queues != 0) tick_now();
    return Sched::complete_jobs(queue);
  }
};

}  // namespace

extern const Mutant kTickForEachSync{
    "tick-for-each-sync",
    "A request that waits brings a tick with each job that ends on its slot",
    make<WithSched<TickForEachSync>>};

}  // namespace protm::mutants
