// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Protected mode is entered while a VM operation holds a locked region.
// Caught by mmu/mmu-019.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class EntryDoesNotWait : public reference::Protm {
 public:
  using Protm::Protm;
 protected:
  void hold_off_commands() override {}
  void let_commands_in() override {}
};

}  // namespace

extern const Mutant kEntryDoesNotWait{
    "entry-does-not-wait",
    "Protected mode is entered while a VM operation holds a locked region",
    make<WithProtm<EntryDoesNotWait>>};

}  // namespace protm::mutants
