// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A protected group has no suspend buffer where firmware names no size.
// Caught by kbo/kbo-016.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ProtectedWithoutBuffer : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  Result<Ptr<reference::KernelBo>> make_protm_suspend(std::uint64_t size) override {
    if (size == 0) return Ptr<reference::KernelBo>();
    return Sched::make_protm_suspend(size);
  }
};

}  // namespace

extern const Mutant kProtectedWithoutBuffer{
    "protected-without-buffer",
    "A protected group has no suspend buffer where firmware names no size",
    make<WithSched<ProtectedWithoutBuffer>>};

}  // namespace protm::mutants
