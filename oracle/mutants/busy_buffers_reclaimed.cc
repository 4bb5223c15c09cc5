// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Pages are taken from buffers while a job uses them.
// Caught by mmu/mmu-042-busy-vm-keeps.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class BusyBuffersReclaimed : public reference::Reclaim {
 public:
  using Reclaim::Reclaim;
  bool wait_for_jobs(const Ptr<reference::Bo>& /*bo*/) override { return true; }
};

}  // namespace

extern const Mutant kBusyBuffersReclaimed{
    "busy-buffers-reclaimed", "Pages are taken from buffers while a job uses them",
    make<WithReclaim<BusyBuffersReclaimed>>};

}  // namespace protm::mutants
