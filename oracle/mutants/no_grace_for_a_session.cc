// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A VM operation throws the GPU out of protected mode without waiting for its end.
// Caught by fw/fw-024.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class NoGraceForASession : public reference::Protm {
 public:
  using Protm::Protm;
  int gate_enter() override {
    if (d_.gpu->protm_active()) (void)force_exit();
    return Protm::gate_enter();
  }
};

}  // namespace

extern const Mutant kNoGraceForASession{
    "no-grace-for-a-session",
    "A VM operation throws the GPU out of protected mode without waiting for its end",
    make<WithProtm<NoGraceForASession>>};

}  // namespace protm::mutants
