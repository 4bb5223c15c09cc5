// SPDX-License-Identifier: GPL-2.0-only
// Planted bug: A VM operation that finds the exit refused sleeps for half a minute before it fails.
// Caught by mmu/mmu-015-exit-refused, rule L4.
#include "oracle/mutants/planted.h"

namespace protm::mutants {
namespace {

constexpr std::uint64_t kHalfMinuteUs = 25'000'000;

class SlowToGiveUp : public reference::Protm {
 public:
  using Protm::Protm;
  int gate_enter() override {
    const int error = Protm::gate_enter();
    if (error != 0) k_.usleep(kHalfMinuteUs);
    return error;
  }
};

}  // namespace

extern const Mutant kSlowToGiveUp{
    "slow-to-give-up",
    "A VM operation that finds the exit refused sleeps for half a minute before it fails",
    make<WithProtm<SlowToGiveUp>>};

}  // namespace protm::mutants
