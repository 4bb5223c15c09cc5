// SPDX-License-Identifier: GPL-2.0-only
// Interrupts: hard handlers on level lines, their threads, and MMIO, after which they may come.
// Source: reference/facts-host.md I1-I5, decisions.md 18.
#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {
namespace {
// A handler that leaves its level high would be called for ever without time moving.
constexpr std::uint32_t kNobodyCaredCalls = 1000;
constexpr std::uint32_t kStormCalls = 10000;
}  // namespace

std::uint32_t KernelImpl::read32(std::uint32_t offset) {
  point(contract::PointKind::mmio_read, "register", offset);
  const std::uint32_t value = around_.bus->read32(offset);
  run_hard_irqs();
  return value;
}

void KernelImpl::write32(std::uint32_t offset, std::uint32_t value) {
  point(contract::PointKind::mmio_write, "register", offset);
  around_.bus->write32(offset, value);
  run_hard_irqs();
}

void KernelImpl::run_hard_irqs() {
  if (in_hard_irq_ || irq_fiber_ != nullptr || spins_held_ != 0) return;
  for (bool again = true; again;) {
    again = false;
    const std::uint32_t levels = around_.bus->irq_lines();
    if (levels == 0) return;
    for (std::uint32_t line = 0; line < irqs_.size(); ++line) {
      IrqAction& action = irqs_[line];
      if ((levels >> line & 1) == 0 || action.hard == nullptr || action.disabled) continue;
      run_irq_line(line, action);
      again = true;
    }
  }
}

void KernelImpl::run_irq_line(std::uint32_t line, IrqAction& action) {
  if (action.count_at_ns != now().ns) {
    action.count_at_ns = now().ns;
    action.none_count = 0;
    action.call_count = 0;
  }
  contract::IrqReturn answer = contract::IrqReturn::none;
  in_hard_irq_ = true;
  const bool ended = run_atomic(action.role, [&] { answer = action.hard(action.ctx); });
  in_hard_irq_ = false;
  ++action.call_count;
  if (!ended) {
    action.disabled = true;   // the handler stopped inside: nobody will ever acknowledge the line
    return;
  }
  if (answer == contract::IrqReturn::none) {
    if (++action.none_count == kNobodyCaredCalls) {
      action.disabled = true;
      warn("irq nobody cared");
    }
    return;
  }
  action.none_count = 0;
  if (answer == contract::IrqReturn::wake_thread) wake_irq_thread(line);
  if (action.call_count == kStormCalls) {
    action.disabled = true;
    warn("irq storm");
  }
}

void KernelImpl::wake_irq_thread(std::uint32_t line) {
  IrqAction& action = irqs_[line];
  if (action.thread_task != 0) {
    action.wake_again = true;
    return;
  }
  action.wake_again = false;
  action.thread_task = spawn(action.role, &KernelImpl::irq_thread_entry, this);
}

void KernelImpl::irq_thread_entry(void* arg) {
  KernelImpl& self = *static_cast<KernelImpl*>(arg);
  for (std::uint32_t line = 0; line < self.irqs_.size(); ++line) {
    if (self.irqs_[line].thread_task == self.current_->id) return self.irq_thread_run(line);
  }
}

void KernelImpl::irq_thread_run(std::uint32_t line) {
  IrqAction& action = irqs_[line];
  do {
    action.wake_again = false;
    call(action.thread);
  } while (action.wake_again);
  action.thread_task = 0;
  wake_all(WaitKind::irq_thread, line);
}

int KernelImpl::request_irq(contract::IrqLine line, contract::IrqReturn (*hard)(void* ctx),
                            void* ctx, Callback thread, const char* role) {
  might_sleep("request_irq", role);
  const std::int64_t failed = fault("request_irq", role);
  if (failed < 0) return static_cast<int>(failed);
  const auto nr = static_cast<std::uint32_t>(line);
  IrqAction& action = irqs_[nr];
  if (action.hard != nullptr) return -EBUSY;
  action = IrqAction{};
  action.hard = hard;
  action.ctx = ctx;
  action.thread = thread;
  action.role = role;
  devres_.push_back(Devres{DevresKind::irq, role, {}, nr});
  run_hard_irqs();
  return 0;
}

void KernelImpl::synchronize_irq(contract::IrqLine line) {
  const auto nr = static_cast<std::uint32_t>(line);
  might_sleep("synchronize_irq", irqs_[nr].role);
  while (irqs_[nr].thread_task != 0) block(WaitKind::irq_thread, nr, irqs_[nr].role);
}

void KernelImpl::free_irq(contract::IrqLine line) {
  const auto nr = static_cast<std::uint32_t>(line);
  if (irqs_[nr].hard == nullptr) {
    warn("free of an irq that is not requested");
    return;
  }
  for (std::size_t i = devres_.size(); i-- != 0;) {
    if (devres_[i].kind != DevresKind::irq || devres_[i].number != nr) continue;
    devres_.erase(devres_.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  release_irq(nr);
}

void KernelImpl::release_irq(std::uint32_t line) {
  irqs_[line].disabled = true;   // no new hard handler while its thread ends
  synchronize_irq(static_cast<contract::IrqLine>(line));
  irqs_[line] = IrqAction{};
}

}  // namespace protm::host
