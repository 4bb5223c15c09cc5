// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: a buffer may be that of several groups.
// Caught by userspace-buffers/uapi-315.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct LetsShare final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  Result<Ptr<reference::UserClaim>> claim(const Ptr<contract::GemObject>& gem) override {
    const auto made = UserBuffers::claim(gem);
    if (made) return made;
    return Ptr<reference::UserClaim>();
  }
};

}  // namespace

extern const Mutant kBuffersShared{
    "buffers-shared", "a buffer may be that of several groups",
    make<WithUserBuffers<LetsShare>>, "userspace-buffers"};

}  // namespace protm::mutants
