// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A forced exit whose interrupt did not come has failed, wherever the GPU is.
// Caught by fw/fw-023.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

class LateExitGivenUp : public reference::Protm {
 public:
  using Protm::Protm;
  int force_exit() override {
    constexpr std::uint64_t kWaitNs = 490'000'000;
    const std::uint64_t begin = k_.now().ns;
    const int error = Protm::force_exit();
    return error == 0 && k_.now().ns - begin > kWaitNs ? -ETIMEDOUT : error;
  }
};

}  // namespace

extern const Mutant kLateExitGivenUp{
    "late-exit-given-up",
    "A forced exit whose interrupt did not come has failed, wherever the GPU is",
    make<WithProtm<LateExitGivenUp>>};

}  // namespace protm::mutants
