// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/panthor_pwr.h"

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_gpu.h"
#include "sut-adapters/series-v1/regs.h"

namespace protm::v1 {
namespace {

using contract::Atomicity;
using contract::SpinGuard;
using vocab::PwrCommandType;
using vocab::PwrDomain;

constexpr std::uint32_t kPwrInterruptsMask = [] {
  std::uint32_t mask = 0;
  for (const vocab::FieldInfo& field : vocab::PwrIrq::fields) mask |= field.mask;
  return mask;
}();
constexpr std::uint64_t kPwrTransitionTimeoutUs = 2000000;
constexpr std::uint64_t kPwrRetractTimeoutUs = 2000;
constexpr std::uint64_t kPwrResetTimeoutMs = 500;
constexpr std::uint64_t kRetractPending =
    std::uint64_t{vocab::PwrStatusHi::retract_pending.mask} << 32;
constexpr std::uint64_t kAllowSoftReset =
    std::uint64_t{vocab::PwrStatusHi::allow_soft_reset.mask} << 32;
constexpr std::uint32_t kPwrIrqResetCompleted = vocab::PwrIrq::reset_completed.mask;

void panthor_pwr_irq_handler(PanthorDevice* ptdev, std::uint32_t status) {
  PanthorPwr& pwr = *ptdev->pwr;
  contract::Kernel& kernel = ptdev->kernel;
  SpinGuard guard(kernel, pwr.reqs_lock);
  kernel.write32(vocab::kPwrIrqClear.offset, status);
  if ((status & vocab::PwrIrq::command_not_allowed.mask) != 0) {
    kernel.log("PWR_IRQ: COMMAND_NOT_ALLOWED");
  }
  if ((status & vocab::PwrIrq::command_invalid.mask) != 0) kernel.log("PWR_IRQ: COMMAND_INVALID");
  if ((status & pwr.pending_reqs) == 0) return;
  pwr.pending_reqs &= ~status;
  kernel.wake_up_all(pwr.reqs_acked);
}

std::uint64_t pwr_status(PanthorDevice* ptdev) {
  return ptdev->kernel.read64(vocab::kPwrStatusLo.offset);
}

std::uint64_t pwr_domain_ready(PanthorDevice* ptdev, PwrDomain domain) {
  return ptdev->kernel.read64(vocab::pwr_present(domain) + vocab::kPwrReady);
}

void panthor_pwr_write_command(PanthorDevice* ptdev, std::uint32_t command, std::uint64_t args) {
  if (args != 0) ptdev->kernel.write64(vocab::kPwrCmdargLo.offset, args);
  ptdev->kernel.write32(vocab::kPwrCommand.offset, command);
}

constexpr std::uint32_t pwr_command_def(PwrCommandType command, PwrDomain domain,
                                        std::uint32_t subdomain) {
  using Command = vocab::PwrCommand;
  return subdomain << Command::subdomain.shift |
         static_cast<std::uint32_t>(domain) << Command::domain.shift |
         static_cast<std::uint32_t>(command);
}

int panthor_pwr_reset_soft(PanthorDevice* ptdev) {
  PanthorPwr& pwr = *ptdev->pwr;
  contract::Kernel& kernel = ptdev->kernel;
  if ((pwr_status(ptdev) & kAllowSoftReset) == 0) {
    kernel.log("RESET_SOFT not allowed");
    return -EOPNOTSUPP;
  }
  kernel.spin_lock(pwr.reqs_lock);
  if ((pwr.pending_reqs & kPwrIrqResetCompleted) != 0) {
    kernel.warn("reset request while one is pending");
  } else {
    pwr.pending_reqs |= kPwrIrqResetCompleted;
    kernel.write32(vocab::kPwrIrqClear.offset, kPwrIrqResetCompleted);
    panthor_pwr_write_command(ptdev,
                              pwr_command_def(PwrCommandType::reset_soft, PwrDomain::l2, 0), 0);
  }
  kernel.spin_unlock(pwr.reqs_lock);
  const auto acked = [&] { return (pwr.pending_reqs & kPwrIrqResetCompleted) == 0; };
  if (kernel.wait_event_timeout(pwr.reqs_acked, acked,
                                kernel.msecs_to_jiffies(kPwrResetTimeoutMs)) != 0) {
    return 0;
  }
  SpinGuard guard(kernel, pwr.reqs_lock);
  const bool raised = (kernel.read32(vocab::kPwrIrqRawstat.offset) & kPwrIrqResetCompleted) != 0;
  const int ret = acked() || raised ? 0 : -ETIMEDOUT;
  pwr.pending_reqs &= ~kPwrIrqResetCompleted;
  if (ret != 0) kernel.log("RESET timed out");
  return ret;
}

int panthor_pwr_domain_wait_transition(PanthorDevice* ptdev, PwrDomain domain) {
  contract::Kernel& k = ptdev->kernel;
  const std::uint32_t pwrtrans_reg = vocab::pwr_present(domain) + vocab::kPwrTrans;
  return k.poll([&] { return k.read64(pwrtrans_reg) == 0; }, 100, kPwrTransitionTimeoutUs,
                Atomicity::may_sleep);
}

int panthor_pwr_domain_transition(PanthorDevice* ptdev, PwrCommandType cmd, PwrDomain domain,
                                  std::uint64_t mask) {
  const bool rtu = (ptdev->gpu_info.gpu_features & vocab::kGpuFeatureRayTraversal) != 0;
  const std::uint32_t subdomain =
      domain == PwrDomain::shader && rtu ? vocab::kPwrSubdomainRtu : 0;
  const std::uint64_t expected = cmd == PwrCommandType::power_up ? mask : 0;
  int ret = panthor_pwr_domain_wait_transition(ptdev, domain);
  if (ret != 0 || (pwr_domain_ready(ptdev, domain) & mask) == expected) return ret;
  panthor_pwr_write_command(ptdev, pwr_command_def(cmd, domain, subdomain), mask);
  ret = ptdev->kernel.poll(
      [&] { return (pwr_domain_ready(ptdev, domain) & mask) == expected; }, 100,
      kPwrTransitionTimeoutUs, Atomicity::may_sleep);
  if (ret != 0) ptdev->kernel.log("timeout waiting on power domain transition");
  return ret;
}

/// Waits until exactly one of the two bits of a domain is set: who has the say.
int pwr_wait_owner(PanthorDevice* ptdev, PwrDomain domain, std::uint32_t owner) {
  const std::uint32_t bits = vocab::pwr_allowed(domain) | vocab::pwr_delegated(domain);
  return ptdev->kernel.poll([&] { return (pwr_status(ptdev) & bits) == owner; }, 10,
                            kPwrTransitionTimeoutUs, Atomicity::may_sleep);
}

int retract_domain(PanthorDevice* ptdev, PwrDomain domain) {
  const int ret = ptdev->kernel.poll([&] { return (pwr_status(ptdev) & kRetractPending) == 0; },
                                     0, kPwrRetractTimeoutUs, Atomicity::may_sleep);
  if (ret != 0) return ret;
  // Not what it was before the wait, as 7.3 asks: a RETRACT that ends meanwhile would come again.
  if ((pwr_status(ptdev) & vocab::pwr_delegated(domain)) == 0) return 0;
  panthor_pwr_write_command(ptdev, pwr_command_def(PwrCommandType::retract, domain, 0), 0);
  return pwr_wait_owner(ptdev, domain, vocab::pwr_allowed(domain));
}

int delegate_domain(PanthorDevice* ptdev, PwrDomain domain) {
  const std::uint64_t now = pwr_status(ptdev);
  if ((now & vocab::pwr_delegated(domain)) != 0) return 0;
  if ((now & vocab::pwr_allowed(domain)) == 0) {
    ptdev->kernel.log("Delegating domain not allowed");
    return -EPERM;
  }
  const int ret = panthor_pwr_domain_wait_transition(ptdev, domain);
  if (ret != 0) return ret;
  panthor_pwr_write_command(ptdev, pwr_command_def(PwrCommandType::delegate, domain, 0), 0);
  return pwr_wait_owner(ptdev, domain, vocab::pwr_delegated(domain));
}

int panthor_pwr_l2_power_on(PanthorDevice* ptdev) {
  if ((pwr_status(ptdev) & vocab::pwr_allowed(PwrDomain::l2)) == 0) {
    ptdev->kernel.log("Power on L2 domain not allowed");
    return -EPERM;
  }
  int ret = panthor_pwr_domain_transition(ptdev, PwrCommandType::power_up, PwrDomain::l2,
                                          ptdev->gpu_info.l2_present);
  if (ret == 0) ret = delegate_domain(ptdev, PwrDomain::shader);
  if (ret != 0) return ret;
  ret = delegate_domain(ptdev, PwrDomain::tiler);
  if (ret != 0) retract_domain(ptdev, PwrDomain::shader);
  return ret;
}

void panthor_pwr_l2_power_off(PanthorDevice* ptdev) {
  if ((pwr_status(ptdev) & vocab::pwr_allowed(PwrDomain::l2)) == 0) {
    ptdev->kernel.log("Power off L2 domain not allowed");
    return;
  }
  // A hung MCU leaves its domains on; they hang on L2 and have to go first.
  for (const PwrDomain domain : {PwrDomain::tiler, PwrDomain::shader}) {
    const std::uint64_t ready = pwr_domain_ready(ptdev, domain);
    if (ready == 0) continue;
    if (retract_domain(ptdev, domain) != 0) return;
    if (panthor_pwr_domain_transition(ptdev, PwrCommandType::power_down, domain, ready) != 0) {
      return;
    }
  }
  panthor_pwr_domain_transition(ptdev, PwrCommandType::power_down, PwrDomain::l2,
                                ptdev->gpu_info.l2_present);
}

}  // namespace

bool panthor_hw_has_pwr_ctrl(const PanthorDevice* ptdev) {
  return vocab::has_pwr_control(ptdev->gpu_info.gpu_id);
}

int panthor_hw_soft_reset(PanthorDevice* ptdev) {
  const int ret = panthor_hw_has_pwr_ctrl(ptdev) ? panthor_pwr_reset_soft(ptdev)
                                                 : panthor_gpu_soft_reset(ptdev);
  // The kernel leaves a flush that the reset killed pending for ever, here and where a reset is
  // given up; nobody asks for that, and no region could be unlocked again.
  SpinGuard guard(ptdev->kernel, ptdev->gpu->reqs_lock);
  ptdev->gpu->pending_reqs = 0;
  return ret;
}

int panthor_hw_l2_power_on(PanthorDevice* ptdev) {
  return panthor_hw_has_pwr_ctrl(ptdev) ? panthor_pwr_l2_power_on(ptdev)
                                        : panthor_gpu_l2_power_on(ptdev);
}

void panthor_hw_l2_power_off(PanthorDevice* ptdev) {
  panthor_hw_has_pwr_ctrl(ptdev) ? panthor_pwr_l2_power_off(ptdev)
                                 : panthor_gpu_l2_power_off(ptdev);
}

int panthor_pwr_init(PanthorDevice* ptdev) {
  if (!panthor_hw_has_pwr_ctrl(ptdev)) return 0;
  ptdev->pwr = ptdev->kernel.make<PanthorPwr>("pwr");
  if (ptdev->pwr == nullptr) return -ENOMEM;
  const auto irq = ptdev->pwr.member(&PanthorPwr::irq);
  irq->line = contract::IrqLine::gpu;
  irq->base = vocab::kPwrIrqRawstat.offset;
  irq->handler = panthor_pwr_irq_handler;
  const int ret = panthor_request_irq(ptdev, irq, kPwrInterruptsMask, "pwr");
  if (ret != 0) return ret;
  panthor_irq_resume(&*irq);
  return 0;
}

void panthor_pwr_unplug(PanthorDevice* ptdev) {
  if (ptdev->pwr == nullptr) return;
  if (ptdev->pm.state != PmState::suspended) panthor_irq_suspend(&ptdev->pwr->irq);
  SpinGuard guard(ptdev->kernel, ptdev->pwr->reqs_lock);
  ptdev->pwr->pending_reqs = 0;
  ptdev->kernel.wake_up_all(ptdev->pwr->reqs_acked);
}

void panthor_pwr_suspend(PanthorDevice* ptdev) {
  if (ptdev->pwr != nullptr) panthor_irq_suspend(&ptdev->pwr->irq);
}

void panthor_pwr_resume(PanthorDevice* ptdev) {
  if (ptdev->pwr != nullptr) panthor_irq_resume(&ptdev->pwr->irq);
}

}  // namespace protm::v1
