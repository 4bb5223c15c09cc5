// SPDX-License-Identifier: GPL-2.0-only
// The kernel core below an in-process driver: objects, tasks, time, locks, work, interrupts, user
// memory, devices, runtime PM, firmware files. One implementation (sut-adapters/host) serves all
// in-process drivers and checks their use as lockdep and friends would.
// Semantics: reference/facts-host.md sections 9-14. Not modelled: preemption, CPU affinity,
// signals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <span>

#include <tl/expected.hpp>

#include "gpu-model/vocab/sim_time.h"
#include "sut-adapters/contract/bus.h"
#include "sut-adapters/contract/object.h"

namespace protm::contract {

/// A value, or a negative errno.
template <class T>
using Result = tl::expected<T, int>;

// Primitives that a driver embeds in its objects. `role` names them in findings ("sched.lock").
// The state lives in Host's table, found by `id`; copying a primitive is an error of the driver.
struct Mutex {
  const char* role = "mutex";
  std::uint32_t id = 0;
};
struct RwSem {
  const char* role = "rwsem";
  std::uint32_t id = 0;
};
struct SpinLock {
  const char* role = "spinlock";
  std::uint32_t id = 0;
};
struct Completion {
  const char* role = "completion";
  std::uint32_t id = 0;
};
struct WaitQueue {
  const char* role = "waitqueue";
  std::uint32_t id = 0;
};
struct Work {
  const char* role = "work";
  Callback fn{};
  std::uint32_t id = 0;
};
struct DelayedWork {
  const char* role = "delayed_work";
  Callback fn{};
  std::uint32_t id = 0;
};
struct Timer {
  const char* role = "timer";
  Callback fn{};
  std::uint32_t id = 0;
};
/// A reference count. 0 = not initialised or released.
struct Kref {
  std::uint32_t count = 0;
};

enum class WorkqueueKind : std::uint8_t { unbound, ordered };
struct Workqueue {
  std::uint32_t id = 0;
};
enum class Atomicity : std::uint8_t { may_sleep, atomic };

/// What a hard interrupt handler answers.
enum class IrqReturn : std::uint8_t { none, handled, wake_thread };

/// State of runtime PM as a driver may ask for it.
enum class RpmStatus : std::uint8_t { suspended, resuming, active, suspending };

class Kernel {
 public:
  virtual ~Kernel() = default;

  // --- objects ---------------------------------------------------------------------------------
  /// Allocates a T of role `role`. Null when a fault says so (ENOMEM): test it as kzalloc's result.
  template <class T, class... A>
  Ptr<T> make(const char* role, A&&... a) {
    ObjectHeader* const header = object_alloc(sizeof(T), alignof(T), role);
    if (header == nullptr) return nullptr;
    return Ptr<T>(new (payload(header)) T(std::forward<A>(a)...), header);
  }
  /// Frees an object: later access through any Ptr is an oops. NULL is a no-op, twice is an oops.
  template <class T>
  void free(const Ptr<T>& p) {
    if (p == nullptr) return;
    T* const object = &*p;
    object->~T();
    object_free(const_cast<ObjectHeader*>(p.header()));
  }
  /// Where containers inside driver objects get memory (World memory in a run).
  [[nodiscard]] virtual std::pmr::memory_resource* memory() = 0;

  // --- references ------------------------------------------------------------------------------
  void kref_init(Kref& k) { k.count = 1; }
  /// On a released kref: WARN ("refcount addition on 0"), as refcount_t saturates.
  virtual void kref_get(Kref& k, const char* role) = 0;
  [[nodiscard]] virtual bool kref_get_unless_zero(Kref& k, const char* role) = 0;
  /// True when this put dropped the last reference: the caller runs its release function now.
  /// On a released kref: WARN ("refcount underflow") and false.
  [[nodiscard]] virtual bool kref_put(Kref& k, const char* role) = 0;

  // --- time ------------------------------------------------------------------------------------
  [[nodiscard]] virtual vocab::SimTime now() const = 0;
  /// Ticks per second of the profile (1000 unless the case says so).
  [[nodiscard]] virtual std::uint32_t hz() const = 0;
  [[nodiscard]] virtual std::uint64_t jiffies() const = 0;
  [[nodiscard]] virtual std::uint64_t msecs_to_jiffies(std::uint64_t ms) const = 0;
  virtual void udelay(std::uint64_t us) = 0;  ///< busy; legal in atomic context
  virtual void usleep(std::uint64_t us) = 0;  ///< sleeps
  /// Polls `done` at once and then every `delay_us` until true (0) or `timeout_us` (-ETIMEDOUT);
  /// one last test after expiry. Source: iopoll.h read_poll_timeout.
  virtual int poll(FunctionRef<bool()> done, std::uint64_t delay_us, std::uint64_t timeout_us,
                   Atomicity atomicity = Atomicity::may_sleep) = 0;

  // --- locks -----------------------------------------------------------------------------------
  virtual void mutex_lock(Mutex& m) = 0;
  [[nodiscard]] virtual bool mutex_trylock(Mutex& m) = 0;
  virtual void mutex_unlock(Mutex& m) = 0;
  [[nodiscard]] virtual bool mutex_is_locked(const Mutex& m) const = 0;
  /// A WARN unless the caller holds it. Source: lockdep.h lockdep_assert_held().
  virtual void assert_held(const Mutex& m) = 0;
  virtual void assert_held(const SpinLock& l) = 0;
  virtual void down_read(RwSem& s) = 0;
  virtual void up_read(RwSem& s) = 0;
  virtual void down_write(RwSem& s) = 0;
  virtual void up_write(RwSem& s) = 0;
  virtual void spin_lock(SpinLock& l) = 0;  ///< also stands for the irqsave variant
  virtual void spin_unlock(SpinLock& l) = 0;

  // --- waiting ---------------------------------------------------------------------------------
  virtual void init_completion(Completion& c) = 0;  ///< also reinit_completion
  virtual void complete(Completion& c) = 0;
  virtual void complete_all(Completion& c) = 0;
  virtual void wait_for_completion(Completion& c) = 0;
  /// Remaining jiffies (>= 1), or 0 when the time is over.
  virtual std::uint64_t wait_for_completion_timeout(Completion& c, std::uint64_t jiffies) = 0;
  [[nodiscard]] virtual bool try_wait_for_completion(Completion& c) = 0;
  virtual void wake_up_all(WaitQueue& q) = 0;
  virtual void wait_event(WaitQueue& q, FunctionRef<bool()> condition) = 0;
  /// 0 when the time is over and `condition` is still false; else remaining jiffies (>= 1).
  virtual std::uint64_t wait_event_timeout(WaitQueue& q, FunctionRef<bool()> condition,
                                           std::uint64_t jiffies) = 0;

  // --- work and timers (facts-host section 11) -------------------------------------------------
  [[nodiscard]] virtual Workqueue alloc_workqueue(const char* role, WorkqueueKind kind) = 0;
  virtual void destroy_workqueue(Workqueue wq) = 0;
  [[nodiscard]] virtual Workqueue system_wq() = 0;
  virtual bool queue_work(Workqueue wq, Work& w) = 0;  ///< false: already pending
  virtual bool cancel_work(Work& w) = 0;               ///< true: was pending
  virtual bool cancel_work_sync(Work& w) = 0;
  virtual void disable_work_sync(Work& w) = 0;
  virtual void enable_work(Work& w) = 0;
  virtual void flush_work(Work& w) = 0;
  [[nodiscard]] virtual bool work_pending(const Work& w) const = 0;
  virtual bool queue_delayed_work(Workqueue wq, DelayedWork& w, std::uint64_t jiffies) = 0;
  virtual bool mod_delayed_work(Workqueue wq, DelayedWork& w, std::uint64_t jiffies) = 0;
  virtual bool cancel_delayed_work(DelayedWork& w) = 0;
  virtual bool cancel_delayed_work_sync(DelayedWork& w) = 0;
  virtual void disable_delayed_work_sync(DelayedWork& w) = 0;
  virtual void disable_delayed_work(DelayedWork& w) = 0;
  virtual void enable_delayed_work(DelayedWork& w) = 0;
  virtual void flush_delayed_work(DelayedWork& w) = 0;
  [[nodiscard]] virtual bool delayed_work_pending(const DelayedWork& w) const = 0;
  /// Jiffies until the timer of a pending delayed work fires (0 when late or not pending).
  [[nodiscard]] virtual std::uint64_t delayed_work_remaining(const DelayedWork& w) const = 0;
  virtual void mod_timer(Timer& t, std::uint64_t at_jiffies) = 0;
  virtual bool del_timer_sync(Timer& t) = 0;

  // --- schedules -------------------------------------------------------------------------------
  /// Marks an access to what other tasks change without a lock: a schedule may let them run before
  /// it. No effect of its own. `place` is a constant word ("heap.minor").
  virtual void shared_access(const char* place) = 0;

  // --- MMIO and interrupts ---------------------------------------------------------------------
  virtual std::uint32_t read32(std::uint32_t offset) = 0;
  virtual void write32(std::uint32_t offset, std::uint32_t value) = 0;
  /// 64-bit registers: two accesses, LO first (device.h gpu_write64 / gpu_read64).
  std::uint64_t read64(std::uint32_t offset) {
    const std::uint64_t lo = read32(offset);
    return lo | (static_cast<std::uint64_t>(read32(offset + 4)) << 32);
  }
  void write64(std::uint32_t offset, std::uint64_t value) {
    write32(offset, static_cast<std::uint32_t>(value));
    write32(offset + 4, static_cast<std::uint32_t>(value >> 32));
  }
  /// Threaded shared interrupt, two to a line at most. `hard` runs in hard-irq context (may not
  /// sleep); wake_thread runs `thread` in a task. Freed by free_irq or at unbind. `ctx` goes to
  /// `hard` and tells the two of a line apart. Errors: -EBUSY the line has two.
  virtual int request_irq(IrqLine line, IrqReturn (*hard)(void* ctx), void* ctx, Callback thread,
                          const char* role) = 0;
  virtual void free_irq(IrqLine line, void* ctx) = 0;
  /// Waits until no thread of the line runs.
  virtual void synchronize_irq(IrqLine line) = 0;

  // --- memory ----------------------------------------------------------------------------------
  /// 2^order zeroed pages in a row, aligned to their size; Pa{0} = ENOMEM. Each is freed by itself.
  /// `role` for fault injection.
  [[nodiscard]] virtual vocab::Pa page_alloc(const char* role, std::uint32_t order = 0) = 0;
  virtual void page_free(vocab::Pa pa) = 0;
  [[nodiscard]] virtual std::uint64_t mem_load64(vocab::Pa pa) = 0;
  virtual void mem_store64(vocab::Pa pa, std::uint64_t value) = 0;
  /// The same for many bytes of one page.
  virtual void mem_load(vocab::Pa pa, std::span<std::byte> to) = 0;
  /// Must the Host call `call` on `role` fail now? 0 or a negative errno (or bytes for short_by).
  /// For allocators that are the driver's own; Host's services ask by themselves.
  [[nodiscard]] virtual std::int64_t fault(const char* call, const char* role) = 0;

  // --- user memory (of the current task's process) ----------------------------------------------
  /// Bytes NOT copied; the rest of `to` is zeroed. Source: facts-host U1.
  virtual std::uint64_t copy_from_user(std::span<std::byte> to, std::uint64_t from) = 0;
  virtual std::uint64_t copy_to_user(std::uint64_t to, std::span<const std::byte> from) = 0;
  virtual std::uint64_t clear_user(std::uint64_t to, std::uint64_t bytes) = 0;
  /// Capabilities of the current task. Only sys_nice is used by panthor, as posted.
  [[nodiscard]] virtual bool capable_sys_nice() const = 0;
  [[nodiscard]] virtual bool capable_sys_admin() const = 0;

  // --- device, devres, runtime PM, files of the firmware loader ---------------------------------
  /// Runs `fn` when the device is unbound or its probe fails, in reverse order (devm).
  virtual int devm_add_action(Callback fn, const char* role) = 0;
  /// Runs `fn` when the last reference of the DRM device is dropped, in reverse order (drmm).
  virtual int drmm_add_action(Callback fn, const char* role) = 0;
  [[nodiscard]] virtual bool dev_enter() = 0;  ///< false once unplugged; pairs with dev_exit
  virtual void dev_exit() = 0;
  virtual void dev_unplug() = 0;  ///< waits for all dev_enter sections
  [[nodiscard]] virtual bool dev_is_unplugged() const = 0;
  virtual void drm_dev_get() = 0;
  virtual void drm_dev_put() = 0;

  virtual void pm_runtime_enable(Callback suspend_fn, Callback resume_fn) = 0;
  virtual void pm_runtime_use_autosuspend(std::uint64_t delay_ms) = 0;
  virtual void pm_runtime_dont_use_autosuspend() = 0;
  virtual void pm_runtime_set_suspended() = 0;
  virtual int pm_runtime_resume_and_get() = 0;  ///< 0 or -errno; count dropped on failure
  virtual int pm_runtime_get_sync() = 0;        ///< count kept on failure
  virtual void pm_runtime_get_noresume() = 0;
  virtual void pm_runtime_put_autosuspend() = 0;  ///< marks last busy itself (K7)
  virtual void pm_runtime_put() = 0;
  virtual void pm_runtime_put_sync_suspend() = 0;
  /// Runtime PM is off from here on and the device suspended. A device that is in use still counts
  /// as active: a get succeeds although the power is off. Errors: what the suspend callback said.
  /// Source: drivers/base/power/runtime.c (7.3) pm_runtime_force_suspend().
  virtual int pm_runtime_force_suspend() = 0;
  /// The way back; a device that nobody used stays suspended.
  virtual int pm_runtime_force_resume() = 0;
  [[nodiscard]] virtual RpmStatus pm_runtime_status() const = 0;
  /// What a suspend or resume callback returns: the callback stores it here before it ends.
  virtual void pm_callback_result(int error) = 0;

  /// The firmware file of this machine, or -ENOENT. The bytes live as long as the run.
  [[nodiscard]] virtual Result<std::span<const std::byte>> request_firmware(const char* path) = 0;
  /// Text of a module parameter; nullptr when not given. Source: patch 4 (protected_heap_name).
  [[nodiscard]] virtual const char* module_param(const char* name) const = 0;
  [[nodiscard]] virtual bool dma_coherent() const = 0;

  // --- reporting -------------------------------------------------------------------------------
  /// A WARN: `words` is a constant slug ("protm entered without active group"). Execution goes on.
  virtual void warn(const char* words) = 0;
  /// Informational kernel log line with a constant text.
  virtual void log(const char* words) = 0;

 protected:
  /// nullptr = the allocation fails. The payload follows the header, aligned to 16.
  virtual ObjectHeader* object_alloc(std::size_t size, std::size_t align, const char* role) = 0;
  virtual void object_free(ObjectHeader* header) = 0;
  static void* payload(ObjectHeader* header) { return header + 1; }
};
static_assert(sizeof(ObjectHeader) % 8 == 0);

/// Holds a mutex for a block. An oops inside never unwinds: the lock then stays held, as it should.
class MutexGuard {
 public:
  MutexGuard(Kernel& kernel, Mutex& mutex) : kernel_(kernel), mutex_(mutex) {
    kernel_.mutex_lock(mutex_);
  }
  ~MutexGuard() { kernel_.mutex_unlock(mutex_); }
  MutexGuard(const MutexGuard&) = delete;
  MutexGuard& operator=(const MutexGuard&) = delete;

 private:
  Kernel& kernel_;
  Mutex& mutex_;
};

class SpinGuard {
 public:
  SpinGuard(Kernel& kernel, SpinLock& lock) : kernel_(kernel), lock_(lock) {
    kernel_.spin_lock(lock_);
  }
  ~SpinGuard() { kernel_.spin_unlock(lock_); }
  SpinGuard(const SpinGuard&) = delete;
  SpinGuard& operator=(const SpinGuard&) = delete;

 private:
  Kernel& kernel_;
  SpinLock& lock_;
};

}  // namespace protm::contract
