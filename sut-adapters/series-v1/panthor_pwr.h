// SPDX-License-Identifier: GPL-2.0-only
// PWR_CONTROL (arch 14): L2 power, delegation of SHADER and TILER to the MCU, soft reset, and the
// choice between this block and the registers of GPU_CONTROL, which panthor_hw.c makes by a table
// of operations.
// Not modelled: debug output, tracing of power changes.
// Source: panthor_pwr.c, panthor_hw.c (7.x); facts-driver-7x.md section 3.1.
#pragma once

#include "gpu-model/vocab/regs/pwr_control.h"
#include "sut-adapters/series-v1/panthor_device.h"

namespace protm::v1 {

struct PanthorPwr {
  PanthorIrq irq;
  contract::SpinLock reqs_lock{"pwr.reqs_lock"};
  std::uint32_t pending_reqs = 0;
  contract::WaitQueue reqs_acked{"pwr.reqs_acked"};
};

/// True when power and reset are this block's business.
[[nodiscard]] bool panthor_hw_has_pwr_ctrl(const PanthorDevice* ptdev);
int panthor_hw_soft_reset(PanthorDevice* ptdev);
int panthor_hw_l2_power_on(PanthorDevice* ptdev);
void panthor_hw_l2_power_off(PanthorDevice* ptdev);

/// Nothing on an older GPU, as for all of these. Errors: ENOMEM, what request_irq returns.
int panthor_pwr_init(PanthorDevice* ptdev);
void panthor_pwr_unplug(PanthorDevice* ptdev);
void panthor_pwr_suspend(PanthorDevice* ptdev);
void panthor_pwr_resume(PanthorDevice* ptdev);

}  // namespace protm::v1
