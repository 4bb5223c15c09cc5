// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: a buffer stays in use when its group is gone.
// Caught by userspace-buffers/uapi-315.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct NeverReleases final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  void release(const Ptr<reference::UserClaim>&) override {}
};

}  // namespace

extern const Mutant kBufferStaysInUse{
    "buffer-stays-in-use", "a buffer stays in use when its group is gone",
    make<WithUserBuffers<NeverReleases>>, "userspace-buffers"};

}  // namespace protm::mutants
