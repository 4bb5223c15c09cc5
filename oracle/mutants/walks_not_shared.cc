// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: On a coherent device the walks of page tables are not shared with the CPU.
// Caught by base/base-232.
#include "gpu-model/vocab/regs/mmu_control.h"
#include "oracle/mutants/planted.h"
#include "oracle/reference/vm.h"

namespace protm::mutants {
namespace {

class WalksNotShared : public reference::Mmu {
 public:
  using Mmu::Mmu;
  int vm_active(const Ptr<reference::Vm>& vm) override {
    vm->transcfg &= ~vocab::kTranscfgPtwShOs;
    return Mmu::vm_active(vm);
  }
};

}  // namespace

extern const Mutant kWalksNotShared{
    "walks-not-shared", "On a coherent device the walks of page tables are not shared with the CPU",
    make<WithMmu<WalksNotShared>>};

}  // namespace protm::mutants
