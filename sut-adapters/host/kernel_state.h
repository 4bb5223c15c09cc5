// SPDX-License-Identifier: GPL-2.0-only
// The records behind Host's primitives: what a Mutex, a Work or an interrupt line is while a run
// goes on. A driver's primitive holds only a role and a number; its state is a slot in a table
// here, so that it lies in the World and outlives a freed object. Data only, no behaviour.
// Source: reference/facts-host.md sections 9-13.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory_resource>
#include <vector>

#include "gpu-model/vocab/sim_time.h"
#include "sut-adapters/contract/kernel.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/host/fiber.h"
#include "sut-adapters/host/lock_order.h"

namespace protm::host {

inline constexpr std::uint32_t kNoActor = UINT32_MAX;

/// On whose behalf a task runs. Kernel tasks (works, irq threads) have no actor and no step.
struct TaskContext {
  std::uint32_t actor = kNoActor;
  std::uint32_t step = contract::kNoStep;
  bool sys_nice = false;
  bool sys_admin = false;
};

enum class LockMode : std::uint8_t { exclusive, shared, marker };

/// A lock in somebody's hands. A marker (id 0) stands for "this work item runs".
struct HeldLock {
  std::uint32_t id = 0;
  ClassNr cls = 0;
  LockMode mode = LockMode::exclusive;
};

/// What a blocked task waits for.
enum class WaitKind : std::uint8_t {
  none, mutex, rwsem, spinlock, completion, wait_queue, work, workqueue, irq_thread, time, poll,
  runtime_pm, device_sections, for_ever
};

/// `held`: runnable, but a schedule keeps it from going on.
enum class TaskState : std::uint8_t { runnable, running, blocked, stopped, held };
enum class WakeReason : std::uint8_t { woken, timeout };

struct Task {
  Task(std::pmr::memory_resource* memory, std::uint32_t nr) : id(nr), held(memory) {}
  std::uint32_t id;
  const char* role = "";
  TaskContext context;
  contract::Callback body;
  Fiber fiber;
  TaskState state = TaskState::runnable;
  std::pmr::vector<HeldLock> held;
  std::uint32_t spin_depth = 0;
  WaitKind wait_kind = WaitKind::none;
  std::uint32_t wait_id = 0;
  LockMode wait_mode = LockMode::exclusive;
  const char* wait_role = "";
  WakeReason wake = WakeReason::woken;
  bool blocked_once = false;
  std::uint64_t held_until_ns = 0;  ///< while a schedule holds it: when it goes on at the latest
  // Only while it polls: evaluations lie at poll_base + k * poll_step.
  std::uint64_t poll_base_ns = 0, poll_step_ns = 0, poll_last_ns = 0;
  std::uint64_t poll_nr = 0;        ///< number of this poll; 0 = does not poll
};

enum class LockKind : std::uint8_t { mutex, rwsem, spinlock };

struct LockSlot {
  std::uint32_t id = 0;             ///< 0: slot is free
  const char* role = "";
  ClassNr cls = 0;
  LockKind kind{};
  std::uint32_t owner = 0;          ///< task number of the exclusive owner; kIrqOwner in an irq
  std::uint32_t readers = 0;
  std::uint32_t contender = 0;      ///< of a mutex: first waiter, awake, has not tried again yet
  std::uint32_t heir = 0;           ///< of a mutex: tried again in vain; gets it at the next unlock
  [[nodiscard]] bool free() const { return owner == 0 && readers == 0; }
  [[nodiscard]] bool idle() const { return free() && contender == 0; }
};
inline constexpr std::uint32_t kIrqOwner = UINT32_MAX;

struct WaitSlot {
  std::uint32_t id = 0;
  const char* role = "";
  std::uint32_t done = 0;           ///< of a completion; kDoneForEver after complete_all
  std::uint32_t waiters = 0;        ///< keep the number from being given to another
  [[nodiscard]] bool idle() const { return waiters == 0; }
};
inline constexpr std::uint32_t kDoneForEver = UINT32_MAX;

struct WorkSlot {
  std::uint32_t id = 0;
  const char* role = "";
  ClassNr cls = 0;
  contract::Callback fn;
  std::uint32_t wq = 0;             ///< where it is pending or was last
  std::uint32_t pending = 0;        ///< 1: on a queue
  std::uint32_t pending_task = 0;   ///< task made for it that has not begun yet
  std::uint32_t running_task = 0;
  std::uint32_t disabled = 0;
  std::uint64_t queue_nr = 0;       ///< raised at each queueing
  std::uint64_t running_nr = 0;     ///< queue_nr of the instance that runs
  std::uint32_t armed = 0;          ///< 1: the timer of a delayed work runs
  std::uint64_t expires = 0;        ///< jiffies; stays readable after firing (W9)
  std::uint32_t waiters = 0;
  [[nodiscard]] bool idle() const {
    return pending == 0 && running_task == 0 && armed == 0 && waiters == 0;
  }
};

struct TimerSlot {
  std::uint32_t id = 0;
  const char* role = "";
  contract::Callback fn;
  std::uint32_t armed = 0;
  std::uint64_t expires = 0;
  [[nodiscard]] bool idle() const { return armed == 0; }
};

struct QueueSlot {
  explicit QueueSlot(std::pmr::memory_resource* memory) : items(memory) {}
  const char* role = "";
  ClassNr cls = 0;                  ///< of an ordered queue only
  contract::WorkqueueKind kind{};
  std::pmr::deque<std::uint32_t> items;   ///< pending work numbers in queue order
  std::uint32_t active = 0;         ///< items that have a task
  bool draining = false;
  bool dead = false;
};

/// Something that happens at a time.
enum class ExpiryKind : std::uint8_t { task, timer, delayed_work, autosuspend };
/// Does the system still have something to do at that time, or is it only housekeeping?
enum class Need : std::uint8_t { needed, housekeeping };

struct Expiry {
  std::uint64_t when_ns = 0;
  std::uint64_t nr = 0;             ///< order of arming: breaks ties
  ExpiryKind kind{};
  Need need{};
  std::uint32_t id = 0;
};

struct IrqAction {
  contract::IrqReturn (*hard)(void* ctx) = nullptr;
  void* ctx = nullptr;
  contract::Callback thread;
  const char* role = "";
  std::uint32_t thread_task = 0;
  bool wake_again = false;
};
inline constexpr std::uint32_t kIrqLines = 3;
inline constexpr std::uint32_t kIrqShares = 2;
/// Calls of a line's handlers at one point in time.
struct IrqCounts {
  std::uint64_t at_ns = 0;
  std::uint32_t none = 0;           ///< in a row
  std::uint32_t calls = 0;
  bool disabled = false;            ///< nobody cared
};

enum class DevresKind : std::uint8_t { action, irq, runtime_pm, drm_device };
struct Devres {
  DevresKind kind{};
  const char* role = "";
  contract::Callback fn;
  std::uint32_t number = 0;         ///< irq line, or DRM device
};

/// A DRM device: one per probe. It lives on while files of it are open.
struct DrmInstance {
  explicit DrmInstance(std::pmr::memory_resource* memory) : actions(memory) {}
  std::uint32_t refs = 0;
  bool unplugged = false;
  std::uint32_t sections = 0;       ///< dev_enter minus dev_exit
  std::pmr::vector<Devres> actions;
};

enum class PmRequest : std::uint8_t { none, idle, suspend, autosuspend, resume };

struct PmState {
  contract::Callback suspend_fn, resume_fn;
  bool enabled = false;
  bool autosuspend = false;
  bool deferred_resume = false;
  bool needs_force_resume = false;  ///< in use when the system went to sleep
  contract::RpmStatus status = contract::RpmStatus::suspended;
  int error = 0;                    ///< sticky, until set_suspended
  int callback_result = 0;
  std::uint32_t usage = 0;
  std::uint64_t delay_ms = 0;
  std::uint64_t last_busy_ns = 0;
  PmRequest request = PmRequest::none;
  std::uint32_t request_task = 0;
};

/// Slots found by a number that the primitive holds; a slot's address in memory never changes.
template <class Slot>
class SlotTable {
 public:
  explicit SlotTable(std::pmr::memory_resource* memory)
      : slots_(memory), by_number_(memory), addresses_(memory), free_(memory) {}

  [[nodiscard]] Slot* find(std::uint32_t id) {
    if (id == 0 || id > by_number_.size()) return nullptr;
    Slot* const slot = by_number_[id - 1];
    return slot->id == id ? slot : nullptr;
  }
  [[nodiscard]] const Slot* find(std::uint32_t id) const {
    return const_cast<SlotTable*>(this)->find(id);
  }
  /// The slot of a primitive at `address`, made when `id` names none; `fresh` says so.
  Slot& obtain(std::uint32_t& id, const void* address, const char* role, bool& fresh) {
    if (Slot* const known = find(id); known != nullptr) {
      if (addresses_[id - 1] != address) place(id, address);
      fresh = false;
      return *known;
    }
    forget_range(address, static_cast<const std::byte*>(address) + 1);   // made anew in place
    fresh = true;
    if (free_.empty()) {
      by_number_.push_back(&slots_.emplace_back());
      addresses_.push_back(nullptr);
      free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    }
    id = free_.back();
    free_.pop_back();
    Slot& slot = *by_number_[id - 1];
    slot = Slot{};
    slot.id = id;
    place(id, address);
    slot.role = role;
    return slot;
  }
  /// The memory [low, high) is no longer what it was: idle slots in it go, others lose their place.
  void forget_range(const void* low, const void* high) {
    for_each_in(low, high, [this](Slot& slot) {
      addresses_[slot.id - 1] = nullptr;
      release_if_orphan(slot);
    });
  }
  /// Calls `fn` for each slot whose primitive lies in [low, high).
  template <class Fn>
  void for_each_in(const void* low, const void* high, Fn fn) {
    if (std::less<>{}(last_, low) || !std::less<>{}(first_, high)) return;
    for (std::size_t i = 0; i < addresses_.size(); ++i) {
      if (addresses_[i] >= low && addresses_[i] < high) fn(*by_number_[i]);
    }
  }
  void release_if_orphan(Slot& slot) {
    if (slot.id == 0 || addresses_[slot.id - 1] != nullptr || !slot.idle()) return;
    free_.push_back(slot.id);
    slot.id = 0;
  }
  [[nodiscard]] std::pmr::deque<Slot>& all() { return slots_; }
  [[nodiscard]] const std::pmr::deque<Slot>& all() const { return slots_; }

 private:
  void place(std::uint32_t id, const void* address) {
    addresses_[id - 1] = address;
    if (first_ == nullptr || std::less<>{}(address, first_)) first_ = address;
    if (last_ == nullptr || std::less<>{}(last_, address)) last_ = address;
  }

  std::pmr::deque<Slot> slots_;
  std::pmr::vector<Slot*> by_number_;
  /// Where each slot's primitive lies; nullptr: nowhere any more, or the slot is free. Apart from
  /// the slots, because each object that dies and each task that ends looks at all of them.
  std::pmr::vector<const void*> addresses_;
  /// Between these all primitives have lain so far: hardly any lies on a stack, and each task that
  /// ends asks for those on its own.
  const void* first_ = nullptr;
  const void* last_ = nullptr;
  std::pmr::vector<std::uint32_t> free_;
};

}  // namespace protm::host
