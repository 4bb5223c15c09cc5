// SPDX-License-Identifier: GPL-2.0-only
// Interrupts: hard handlers on level lines, their threads, and MMIO, after which they may come.
// Source: reference/facts-host.md I1-I5, decisions.md 18.
#include "sut-adapters/contract/power_warn.h"
#include "sut-adapters/host/kernel_impl.h"

namespace protm::host {
namespace {
// A handler that leaves its level high would be called for ever without time moving.
constexpr std::uint32_t kNobodyCaredCalls = 1000;
constexpr std::uint32_t kStormCalls = 10000;
}  // namespace

void KernelImpl::check_power() {
  if (!pm_.enabled || pm_.status != contract::RpmStatus::suspended) return;
  say_once(contract::RecordKind::kernel_warn, 0, contract::kNoPowerWarn);
}

std::uint32_t KernelImpl::read32(std::uint32_t offset) {
  point(contract::PointKind::mmio_read, "register", offset);
  check_power();
  const std::uint32_t value = around_.bus->read32(offset);
  run_hard_irqs();
  return value;
}

void KernelImpl::write32(std::uint32_t offset, std::uint32_t value) {
  point(contract::PointKind::mmio_write, "register", offset);
  check_power();
  around_.bus->write32(offset, value);
  run_hard_irqs();
}

void KernelImpl::run_hard_irqs() {
  if (in_hard_irq_ || irq_fiber_ != nullptr || spins_held_ != 0) return;
  for (bool again = true; again;) {
    again = false;
    const std::uint32_t levels = around_.bus->irq_lines();
    if (levels == 0) return;
    for (std::uint32_t line = 0; line < kIrqLines; ++line) {
      if ((levels >> line & 1) == 0 || irq_counts_[line].disabled) continue;
      if (irqs_[line].hard == nullptr && irqs_[line + kIrqLines].hard == nullptr) continue;
      run_irq_line(line);
      again = true;
    }
  }
}

contract::IrqReturn KernelImpl::run_irq_action(std::uint32_t nr, bool& ended) {
  const IrqAction& action = irqs_[nr];
  contract::IrqReturn answer = contract::IrqReturn::none;
  in_hard_irq_ = true;
  ended = run_atomic(action.role, [&] { answer = action.hard(action.ctx); });
  in_hard_irq_ = false;
  if (ended && answer == contract::IrqReturn::wake_thread) wake_irq_thread(nr);
  return answer;
}

void KernelImpl::run_irq_line(std::uint32_t line) {
  IrqCounts& counts = irq_counts_[line];
  if (counts.at_ns != now().ns) counts = IrqCounts{.at_ns = now().ns};
  bool handled = false;
  ++counts.calls;
  // All handlers of a shared line are asked, as the kernel does.
  for (std::uint32_t nr = line; nr < irqs_.size(); nr += kIrqLines) {
    if (irqs_[nr].hard == nullptr) continue;
    bool ended = true;
    handled |= run_irq_action(nr, ended) != contract::IrqReturn::none;
    if (ended) continue;
    counts.disabled = true;   // the handler stopped inside: nobody will ever acknowledge the line
    return;
  }
  if (!handled) {
    if (++counts.none == kNobodyCaredCalls) {
      counts.disabled = true;
      warn("irq nobody cared");
    }
    return;
  }
  counts.none = 0;
  if (counts.calls == kStormCalls) {
    counts.disabled = true;
    warn("irq storm");
  }
}

void KernelImpl::wake_irq_thread(std::uint32_t nr) {
  IrqAction& action = irqs_[nr];
  if (action.thread_task != 0) {
    action.wake_again = true;
    return;
  }
  action.wake_again = false;
  action.thread_task = spawn(action.role, &KernelImpl::irq_thread_entry, this);
}

void KernelImpl::irq_thread_entry(void* arg) {
  KernelImpl& self = *static_cast<KernelImpl*>(arg);
  for (std::uint32_t nr = 0; nr < self.irqs_.size(); ++nr) {
    if (self.irqs_[nr].thread_task == self.current_->id) return self.irq_thread_run(nr);
  }
}

void KernelImpl::irq_thread_run(std::uint32_t nr) {
  IrqAction& action = irqs_[nr];
  do {
    action.wake_again = false;
    call(action.thread);
  } while (action.wake_again);
  action.thread_task = 0;
  wake_all(WaitKind::irq_thread, nr);
}

int KernelImpl::request_irq(contract::IrqLine line, contract::IrqReturn (*hard)(void* ctx),
                            void* ctx, Callback thread, const char* role) {
  might_sleep("request_irq", role);
  const std::int64_t failed = fault("request_irq", role);
  if (failed < 0) return static_cast<int>(failed);
  const auto first = static_cast<std::uint32_t>(line);
  std::uint32_t nr = first;
  while (nr < irqs_.size() && irqs_[nr].hard != nullptr) nr += kIrqLines;
  if (nr >= irqs_.size()) return -EBUSY;
  if (irqs_[first].hard == nullptr && irqs_[first + kIrqLines].hard == nullptr) {
    irq_counts_[first] = IrqCounts{};
  }
  irqs_[nr] = IrqAction{};
  irqs_[nr].hard = hard;
  irqs_[nr].ctx = ctx;
  irqs_[nr].thread = thread;
  irqs_[nr].role = role;
  devres_.push_back(Devres{DevresKind::irq, role, {}, nr});
  run_hard_irqs();
  return 0;
}

void KernelImpl::synchronize_irq(contract::IrqLine line) {
  const auto first = static_cast<std::uint32_t>(line);
  might_sleep("synchronize_irq", irqs_[first].role);
  for (std::uint32_t nr = first; nr < irqs_.size(); nr += kIrqLines) {
    while (irqs_[nr].thread_task != 0) block(WaitKind::irq_thread, nr, irqs_[nr].role);
  }
}

void KernelImpl::free_irq(contract::IrqLine line, void* ctx) {
  std::uint32_t nr = static_cast<std::uint32_t>(line);
  while (nr < irqs_.size() && (irqs_[nr].hard == nullptr || irqs_[nr].ctx != ctx)) nr += kIrqLines;
  if (nr >= irqs_.size()) {
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

void KernelImpl::release_irq(std::uint32_t nr) {
  irqs_[nr].hard = nullptr;   // no new hard handler while its thread ends
  while (irqs_[nr].thread_task != 0) block(WaitKind::irq_thread, nr, irqs_[nr].role);
  irqs_[nr] = IrqAction{};
}

}  // namespace protm::host
