// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A heap that could not be added stays allocated.
// Caught by heap/heap-021.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class FailedAddLeaks : public reference::HeapCore {
 public:
  using HeapCore::HeapCore;

 protected:
  void free_heap(const Ptr<reference::Heap>& heap) override {
    if (heap->ref.count == 0) HeapCore::free_heap(heap);
  }
};

}  // namespace

extern const Mutant kFailedAddLeaks{
    "failed-add-leaks",
    "A heap that could not be added stays allocated",
    make<WithHeaps<FailedAddLeaks>>};

}  // namespace protm::mutants
