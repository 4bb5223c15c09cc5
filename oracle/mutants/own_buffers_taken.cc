// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: a buffer that the driver made itself is taken for
// protected memory.
// Caught by userspace-buffers/uapi-306 and uapi-314.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct TakesOwnOnes final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  [[nodiscard]] int check(const Ptr<contract::GemObject>& gem,
                          std::uint64_t bytes) const override {
    return gem->imported || gem->size < bytes ? UserBuffers::check(gem, bytes) : 0;
  }
};

}  // namespace

extern const Mutant kOwnBuffersTaken{
    "own-buffers-taken", "a buffer that the driver made itself is taken for protected memory",
    make<WithUserBuffers<TakesOwnOnes>>, "userspace-buffers"};

}  // namespace protm::mutants
