// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The ring job adds to the sync object of another queue.
// Caught by base/base-001.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class SyncValueWrong : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void write_ring_job(const Ptr<reference::Queue>& queue,
                      const Ptr<reference::Job>& job) override {
    ++queue->index;
    Sched::write_ring_job(queue, job);
    --queue->index;
  }
};

}  // namespace

extern const Mutant kSyncValueWrong{
    "sync-value-wrong",
    "The ring job adds to the sync object of another queue",
    make<WithSched<SyncValueWrong>>};

}  // namespace protm::mutants
