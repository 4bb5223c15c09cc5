// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: MMU commands do not wait for the end of protected mode.
// Caught by mmu/mmu-014.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class GateAlwaysOpen : public reference::Protm {
 public:
  using Protm::Protm;
  int gate_enter() override {
    k_.down_read(lock_);
    return 0;
  }
};

}  // namespace

extern const Mutant kGateAlwaysOpen{
    "gate-always-open",
    "MMU commands do not wait for the end of protected mode",
    make<WithProtm<GateAlwaysOpen>>};

}  // namespace protm::mutants
