// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/panthor_fw.h"

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_gpu.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/panthor_pwr.h"
#include "sut-adapters/series-v1/panthor_sched.h"
#include "sut-adapters/series-v1/regs.h"

namespace protm::v1 {
namespace {

using contract::Atomicity;
namespace fw = vocab::fw;
namespace uapi = vocab::uapi;

constexpr std::uint64_t kPingIntervalMs = 12000;
constexpr std::uint32_t kPingAckMs = 100;
constexpr std::uint32_t kProtmExitMs = 500;
constexpr std::uint64_t kProgressTimeoutCycles = 5ull * 500 * 1024 * 1024;
constexpr std::uint64_t kIdleHysteresisUs = 800;
constexpr std::uint64_t kPwroffHysteresisUs = 10000;
constexpr std::uint64_t kBootTimeoutMs = 1000;
constexpr std::uint64_t kMcuPollUs = 10;
constexpr std::uint64_t kMcuStopUs = 100000;
constexpr std::uint64_t kMcuHaltUs = 1000000;
constexpr std::uint32_t kAckIrqMask = fw::kGlbCfgAllocEn | fw::kGlbPing |
                                      fw::kGlbCfgProgressTimer | fw::kGlbCfgPwroffTimer |
                                      fw::kGlbIdleEn | fw::kGlbIdle | fw::kGlbProtmEnter |
                                      fw::kGlbProtmExit;

void panthor_job_irq_handler(PanthorDevice* ptdev, std::uint32_t status) {
  PanthorFw& pfw = *ptdev->fw;
  ptdev->kernel.write32(vocab::kJobIrqClear.offset, status);
  if (!pfw.booted && (status & vocab::kJobIrqGlb) != 0) pfw.booted = true;
  ptdev->kernel.wake_up_all(pfw.req_waitqueue);
  // Before the first boot there is nobody to tell.
  if (!pfw.booted || ptdev->scheduler == nullptr) return;
  panthor_sched_report_fw_events(ptdev, status);
}

int panthor_fw_start(PanthorDevice* ptdev) {
  PanthorFw& pfw = *ptdev->fw;
  contract::Kernel& k = ptdev->kernel;
  pfw.booted = false;
  pfw.irq.mask = ~0u;
  panthor_irq_resume(&pfw.irq);
  k.write32(vocab::kMcuControl.offset, static_cast<std::uint32_t>(vocab::McuRequest::automatic));
  if (k.wait_event_timeout(pfw.req_waitqueue, [&] { return pfw.booted; },
                           k.msecs_to_jiffies(kBootTimeoutMs)) != 0) {
    return 0;
  }
  if ((k.read32(vocab::kJobIrqStatus.offset) & vocab::kJobIrqGlb) != 0) return 0;
  k.log("Failed to boot MCU");
  return -ETIMEDOUT;
}

vocab::McuState mcu_state(PanthorDevice* ptdev) {
  const vocab::Word<vocab::McuStatus> status(ptdev->kernel.read32(vocab::kMcuStatus.offset));
  return status[vocab::McuStatus::value];
}

void panthor_fw_stop(PanthorDevice* ptdev) {
  contract::Kernel& k = ptdev->kernel;
  k.write32(vocab::kMcuControl.offset, static_cast<std::uint32_t>(vocab::McuRequest::disable));
  if (k.poll([&] { return mcu_state(ptdev) == vocab::McuState::disabled; }, kMcuPollUs,
             kMcuStopUs, Atomicity::may_sleep) != 0) {
    k.log("Failed to stop MCU");
  }
}

bool panthor_fw_has_glb_state(const PanthorDevice* ptdev) {
  return ptdev->fw->version >= ((4u << 24) | (1u << 16));
}

constexpr std::uint32_t kGlbStateHalt = 1u << fw::GlbReq::state.shift;

// Asks firmware to halt; a halted one can be started again without reloading its image.
void panthor_fw_halt_mcu(PanthorDevice* ptdev) {
  FwIface& glb = ptdev->fw->global;
  const bool state = panthor_fw_has_glb_state(ptdev);
  if (state) {
    panthor_fw_update_reqs(ptdev, glb, kReqAck.req, kGlbStateHalt, fw::GlbReq::state.mask);
  } else {
    panthor_fw_update_reqs(ptdev, glb, kReqAck.req, fw::kGlbHalt, fw::kGlbHalt);
  }
  panthor_fw_ring_global_doorbell(ptdev);
  const auto halted = [&] {
    if (mcu_state(ptdev) != vocab::McuState::halt) return false;
    if (!state) return true;
    return (fw_read(ptdev, glb.output + kReqAck.ack) & fw::GlbReq::state.mask) == kGlbStateHalt;
  };
  ptdev->reset.fast =
      ptdev->kernel.poll(halted, kMcuPollUs, kMcuHaltUs, Atomicity::may_sleep) == 0;
  if (!ptdev->reset.fast) ptdev->kernel.log("Failed to cleanly suspend MCU");
}

void panthor_fw_mcu_set_active(PanthorDevice* ptdev) {
  const std::uint32_t mask =
      panthor_fw_has_glb_state(ptdev) ? fw::GlbReq::state.mask : fw::kGlbHalt;
  panthor_fw_update_reqs(ptdev, ptdev->fw->global, kReqAck.req, 0, mask);
}

std::uint32_t panthor_fw_conv_timeout(std::uint64_t timeout_us) {
  constexpr std::uint64_t kUnit = 1000000ull << 10;
  const std::uint64_t cycles = (timeout_us * kArchTimerHz + kUnit - 1) / kUnit;
  return static_cast<std::uint32_t>(cycles) & fw::kTimerValueMask;
}

void panthor_fw_queue_ping(PanthorDevice* ptdev) {
  contract::Kernel& k = ptdev->kernel;
  k.mod_delayed_work(ptdev->reset.wq, ptdev->fw->ping_work, k.msecs_to_jiffies(kPingIntervalMs));
}

void panthor_fw_init_global_iface(PanthorDevice* ptdev) {
  FwIface& glb = ptdev->fw->global;
  fw_write64(ptdev, glb.input + fw::glb_input::kCoreEnMask, ptdev->gpu_info.shader_present);
  fw_write(ptdev, glb.input + fw::glb_input::kPoweroffTimer,
           panthor_fw_conv_timeout(kPwroffHysteresisUs));
  fw_write(ptdev, glb.input + fw::glb_input::kProgressTimer,
           static_cast<std::uint32_t>(kProgressTimeoutCycles >> 10));
  fw_write(ptdev, glb.input + fw::glb_input::kIdleTimer,
           panthor_fw_conv_timeout(kIdleHysteresisUs));
  std::uint32_t irq_mask = kAckIrqMask;
  if (panthor_fw_has_glb_state(ptdev)) irq_mask |= fw::GlbReq::state.mask;
  fw_write(ptdev, glb.input + fw::glb_input::kAckIrqMask, irq_mask);

  // Firmware must find neither an old entry request nor an old exit event (FW-27).
  if (!has_defect(ptdev, Switch::fw_27)) {
    panthor_fw_update_reqs(ptdev, glb, kReqAck.req, fw_read(ptdev, glb.output + kReqAck.ack),
                           fw::kGlbProtmEnter | fw::kGlbProtmExit);
  }
  const std::uint32_t levels = fw::kGlbIdleEn | fw::kGlbCounterEn;
  panthor_fw_update_reqs(ptdev, glb, kReqAck.req, levels, levels);
  panthor_fw_toggle_reqs(ptdev, glb, kReqAck, fw::kGlbCfgAllocEn | fw::kGlbCfgPwroffTimer |
                                                  fw::kGlbCfgProgressTimer);
  panthor_fw_ring_global_doorbell(ptdev);
  panthor_fw_queue_ping(ptdev);
}

// Watchdog. A PING is answered outside protected mode only, so it would end a session, one that is
// about to begin as well (FW-25).
void panthor_fw_ping_work(PanthorFw* pfw) {
  PanthorDevice* const ptdev = pfw->irq.ptdev;
  if (panthor_device_reset_is_pending(ptdev)) return;
  const bool session = panthor_sched_in_protm(ptdev) || panthor_fw_protm_is_active(ptdev);
  if ((session || ptdev->protm.entering) && !has_defect(ptdev, Switch::fw_25)) {
    panthor_fw_queue_ping(ptdev);
    return;
  }
  std::uint32_t acked = 0;
  panthor_fw_toggle_reqs(ptdev, pfw->global, kReqAck, fw::kGlbPing);
  panthor_fw_ring_global_doorbell(ptdev);
  int ret = panthor_fw_glb_wait_acks(ptdev, fw::kGlbPing, &acked, kPingAckMs);
  // Leaving protected mode takes its time and is no hang (FW-26).
  if (ret != 0 && session) {
    ret = panthor_fw_glb_wait_acks(ptdev, fw::kGlbPing, &acked, kProtmExitMs);
  }
  if (ret != 0) {
    ptdev->kernel.log("FW ping timeout, scheduling a reset");
    panthor_device_schedule_reset(ptdev);
    return;
  }
  panthor_fw_queue_ping(ptdev);
}

int panthor_fw_boot(PanthorDevice* ptdev) {
  PanthorFw& pfw = *ptdev->fw;
  int ret = panthor_vm_active(&*pfw.vm);
  if (ret != 0) return ret;
  ret = panthor_fw_start(ptdev);
  if (ret != 0) return ret;
  ret = panthor_fw_init_ifaces(ptdev);
  if (ret != 0) return ret;
  panthor_fw_init_global_iface(ptdev);
  return 0;
}

int panthor_fw_init_vm(PanthorDevice* ptdev) {
  const VmArgs args{.for_mcu = true,
                    .kernel_va_start = 0,
                    .kernel_va_size = fw::kMcuVaSize,
                    .auto_va_start = fw::kSharedVa,
                    .auto_va_size = fw::kSharedSize};
  const auto vm = panthor_vm_create(ptdev, args);
  if (!vm) return vm.error();
  ptdev->fw->vm = *vm;
  return 0;
}

}  // namespace

int panthor_fw_init(PanthorDevice* ptdev) {
  ptdev->fw = ptdev->kernel.make<PanthorFw>("fw", ptdev->mr);
  if (ptdev->fw == nullptr) return -ENOMEM;
  ptdev->fw->ping_work.fn = contract::bind_fn<panthor_fw_ping_work>(ptdev->fw);
  const auto irq = ptdev->fw.member(&PanthorFw::irq);
  irq->line = contract::IrqLine::job;
  irq->base = vocab::kJobIrqRawstat.offset;
  irq->handler = panthor_job_irq_handler;
  int ret = panthor_request_irq(ptdev, irq, 0, "job");
  if (ret != 0) return ret;
  ret = panthor_hw_l2_power_on(ptdev);
  // Upstream returns where this fails, and an L2 that is only late stays on.
  if (ret == 0) ret = panthor_fw_init_vm(ptdev);
  if (ret == 0) ret = panthor_fw_load(ptdev);
  if (ret == 0) ret = panthor_fw_boot(ptdev);
  if (ret != 0) panthor_fw_unplug(ptdev);
  return ret;
}

void panthor_fw_unplug(PanthorDevice* ptdev) {
  PanthorFw& pfw = *ptdev->fw;
  ptdev->kernel.disable_delayed_work_sync(pfw.ping_work);
  const bool powered = ptdev->pm.state != PmState::suspended;
  if (powered) {
    panthor_irq_suspend(&pfw.irq);
    panthor_fw_stop(ptdev);
  }
  // As posted each unmap from here on waits for the exit from a session that was not left (RST-29).
  pfw.booted = powered && has_defect(ptdev, Switch::rst_29) && panthor_gpu_in_protm(ptdev);
  panthor_fw_free_sections(ptdev);
  pfw.booted = false;
  if (pfw.vm != nullptr) {
    if (pfw.vm->as.active_cnt != 0) panthor_vm_idle(&*pfw.vm);
    panthor_vm_put(&*pfw.vm);
    pfw.vm = nullptr;
  }
  if (ptdev->pm.state != PmState::suspended) panthor_hw_l2_power_off(ptdev);
}

void panthor_fw_pre_reset(PanthorDevice* ptdev, bool on_hang) {
  ptdev->kernel.cancel_delayed_work_sync(ptdev->fw->ping_work);
  ptdev->reset.fast = false;
  if (!on_hang) panthor_fw_halt_mcu(ptdev);
  panthor_irq_suspend(&ptdev->fw->irq);
  panthor_fw_stop(ptdev);
}

int panthor_fw_post_reset(PanthorDevice* ptdev) {
  PanthorFw& pfw = *ptdev->fw;
  // Everything that had an AS lost it, the MCU as well.
  int ret = panthor_vm_active(&*pfw.vm);
  if (ret != 0) return ret;
  if (ptdev->reset.fast) {
    panthor_fw_mcu_set_active(ptdev);
  } else {
    panthor_reload_fw_sections(ptdev, true);
  }
  ret = panthor_fw_start(ptdev);
  if (ret != 0) return ret;
  panthor_fw_init_global_iface(ptdev);
  return 0;
}

Vm* panthor_fw_vm(PanthorDevice* ptdev) {
  return ptdev->fw->vm == nullptr ? nullptr : &*ptdev->fw->vm;
}

KernelBoResult panthor_fw_alloc_queue_iface_mem(PanthorDevice* ptdev) {
  const KernelBoArgs args{.size = 2 * vocab::kPageSize,
                          .bo_flags = uapi::kBoNoMmap,
                          .vm_map_flags = uapi::kVmBindOpMapNoexec | uapi::kVmBindOpMapUncached,
                          .va_role = "kbo_va:queue_iface"};
  const KernelBoResult mem = panthor_kernel_bo_create(ptdev, panthor_fw_vm(ptdev), args);
  if (!mem) return mem;
  const int ret = panthor_kernel_bo_vmap(&**mem);
  if (ret != 0) {
    panthor_kernel_bo_destroy(*mem);
    return tl::make_unexpected(ret);
  }
  ptdev->drm.zero((*mem)->kmap, 0, args.size);
  return mem;
}

KernelBoResult panthor_fw_alloc_suspend_buf_mem(PanthorDevice* ptdev, std::uint64_t size) {
  return panthor_kernel_bo_create(ptdev, panthor_fw_vm(ptdev),
                                  {.size = size,
                                   .bo_flags = uapi::kBoNoMmap,
                                   .vm_map_flags = uapi::kVmBindOpMapNoexec,
                                   .va_role = "kbo_va:suspend"});
}

KernelBoResult panthor_fw_alloc_protm_suspend_buf_mem(PanthorDevice* ptdev, std::uint64_t size) {
  return panthor_kernel_bo_create(ptdev, panthor_fw_vm(ptdev),
                                  {.size = size,
                                   .bo_flags = uapi::kBoNoMmap,
                                   .kbo_flags = kKboProtectedHeap,
                                   .vm_map_flags = uapi::kVmBindOpMapNoexec,
                                   .va_role = "kbo_va:protm_suspend"});
}

}  // namespace protm::v1
