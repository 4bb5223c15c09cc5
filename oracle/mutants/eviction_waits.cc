// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: An eviction waits for whoever is at the VM.
// Caught by mmu/mmu-042-bind-beside.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class EvictionWaits : public reference::Reclaim {
 public:
  using Reclaim::Reclaim;
  int evict_from(reference::Vm& vm, const Ptr<reference::Bo>& bo) override {
    k_.mutex_lock(vm.op_lock);
    k_.mutex_unlock(vm.op_lock);
    return Reclaim::evict_from(vm, bo);
  }
};

}  // namespace

extern const Mutant kEvictionWaits{
    "eviction-waits", "An eviction waits for whoever is at the VM",
    make<WithReclaim<EvictionWaits>>};

}  // namespace protm::mutants
