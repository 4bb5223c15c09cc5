// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: PROTM_INIT succeeds although the firmware did not come
// back.
// Caught by userspace-buffers/fw-352.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct ForgetsTheReset final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  int restart() override {
    (void)UserBuffers::restart();
    return 0;
  }
};

}  // namespace

extern const Mutant kFailedRestartForgotten{
    "failed-restart-forgotten", "PROTM_INIT succeeds although the firmware did not come back",
    make<WithUserBuffers<ForgetsTheReset>>, "userspace-buffers"};

}  // namespace protm::mutants
