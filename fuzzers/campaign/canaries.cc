// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/campaign/canaries.h"

namespace protm::fuzz {

// Each is found within a tenth of its budget where nothing is wrong (docs/time-to-find.md).
std::vector<Canary> standard_canaries() {
  constexpr std::uint64_t kBudgetNs = 60'000'000'000;
  return {{"series-v1:only=HEAP-2", "what the kernel below says (oops)", kBudgetNs},
          {"series-v1:only=SCHED-20", "entry to protected mode (I1)", kBudgetNs},
          {"series-v1:only=KBO-8", "protected memory (I6)", kBudgetNs}};
}

}  // namespace protm::fuzz
