// SPDX-License-Identifier: GPL-2.0-only
// PWR_CONTROL of architecture 14: power of L2, the domains that the MCU gets to switch by itself,
// and the soft reset. Its interrupt shares the GPU block's line.
// L2 goes up first, then SHADER and TILER are delegated; on the way down what still has power is
// taken back and switched off before L2.
// Leaves out: fast reset, INSPECT, debug output.
// Source: panthor_pwr.c (7.3); facts-driver-7x.md 3.1.
#pragma once

#include "gpu-model/vocab/regs/pwr_control.h"
#include "gpu-model/vocab/uapi.h"
#include "oracle/reference/device.h"
#include "oracle/reference/irq.h"

namespace protm::reference {

class Pwr {
 public:
  explicit Pwr(Device& device);

  int init(const Ptr<Pwr>& self);
  void suspend() { irq_.suspend(); }
  void resume();
  void soft_reset();
  /// Errors: -EPERM the block does not allow it, -ETIMEDOUT.
  int l2_on(const vocab::uapi::GpuInfo& info);
  void l2_off(const vocab::uapi::GpuInfo& info);

 private:
  using Domain = vocab::PwrDomain;
  void handle_irq(std::uint32_t status);
  void set_reset_running(bool running);
  void command(vocab::PwrCommandType type, Domain domain, std::uint32_t subdomain = 0);
  [[nodiscard]] std::uint32_t status_low() { return k_.read32(vocab::kPwrStatusLo.offset); }
  [[nodiscard]] std::uint64_t domain_reg(Domain domain, std::uint32_t which);
  int settle(Domain domain);
  int switch_cores(Domain domain, std::uint64_t cores, bool on);
  int delegate(Domain domain);
  bool retract(Domain domain);
  bool force_off(Domain domain);

  Device& d_;
  Kernel& k_;
  IrqBlock irq_;
  bool ray_traversal_{};
  bool reset_running_ = false;   ///< under reqs_lock
  contract::SpinLock reqs_lock_{.role = "pwr.reqs_lock"};
  contract::WaitQueue reqs_acked_{.role = "pwr.reqs_acked"};
};

}  // namespace protm::reference
