// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: the query leaves the sizes out.
// Caught by userspace-buffers/uapi-319.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct LeavesOutSizes final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  [[nodiscard]] vocab::uapi::ProtmState state() const override {
    return {.state = UserBuffers::state().state, .pad = 0, .section_size = 0, .suspend_size = 0};
  }
};

}  // namespace

extern const Mutant kStateWithoutSizes{
    "state-without-sizes", "the query leaves the sizes out",
    make<WithUserBuffers<LeavesOutSizes>>, "userspace-buffers"};

}  // namespace protm::mutants
