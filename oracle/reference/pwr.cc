// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/pwr.h"

#include "gpu-model/vocab/errno.h"

namespace protm::reference {

using namespace vocab;
using contract::SpinGuard;

namespace {

constexpr std::uint32_t kResetDone = PwrIrq::reset_completed.mask;
constexpr std::uint32_t kEvents =
    PwrIrq::power_changed_single.mask | PwrIrq::power_changed_all.mask |
    PwrIrq::delegation_changed.mask | kResetDone | PwrIrq::retract_completed.mask |
    PwrIrq::inspect_completed.mask | PwrIrq::command_not_allowed.mask |
    PwrIrq::command_invalid.mask;
constexpr std::uint64_t kTransitionUs = 2'000'000;
constexpr std::uint64_t kRetractUs = 2'000;
constexpr std::uint64_t kResetMs = 500;

}  // namespace

Pwr::Pwr(Device& device)
    : d_(device), k_(device.k),
      irq_(device.k, contract::IrqLine::gpu, kPwrIrqRawstat.offset, "pwr") {}

int Pwr::init(const Ptr<Pwr>& self) {
  const Ptr<IrqBlock> irq(&irq_, self.header(), self.generation());
  const int error = irq_.request(
      irq, [](void* pwr, std::uint32_t status) { static_cast<Pwr*>(pwr)->handle_irq(status); },
      this);
  if (error == 0) resume();
  return error;
}

void Pwr::set_reset_running(bool running) {
  k_.assert_held(reqs_lock_);
  reset_running_ = running;
}

void Pwr::handle_irq(std::uint32_t status) {
  {
    SpinGuard lock(k_, reqs_lock_);
    irq_.clear(status);
    if ((status & kResetDone) != 0) set_reset_running(false);
  }
  if ((status & PwrIrq::command_not_allowed.mask) != 0) k_.log("power command not allowed");
  if ((status & PwrIrq::command_invalid.mask) != 0) k_.log("power command invalid");
  k_.wake_up_all(reqs_acked_);
}

void Pwr::resume() { irq_.resume(kEvents); }

std::uint64_t Pwr::domain_reg(Domain domain, std::uint32_t which) {
  return k_.read64(pwr_present(domain) + which);
}

void Pwr::command(PwrCommandType type, Domain domain, std::uint32_t subdomain) {
  const auto word = Word<PwrCommand>{}
                        .with(PwrCommand::type, type)
                        .with(PwrCommand::domain, domain)
                        .with(PwrCommand::subdomain, subdomain);
  k_.write32(kPwrCommand.offset, word.raw());
}

void Pwr::soft_reset() {
  if (!Word<PwrStatusHi>{k_.read32(kPwrStatusHi.offset)}[PwrStatusHi::allow_soft_reset]) {
    k_.log("soft reset not allowed");
    return;
  }
  {
    SpinGuard lock(k_, reqs_lock_);
    set_reset_running(true);
    irq_.clear(kResetDone);
    command(PwrCommandType::reset_soft, Domain::l2);
  }
  const auto told = [this] { return !reset_running_; };
  if (k_.wait_event_timeout(reqs_acked_, told, k_.msecs_to_jiffies(kResetMs)) == 0) {
    k_.log("gpu reset timeout");
  }
}

int Pwr::settle(Domain domain) {
  return k_.poll([&] { return domain_reg(domain, kPwrTrans) == 0; }, 100, kTransitionUs);
}

int Pwr::switch_cores(Domain domain, std::uint64_t cores, bool on) {
  const int error = settle(domain);
  if (error != 0) return error;
  const std::uint64_t wanted = on ? cores : 0;
  const auto there = [&] { return (domain_reg(domain, kPwrReady) & cores) == wanted; };
  if (there()) return 0;
  if (cores != 0) k_.write64(kPwrCmdargLo.offset, cores);
  const bool rtu = domain == Domain::shader && ray_traversal_;
  command(on ? PwrCommandType::power_up : PwrCommandType::power_down, domain,
          rtu ? kPwrSubdomainRtu : 0);
  return k_.poll(there, 100, kTransitionUs);
}

int Pwr::delegate(Domain domain) {
  const std::uint32_t status = status_low();
  if ((status & pwr_delegated(domain)) != 0) return 0;
  if ((status & pwr_allowed(domain)) == 0) return -EPERM;
  const int error = settle(domain);
  if (error != 0) return error;
  command(PwrCommandType::delegate, domain);
  const std::uint32_t both = pwr_delegated(domain) | pwr_allowed(domain);
  return k_.poll([&] { return (status_low() & both) == pwr_delegated(domain); }, 10,
                 kTransitionUs);
}

bool Pwr::retract(Domain domain) {
  const auto free = [this] {
    return !Word<PwrStatusHi>{k_.read32(kPwrStatusHi.offset)}[PwrStatusHi::retract_pending];
  };
  if (k_.poll(free, 0, kRetractUs) != 0) return false;
  if ((status_low() & pwr_delegated(domain)) == 0) return true;
  command(PwrCommandType::retract, domain);
  const std::uint32_t both = pwr_delegated(domain) | pwr_allowed(domain);
  const auto back = [&] { return (status_low() & both) == pwr_allowed(domain); };
  return k_.poll(back, 10, kTransitionUs) == 0;
}

bool Pwr::force_off(Domain domain) {
  const std::uint64_t cores = domain_reg(domain, kPwrReady);
  return cores == 0 || (retract(domain) && switch_cores(domain, cores, false) == 0);
}

int Pwr::l2_on(const uapi::GpuInfo& info) {
  ray_traversal_ = (info.gpu_features & kGpuFeatureRayTraversal) != 0;
  if ((status_low() & pwr_allowed(Domain::l2)) == 0) return -EPERM;
  int error = switch_cores(Domain::l2, info.l2_present, true);
  if (error == 0) error = delegate(Domain::shader);
  if (error != 0) return error;
  error = delegate(Domain::tiler);
  if (error != 0) (void)retract(Domain::shader);
  return error;
}

void Pwr::l2_off(const uapi::GpuInfo& info) {
  if ((status_low() & pwr_allowed(Domain::l2)) == 0) return;
  // A firmware that was halted has switched them off; one that hangs has not.
  if (force_off(Domain::tiler) && force_off(Domain::shader)) {
    (void)switch_cores(Domain::l2, info.l2_present, false);
  }
}

}  // namespace protm::reference
