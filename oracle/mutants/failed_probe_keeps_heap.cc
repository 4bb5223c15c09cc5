// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A probe that fails behind the look-up keeps a reference of the heap.
// Caught by heap/heap-031 and heap/heap-033.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct FailedProbeKeepsHeap : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  int probe() override {
    const int error = ReferenceDriver::probe();
    if (error != 0 && error != -vocab::kEPROBE_DEFER) {
      (void)dma_heap_find(k_.module_param("protected_heap_name"));
    }
    return error;
  }
};

}  // namespace

extern const Mutant kFailedProbeKeepsHeap{
    "failed-probe-keeps-heap",
    "A probe that fails behind the look-up keeps a reference of the heap",
    make<FailedProbeKeepsHeap>};

}  // namespace protm::mutants
