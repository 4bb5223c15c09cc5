// SPDX-License-Identifier: GPL-2.0-only
// Bit positions of AArch64 LPAE stage-1 descriptors with a 4 KiB granule, as panthor's page
// tables use them. Whoever writes tables and whoever walks them has its own code for it.
// Leaves out: 1 GiB blocks, contiguous hints, hierarchical attributes.
// Source: drivers/iommu/io-pgtable-arm.c ARM_LPAE_*; facts-gpu.md 7.5.
#pragma once

#include <cstdint>

namespace protm::vocab::lpae {

inline constexpr std::uint64_t kValid = 1ull << 0;
inline constexpr std::uint64_t kTableOrPage = 1ull << 1;  // table at L0-L2, page at L3
inline constexpr std::uint64_t kTypeMask = 3;
inline constexpr std::uint64_t kTypeBlock = 1;
inline constexpr std::uint64_t kTypeTable = 3;
inline constexpr std::uint64_t kTypePage = 3;

inline constexpr unsigned kAttrIndexShift = 2;
inline constexpr std::uint64_t kAttrIndexMask = 7ull << 2;
inline constexpr std::uint64_t kApUnprivileged = 1ull << 6;
inline constexpr std::uint64_t kApReadOnly = 1ull << 7;
inline constexpr std::uint64_t kShOuter = 2ull << 8;
inline constexpr std::uint64_t kShInner = 3ull << 8;
inline constexpr std::uint64_t kShMask = 3ull << 8;
inline constexpr std::uint64_t kAccessFlag = 1ull << 10;
inline constexpr std::uint64_t kNotGlobal = 1ull << 11;
inline constexpr std::uint64_t kAddressMask = 0x0000fffffffff000;
inline constexpr std::uint64_t kPxn = 1ull << 53;
inline constexpr std::uint64_t kXn = 1ull << 54;
inline constexpr std::uint64_t kNoexec = kPxn | kXn;

inline constexpr std::uint32_t kAttrUncached = 0;
inline constexpr std::uint32_t kAttrCached = 1;
inline constexpr std::uint32_t kAttrDevice = 2;

inline constexpr unsigned kLevels = 4;
inline constexpr std::uint32_t kEntriesPerTable = 512;
/// Address bit where the index of a level begins: 39, 30, 21, 12.
[[nodiscard]] constexpr unsigned level_shift(unsigned level) { return 39 - 9 * level; }
/// Index into the table of a level.
[[nodiscard]] constexpr std::uint32_t level_index(std::uint64_t va, unsigned level) {
  return static_cast<std::uint32_t>(va >> level_shift(level)) & (kEntriesPerTable - 1);
}
inline constexpr std::uint64_t kBlockSizeL2 = 2ull << 20;

}  // namespace protm::vocab::lpae
