// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: the sections hold no reference of their buffer.
// Caught by userspace-buffers/uapi-310.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct KeepsNothing final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  int populate(const Ptr<contract::GemObject>& gem) override {
    const int error = UserBuffers::populate(gem);
    if (error == 0) d_.drm.gem_put(gem);
    return error;
  }
};

}  // namespace

extern const Mutant kSectionBufferNotKept{
    "section-buffer-not-kept", "the sections hold no reference of their buffer",
    make<WithUserBuffers<KeepsNothing>>, "userspace-buffers"};

}  // namespace protm::mutants
