// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A heap context that nobody made counts as one that is at its limit.
// Caught by base/base-166.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapOfNobody : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  Result<std::uint64_t> more_heap(const Ptr<Group>& group, std::uint64_t context_va,
                                  const reference::HeapCounters& counters) override {
    const auto word = Sched::more_heap(group, context_va, counters);
    if (word) return word;
    return tl::unexpected(-ENOMEM);
  }
};

}  // namespace

extern const Mutant kHeapOfNobody{"heap-of-nobody",
    "A heap context that nobody made counts as one that is at its limit",
    make<WithSched<HeapOfNobody>>};

}  // namespace protm::mutants
