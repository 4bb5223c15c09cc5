// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/attribution.h"

#include <bit>

namespace protm::judge {
namespace {

class Search {
 public:
  Search(contract::FunctionRef<bool(SwitchSet)> agrees, std::uint32_t most_runs)
      : agrees_(agrees), most_runs_(most_runs) {}

  bool ask(SwitchSet off) {
    ++runs;
    return agrees_(off);
  }
  [[nodiscard]] bool exhausted() const { return runs >= most_runs_; }

  std::uint32_t runs = 0;

 private:
  contract::FunctionRef<bool(SwitchSet)> agrees_;
  std::uint32_t most_runs_;
};

/// Spreads the low bits of `index` over the set bits of `mask`.
SwitchSet spread(std::uint64_t index, SwitchSet mask) {
  SwitchSet out = 0;
  for (SwitchSet rest = mask; rest != 0; rest &= rest - 1, index >>= 1) {
    if ((index & 1) != 0) out |= rest & (~rest + 1);
  }
  return out;
}

/// Next larger number with as many set bits.
std::uint64_t next_combination(std::uint64_t bits) {
  const std::uint64_t low = bits & (~bits + 1);
  const std::uint64_t ripple = bits + low;
  return ripple | (((bits ^ ripple) >> 2) / low);
}

}  // namespace

Attribution minimum_sets(SwitchSet all_on, contract::FunctionRef<bool(SwitchSet)> agrees_without,
                         std::uint32_t most_runs) {
  Attribution out;
  Search search(agrees_without, most_runs);
  const auto done = [&](SearchEnd end) {
    out.end = end;
    out.runs = search.runs;
    return out;
  };
  if (search.ask(0)) {
    out.sets.push_back(0);
    return done(SearchEnd::found);
  }
  if (!search.ask(all_on)) return done(SearchEnd::never_agrees);
  SwitchSet needed = 0;
  for (SwitchSet rest = all_on; rest != 0; rest &= rest - 1) {
    if (search.exhausted()) return done(SearchEnd::gave_up);
    const SwitchSet one = rest & (~rest + 1);
    if (!search.ask(all_on & ~one)) needed |= one;
  }
  const SwitchSet others = all_on & ~needed;
  const int width = std::popcount(others);
  for (int size = needed == 0 ? 1 : 0; size <= width; ++size) {
    const std::uint64_t end = std::uint64_t{1} << width;
    for (std::uint64_t bits = (std::uint64_t{1} << size) - 1; bits < end;
         bits = size == 0 ? end : next_combination(bits)) {
      if (search.exhausted()) {
        out.sets.clear();
        return done(SearchEnd::gave_up);
      }
      const SwitchSet off = needed | spread(bits, others);
      if (search.ask(off)) out.sets.push_back(off);
    }
    if (!out.sets.empty()) return done(SearchEnd::found);
  }
  return done(SearchEnd::never_agrees);  // not reached: all_on agreed above
}

}  // namespace protm::judge
