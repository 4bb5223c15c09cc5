// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The fence of a job signals as soon as the job is in the ring.
// Caught by base/base-001.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class FenceTooEarly : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void write_ring_job(const Ptr<reference::Queue>& queue,
                      const Ptr<reference::Job>& job) override {
    Sched::write_ring_job(queue, job);
    d_.drm.fence_signal(job->done);
  }
};

}  // namespace

extern const Mutant kFenceTooEarly{
    "fence-too-early",
    "The fence of a job signals as soon as the job is in the ring",
    make<WithSched<FenceTooEarly>>};

}  // namespace protm::mutants
