// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A forced exit returns as soon as the PING is sent.
// Caught by mmu/mmu-014.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class ExitNotAwaited : public reference::Protm {
 public:
  using Protm::Protm;
  bool force_exit() override {
    d_.fw->toggle_reqs(d_.fw->glb(), vocab::fw::kGlbPing);
    d_.fw->ring_global();
    return true;
  }
};

}  // namespace

extern const Mutant kExitNotAwaited{
    "exit-not-awaited",
    "A forced exit returns as soon as the PING is sent",
    make<WithProtm<ExitNotAwaited>>};

}  // namespace protm::mutants
