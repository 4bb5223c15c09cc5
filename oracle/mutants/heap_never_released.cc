// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: The last put of a heap leaves its device node behind.
// Caught by heap/heap-001.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapNeverReleased : public reference::HeapCore {
 public:
  using HeapCore::HeapCore;
  void last_put(const Ptr<reference::Heap>&) override {}
};

}  // namespace

extern const Mutant kHeapNeverReleased{
    "heap-never-released",
    "The last put of a heap leaves its device node behind",
    make<WithHeaps<HeapNeverReleased>>};

}  // namespace protm::mutants
