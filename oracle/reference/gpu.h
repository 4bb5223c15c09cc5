// SPDX-License-Identifier: GPL-2.0-only
// GPU block: identification, GPU_IRQ, cache flush, soft reset, L2 power; with architecture 14 the
// last two are the power block's (pwr.h).
// A fault in protected mode has no details and keeps the line high: the event is masked until the
// next reset or power cycle and the reset is scheduled.
// Leaves out: address and ASN registers of arch 12+, tracing of power changes.
// Source: panthor_gpu.c (7.3), patch 7 and its review (RST-1..5); facts-driver-7x.md 3.
#pragma once

#include "gpu-model/vocab/uapi.h"
#include "oracle/reference/device.h"
#include "oracle/reference/irq.h"
#include "oracle/reference/pwr.h"

namespace protm::reference {

class Gpu {
 public:
  explicit Gpu(Device& device);
  virtual ~Gpu() = default;

  /// Reads the identification. Errors: -ENXIO no GPU, -EOPNOTSUPP architecture.
  int read_info();
  int init(const Ptr<Gpu>& self);
  void suspend();
  void resume();
  /// No handler runs and no interrupt is raised from here on. Those who waited are gone by now.
  void silence();

  /// Flushes caches with a GPU_COMMAND. Callers obey the protected-mode gate.
  /// False: one before is stuck, or this one is, and a reset is scheduled.
  bool flush_caches(std::uint32_t command);
  /// Waits for its end, in vain where the GPU does not tell: GPU_STATUS says what came of it.
  void soft_reset();
  /// For a GPU that a soft reset cannot bring out of protected mode.
  void hard_reset();
  /// Errors: -ETIMEDOUT, and those of the power block.
  int l2_power_on();
  void l2_power_off();
  /// Opens the protected-mode fault event again, after a reset.
  void unmask_protm_fault();
  /// GPU_STATUS.PROTECTED_MODE_ACTIVE.
  [[nodiscard]] bool protm_active();
  [[nodiscard]] const vocab::uapi::GpuInfo& info() const { return info_; }
  [[nodiscard]] bool coherent() const { return coherent_; }

 protected:
  /// GPU_IRQ in the threaded half.
  virtual void handle_irq(std::uint32_t status);
  /// Whether L2 can be used: READY, not only out of a transition.
  [[nodiscard]] virtual bool l2_ready();

  Device& d_;
  Kernel& k_;
  IrqBlock irq_;

 private:
  void reset(std::uint32_t command);
  void reset_by_command(std::uint32_t command);
  /// What GPU_IRQ has still to report, under reqs_lock.
  void set_pending(std::uint32_t events);
  /// Forgets what a reset killed on its way, a flush for example.
  void forget_requests();

  vocab::uapi::GpuInfo info_{};
  Pwr pwr_;
  bool has_pwr_{}, coherent_{};
  contract::SpinLock reqs_lock_{.role = "gpu.reqs_lock"};
  contract::Mutex flush_lock_{.role = "gpu.cache_flush_lock"};
  contract::WaitQueue reqs_acked_{.role = "gpu.reqs_acked"};
  std::uint32_t pending_{};
};

}  // namespace protm::reference
