// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/panthor_gpu.h"

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_pwr.h"
#include "sut-adapters/series-v1/regs.h"

namespace protm::v1 {
namespace {

using contract::Atomicity;
using contract::SpinGuard;

constexpr std::uint64_t kRequestTimeoutMs = 100;
constexpr std::uint64_t kPowerPollUs = 100;
constexpr std::uint64_t kPowerTimeoutUs = 20000;
constexpr std::uint64_t kL2Mask = 1;

void panthor_gpu_irq_handler(PanthorDevice* ptdev, std::uint32_t status) {
  contract::Kernel& kernel = ptdev->kernel;
  PanthorGpu& gpu = *ptdev->gpu;
  kernel.write32(vocab::kGpuIrqClear.offset, status);

  if ((status & kGpuIrqFault) != 0) {
    (void)kernel.read32(vocab::kGpuFaultstatus.offset);
    (void)kernel.read64(vocab::kGpuFaultaddressLo.offset);
    kernel.log("GPU Fault");
  }
  if ((status & kGpuIrqProtmFault) != 0) {
    kernel.log("GPU Fault in protected mode");
    gpu.protm_fault = true;
    panthor_gpu_disable_protm_fault_interrupt(ptdev);
    panthor_device_schedule_reset(ptdev);
    panthor_fw_wake_waiters(ptdev);
  }
  SpinGuard guard(kernel, gpu.reqs_lock);
  if ((status & gpu.pending_reqs) != 0) {
    gpu.pending_reqs &= ~status;
    kernel.wake_up_all(gpu.reqs_acked);
  }
}

bool request_done(PanthorGpu& gpu, std::uint32_t bit) { return (gpu.pending_reqs & bit) == 0; }

// Waits for an event bit; the register counts when the interrupt was late or lost.
int wait_request(PanthorDevice* ptdev, std::uint32_t bit) {
  contract::Kernel& kernel = ptdev->kernel;
  PanthorGpu& gpu = *ptdev->gpu;
  if (kernel.wait_event_timeout(gpu.reqs_acked, [&] { return request_done(gpu, bit); },
                                kernel.msecs_to_jiffies(kRequestTimeoutMs)) != 0) {
    return 0;
  }
  SpinGuard guard(kernel, gpu.reqs_lock);
  const bool done =
      request_done(gpu, bit) || (kernel.read32(vocab::kGpuIrqRawstat.offset) & bit) != 0;
  // A flush that hangs blocks further ones until the reset; a reset may always be tried again.
  if (done || bit == kGpuIrqResetCompleted) gpu.pending_reqs &= ~bit;
  return done ? 0 : -ETIMEDOUT;
}

}  // namespace

int panthor_hw_init(PanthorDevice* ptdev) {
  contract::Kernel& k = ptdev->kernel;
  vocab::uapi::GpuInfo& info = ptdev->gpu_info;
  info.gpu_id = k.read32(vocab::kGpuId.offset);
  if (info.gpu_id == 0) return -ENXIO;
  const std::uint32_t arch = vocab::Word<vocab::GpuId>(info.gpu_id)[vocab::GpuId::arch_major];
  if (arch < 10 || arch > vocab::kFirstPwrControlArch) return -EOPNOTSUPP;
  info.csf_id = k.read32(vocab::kCsfId.offset);
  info.gpu_rev = k.read32(vocab::kRevidr.offset);
  info.core_features = k.read32(vocab::kCoreFeatures.offset);
  info.l2_features = k.read32(vocab::kL2Features.offset);
  info.tiler_features = k.read32(vocab::kTilerFeatures.offset);
  info.mem_features = k.read32(vocab::kMemFeatures.offset);
  info.mmu_features = k.read32(vocab::kMmuFeatures.offset);
  info.thread_features = k.read32(vocab::kThreadFeatures.offset);
  info.max_threads = k.read32(vocab::kThreadMaxThreads.offset);
  info.thread_max_workgroup_size = k.read32(vocab::kThreadMaxWorkgroupSize.offset);
  info.thread_max_barrier_size = k.read32(vocab::kThreadMaxBarrierSize.offset);
  info.coherency_features = k.read32(vocab::kCoherencyFeatures.offset);
  for (std::uint32_t i = 0; i < 4; ++i) {
    info.texture_features[i] = k.read32(vocab::kTextureFeatures0.offset + 4 * i);
  }
  info.as_present = k.read32(vocab::kAsPresent.offset);
  info.gpu_features = k.read64(vocab::kGpuFeaturesLo.offset);
  if (panthor_hw_has_pwr_ctrl(ptdev)) {
    info.l2_present = k.read64(vocab::kPwrL2PresentLo.offset);
    info.tiler_present = k.read64(vocab::kPwrTilerPresentLo.offset);
    info.shader_present = k.read64(vocab::kPwrShaderPresentLo.offset);
    return 0;
  }
  info.shader_present = k.read64(vocab::kShaderPresentLo.offset);
  info.tiler_present = k.read64(vocab::kTilerPresentLo.offset);
  info.l2_present = k.read64(vocab::kL2PresentLo.offset);
  return 0;
}

int panthor_gpu_init(PanthorDevice* ptdev) {
  ptdev->gpu = ptdev->kernel.make<PanthorGpu>("gpu");
  if (ptdev->gpu == nullptr) return -ENOMEM;
  const auto irq = ptdev->gpu.member(&PanthorGpu::irq);
  irq->line = contract::IrqLine::gpu;
  irq->base = vocab::kGpuIrqRawstat.offset;
  irq->handler = panthor_gpu_irq_handler;
  const int ret = panthor_request_irq(ptdev, irq, kGpuInterruptsMask, "gpu");
  if (ret != 0) return ret;
  panthor_irq_resume(&*irq);
  return 0;
}

int panthor_gpu_coherency_init(PanthorDevice* ptdev) {
  ptdev->coherent = ptdev->kernel.dma_coherent();
  ptdev->gpu_info.selected_coherency = vocab::kCoherencyNone;
  if (!ptdev->coherent) return 0;
  if ((ptdev->gpu_info.coherency_features & (1u << vocab::kCoherencyAceLite)) == 0) {
    ptdev->kernel.log("Coherency not supported by the device");
    return -vocab::kENOTSUPP;
  }
  ptdev->gpu_info.selected_coherency = vocab::kCoherencyAceLite;
  return 0;
}

void panthor_gpu_unplug(PanthorDevice* ptdev) {
  if (ptdev->pm.state != PmState::suspended) panthor_irq_suspend(&ptdev->gpu->irq);
  SpinGuard guard(ptdev->kernel, ptdev->gpu->reqs_lock);
  ptdev->gpu->pending_reqs = 0;
  ptdev->kernel.wake_up_all(ptdev->gpu->reqs_acked);
}

void panthor_gpu_suspend(PanthorDevice* ptdev) {
  // Without a fast resume the reset leaves L2 off, so that nothing of the old state stays.
  if (ptdev->reset.fast) {
    panthor_hw_l2_power_off(ptdev);
  } else {
    panthor_hw_soft_reset(ptdev);
  }
  panthor_irq_suspend(&ptdev->gpu->irq);
}

void panthor_gpu_resume(PanthorDevice* ptdev) {
  ptdev->gpu->protm_fault = false;
  // As posted what is masked stays masked (RST-4).
  if (!has_defect(ptdev, Switch::rst_3)) ptdev->gpu->irq.mask |= kGpuIrqProtmFault;
  panthor_irq_resume(&ptdev->gpu->irq);
  panthor_hw_l2_power_on(ptdev);
}

int panthor_gpu_flush_caches(PanthorDevice* ptdev, std::uint32_t l2, std::uint32_t lsc,
                             std::uint32_t other) {
  PanthorGpu& gpu = *ptdev->gpu;
  contract::Kernel& kernel = ptdev->kernel;
  contract::MutexGuard one_at_a_time(kernel, gpu.cache_flush_lock);
  {
    SpinGuard guard(kernel, gpu.reqs_lock);
    if (!request_done(gpu, kGpuIrqCleanCachesCompleted)) return -EIO;
    gpu.pending_reqs |= kGpuIrqCleanCachesCompleted;
    kernel.write32(vocab::kGpuCommand.offset, vocab::gpu_command_flush(l2, lsc, other));
  }
  const int ret = wait_request(ptdev, kGpuIrqCleanCachesCompleted);
  if (ret != 0) {
    kernel.log("Flush caches timeout");
    panthor_device_schedule_reset(ptdev);
  }
  return ret;
}

int panthor_gpu_soft_reset(PanthorDevice* ptdev) {
  PanthorGpu& gpu = *ptdev->gpu;
  contract::Kernel& kernel = ptdev->kernel;
  {
    SpinGuard guard(kernel, gpu.reqs_lock);
    // As posted the bit is back before the reset has taken the line down (RST-3).
    if (has_defect(ptdev, Switch::rst_3)) gpu.irq.mask |= kGpuIrqProtmFault;
    if (request_done(gpu, kGpuIrqResetCompleted)) {
      gpu.pending_reqs |= kGpuIrqResetCompleted;
      kernel.write32(vocab::kGpuIrqClear.offset, kGpuIrqResetCompleted);
      kernel.write32(vocab::kGpuCommand.offset, vocab::kGpuCommandSoftReset);
    } else {
      kernel.warn("reset request while one is pending");
    }
  }
  const int ret = wait_request(ptdev, kGpuIrqResetCompleted);
  if (ret != 0) kernel.log("Soft reset timeout");
  return ret;
}

void panthor_gpu_enable_protm_fault_interrupt(PanthorDevice* ptdev) {
  PanthorGpu& gpu = *ptdev->gpu;
  gpu.protm_fault = false;
  if (has_defect(ptdev, Switch::rst_3)) return;
  ptdev->kernel.write32(vocab::kGpuIrqClear.offset, kGpuIrqProtmFault);
  panthor_irq_enable_events(&gpu.irq, kGpuIrqProtmFault);
}

int panthor_gpu_l2_power_on(PanthorDevice* ptdev) {
  contract::Kernel& k = ptdev->kernel;
  k.write32(vocab::kCoherencyEnable.offset, ptdev->gpu_info.selected_coherency);
  int ret = k.poll([&] { return (k.read64(vocab::kL2PwrtransLo.offset) & kL2Mask) == 0; },
                   kPowerPollUs, kPowerTimeoutUs, Atomicity::may_sleep);
  if (ret != 0) return ret;
  k.write64(vocab::kL2PwronLo.offset, kL2Mask);
  ret = k.poll([&] { return (k.read64(vocab::kL2ReadyLo.offset) & kL2Mask) == kL2Mask; },
               kPowerPollUs, kPowerTimeoutUs, Atomicity::may_sleep);
  if (ret != 0) k.log("L2 power on timeout");
  return ret;
}

void panthor_gpu_l2_power_off(PanthorDevice* ptdev) {
  contract::Kernel& k = ptdev->kernel;
  const std::uint64_t present = ptdev->gpu_info.l2_present;
  const auto settled = [&] { return (k.read64(vocab::kL2PwrtransLo.offset) & present) == 0; };
  if (k.poll(settled, kPowerPollUs, kPowerTimeoutUs, Atomicity::may_sleep) != 0) return;
  k.write64(vocab::kL2PwroffLo.offset, present);
  if (k.poll(settled, kPowerPollUs, kPowerTimeoutUs, Atomicity::may_sleep) != 0) {
    k.log("L2 power off timeout");
  }
}

void panthor_gpu_disable_protm_fault_interrupt(PanthorDevice* ptdev) {
  panthor_irq_disable_events(&ptdev->gpu->irq, kGpuIrqProtmFault);
}

bool panthor_gpu_in_protm(PanthorDevice* ptdev) {
  return (ptdev->kernel.read32(vocab::kGpuStatus.offset) & kGpuStatusProtmActive) != 0;
}

}  // namespace protm::v1
