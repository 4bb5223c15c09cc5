// SPDX-License-Identifier: GPL-2.0-only
// Interrupts: hard handlers on level lines, their threads, and MMIO, after which they may come.
// Source: reference/facts-host.md I1-I5, decisions.md 18.
#include "sut-adapters/contract/power_warn.h"
#include "sut-adapters/host/kernel_impl.h"
#include "sut-adapters/host/platform_device.h"

namespace protm::host {
namespace {
// A handler that leaves its level high would be called for ever without time moving.
constexpr std::uint32_t kNobodyCaredCalls = 1000;
constexpr std::uint32_t kStormCalls = 10000;
}  // namespace

void PlatformDevice::check_power() {
  if (!pm_.enabled || pm_.status != contract::RpmStatus::suspended) return;
  kernel_.say_once(contract::RecordKind::kernel_warn, 0, contract::kNoPowerWarn);
}

std::uint32_t PlatformDevice::read32(std::uint32_t offset) {
  kernel_.point(contract::PointKind::mmio_read, "register", offset);
  check_power();
  const std::uint32_t value = registers_.read32(offset);
  kernel_.run_hard_irqs();
  return value;
}

void PlatformDevice::write32(std::uint32_t offset, std::uint32_t value) {
  kernel_.point(contract::PointKind::mmio_write, "register", offset);
  check_power();
  registers_.write32(offset, value);
  kernel_.run_hard_irqs();
}

void KernelImpl::run_hard_irqs() {
  if (in_hard_irq_ || irq_fiber_ != nullptr || spins_held_ != 0) return;
  for (bool any = true; any;) {
    any = device_.run_irq_lines();
    if (second_) any |= second_->run_irq_lines();
  }
}

bool PlatformDevice::run_irq_lines() {
  const std::uint32_t levels = registers_.irq_lines();
  if (levels == 0) return false;
  bool any = false;
  for (std::uint32_t line = 0; line < kIrqLines; ++line) {
    if ((levels >> line & 1) == 0 || irq_counts_[line].disabled) continue;
    if (irqs_[line].hard == nullptr && irqs_[line + kIrqLines].hard == nullptr) continue;
    run_irq_line(line);
    any = true;
  }
  return any;
}

contract::IrqReturn PlatformDevice::run_irq_action(std::uint32_t nr, bool& ended) {
  const IrqAction& action = irqs_[nr];
  contract::IrqReturn answer = contract::IrqReturn::none;
  kernel_.in_hard_irq_ = true;
  ended = kernel_.run_atomic(action.role, [&] { answer = action.hard(action.ctx); });
  kernel_.in_hard_irq_ = false;
  if (ended && answer == contract::IrqReturn::wake_thread) wake_irq_thread(nr);
  return answer;
}

void PlatformDevice::run_irq_line(std::uint32_t line) {
  IrqCounts& counts = irq_counts_[line];
  if (counts.at_ns != kernel_.now().ns) counts = IrqCounts{.at_ns = kernel_.now().ns};
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
      kernel_.warn("irq nobody cared");
    }
    return;
  }
  counts.none = 0;
  if (counts.calls == kStormCalls) {
    counts.disabled = true;
    kernel_.warn("irq storm");
  }
}

std::optional<std::uint32_t> PlatformDevice::line_of_thread(std::uint32_t task) const {
  for (std::uint32_t nr = 0; nr < irqs_.size(); ++nr) {
    if (irqs_[nr].thread_task == task) return nr % kIrqLines;
  }
  return std::nullopt;
}

void PlatformDevice::wake_irq_thread(std::uint32_t nr) {
  IrqAction& action = irqs_[nr];
  if (action.thread_task != 0) {
    action.wake_again = true;
    return;
  }
  action.wake_again = false;
  action.thread_task = kernel_.spawn(action.role, &PlatformDevice::irq_thread_entry, this);
}

void PlatformDevice::irq_thread_entry(void* arg) {
  PlatformDevice& self = *static_cast<PlatformDevice*>(arg);
  for (std::uint32_t nr = 0; nr < self.irqs_.size(); ++nr) {
    if (self.irqs_[nr].thread_task == self.kernel_.current_->id) return self.irq_thread_run(nr);
  }
}

void PlatformDevice::irq_thread_run(std::uint32_t nr) {
  IrqAction& action = irqs_[nr];
  do {
    action.wake_again = false;
    kernel_.call(action.thread);
  } while (action.wake_again);
  action.thread_task = 0;
  kernel_.wake_all(WaitKind::irq_thread, wait_id(nr));
}

int PlatformDevice::request_irq(contract::IrqLine line, contract::IrqReturn (*hard)(void* ctx),
                            void* ctx, Callback thread, const char* role) {
  kernel_.might_sleep("request_irq", role);
  const std::int64_t failed = kernel_.fault("request_irq", role);
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
  kernel_.run_hard_irqs();
  return 0;
}

void PlatformDevice::await_thread(std::uint32_t nr) {
  while (irqs_[nr].thread_task != 0) {
    kernel_.block(WaitKind::irq_thread, wait_id(nr), irqs_[nr].role);
  }
}

void PlatformDevice::synchronize_irq(contract::IrqLine line) {
  const auto first = static_cast<std::uint32_t>(line);
  kernel_.might_sleep("synchronize_irq", irqs_[first].role);
  for (std::uint32_t nr = first; nr < irqs_.size(); nr += kIrqLines) {
    await_thread(nr);
  }
}

void PlatformDevice::free_irq(contract::IrqLine line, void* ctx) {
  std::uint32_t nr = static_cast<std::uint32_t>(line);
  while (nr < irqs_.size() && (irqs_[nr].hard == nullptr || irqs_[nr].ctx != ctx)) nr += kIrqLines;
  if (nr >= irqs_.size()) {
    kernel_.warn("free of an irq that is not requested");
    return;
  }
  for (std::size_t i = devres_.size(); i-- != 0;) {
    if (devres_[i].kind != DevresKind::irq || devres_[i].number != nr) continue;
    devres_.erase(devres_.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  release_irq(nr);
}

void PlatformDevice::release_irq(std::uint32_t nr) {
  irqs_[nr].hard = nullptr;   // no new hard handler while its thread ends
  await_thread(nr);
  irqs_[nr] = IrqAction{};
}

}  // namespace protm::host
