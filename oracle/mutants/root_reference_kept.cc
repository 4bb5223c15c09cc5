// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Each protected suspend buffer leaves a reference of its VM behind.
// Caught by kbo/kbo-007.
#include "oracle/mutants/planted.h"
#include "oracle/reference/vm.h"

namespace protm::mutants {
namespace {

class RootReferenceKept : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  Result<Ptr<reference::KernelBo>> make_protm_suspend(std::uint64_t size) override {
    const auto made = Sched::make_protm_suspend(size);
    if (made) d_.drm.gem_get((*made)->vm->root);
    return made;
  }
};

}  // namespace

extern const Mutant kRootReferenceKept{
    "root-reference-kept",
    "Each protected suspend buffer leaves a reference of its VM behind",
    make<WithSched<RootReferenceKept>>};

}  // namespace protm::mutants
