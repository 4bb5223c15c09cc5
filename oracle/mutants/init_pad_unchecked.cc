// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: PROTM_INIT does not look at its padding.
// Caught by userspace-buffers/uapi-309.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct IgnoresPad final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  int init(const Ptr<contract::DrmFile>& file, const vocab::uapi::ProtmInit& args) override {
    return UserBuffers::init(file, {.handle = args.handle, .pad = 0});
  }
};

}  // namespace

extern const Mutant kInitPadUnchecked{
    "init-pad-unchecked", "PROTM_INIT does not look at its padding",
    make<WithUserBuffers<IgnoresPad>>, "userspace-buffers"};

}  // namespace protm::mutants
