// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Allocation from a heap accepts any flags.
// Caught by heap/heap-018.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapFlagsUnchecked : public reference::HeapCore {
 public:
  using HeapCore::HeapCore;
  Result<Ptr<contract::DmaBuf>> buffer_alloc(const Ptr<contract::DmaHeapBase>& heap,
                                             std::uint64_t len, std::uint32_t,
                                             std::uint64_t) override {
    return HeapCore::buffer_alloc(heap, len, 0, 0);
  }
};

}  // namespace

extern const Mutant kHeapFlagsUnchecked{
    "heap-flags-unchecked",
    "Allocation from a heap accepts any flags",
    make<WithHeaps<HeapFlagsUnchecked>>};

}  // namespace protm::mutants
