// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: Two groups that are created at the same time may get the same protected suspend
// buffer.
// Caught by kbo/kbo-021.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class SuspendBufferMixedUp : public reference::Sched {
 public:
  using Sched::Sched;

 protected:
  Result<Ptr<reference::KernelBo>> make_protm_suspend(std::uint64_t size) override {
    const auto made = Sched::make_protm_suspend(size);
    if (!made) return made;
    last_ = *made;
    k_.usleep(100);
    return last_;
  }

 private:
  Ptr<reference::KernelBo> last_;
};

}  // namespace

extern const Mutant kSuspendBufferMixedUp{
    "suspend-buffer-mixed-up",
    "Two groups that are created at the same time may get the same protected suspend buffer",
    make<WithSched<SuspendBufferMixedUp>>};

}  // namespace protm::mutants
