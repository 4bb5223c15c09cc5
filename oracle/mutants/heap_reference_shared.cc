// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A second GPU has no reference of its own to the heap.
// Caught by heap/heap-035.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct HeapReferenceShared : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  void join(contract::Driver& first) override {
    joined = true;
    ReferenceDriver::join(first);
  }
  contract::Ptr<contract::DmaHeapBase> dma_heap_find(const char* name) override {
    const auto heap = ReferenceDriver::dma_heap_find(name);
    if (joined) dma_heap_put(heap);
    return heap;
  }
  bool joined = false;
};

}  // namespace

extern const Mutant kHeapReferenceShared{
    "heap-reference-shared", "A second GPU has no reference of its own to the heap",
    make<HeapReferenceShared>};

}  // namespace protm::mutants
