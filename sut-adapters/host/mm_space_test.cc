// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/mm_space.h"

#include <doctest/doctest.h>

#include "sut-adapters/host/kernel_test_bench.h"

namespace protm::host {

TEST_CASE("MmSpaces: the smallest hole that fits wins, the lowest among equals") {
  Bench bench;
  MmSpaces spaces(*bench.kernel, bench.kernel->memory());
  contract::VaSpace space;
  spaces.init(space, 0x10000, 0x100000);
  CHECK(spaces.reserve(space, 0x18000, 0x1000) == 0);  // hole of 0x8000 before it
  CHECK(spaces.reserve(space, 0x1c000, 0x1000) == 0);  // hole of 0x3000 before it
  CHECK(spaces.reserve(space, 0x20000, 0x1000) == 0);  // another of 0x3000
  const auto insert = [&](std::uint64_t size, std::uint64_t align = 0x1000) {
    return spaces.insert(space, size, align, 0, UINT64_MAX, "kbo_va:ringbuf");
  };
  CHECK(insert(0x2000).value() == 0x19000);
  CHECK(insert(0x3000).value() == 0x1d000);
  CHECK(insert(0x1000).value() == 0x1b000);
  CHECK(insert(0x4000).value() == 0x10000);
  CHECK(insert(0x8000, 0x10000).value() == 0x30000);
  CHECK(insert(0x200000).error() == -ENOSPC);
  CHECK(spaces.reserve(space, 0x18800, 0x800) == -ENOSPC);
  CHECK(spaces.reserve(space, 0x10f000, 0x2000) == -ENOSPC);
}

TEST_CASE("MmSpaces: the range of a request bounds the address, and a node given back is free") {
  Bench bench;
  MmSpaces spaces(*bench.kernel, bench.kernel->memory());
  contract::VaSpace space;
  spaces.init(space, 0, 1ull << 48);
  const auto in = [&](std::uint64_t start, std::uint64_t end, std::uint64_t size) {
    return spaces.insert(space, size, 0x1000, start, end, "kbo_va:suspend");
  };
  CHECK(in(0x4000, 0x6000, 0x1000).value() == 0x4000);
  CHECK(in(0x4000, 0x6000, 0x1000).value() == 0x5000);
  CHECK(in(0x4000, 0x6000, 0x1000).error() == -ENOSPC);
  spaces.remove(space, 0x4000);
  CHECK(in(0x4000, 0x6000, 0x1000).value() == 0x4000);
  CHECK(bench.count(contract::RecordKind::kernel_warn) == 0);
  spaces.remove(space, 0x9000);
  spaces.fini(space);
  CHECK(bench.count(contract::RecordKind::kernel_warn) == 2);
}

TEST_CASE("MmSpaces: a fault on the role's name fails the insertion") {
  Bench bench;
  MmSpaces spaces(*bench.kernel, bench.kernel->memory());
  contract::VaSpace space;
  spaces.init(space, 0, 0x10000);
  bench.bus.fail_call = "alloc";
  bench.bus.fail_role = "kbo_va:protm_suspend";
  CHECK(spaces.insert(space, 0x1000, 1, 0, 0x10000, "kbo_va:protm_suspend").error() == -ENOMEM);
  CHECK(spaces.insert(space, 0x1000, 1, 0, 0x10000, "kbo_va:suspend").has_value());
}

}  // namespace protm::host
