// SPDX-License-Identifier: GPL-2.0-only
// Planted bug, in the announced design: a PROTM_INIT that fails leaves the buffer in use.
// Caught by userspace-buffers/fw-355.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

struct UndoesNothing final : reference::UserBuffers {
  using UserBuffers::UserBuffers;
  void undo() override { sections_ = nullptr; }
};

}  // namespace

extern const Mutant kFailedInitKeepsBuffer{
    "failed-init-keeps-buffer", "a PROTM_INIT that fails leaves the buffer in use",
    make<WithUserBuffers<UndoesNothing>>, "userspace-buffers"};

}  // namespace protm::mutants
