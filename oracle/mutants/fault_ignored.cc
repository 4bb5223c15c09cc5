// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A page fault is cleared and nothing else is done about it.
// Caught by base/base-003.
#include "gpu-model/vocab/regs/mmu_control.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class FaultIgnored : public reference::Mmu {
 public:
  using Mmu::Mmu;

 protected:
  void handle_fault(std::uint32_t status) override {
    k_.write32(vocab::kMmuIrqClear.offset, status);
  }
};

}  // namespace

extern const Mutant kFaultIgnored{
    "fault-ignored",
    "A page fault is cleared and nothing else is done about it",
    make<WithMmu<FaultIgnored>>};

}  // namespace protm::mutants
