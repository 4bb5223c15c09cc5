// SPDX-License-Identifier: GPL-2.0-only
// Format of the firmware binary: header, entry table, sections and their flags.
// Leaves out: contents of CONFIG and TRACE_BUFFER entries, which drivers may ignore.
// Source: facts-fw.md 1.
#pragma once

#include <cstdint>
#include <string_view>

namespace protm::vocab::fw_image {

inline constexpr std::uint32_t kMagic = 0xc3f13a6e;
inline constexpr std::uint32_t kMajor = 0;
inline constexpr std::uint32_t kHeaderSize = 0x14;

// Offsets in the header.
inline constexpr std::uint32_t kOffMagic = 0x00;
inline constexpr std::uint32_t kOffMinor = 0x04;  // u8
inline constexpr std::uint32_t kOffMajor = 0x05;  // u8
inline constexpr std::uint32_t kOffVersionHash = 0x08;
inline constexpr std::uint32_t kOffSize = 0x10;  // header and entry table, in bytes

/// Parts of an entry's first word.
[[nodiscard]] constexpr std::uint32_t entry_type(std::uint32_t word) { return word & 0xff; }
[[nodiscard]] constexpr std::uint32_t entry_size(std::uint32_t word) { return word >> 8 & 0xff; }
inline constexpr std::uint32_t kEntryUpdate = 1u << 30;
inline constexpr std::uint32_t kEntryOptional = 1u << 31;

inline constexpr std::uint32_t kTypeIface = 0;
inline constexpr std::uint32_t kTypeConfig = 1;
inline constexpr std::uint32_t kTypeFutfTest = 2;
inline constexpr std::uint32_t kTypeTraceBuffer = 3;
inline constexpr std::uint32_t kTypeTimelineMetadata = 4;
inline constexpr std::uint32_t kTypeBuildInfoMetadata = 6;

// Payload of an IFACE entry, offsets after the first word.
inline constexpr std::uint32_t kIfaceFlags = 0x00;
inline constexpr std::uint32_t kIfaceVaStart = 0x04;
inline constexpr std::uint32_t kIfaceVaEnd = 0x08;
inline constexpr std::uint32_t kIfaceDataStart = 0x0c;
inline constexpr std::uint32_t kIfaceDataEnd = 0x10;
inline constexpr std::uint32_t kIfaceName = 0x14;

// Payload of a BUILD_INFO_METADATA entry: where its text is in the file, with the final NUL.
inline constexpr std::uint32_t kBuildInfoStart = 0x00;
inline constexpr std::uint32_t kBuildInfoSize = 0x04;
/// How the text starts that drivers understand.
inline constexpr std::string_view kBuildInfoPrefix = "git_sha: ";

/// A word of the file, or one that the firmware publishes, where it differs from the usual one.
struct OddWord {
  std::uint32_t at;  ///< bytes, a multiple of 4
  std::uint32_t value;
  friend bool operator==(const OddWord&, const OddWord&) = default;
};
/// Most words of either kind.
inline constexpr std::uint32_t kOddWords = 8;

inline constexpr std::uint32_t kFlagRd = 1u << 0;
inline constexpr std::uint32_t kFlagWr = 1u << 1;
inline constexpr std::uint32_t kFlagEx = 1u << 2;
inline constexpr std::uint32_t kFlagCacheModeMask = 3u << 3;
inline constexpr std::uint32_t kFlagCacheModeNone = 0u << 3;
inline constexpr std::uint32_t kFlagCacheModeCached = 1u << 3;
inline constexpr std::uint32_t kFlagCacheModeUncachedCoherent = 2u << 3;
inline constexpr std::uint32_t kFlagCacheModeCachedCoherent = 3u << 3;
inline constexpr std::uint32_t kFlagProt = 1u << 5;
inline constexpr std::uint32_t kFlagShared = 1u << 30;
inline constexpr std::uint32_t kFlagZero = 1u << 31;
/// All flags that a loader accepts.
inline constexpr std::uint32_t kFlagsKnown =
    kFlagRd | kFlagWr | kFlagEx | kFlagCacheModeMask | kFlagProt | kFlagShared | kFlagZero;

}  // namespace protm::vocab::fw_image
