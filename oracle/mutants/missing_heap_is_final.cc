// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A probe that misses its heap fails for good instead of being deferred.
// Caught by heap/heap-028.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct MissingHeapIsFinal : reference::ReferenceDriver {
  using ReferenceDriver::ReferenceDriver;
  int probe() override {
    const int error = ReferenceDriver::probe();
    return error == -vocab::kEPROBE_DEFER ? -ENODEV : error;
  }
};

}  // namespace

extern const Mutant kMissingHeapIsFinal{
    "missing-heap-is-final",
    "A probe that misses its heap fails for good instead of being deferred",
    make<MissingHeapIsFinal>};

}  // namespace protm::mutants
