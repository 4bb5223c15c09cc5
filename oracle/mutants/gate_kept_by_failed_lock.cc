// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A VM operation that could not lock its region keeps entries out for ever.
// Caught by mmu/mmu-016.
#include "oracle/mutants/planted.h"
#include "oracle/reference/vm.h"

namespace protm::mutants {
namespace {

class GateKeptByFailedLock : public reference::Mmu {
 public:
  using Mmu::Mmu;
  reference::Result<bool> lock_region(reference::Vm& vm, std::uint64_t start,
                                      std::uint64_t size) override {
    const reference::Result<bool> gated = Mmu::lock_region(vm, start, size);
    if (!gated) (void)d_.protm->gate_enter();
    return gated;
  }
};

}  // namespace

extern const Mutant kGateKeptByFailedLock{
    "gate-kept-by-failed-lock",
    "A VM operation that could not lock its region keeps entries out for ever",
    make<WithMmu<GateKeptByFailedLock>>};

}  // namespace protm::mutants
