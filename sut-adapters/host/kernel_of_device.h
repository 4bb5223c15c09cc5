// SPDX-License-Identifier: GPL-2.0-only
// The kernel as the driver of another GPU than the first sees it: registers, interrupts, devres,
// its DRM device and runtime PM are those of its own device; all else is the one kernel's, which
// is itself what the first GPU's driver sees, so that a system with one GPU has no step more.
// Not modelled: see kernel_impl.h. Source: contract/kernel.h, call by call.
#pragma once

#include "sut-adapters/contract/kernel.h"
#include "sut-adapters/host/kernel_impl.h"
#include "sut-adapters/host/platform_device.h"

namespace protm::host {

class KernelOfDevice final : public contract::Kernel {
 public:
  KernelOfDevice(KernelImpl& kernel, PlatformDevice& device) : kernel_(kernel), device_(device) {}

  std::pmr::memory_resource* memory() override { return kernel_.memory(); }
  void kref_get(contract::Kref& k, const char* role) override { kernel_.kref_get(k, role); }
  bool kref_get_unless_zero(contract::Kref& k, const char* role) override {
    return kernel_.kref_get_unless_zero(k, role);
  }
  bool kref_put(contract::Kref& k, const char* role) override { return kernel_.kref_put(k, role); }
  vocab::SimTime now() const override { return kernel_.now(); }
  std::uint32_t hz() const override { return kernel_.hz(); }
  std::uint64_t jiffies() const override { return kernel_.jiffies(); }
  std::uint64_t msecs_to_jiffies(std::uint64_t ms) const override {
    return kernel_.msecs_to_jiffies(ms);
  }
  void udelay(std::uint64_t us) override { kernel_.udelay(us); }
  void usleep(std::uint64_t us) override { kernel_.usleep(us); }
  int poll(contract::FunctionRef<bool()> done, std::uint64_t delay_us, std::uint64_t timeout_us,
           contract::Atomicity atomicity) override {
    return kernel_.poll(done, delay_us, timeout_us, atomicity);
  }
  void mutex_lock(contract::Mutex& m) override { kernel_.mutex_lock(m); }
  bool mutex_trylock(contract::Mutex& m) override { return kernel_.mutex_trylock(m); }
  void mutex_unlock(contract::Mutex& m) override { kernel_.mutex_unlock(m); }
  bool mutex_is_locked(const contract::Mutex& m) const override {
    return kernel_.mutex_is_locked(m);
  }
  void assert_held(const contract::Mutex& m) override { kernel_.assert_held(m); }
  void assert_held(const contract::SpinLock& l) override { kernel_.assert_held(l); }
  void down_read(contract::RwSem& s) override { kernel_.down_read(s); }
  void up_read(contract::RwSem& s) override { kernel_.up_read(s); }
  void down_write(contract::RwSem& s) override { kernel_.down_write(s); }
  void up_write(contract::RwSem& s) override { kernel_.up_write(s); }
  void spin_lock(contract::SpinLock& l) override { kernel_.spin_lock(l); }
  void spin_unlock(contract::SpinLock& l) override { kernel_.spin_unlock(l); }
  void init_completion(contract::Completion& c) override { kernel_.init_completion(c); }
  void complete(contract::Completion& c) override { kernel_.complete(c); }
  void complete_all(contract::Completion& c) override { kernel_.complete_all(c); }
  void wait_for_completion(contract::Completion& c) override { kernel_.wait_for_completion(c); }
  std::uint64_t wait_for_completion_timeout(contract::Completion& c,
                                            std::uint64_t jiffies) override {
    return kernel_.wait_for_completion_timeout(c, jiffies);
  }
  bool try_wait_for_completion(contract::Completion& c) override {
    return kernel_.try_wait_for_completion(c);
  }
  void wake_up_all(contract::WaitQueue& q) override { kernel_.wake_up_all(q); }
  void wait_event(contract::WaitQueue& q, contract::FunctionRef<bool()> condition) override {
    kernel_.wait_event(q, condition);
  }
  std::uint64_t wait_event_timeout(contract::WaitQueue& q, contract::FunctionRef<bool()> condition,
                                   std::uint64_t jiffies) override {
    return kernel_.wait_event_timeout(q, condition, jiffies);
  }
  contract::Workqueue alloc_workqueue(const char* role, contract::WorkqueueKind kind) override {
    return kernel_.alloc_workqueue(role, kind);
  }
  void destroy_workqueue(contract::Workqueue wq) override { kernel_.destroy_workqueue(wq); }
  contract::Workqueue system_wq() override { return kernel_.system_wq(); }
  bool queue_work(contract::Workqueue wq, contract::Work& w) override {
    return kernel_.queue_work(wq, w);
  }
  bool cancel_work(contract::Work& w) override { return kernel_.cancel_work(w); }
  bool cancel_work_sync(contract::Work& w) override { return kernel_.cancel_work_sync(w); }
  void disable_work_sync(contract::Work& w) override { kernel_.disable_work_sync(w); }
  void enable_work(contract::Work& w) override { kernel_.enable_work(w); }
  void flush_work(contract::Work& w) override { kernel_.flush_work(w); }
  bool work_pending(const contract::Work& w) const override { return kernel_.work_pending(w); }
  bool queue_delayed_work(contract::Workqueue wq, contract::DelayedWork& w,
                          std::uint64_t jiffies) override {
    return kernel_.queue_delayed_work(wq, w, jiffies);
  }
  bool mod_delayed_work(contract::Workqueue wq, contract::DelayedWork& w,
                        std::uint64_t jiffies) override {
    return kernel_.mod_delayed_work(wq, w, jiffies);
  }
  bool cancel_delayed_work(contract::DelayedWork& w) override {
    return kernel_.cancel_delayed_work(w);
  }
  bool cancel_delayed_work_sync(contract::DelayedWork& w) override {
    return kernel_.cancel_delayed_work_sync(w);
  }
  void disable_delayed_work_sync(contract::DelayedWork& w) override {
    kernel_.disable_delayed_work_sync(w);
  }
  void disable_delayed_work(contract::DelayedWork& w) override { kernel_.disable_delayed_work(w); }
  void enable_delayed_work(contract::DelayedWork& w) override { kernel_.enable_delayed_work(w); }
  void flush_delayed_work(contract::DelayedWork& w) override { kernel_.flush_delayed_work(w); }
  bool delayed_work_pending(const contract::DelayedWork& w) const override {
    return kernel_.delayed_work_pending(w);
  }
  std::uint64_t delayed_work_remaining(const contract::DelayedWork& w) const override {
    return kernel_.delayed_work_remaining(w);
  }
  void mod_timer(contract::Timer& t, std::uint64_t at_jiffies) override {
    kernel_.mod_timer(t, at_jiffies);
  }
  bool del_timer_sync(contract::Timer& t) override { return kernel_.del_timer_sync(t); }
  void shared_access(const char* place) override { kernel_.shared_access(place); }
  std::uint32_t read32(std::uint32_t offset) override { return device_.read32(offset); }
  void write32(std::uint32_t offset, std::uint32_t value) override {
    device_.write32(offset, value);
  }
  int request_irq(contract::IrqLine line, contract::IrqReturn (*hard)(void* ctx), void* ctx,
                  contract::Callback thread, const char* role) override {
    return device_.request_irq(line, hard, ctx, thread, role);
  }
  void free_irq(contract::IrqLine line, void* ctx) override { device_.free_irq(line, ctx); }
  void synchronize_irq(contract::IrqLine line) override { device_.synchronize_irq(line); }
  vocab::Pa page_alloc(const char* role, std::uint32_t order) override {
    return kernel_.page_alloc(role, order);
  }
  void page_free(vocab::Pa pa) override { kernel_.page_free(pa); }
  std::uint64_t mem_load64(vocab::Pa pa) override { return kernel_.mem_load64(pa); }
  void mem_store64(vocab::Pa pa, std::uint64_t value) override { kernel_.mem_store64(pa, value); }
  void mem_load(vocab::Pa pa, std::span<std::byte> to) override { kernel_.mem_load(pa, to); }
  std::int64_t fault(const char* call, const char* role) override {
    return kernel_.fault(call, role);
  }
  std::uint64_t copy_from_user(std::span<std::byte> to, std::uint64_t from) override {
    return kernel_.copy_from_user(to, from);
  }
  std::uint64_t copy_to_user(std::uint64_t to, std::span<const std::byte> from) override {
    return kernel_.copy_to_user(to, from);
  }
  std::uint64_t clear_user(std::uint64_t to, std::uint64_t bytes) override {
    return kernel_.clear_user(to, bytes);
  }
  bool capable_sys_nice() const override { return kernel_.capable_sys_nice(); }
  bool capable_sys_admin() const override { return kernel_.capable_sys_admin(); }
  int devm_add_action(contract::Callback fn, const char* role) override {
    return device_.devm_add_action(fn, role);
  }
  int drmm_add_action(contract::Callback fn, const char* role) override {
    return device_.drmm_add_action(fn, role);
  }
  bool dev_enter() override { return device_.dev_enter(); }
  void dev_exit() override { device_.dev_exit(); }
  void dev_unplug() override { device_.dev_unplug(); }
  bool dev_is_unplugged() const override { return device_.dev_is_unplugged(); }
  void drm_dev_get() override { kernel_.drm_instance_get(device_.drm_instance()); }
  void drm_dev_put() override { kernel_.drm_instance_put(device_.drm_instance()); }
  void pm_runtime_enable(contract::Callback suspend_fn, contract::Callback resume_fn) override {
    device_.pm_runtime_enable(suspend_fn, resume_fn);
  }
  void pm_runtime_use_autosuspend(std::uint64_t delay_ms) override {
    device_.pm_runtime_use_autosuspend(delay_ms);
  }
  void pm_runtime_dont_use_autosuspend() override { device_.pm_runtime_dont_use_autosuspend(); }
  void pm_runtime_set_suspended() override { device_.pm_runtime_set_suspended(); }
  int pm_runtime_resume_and_get() override { return device_.pm_runtime_resume_and_get(); }
  int pm_runtime_get_sync() override { return device_.pm_runtime_get_sync(); }
  void pm_runtime_get_noresume() override { device_.pm_runtime_get_noresume(); }
  void pm_runtime_put_autosuspend() override { device_.pm_runtime_put_autosuspend(); }
  void pm_runtime_put() override { device_.pm_runtime_put(); }
  void pm_runtime_put_sync_suspend() override { device_.pm_runtime_put_sync_suspend(); }
  int pm_runtime_force_suspend() override { return device_.pm_runtime_force_suspend(); }
  int pm_runtime_force_resume() override { return device_.pm_runtime_force_resume(); }
  contract::RpmStatus pm_runtime_status() const override { return device_.pm_runtime_status(); }
  void pm_callback_result(int error) override { device_.pm_callback_result(error); }
  contract::Result<std::span<const std::byte>> request_firmware(const char* path) override {
    return kernel_.request_firmware(path);
  }
  const char* module_param(const char* name) const override { return kernel_.module_param(name); }
  bool dma_coherent() const override { return kernel_.dma_coherent(); }
  void warn(const char* words) override { kernel_.warn(words); }
  void log(const char* words) override { kernel_.log(words); }

 protected:
  contract::ObjectHeader* object_alloc(std::size_t size, std::size_t align,
                                       const char* role) override {
    return kernel_.object_alloc(size, align, role);
  }
  void object_free(contract::ObjectHeader* header) override { kernel_.object_free(header); }

 private:
  KernelImpl& kernel_;
  PlatformDevice& device_;
};

}  // namespace protm::host
