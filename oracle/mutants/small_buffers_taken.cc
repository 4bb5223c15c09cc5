// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: a buffer from user space may have any size.
// Caught by userspace-buffers/uapi-305 and uapi-313.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct TakesSmallOnes final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  [[nodiscard]] int check(const Ptr<contract::GemObject>& gem, std::uint64_t) const override {
    return UserBuffers::check(gem, 0);
  }
};

}  // namespace

extern const Mutant kSmallBuffersTaken{
    "small-buffers-taken", "a buffer from user space may have any size",
    make<WithUserBuffers<TakesSmallOnes>>, "userspace-buffers"};

}  // namespace protm::mutants
