// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/mmu.h"

#include <doctest/doctest.h>

#include "gpu-model/vocab/regs/mmu_control.h"

using protm::reference::memattr_from_mair;
using protm::reference::pack_region;
using protm::vocab::kLockaddrSizeMask;

TEST_CASE("AS_LOCKADDR: the test vectors of facts-driver.md 14") {
  struct Row {
    std::uint64_t start, end, lockaddr;
  };
  for (const Row& row : {Row{0, 0x1000, 0x0e}, Row{0x4000, 0x5000, 0x400e},
                         Row{0x7f000, 0x81000, 0x13}, Row{0x200000, 0x400000, 0x200014},
                         Row{0x3ff000, 0x1001000, 0x18}, Row{0, 1ull << 48, 0x2f},
                         Row{0, ~0ull, 0x3f}}) {
    CAPTURE(row.start);
    CAPTURE(row.end);
    const auto packed = pack_region(row.start, row.end - row.start);
    CHECK((packed.lockaddr & kLockaddrSizeMask) == (row.lockaddr & kLockaddrSizeMask));
    // Drivers cut at half of the region; the hardware ignores that bit.
    CHECK((packed.lockaddr & ~kLockaddrSizeMask) == (row.lockaddr & ~(packed.region.size - 1)));
  }
}

TEST_CASE("AS_LOCKADDR: the region that is locked covers the range that was asked for") {
  for (unsigned shift = 0; shift < 36; ++shift) {
    const std::uint64_t start = 0x5a5a5000ull << (shift / 4) & ((1ull << 47) - 1) & ~0xfffull;
    const std::uint64_t size = 0x1000ull << (shift / 3);
    const auto packed = pack_region(start, size);
    CAPTURE(start);
    CAPTURE(size);
    CHECK(packed.region.start <= start);
    CHECK(packed.region.start + packed.region.size >= start + size);
    CHECK(packed.region.start % packed.region.size == 0);
    const std::uint64_t code = packed.lockaddr & 0x3f;
    CHECK(packed.region.size == 2ull << code);
  }
}

TEST_CASE("AS_MEMATTR: MAIR of the page tables, for both kinds of device") {
  CHECK(memattr_from_mair(0xf404ff44, false) == 0x4c4c4c4c8c4c8f4c);
  CHECK(memattr_from_mair(0xf404ff44, true) == 0x4c4c4c4c9c4c9f4c);
}
