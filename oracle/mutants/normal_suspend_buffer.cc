// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Without a heap a protected group gets a suspend buffer in normal memory.
// Caught by uapi/uapi-008.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class NormalSuspendBuffer : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  Result<Ptr<reference::KernelBo>> make_protm_suspend(std::uint64_t size) override {
    if (d_.protm->supported()) return Sched::make_protm_suspend(size);
    return reference::KernelBos::create(d_, d_.fw->vm(), size, {});
  }
};

}  // namespace

extern const Mutant kNormalSuspendBuffer{
    "normal-suspend-buffer",
    "Without a heap a protected group gets a suspend buffer in normal memory",
    make<WithSched<NormalSuspendBuffer>>};

}  // namespace protm::mutants
