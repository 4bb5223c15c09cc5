// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A tiler heap has no more than its first chunks.
// Caught by base/base-162.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapNeverGrows : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  Result<std::uint64_t> more_heap(const Ptr<Group>& group, std::uint64_t context_va,
                                  const reference::HeapCounters& counters) override {
    const auto word = Sched::more_heap(group, context_va, counters);
    if (!word && word.error() != -ENOMEM) return word;
    return tl::unexpected(-ENOMEM);
  }
};

}  // namespace

extern const Mutant kHeapNeverGrows{"heap-never-grows",
    "A tiler heap has no more than its first chunks",
    make<WithSched<HeapNeverGrows>>};

}  // namespace protm::mutants
