// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: An empty name of the heap is looked up, and defers the probe.
// Caught by heap/heap-027.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct EmptyNameDefers : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  int probe() override {
    const char* const name = k_.module_param("protected_heap_name");
    if (name != nullptr && *name == '\0') return -vocab::kEPROBE_DEFER;
    return ReferenceDriver::probe();
  }
};

}  // namespace

extern const Mutant kEmptyNameDefers{
    "empty-name-defers",
    "An empty name of the heap is looked up, and defers the probe",
    make<EmptyNameDefers>};

}  // namespace protm::mutants
