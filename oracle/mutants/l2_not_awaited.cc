// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: L2 counts as ready as soon as it was told to power on.
// Caught by base/base-021.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class L2NotAwaited : public reference::Gpu {
 public:
  using Gpu::Gpu;

 protected:
  bool l2_ready() override { return true; }
};

}  // namespace

extern const Mutant kL2NotAwaited{"l2-not-awaited",
                                  "L2 counts as ready as soon as it was told to power on",
                                  make<WithGpu<L2NotAwaited>>};

}  // namespace protm::mutants
