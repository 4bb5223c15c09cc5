// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A VM operation that could not lock its region undoes the lock all the same.
// Caught by mmu/mmu-016.
#include "oracle/mutants/planted.h"
#include "oracle/reference/vm.h"

namespace protm::mutants {
namespace {

class GateLeftByFailedLock : public reference::Mmu {
 public:
  using Mmu::Mmu;
  reference::Result<bool> lock_region(reference::Vm& vm, std::uint64_t start,
                                      std::uint64_t size) override {
    const reference::Result<bool> gated = Mmu::lock_region(vm, start, size);
    if (!gated) d_.protm->gate_leave();
    return gated;
  }
};

}  // namespace

extern const Mutant kGateLeftByFailedLock{
    "gate-left-by-failed-lock",
    "A VM operation that could not lock its region undoes the lock all the same",
    make<WithMmu<GateLeftByFailedLock>>};

}  // namespace protm::mutants
