// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The ring job calls only the first instruction of a stream.
// Caught by base/base-001.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class StreamTruncated : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  void write_ring_job(const Ptr<reference::Queue>& queue,
                      const Ptr<reference::Job>& job) override {
    const std::uint32_t size = job->stream_size;
    job->stream_size = 8;
    Sched::write_ring_job(queue, job);
    job->stream_size = size;
  }
};

}  // namespace

extern const Mutant kStreamTruncated{
    "stream-truncated",
    "The ring job calls only the first instruction of a stream",
    make<WithSched<StreamTruncated>>};

}  // namespace protm::mutants
