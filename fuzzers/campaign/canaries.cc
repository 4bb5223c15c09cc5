// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/canaries.h"

namespace protm::fuzz {

// Found within a tenth of the budget where nothing is wrong: see docs, time to find.
std::vector<Canary> standard_canaries() {
  constexpr std::uint64_t kBudgetNs = 60'000'000'000;
  return {{"series-v1:only=HEAP-2", "what the kernel below says (oops)", kBudgetNs},
          {"series-v1:only=SCHED-20", "entry to protected mode (I1)", kBudgetNs},
          {"series-v1:only=KBO-9", "a rule of protected buffers", kBudgetNs}};
}

}  // namespace protm::fuzz
