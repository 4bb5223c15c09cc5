// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A region that was unlocked with its AS is unlocked again by its operation.
// Caught by mmu/mmu-012.
#include "oracle/mutants/planted.h"
#include "oracle/reference/vm.h"

namespace protm::mutants {
namespace {

class LockOutlivesItsAs : public reference::Mmu {
 public:
  using Mmu::Mmu;
 protected:
  void lock_is_gone(reference::Vm&) override {}
};

}  // namespace

extern const Mutant kLockOutlivesItsAs{
    "lock-outlives-its-as",
    "A region that was unlocked with its AS is unlocked again by its operation",
    make<WithMmu<LockOutlivesItsAs>>};

}  // namespace protm::mutants
