// SPDX-License-Identifier: GPL-2.0-only
// Host's kernel core: tasks on fibers, time, locks with their checks, work queues, interrupts,
// devices, runtime PM. Cooperative: a task runs until it blocks or ends, so data races below the
// granularity of blocking calls do not show, unless a schedule holds it at a finer point
// (kernel_points.cc). Hard interrupts wait while any spinlock is held.
// Not modelled: signals, timer-wheel rounding, INITIAL_JIFFIES, reclaim, kernel memory
// limits. Source: reference/facts-host.md sections 9-14, decisions.md 18-20.
#pragma once

#include <array>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>

#include "sut-adapters/contract/bus.h"
#include "sut-adapters/contract/kernel.h"
#include "sut-adapters/contract/sut.h"
#include "sut-adapters/host/kernel_state.h"
#include "sut-adapters/host/lock_order.h"
#include "sut-adapters/host/platform_device.h"

namespace protm::host {

using contract::Callback;
using contract::FunctionRef;
using contract::ObjectHeader;

/// Live objects of one role.
struct RoleCount {
  const char* role = "";
  std::uint32_t live = 0;
};

class KernelImpl final : public contract::Kernel {
 public:
  /// Everything it keeps comes from `around.memory`; `around` is copied.
  explicit KernelImpl(const contract::Surroundings& around);
  ~KernelImpl() override;
  KernelImpl(const KernelImpl&) = delete;
  KernelImpl& operator=(const KernelImpl&) = delete;

  // === Host-internal face: for the subsystems of Host and the in-process Sut =====================

  /// Starts a task that runs `body` and ends. Returns its number.
  std::uint32_t spawn(const char* role, Callback body, TaskContext context = {});
  std::uint32_t spawn(const char* role, void (*fn)(void*), void* arg, TaskContext context = {}) {
    return spawn(role, Callback{fn, arg, nullptr, 0}, context);
  }
  /// Whose call is running now. Work items and interrupt threads have none.
  [[nodiscard]] TaskContext current_context() const;
  /// Number of the running task; 0 in an interrupt or outside any task.
  [[nodiscard]] std::uint32_t current_task() const { return in_task() ? current_->id : 0; }
  /// True while a task (not an interrupt, not the scheduler) runs.
  [[nodiscard]] bool in_task() const { return current_ != nullptr && irq_fiber_ == nullptr; }
  /// Runs `body` at once on an own stack where nothing may block. False: it stopped there.
  bool run_atomic(const char* role, FunctionRef<void()> body);
  /// Reports a sleep in atomic context, if this is one. Call first in whatever may block.
  void might_sleep(const char* what, const char* role);
  /// Adds a record at the present time; `words` are interned.
  void report(contract::RecordKind kind, std::uint16_t sub, const char* words,
              std::uint32_t a = 0, std::uint32_t b = 0, std::uint64_t c = 0, std::uint64_t d = 0);

  /// Who runs when is up to `policy`, which is not part of the World; nullptr = Host's own order.
  void set_schedule(contract::SchedulePolicy* policy) { policy_ = policy; }
  /// A schedule may hold the running task here. Call before the effect of what it names.
  void point(contract::PointKind kind, const char* role, std::uint32_t offset = 0) {
    if (policy_ != nullptr) point_of_policy(kind, role, offset);
  }

  /// Runs interrupts, due timers and tasks until nothing is runnable at the present time.
  void run_ready();
  /// The bus moved: machine events may have happened. `run_ready` does the rest.
  void time_reached();
  [[nodiscard]] std::uint64_t next_timer_ns() const;
  /// Without ping and autosuspend.
  [[nodiscard]] std::uint64_t next_needed_timer_ns() const;

  [[nodiscard]] std::uint32_t task_count() const {
    return static_cast<std::uint32_t>(tasks_.size());
  }
  /// Tasks stopped by an oops, or blocked for ever because nobody can release what they wait for.
  [[nodiscard]] std::uint32_t stopped_tasks() const;
  /// "role waits for mutex x.lock; ..." of all blocked tasks that no timer will wake.
  void describe_blocked(std::pmr::string& to) const;
  /// Contexts (actor, step) of syscall tasks that blocked for the first time; the caller clears it.
  [[nodiscard]] std::pmr::vector<TaskContext>& newly_blocked() { return newly_blocked_; }

  /// The first GPU.
  [[nodiscard]] PlatformDevice& device() { return device_; }
  /// The second one; null when there is none.
  [[nodiscard]] PlatformDevice* second_device() { return second_ ? &*second_ : nullptr; }

  // DRM devices, one per probe. The contract's drm_dev_* mean the newest one of a device.
  /// A new one, with one reference: its number.
  std::uint32_t drm_instance_add();
  void drm_instance_get(std::uint32_t instance);
  void drm_instance_put(std::uint32_t instance);
  [[nodiscard]] bool drm_instance_unplugged(std::uint32_t instance) const;
  /// Files and exported buffers of DRM devices: each keeps the driver's module.
  [[nodiscard]] std::uint32_t drm_users() const;

  [[nodiscard]] std::span<const RoleCount> live_objects() const { return roles_; }
  [[nodiscard]] std::uint32_t live_pages() const { return live_pages_; }
  /// Sleeps in the current task.
  void sleep_ns(std::uint64_t ns) { delay(ns); }
  [[nodiscard]] contract::Bus& bus() { return *around_.bus; }

  // === contract::Kernel ==========================================================================
  std::pmr::memory_resource* memory() override { return around_.memory; }
  void kref_get(contract::Kref& k, const char* role) override;
  bool kref_get_unless_zero(contract::Kref& k, const char* role) override;
  bool kref_put(contract::Kref& k, const char* role) override;

  vocab::SimTime now() const override { return around_.bus->now(); }
  std::uint32_t hz() const override { return around_.kernel.hz; }
  std::uint64_t jiffies() const override;
  std::uint64_t msecs_to_jiffies(std::uint64_t ms) const override;
  void udelay(std::uint64_t us) override;
  void usleep(std::uint64_t us) override;
  int poll(FunctionRef<bool()> done, std::uint64_t delay_us, std::uint64_t timeout_us,
           contract::Atomicity atomicity) override;

  void mutex_lock(contract::Mutex& m) override;
  bool mutex_trylock(contract::Mutex& m) override;
  void mutex_unlock(contract::Mutex& m) override;
  bool mutex_is_locked(const contract::Mutex& m) const override;
  void assert_held(const contract::Mutex& m) override;
  void assert_held(const contract::SpinLock& l) override;
  void down_read(contract::RwSem& s) override;
  void up_read(contract::RwSem& s) override;
  void down_write(contract::RwSem& s) override;
  void up_write(contract::RwSem& s) override;
  void spin_lock(contract::SpinLock& l) override;
  void spin_unlock(contract::SpinLock& l) override;

  void init_completion(contract::Completion& c) override;
  void complete(contract::Completion& c) override;
  void complete_all(contract::Completion& c) override;
  void wait_for_completion(contract::Completion& c) override;
  std::uint64_t wait_for_completion_timeout(contract::Completion& c,
                                            std::uint64_t jiffies) override;
  bool try_wait_for_completion(contract::Completion& c) override;
  void wake_up_all(contract::WaitQueue& q) override;
  void wait_event(contract::WaitQueue& q, FunctionRef<bool()> condition) override;
  std::uint64_t wait_event_timeout(contract::WaitQueue& q, FunctionRef<bool()> condition,
                                   std::uint64_t jiffies) override;

  contract::Workqueue alloc_workqueue(const char* role, contract::WorkqueueKind kind) override;
  void destroy_workqueue(contract::Workqueue wq) override;
  contract::Workqueue system_wq() override { return contract::Workqueue{1}; }
  bool queue_work(contract::Workqueue wq, contract::Work& w) override;
  bool cancel_work(contract::Work& w) override;
  bool cancel_work_sync(contract::Work& w) override;
  void disable_work_sync(contract::Work& w) override;
  void enable_work(contract::Work& w) override;
  void flush_work(contract::Work& w) override;
  bool work_pending(const contract::Work& w) const override;
  bool queue_delayed_work(contract::Workqueue wq, contract::DelayedWork& w,
                          std::uint64_t jiffies) override;
  bool mod_delayed_work(contract::Workqueue wq, contract::DelayedWork& w,
                        std::uint64_t jiffies) override;
  bool cancel_delayed_work(contract::DelayedWork& w) override;
  bool cancel_delayed_work_sync(contract::DelayedWork& w) override;
  void disable_delayed_work_sync(contract::DelayedWork& w) override;
  void disable_delayed_work(contract::DelayedWork& w) override;
  void enable_delayed_work(contract::DelayedWork& w) override;
  void flush_delayed_work(contract::DelayedWork& w) override;
  bool delayed_work_pending(const contract::DelayedWork& w) const override;
  std::uint64_t delayed_work_remaining(const contract::DelayedWork& w) const override;
  void mod_timer(contract::Timer& t, std::uint64_t at_jiffies) override;
  bool del_timer_sync(contract::Timer& t) override;
  void shared_access(const char* place) override { point(contract::PointKind::shared, place); }

  std::uint32_t read32(std::uint32_t offset) override { return device_.read32(offset); }
  void write32(std::uint32_t offset, std::uint32_t value) override {
    device_.write32(offset, value);
  }
  int request_irq(contract::IrqLine line, contract::IrqReturn (*hard)(void* ctx), void* ctx,
                  Callback thread, const char* role) override {
    return device_.request_irq(line, hard, ctx, thread, role);
  }
  void free_irq(contract::IrqLine line, void* ctx) override { device_.free_irq(line, ctx); }
  void synchronize_irq(contract::IrqLine line) override { device_.synchronize_irq(line); }

  vocab::Pa page_alloc(const char* role, std::uint32_t order) override;
  void page_free(vocab::Pa pa) override;
  std::uint64_t mem_load64(vocab::Pa pa) override;
  void mem_store64(vocab::Pa pa, std::uint64_t value) override;
  void mem_load(vocab::Pa pa, std::span<std::byte> to) override;
  std::int64_t fault(const char* call, const char* role) override;

  std::uint64_t copy_from_user(std::span<std::byte> to, std::uint64_t from) override;
  std::uint64_t copy_to_user(std::uint64_t to, std::span<const std::byte> from) override;
  std::uint64_t clear_user(std::uint64_t to, std::uint64_t bytes) override;
  bool capable_sys_nice() const override { return current_context().sys_nice; }
  bool capable_sys_admin() const override { return current_context().sys_admin; }

  int devm_add_action(Callback fn, const char* role) override {
    return device_.devm_add_action(fn, role);
  }
  int drmm_add_action(Callback fn, const char* role) override {
    return device_.drmm_add_action(fn, role);
  }
  bool dev_enter() override { return device_.dev_enter(); }
  void dev_exit() override { device_.dev_exit(); }
  void dev_unplug() override { device_.dev_unplug(); }
  bool dev_is_unplugged() const override { return device_.dev_is_unplugged(); }
  void drm_dev_get() override { drm_instance_get(device_.drm_instance()); }
  void drm_dev_put() override { drm_instance_put(device_.drm_instance()); }

  void pm_runtime_enable(Callback suspend_fn, Callback resume_fn) override {
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

  contract::Result<std::span<const std::byte>> request_firmware(const char* path) override;
  const char* module_param(const char* name) const override;
  bool dma_coherent() const override { return around_.coherent; }
  void warn(const char* words) override;
  void log(const char* words) override;

 protected:
  ObjectHeader* object_alloc(std::size_t size, std::size_t align, const char* role) override;
  void object_free(ObjectHeader* header) override;

 private:
  friend class KernelTestAccess;
  friend class PlatformDevice;
  friend class KernelOfDevice;
  /// Memory is used again for objects of the same role only, so that a finding names the right one.
  struct FreeList {
    const char* role = "";
    std::uint32_t bytes = 0;
    std::pmr::vector<ObjectHeader*> headers;
  };

  // tasks (kernel_task.cc)
  void install_oops_handler();
  static void on_oops(void* ctx, contract::OopsKind kind, const char* role);
  [[noreturn]] void stop_here();
  Task* find_task(std::uint32_t id) const;
  void run_task(Task& t);
  void finish_task(Task& t);
  void destroy_task(Task& t);
  void kill_unstarted(std::uint32_t id);
  static void task_entry(void* arg);
  WakeReason block(WaitKind kind, std::uint32_t id, const char* role,
                   std::uint64_t until_ns = vocab::kNever);
  void wake(Task& t, WakeReason reason);
  void wake_all(WaitKind kind, std::uint32_t id);
  /// Of a wait queue: who came last stands first in it. Source: kernel/sched/wait.c,
  /// prepare_to_wait().
  void wake_all_latest_first(WaitKind kind, std::uint32_t id);
  Task* first_waiter(WaitKind kind, std::uint32_t id) const;
  bool call(const Callback& fn);
  [[nodiscard]] bool blocked_for_ever(const Task& t) const;
  /// Task that must go on before `t` can; 0 = none known.
  [[nodiscard]] std::uint32_t waits_for_task(const Task& t) const;
  [[nodiscard]] std::pmr::vector<HeldLock>& held();
  [[nodiscard]] std::uint32_t self() const;
  void unpoison_free_objects();
  [[nodiscard]] FreeList* free_list(const char* role, std::uint32_t bytes) const;

  // schedules (kernel_points.cc)
  void point_of_policy(contract::PointKind kind, const char* role, std::uint32_t offset);
  /// Threads of interrupts have the same roles whatever a driver calls them.
  [[nodiscard]] contract::TaskView view(const Task& t) const;
  [[nodiscard]] contract::Rivals rivals();
  [[nodiscard]] bool time_may_pass() const;
  void hold_task(Task& t);
  Task* take_next(bool call_returned);
  void tell_stopped(std::uint32_t id, const contract::TaskView& task);

  // time (kernel_time.cc)
  [[nodiscard]] std::uint64_t own_timer_ns() const;
  [[nodiscard]] std::uint64_t tick_edge_ns(std::uint64_t jiffy) const;
  [[nodiscard]] std::uint64_t deadline_ns(std::uint64_t jiffies_from_now);
  [[nodiscard]] std::uint64_t initial_jiffies() const;
  /// When a timer of the wheel fires that is to expire at jiffy `expires`: never early, and late by
  /// what the wheel's granularity makes of it in this run.
  [[nodiscard]] std::uint64_t timer_edge_ns(std::uint64_t expires);
  void add_expiry(ExpiryKind kind, std::uint32_t id, std::uint64_t when_ns, Need need);
  bool remove_expiry(ExpiryKind kind, std::uint32_t id);
  bool fire_one_expiry();
  void mark_polls_dirty(const Task* except = nullptr);
  void delay(std::uint64_t ns);
  int poll_in_atomic_stack(FunctionRef<bool()> done, std::uint64_t step, std::uint64_t end);

  // locks (lock_use.cc)
  LockSlot& lock_slot(std::uint32_t& id, const void* address, const char* role, LockKind kind);
  void lock_acquire_checks(LockSlot& slot, LockMode mode);
  void note_order(ClassNr to);
  void note_held(const LockSlot& slot, LockMode mode);
  bool drop_held(std::pmr::vector<HeldLock>& from, std::uint32_t id);
  /// True: it was free. False: this task had to wait and got it from its owner.
  bool lock_take(LockSlot& slot, LockMode mode, WaitKind wait);
  void lock_release(LockSlot& slot, LockMode mode, WaitKind wait);
  void grant_waiters(LockSlot& slot, WaitKind wait);
  void grant_mutex(LockSlot& slot);
  /// The first waiter of a mutex after it was woken.
  void mutex_try_again(LockSlot& slot);
  void disown(std::uint32_t lock_id, LockMode mode);
  [[nodiscard]] bool holds(std::uint32_t lock_id, LockMode mode) const;
  void assert_held(std::uint32_t lock_id, const char* role);
  void report_misuse(contract::LockMisuse what, const char* first, const char* second);
  /// Says in which order locks were taken before the edge that closes a cycle.
  void report_chain(const std::vector<ClassNr>& chain);
  void check_held_at_return(Task& t);
  void check_free_while_held(const void* low, const void* high, const char* role);
  const char* atomic_role() const;

  // waits (kernel_wait.cc)
  WaitSlot& wait_slot(std::uint32_t& id, const void* address, const char* role);
  [[nodiscard]] std::uint64_t remaining(std::uint64_t until_ns, std::uint64_t end_jiffy) const;
  void block_on(WaitSlot& slot, WaitKind kind, std::uint64_t until_ns);

  // work (work_queue.cc)
  template <class W>
  WorkSlot& work_slot(W& w);
  bool work_queue_now(std::uint32_t wq, WorkSlot& w);
  void work_kick(std::uint32_t wq);
  void work_dispatch(std::uint32_t wq, WorkSlot& w);
  static void work_task_entry(void* arg);
  void work_run(WorkSlot& w);
  bool work_unqueue(WorkSlot& w);
  bool work_disarm(WorkSlot& w);
  bool work_take_back(WorkSlot& w);
  void work_wait_until_done(WorkSlot& w, std::uint64_t nr);
  void work_wait_running(WorkSlot& w);
  void work_note_flush(const WorkSlot& w);
  bool work_cancel_sync(WorkSlot& w);
  void work_arm(std::uint32_t wq, WorkSlot& w, std::uint64_t jiffies);
  void delayed_work_fired(std::uint32_t id);
  void timer_fired(std::uint32_t id);

  void run_hard_irqs();
  void drm_release(DrmInstance& d);
  /// A driver has a device: whoever waits for another one is tried again (B2).
  void device_bound(const PlatformDevice& device);

  contract::Surroundings around_;
  LockOrder order_;
  SlotTable<LockSlot> locks_;
  SlotTable<WaitSlot> waits_;
  SlotTable<WorkSlot> works_;
  SlotTable<TimerSlot> timers_;
  std::pmr::deque<QueueSlot> queues_;        ///< [0] is the system queue, number 1

  std::pmr::vector<Task*> tasks_;            ///< all, in order of their numbers
  std::pmr::deque<std::uint32_t> run_queue_;
  std::pmr::vector<Task*> blocked_;          ///< in order of blocking
  std::pmr::vector<TaskContext> newly_blocked_;
  Task* current_ = nullptr;
  contract::SchedulePolicy* policy_ = nullptr;
  std::pmr::vector<Task*> held_;             ///< in order of holding
  bool waiting_ = false;                     ///< only held tasks are left, and time passes
  std::pmr::vector<contract::TaskView> fresh_views_, held_views_;   ///< for the policy
  std::uint32_t last_task_ = 0;
  std::uint64_t last_poll_ = 0;
  std::uint32_t stopped_irqs_ = 0;           ///< oopses outside tasks

  Fiber* irq_fiber_ = nullptr;               ///< the stack of an interrupt or atomic call
  const char* irq_role_ = "";
  bool in_hard_irq_ = false;
  std::pmr::vector<HeldLock> irq_held_;
  std::uint32_t irq_spin_depth_ = 0;
  std::uint32_t spins_held_ = 0;             ///< by all tasks

  std::pmr::vector<Expiry> expiries_;        ///< sorted by (when, nr)
  std::uint64_t last_expiry_ = 0;
  std::uint64_t timers_armed_ = 0;   ///< on the timer wheel; the n-th one has its own lateness
  std::uint64_t known_next_event_ns_ = 0;

  std::pmr::vector<FreeList*> free_objects_;
  /// The row of a role, made when there is none.
  RoleCount& count_of(const char* role);
  std::pmr::vector<RoleCount> roles_;   ///< objects, and workqueues that were not destroyed
  std::uint64_t last_serial_ = 0;
  std::uint32_t live_pages_ = 0;
  struct Said { contract::RecordKind kind{}; std::uint16_t sub = 0; std::uint64_t digest = 0; };
  std::pmr::vector<Said> said_;              ///< findings that are reported once
  bool say_once(contract::RecordKind kind, std::uint16_t sub, const char* words);

  std::pmr::deque<DrmInstance> drm_;
  PlatformDevice device_;
  std::optional<PlatformDevice> second_;
};

}  // namespace protm::host
