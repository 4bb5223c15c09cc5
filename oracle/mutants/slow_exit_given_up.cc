// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A forced exit has failed after 100 ms.
// Caught by fw/fw-026.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class SlowExitGivenUp : public reference::Protm {
 public:
  using Protm::Protm;
  int force_exit() override {
    constexpr std::uint64_t kWaitNs = 100'000'000;
    const std::uint64_t begin = k_.now().ns;
    const int error = Protm::force_exit();
    return error == 0 && k_.now().ns - begin > kWaitNs ? -ETIMEDOUT : error;
  }
};

}  // namespace

extern const Mutant kSlowExitGivenUp{
    "slow-exit-given-up",
    "A forced exit has failed after 100 ms",
    make<WithProtm<SlowExitGivenUp>>};

}  // namespace protm::mutants
