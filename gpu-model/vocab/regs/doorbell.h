// SPDX-License-Identifier: GPL-2.0-only
// User page (LATEST_FLUSH_ID) and doorbell pages.
// Page 0 is the global doorbell, page i the user doorbell that CS_CONFIG names.
// Leaves out: IPA_CONTROL, which panthor does not touch.
// Source: panthor_regs.h CSF_GPU_LATEST_FLUSH_ID, CSF_DOORBELL; facts-gpu.md 9.
#pragma once

#include "gpu-model/vocab/regs/register.h"

namespace protm::vocab {

inline constexpr std::uint32_t kUserPage = 0x10000;
inline constexpr std::uint32_t kDoorbellBase = 0x80000;
inline constexpr std::uint32_t kDoorbellStride = 0x10000;
inline constexpr std::uint32_t kDoorbellPages = 64;
inline constexpr std::uint32_t kGlobalDoorbell = 0;
/// What a suspended device shows in the user page.
inline constexpr std::uint32_t kSuspendedFlushId = 1;

struct DoorbellWord {
  static constexpr Field<DoorbellWord, 0> ring{"RING"};
  static constexpr auto fields = field_list(ring);
};

inline constexpr Reg<RawLayout> kLatestFlushId{.offset = 0x10000,
                                               .name = "LATEST_FLUSH",
                                               .access = Access::ro,
                                               .reset = 1,
                                               .source = "panthor_regs.h CSF_GPU_LATEST_FLUSH_ID"};
inline constexpr Reg<DoorbellWord> kDoorbell{.offset = 0x80000,
                                             .name = "DOORBELL",
                                             .access = Access::cmd,
                                             .reset = 0,
                                             .source = "panthor_regs.h CSF_DOORBELL"};
/// Offset of doorbell page `page`.
[[nodiscard]] constexpr std::uint32_t doorbell_offset(std::uint32_t page) {
  return kDoorbellBase + page * kDoorbellStride;
}

}  // namespace protm::vocab
