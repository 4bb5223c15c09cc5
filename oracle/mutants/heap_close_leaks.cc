// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Closing a heap device keeps the reference that opening took.
// Caught by heap/heap-005.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class HeapCloseLeaks : public reference::HeapCore {
 public:
  using HeapCore::HeapCore;
  void file_put(const Ptr<reference::Heap>&) override {}
};

}  // namespace

extern const Mutant kHeapCloseLeaks{
    "heap-close-leaks",
    "Closing a heap device keeps the reference that opening took",
    make<WithHeaps<HeapCloseLeaks>>};

}  // namespace protm::mutants
