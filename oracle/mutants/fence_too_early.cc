// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The fence of the next job in the queue signals with the one that is done.
// Caught by base/base-002.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class FenceTooEarly : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  bool complete_jobs(const Ptr<reference::Queue>& queue) override {
    const bool progress = Sched::complete_jobs(queue);
    const Ptr<reference::Job> next = queue->in_flight.front();
    if (progress && next) d_.drm.fence_signal(next->done);
    return progress;
  }
};

}  // namespace

extern const Mutant kFenceTooEarly{
    "fence-too-early",
    "The fence of the next job in the queue signals with the one that is done",
    make<WithSched<FenceTooEarly>>};

}  // namespace protm::mutants
