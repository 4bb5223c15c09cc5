// SPDX-License-Identifier: GPL-2.0-only
// Builds synthetic firmware images in the real file format: a code section, a data section, the
// shared interface section and, when asked for, a section for protected mode.
// The contents are patterns: no instruction of them is ever executed (decisions.md 16).
// Leaves out: CONFIG and TRACE_BUFFER entries. Broken images are for tests to make out of these.
// Source: facts-fw.md 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "gpu-model/vocab/fw_image.h"
#include "gpu-model/vocab/ids.h"

namespace protm::gpu {

/// What the image's protected section looks like.
enum class ProtSectionKind : std::uint32_t {
  none,   // no such section
  plain,  // no data, no ZERO flag
  zero,   // ZERO flag, no data
  data,   // with data
};

struct FirmwareImageSpec {
  std::uint32_t version_hash = 1;
  ProtSectionKind prot = ProtSectionKind::plain;
  std::uint32_t prot_pages = 2;
  /// What this firmware publishes otherwise; see fw_image_reader.h.
  std::span<const vocab::fw_image::OddWord> says{};
};

/// Size of the shared section; its last page is image data that interfaces never use.
inline constexpr std::uint32_t kSharedSectionSize = 0x10000;
/// Behind this mark in the code section: number of words that the firmware publishes otherwise,
/// then each one's offset in the shared section and its value.
inline constexpr std::uint32_t kSaysVa = vocab::kPageSize;
inline constexpr std::uint32_t kSaysMark = 'S' | 'A' << 8 | 'Y' << 16 | 'S' << 24;
/// VA of the protected section.
inline constexpr std::uint32_t kProtSectionVa = 0x00800000;

/// The bytes of an image.
[[nodiscard]] std::pmr::vector<std::byte> build_firmware_image(const FirmwareImageSpec& spec,
                                                               std::pmr::memory_resource* memory);

}  // namespace protm::gpu
