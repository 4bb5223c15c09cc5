// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Protected buffers lose their mappings to memory pressure.
// Caught by kbo/kbo-020-protected-stays.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ImportsReclaimed : public reference::Reclaim {
 public:
  using Reclaim::Reclaim;
  reference::ReclaimState state_of(const Ptr<reference::Bo>& bo) const override {
    return bo->imported ? reference::ReclaimState::one_vm : Reclaim::state_of(bo);
  }
};

}  // namespace

extern const Mutant kImportsReclaimed{
    "imports-reclaimed", "Protected buffers lose their mappings to memory pressure",
    make<WithReclaim<ImportsReclaimed>>};

}  // namespace protm::mutants
