// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Render passes in flight do not keep a tiler heap from growing.
// Caught by base/base-164.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapGrowsAtOnce : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  Result<std::uint64_t> more_heap(const Ptr<Group>& group, std::uint64_t context_va,
                                  const reference::HeapCounters& counters) override {
    reference::HeapCounters none = counters;
    none.vt_start = none.frag_end + 1;
    none.vt_end = none.frag_end;
    return Sched::more_heap(group, context_va, none);
  }
};

}  // namespace

extern const Mutant kHeapGrowsAtOnce{"heap-grows-at-once",
    "Render passes in flight do not keep a tiler heap from growing",
    make<WithSched<HeapGrowsAtOnce>>};

}  // namespace protm::mutants
