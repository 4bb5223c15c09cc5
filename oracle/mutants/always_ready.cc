// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: the query says ready from the start.
// Caught by userspace-buffers/uapi-301.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct SaysReady final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  [[nodiscard]] vocab::uapi::ProtmState state() const override {
    vocab::uapi::ProtmState state = UserBuffers::state();
    state.state = vocab::uapi::kProtmReady;
    return state;
  }
};

}  // namespace

extern const Mutant kAlwaysReady{
    "always-ready", "the query says ready from the start",
    make<WithUserBuffers<SaysReady>>, "userspace-buffers"};

}  // namespace protm::mutants
