// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The firmware is told where a new chunk is, but not how large.
// Caught by base/base-162.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapChunkSizeLost : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  Result<std::uint64_t> more_heap(const Ptr<Group>& group, std::uint64_t context_va,
                                  const reference::HeapCounters& counters) override {
    const auto word = Sched::more_heap(group, context_va, counters);
    if (!word) return word;
    return vocab::tiler_heap::chunk_va(*word);
  }
};

}  // namespace

extern const Mutant kHeapChunkSizeLost{"heap-chunk-size-lost",
    "The firmware is told where a new chunk is, but not how large",
    make<WithSched<HeapChunkSizeLost>>};

}  // namespace protm::mutants
