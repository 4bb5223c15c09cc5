// SPDX-License-Identifier: GPL-2.0-only
// One platform device with its driver: what Host keeps per GPU. Registers, interrupt lines, the
// driver core's state, devres, the DRM device of the present probe, runtime PM. Tasks, locks, time
// and what DRM devices share are the kernel's (kernel_impl.h).
// Not modelled: device links, suppliers, driver-core attribute groups, late init; of a system sleep
// the freezing of tasks, which is the step runner's.
// Source: reference/facts-host.md sections 9, 10, I1-I5.
#pragma once

#include <array>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <vector>

#include "sut-adapters/contract/bus.h"
#include "sut-adapters/contract/kernel.h"
#include "sut-adapters/host/kernel_state.h"

namespace protm::host {

class KernelImpl;
using contract::Callback;

/// What the driver core calls: the in-process Sut's way to the driver's entry points.
struct DeviceOps {
  int (*probe)(void* ctx) = nullptr;
  void (*remove)(void* ctx) = nullptr;
  int (*suspend)(void* ctx) = nullptr;
  int (*resume)(void* ctx) = nullptr;
  void* ctx = nullptr;
};

class PlatformDevice {
 public:
  static constexpr std::uint32_t kNoInstance = UINT32_MAX;

  /// Device number `nr`, from 0; `registers` are its own.
  PlatformDevice(KernelImpl& kernel, contract::Registers& registers, std::uint32_t nr,
                 std::pmr::memory_resource* memory)
      : kernel_(kernel), registers_(registers), nr_(nr), devres_(memory) {}
  PlatformDevice(const PlatformDevice&) = delete;
  PlatformDevice& operator=(const PlatformDevice&) = delete;

  // --- driver core ---
  void set_ops(const DeviceOps& ops) { ops_ = ops; }
  /// As the driver core does when a driver is registered. Defer puts it on the list; result 0.
  int attach();
  /// As a write to sysfs bind. Errors: -EBUSY bound, -EAGAIN for a deferral, the probe's error.
  int bind();
  /// As a write to sysfs unbind. Errors: -ENODEV not bound.
  int unbind();
  /// The device's part of a system suspend. Errors: -EBUSY asleep already, the driver's error.
  int suspend();
  /// Errors: -EINVAL not asleep, the driver's error.
  int resume();
  /// The device leaves its bus. Errors: -ENODEV gone already, -EBUSY asleep.
  int unplug();
  [[nodiscard]] bool bound() const { return bound_; }
  [[nodiscard]] bool present() const { return present_; }
  [[nodiscard]] bool probe_deferred() const { return deferred_; }
  /// A driver bound, or another of B2's triggers: the deferred probe is tried again, in a task.
  void trigger_deferred_probe();
  /// The DRM device of the newest probe; kNoInstance before the first.
  [[nodiscard]] std::uint32_t drm_instance() const { return instance_; }

  int devm_add_action(Callback fn, const char* role);
  int drmm_add_action(Callback fn, const char* role);
  bool dev_enter();
  void dev_exit();
  void dev_unplug();
  [[nodiscard]] bool dev_is_unplugged() const;

  // --- registers and interrupts (irq_line.cc) ---
  std::uint32_t read32(std::uint32_t offset);
  void write32(std::uint32_t offset, std::uint32_t value);
  int request_irq(contract::IrqLine line, contract::IrqReturn (*hard)(void* ctx), void* ctx,
                  Callback thread, const char* role);
  void free_irq(contract::IrqLine line, void* ctx);
  void synchronize_irq(contract::IrqLine line);
  /// Runs the handlers of lines that are high. False: there was nothing to run.
  bool run_irq_lines();
  /// The line whose thread is task number `task`.
  [[nodiscard]] std::optional<std::uint32_t> line_of_thread(std::uint32_t task) const;
  /// Task that a wait for the end of an interrupt thread waits for; 0 = none.
  [[nodiscard]] std::uint32_t thread_of_wait(std::uint32_t id) const {
    return irqs_[id - wait_id(0)].thread_task;
  }

  // --- runtime PM (pm_runtime.cc) ---
  void pm_runtime_enable(Callback suspend_fn, Callback resume_fn);
  void pm_runtime_use_autosuspend(std::uint64_t delay_ms);
  void pm_runtime_dont_use_autosuspend();
  void pm_runtime_set_suspended();
  int pm_runtime_resume_and_get();
  int pm_runtime_get_sync();
  void pm_runtime_get_noresume();
  void pm_runtime_put_autosuspend();
  void pm_runtime_put();
  void pm_runtime_put_sync_suspend();
  int pm_runtime_force_suspend();
  int pm_runtime_force_resume();
  [[nodiscard]] contract::RpmStatus pm_runtime_status() const { return pm_.status; }
  void pm_callback_result(int error) { pm_.callback_result = error; }
  void pm_timer_fired();
  [[nodiscard]] const PmState& pm() const { return pm_; }

 private:
  /// Errors: the driver's; -EPROBE_DEFER while the system sleeps.
  int really_probe();
  /// The end of a sleep, or of the attempt: what was put off is probed.
  void complete_sleep();
  void release_devres();
  DrmInstance& drm_current();

  /// WARNs when the clocks of the registers are off.
  void check_power();
  /// What one handler of a line answered; `ended` false: it stopped inside.
  contract::IrqReturn run_irq_action(std::uint32_t nr, bool& ended);
  void run_irq_line(std::uint32_t line);
  void wake_irq_thread(std::uint32_t nr);
  static void irq_thread_entry(void* arg);
  void irq_thread_run(std::uint32_t nr);
  void await_thread(std::uint32_t nr);
  void release_irq(std::uint32_t nr);
  /// What a wait for the end of handler `nr`'s thread waits for: a number of all devices.
  [[nodiscard]] std::uint32_t wait_id(std::uint32_t nr) const {
    return nr + nr_ * kIrqLines * kIrqShares;
  }

  enum class PmMode : std::uint8_t { sync, async };
  enum class PmTimer : std::uint8_t { ignore, honour };
  int pm_resume(PmMode mode);
  int pm_suspend(PmMode mode, PmTimer timer);
  int pm_idle(PmMode mode);
  int pm_check_suspend() const;
  bool pm_drop_usage();
  [[nodiscard]] std::uint64_t pm_expiry_ns() const;
  void pm_request(PmRequest what);
  void pm_disable();
  void pm_reinit();
  int pm_callback(const Callback& fn);
  void pm_cancel_requests();

  KernelImpl& kernel_;
  contract::Registers& registers_;
  std::uint32_t nr_;
  DeviceOps ops_;
  bool bound_ = false;
  bool present_ = true;
  bool asleep_ = false;
  bool deferred_ = false;
  bool probing_ = false;
  contract::Mutex device_lock_{.role = "device_lock"};   ///< one bind or unbind at a time
  std::uint32_t trigger_count_ = 0;
  std::uint32_t instance_ = kNoInstance;
  std::pmr::vector<Devres> devres_;
  PmState pm_;
  /// Handlers: number = line + kIrqLines * place on the line.
  std::array<IrqAction, kIrqLines * kIrqShares> irqs_{};
  std::array<IrqCounts, kIrqLines> irq_counts_{};
};

}  // namespace protm::host
