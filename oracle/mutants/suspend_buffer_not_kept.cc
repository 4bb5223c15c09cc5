// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: a group holds no reference of its suspend buffer.
// Caught by userspace-buffers/uapi-316.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct KeepsNoBuffer final : reference::Sched {
  using Sched::Sched;
  int take_protm_suspend(const Ptr<Group>& group, const Ptr<contract::GemObject>& gem) override {
    const int error = Sched::take_protm_suspend(group, gem);
    if (error == 0) d_.drm.gem_put(gem);
    return error;
  }
};

}  // namespace

extern const Mutant kSuspendBufferNotKept{
    "suspend-buffer-not-kept", "a group holds no reference of its suspend buffer",
    make<WithSched<KeepsNoBuffer>>, "userspace-buffers"};

}  // namespace protm::mutants
