// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: An unbind behind a failed reset puts the heap once more.
// Caught by heap/heap-034.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct SecondUnplugPutsHeap : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  void remove() override {
    if (k_.dev_is_unplugged()) dma_heap_put(device().protm_heap);
    ReferenceDriver::remove();
  }
};

}  // namespace

extern const Mutant kSecondUnplugPutsHeap{
    "second-unplug-puts-heap",
    "An unbind behind a failed reset puts the heap once more",
    make<SecondUnplugPutsHeap>};

}  // namespace protm::mutants
