// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include <bit>

#include "oracle/judge/attribution.h"

using namespace protm::judge;

TEST_CASE("minimum_sets: agrees with everything on") {
  const Attribution a = minimum_sets(0xff, [](SwitchSet) { return true; });
  CHECK(a.end == SearchEnd::found);
  CHECK(a.sets == std::vector<SwitchSet>{0});
  CHECK(a.runs == 1);
}

TEST_CASE("minimum_sets: no switch explains it") {
  const Attribution a = minimum_sets(0xff, [](SwitchSet) { return false; });
  CHECK(a.end == SearchEnd::never_agrees);
  CHECK(a.sets.empty());
}

TEST_CASE("minimum_sets: one needed, and one of two besides") {
  // Switch 5 must be off, and 1 or 7.
  const auto agrees = [](SwitchSet off) {
    return (off & (1u << 5)) != 0 && (off & ((1u << 1) | (1u << 7))) != 0;
  };
  const Attribution a = minimum_sets(0xff, agrees);
  CHECK(a.end == SearchEnd::found);
  CHECK(a.sets == std::vector<SwitchSet>{(1u << 5) | (1u << 1), (1u << 5) | (1u << 7)});
  CHECK(a.runs < 20);
}

TEST_CASE("minimum_sets: smaller sets hide larger ones, switches that are off are not tried") {
  const auto agrees = [](SwitchSet off) {
    CHECK((off & ~0x37u) == 0);
    return (off & 0x10) != 0 || (off & 0x07) == 0x07;
  };
  CHECK(minimum_sets(0x37, agrees).sets == std::vector<SwitchSet>{0x10});
  const auto pairs = [](SwitchSet off) { return std::popcount(off) >= 2; };
  CHECK(minimum_sets(0x0f, pairs).sets ==
        std::vector<SwitchSet>{0x3, 0x5, 0x6, 0x9, 0xa, 0xc});
}

TEST_CASE("minimum_sets: more switches than a 32-bit word holds") {
  const SwitchSet all = (SwitchSet{1} << 40) - 1;
  const SwitchSet high = SwitchSet{1} << 35;
  const Attribution a =
      minimum_sets(all, [&](SwitchSet off) { return (off & (high | 1)) == (high | 1); });
  CHECK(a.sets == std::vector<SwitchSet>{high | 1});
  const Attribution either =
      minimum_sets(all, [&](SwitchSet off) { return (off & (high | 1)) != 0; });
  CHECK(either.sets == std::vector<SwitchSet>{1, high});
}

TEST_CASE("minimum_sets: all of them needed") {
  const Attribution a = minimum_sets(0xa1, [](SwitchSet off) { return off == 0xa1; });
  CHECK(a.sets == std::vector<SwitchSet>{0xa1});
}

TEST_CASE("minimum_sets: gives up at the bound instead of guessing") {
  const auto agrees = [](SwitchSet off) { return std::popcount(off) >= 8; };
  const Attribution a = minimum_sets(0xffff, agrees, 100);
  CHECK(a.end == SearchEnd::gave_up);
  CHECK(a.sets.empty());
  CHECK(a.runs <= 100);
}
