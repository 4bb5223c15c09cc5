// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/panthor_device.h"

namespace protm::v1 {
namespace {

using contract::IrqReturn;
using contract::SpinGuard;

constexpr std::uint32_t kRawstat = 0x0;
constexpr std::uint32_t kClear = 0x4;
constexpr std::uint32_t kMask = 0x8;
constexpr std::uint32_t kStatus = 0xc;

// Silences the line before the thread is woken: it is a level.
IrqReturn panthor_irq_raw_handler(void* ctx) {
  auto* const irq = static_cast<PanthorIrq*>(ctx);
  contract::Kernel& kernel = irq->ptdev->kernel;
  SpinGuard guard(kernel, irq->mask_lock);
  if (irq->state != IrqState::active) return IrqReturn::none;
  if (kernel.read32(irq->base + kStatus) == 0) return IrqReturn::none;
  irq->state = IrqState::processing;
  kernel.write32(irq->base + kMask, 0);
  return IrqReturn::wake_thread;
}

void panthor_irq_threaded_handler(PanthorIrq* irq) {
  contract::Kernel& kernel = irq->ptdev->kernel;
  for (;;) {
    const std::uint32_t status = kernel.read32(irq->base + kRawstat) & irq->mask;
    if (status == 0) break;
    irq->handler(irq->ptdev, status);
  }
  SpinGuard guard(kernel, irq->mask_lock);
  if (irq->state != IrqState::processing) return;
  irq->state = IrqState::active;
  kernel.write32(irq->base + kMask, irq->mask);
}

}  // namespace

int panthor_request_irq(PanthorDevice* ptdev, const contract::Ptr<PanthorIrq>& irq,
                        std::uint32_t mask, const char* role) {
  ptdev->kernel.write32(irq->base + kMask, 0);
  irq->ptdev = ptdev;
  irq->state = IrqState::suspended;
  irq->mask = mask;
  return ptdev->kernel.request_irq(irq->line, panthor_irq_raw_handler, irq.raw(),
                                   contract::bind_fn<panthor_irq_threaded_handler>(irq), role);
}

void panthor_irq_suspend(PanthorIrq* irq) {
  contract::Kernel& kernel = irq->ptdev->kernel;
  {
    SpinGuard guard(kernel, irq->mask_lock);
    irq->state = IrqState::suspending;
    kernel.write32(irq->base + kMask, 0);
  }
  kernel.synchronize_irq(irq->line);
  irq->state = IrqState::suspended;
}

void panthor_irq_resume(PanthorIrq* irq) {
  contract::Kernel& kernel = irq->ptdev->kernel;
  SpinGuard guard(kernel, irq->mask_lock);
  irq->state = IrqState::active;
  kernel.write32(irq->base + kClear, irq->mask);
  kernel.write32(irq->base + kMask, irq->mask);
}

void panthor_irq_enable_events(PanthorIrq* irq, std::uint32_t events) {
  SpinGuard guard(irq->ptdev->kernel, irq->mask_lock);
  irq->mask |= events;
  if (irq->state == IrqState::active) irq->ptdev->kernel.write32(irq->base + kMask, irq->mask);
}

void panthor_irq_disable_events(PanthorIrq* irq, std::uint32_t events) {
  SpinGuard guard(irq->ptdev->kernel, irq->mask_lock);
  irq->mask &= ~events;
  if (irq->state == IrqState::active) irq->ptdev->kernel.write32(irq->base + kMask, irq->mask);
}

}  // namespace protm::v1
