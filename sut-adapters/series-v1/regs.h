// SPDX-License-Identifier: GPL-2.0-only
// Register offsets under the names that panthor uses, taken from the vocabulary's tables.
// Leaves out: PWR_CONTROL (panthor_pwr.h).
// Source: panthor_regs.h; gpu-model/vocab/regs.
#pragma once

#include <cstdint>

#include "gpu-model/vocab/regs/doorbell.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/job_control.h"
#include "gpu-model/vocab/regs/mmu_control.h"

namespace protm::v1 {

inline constexpr std::uint32_t kGpuIrqProtmFault = vocab::GpuIrq::protm_fault.mask;
inline constexpr std::uint32_t kGpuIrqFault = vocab::GpuIrq::gpu_fault.mask;
inline constexpr std::uint32_t kGpuIrqResetCompleted = vocab::GpuIrq::reset_completed.mask;
inline constexpr std::uint32_t kGpuIrqCleanCachesCompleted =
    vocab::GpuIrq::clean_caches_completed.mask;
inline constexpr std::uint32_t kGpuInterruptsMask = kGpuIrqFault | kGpuIrqProtmFault |
                                                    kGpuIrqResetCompleted |
                                                    kGpuIrqCleanCachesCompleted;
inline constexpr std::uint32_t kGpuStatusProtmActive = vocab::GpuStatus::protm_active.mask;

/// CSF_DOORBELL(id).
[[nodiscard]] constexpr std::uint32_t csf_doorbell(std::uint32_t id) {
  return vocab::kDoorbellBase + id * vocab::kDoorbellStride;
}
/// A register of AS `as`, given by its offset in the block.
[[nodiscard]] constexpr std::uint32_t as_reg(std::uint32_t as, std::uint32_t offset) {
  return vocab::kAsBase + as * vocab::kAsStride + offset;
}

}  // namespace protm::v1
