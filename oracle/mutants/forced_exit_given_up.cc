// SPDX-License-Identifier: GPL-2.0-only
// Planted bugs: A forced exit has failed although the GPU left, after 100 ms, and after 490 ms,
// which is where only its interrupt did not come.
// Caught by fw/fw-026 and fw/fw-023.
#include "gpu-model/vocab/errno.h"
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

template <std::uint64_t kLimitNs>
class ForcedExitGivenUp : public reference::Protm {
 public:
  using Protm::Protm;
  bool force_exit() override {
    const std::uint64_t begin = k_.now().ns;
    return Protm::force_exit() && k_.now().ns - begin <= kLimitNs;
  }
};

}  // namespace

extern const Mutant kSlowExitGivenUp{
    "slow-exit-given-up",
    "A forced exit has failed after 100 ms",
    make<WithProtm<ForcedExitGivenUp<100'000'000>>>};
extern const Mutant kLateExitGivenUp{
    "late-exit-given-up",
    "A forced exit whose interrupt did not come has failed, wherever the GPU is",
    make<WithProtm<ForcedExitGivenUp<490'000'000>>>};

}  // namespace protm::mutants
