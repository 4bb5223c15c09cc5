// SPDX-License-Identifier: GPL-2.0-only
// JOB_CONTROL page (0x1000): the interrupt block of the firmware interfaces.
// Leaves out: everything that Job-Manager GPUs have here.
// Source: panthor_regs.h JOB_INT_*; facts-gpu.md 6.
#pragma once

#include "gpu-model/vocab/regs/register.h"

namespace protm::vocab {

/// Shared by JOB_IRQ_{RAWSTAT,CLEAR,MASK,STATUS}: one bit per CSG slot and the global interface.
struct JobIrq {
  static constexpr Field<JobIrq, 30, 0> csg{"CSG"};
  static constexpr Field<JobIrq, 31> glb{"GLB"};
  static constexpr auto fields = field_list(csg, glb);
};
inline constexpr std::uint32_t kJobIrqGlb = JobIrq::glb.mask;
/// JOB_IRQ bit of a CSG slot.
[[nodiscard]] constexpr std::uint32_t job_irq_csg(std::uint32_t slot) { return 1u << slot; }

inline constexpr Reg<JobIrq> kJobIrqRawstat{.offset = 0x1000,
                                            .name = "JOB_IRQ_RAWSTAT",
                                            .access = Access::rw,
                                            .reset = 0,
                                            .source = "panthor_regs.h JOB_INT_RAWSTAT"};
inline constexpr Reg<JobIrq> kJobIrqClear{.offset = 0x1004,
                                          .name = "JOB_IRQ_CLEAR",
                                          .access = Access::w1c,
                                          .reset = 0,
                                          .source = "panthor_regs.h JOB_INT_CLEAR"};
inline constexpr Reg<JobIrq> kJobIrqMask{.offset = 0x1008,
                                         .name = "JOB_IRQ_MASK",
                                         .access = Access::rw,
                                         .reset = 0,
                                         .source = "panthor_regs.h JOB_INT_MASK"};
inline constexpr Reg<JobIrq> kJobIrqStatus{.offset = 0x100c,
                                           .name = "JOB_IRQ_STATUS",
                                           .access = Access::ro,
                                           .reset = 0,
                                           .source = "panthor_regs.h JOB_INT_STAT"};

inline constexpr std::array kJobControl{
    info(kJobIrqRawstat),
    info(kJobIrqClear),
    info(kJobIrqMask),
    info(kJobIrqStatus),
};
static_assert(well_formed(kJobControl));

}  // namespace protm::vocab
