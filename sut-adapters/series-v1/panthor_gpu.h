// SPDX-License-Identifier: GPL-2.0-only
// GPU_CONTROL: identification, GPU_IRQ, cache flushes, soft reset and the L2 domain (arch 10-13;
// panthor_pwr.h has them of arch 14).
// Patch 7 makes the protected fault mask itself and ask for a reset; enabling it again follows the
// completed reset. Switch RST-3.
// Not modelled: ASN hash, cycle counter, 32-bit kernels.
// Source: panthor_gpu.c, panthor_hw.c (7.x); patch 7/8; facts-driver-7x.md section 3.
#pragma once

#include "sut-adapters/series-v1/panthor_device.h"

namespace protm::v1 {

struct PanthorGpu {
  PanthorIrq irq;
  contract::SpinLock reqs_lock{"gpu.reqs_lock"};
  std::uint32_t pending_reqs = 0;
  contract::WaitQueue reqs_acked{"gpu.reqs_acked"};
  contract::Mutex cache_flush_lock{"gpu.cache_flush_lock"};
  bool protm_fault = false;      ///< a protected fault was reported since the last reset
};

/// Reads the identification registers. Errors: ENXIO, EOPNOTSUPP.
int panthor_hw_init(PanthorDevice* ptdev);
int panthor_gpu_init(PanthorDevice* ptdev);
int panthor_gpu_coherency_init(PanthorDevice* ptdev);
void panthor_gpu_unplug(PanthorDevice* ptdev);
void panthor_gpu_suspend(PanthorDevice* ptdev);
void panthor_gpu_resume(PanthorDevice* ptdev);
/// FLUSH_CACHES with one mode per cache. Errors: EIO, ETIMEDOUT (a reset is scheduled).
int panthor_gpu_flush_caches(PanthorDevice* ptdev, std::uint32_t l2, std::uint32_t lsc,
                             std::uint32_t other);
int panthor_gpu_soft_reset(PanthorDevice* ptdev);
int panthor_gpu_l2_power_on(PanthorDevice* ptdev);
void panthor_gpu_l2_power_off(PanthorDevice* ptdev);
/// Masks the protected fault, which is a level that only a reset takes back.
void panthor_gpu_disable_protm_fault_interrupt(PanthorDevice* ptdev);
/// After a reset, and when nothing stands for a next one: reports protected faults again.
void panthor_gpu_enable_protm_fault_interrupt(PanthorDevice* ptdev);
/// True while GPU_STATUS says that the GPU is in protected mode.
[[nodiscard]] bool panthor_gpu_in_protm(PanthorDevice* ptdev);

}  // namespace protm::v1
