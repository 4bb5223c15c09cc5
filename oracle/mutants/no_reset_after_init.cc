// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: PROTM_INIT leaves the firmware running.
// Caught by userspace-buffers/fw-350.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct ResetsNothing final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  int restart() override { return 0; }
};

}  // namespace

extern const Mutant kNoResetAfterInit{
    "no-reset-after-init", "PROTM_INIT leaves the firmware running",
    make<WithUserBuffers<ResetsNothing>>, "userspace-buffers"};

}  // namespace protm::mutants
