// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A VM without an address space is locked on the first one that there is.
// Caught by mmu/mmu-011, mmu/mmu-035.
#include "gpu-model/vocab/regs/mmu_control.h"
#include "oracle/mutants/planted.h"
#include "oracle/reference/vm.h"

namespace protm::mutants {
namespace {

class LockedWithoutAnAs : public reference::Mmu {
 public:
  using Mmu::Mmu;
  reference::Result<bool> lock_region(reference::Vm& vm, std::uint64_t start,
                                      std::uint64_t size) override {
    constexpr auto kLock = static_cast<std::uint32_t>(vocab::AsCommand::lock);
    if (vm.as_id < 0) {
      k_.write32(vocab::as_offset(vocab::AsNr{1}, vocab::kAsCommand), kLock);
    }
    return Mmu::lock_region(vm, start, size);
  }
};

}  // namespace

extern const Mutant kLockedWithoutAnAs{
    "locked-without-an-as",
    "A VM without an address space is locked on the first one that there is",
    make<WithMmu<LockedWithoutAnAs>>};

}  // namespace protm::mutants
