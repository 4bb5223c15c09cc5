// SPDX-License-Identifier: GPL-2.0-only
// The scheduler: groups on slots, queues and jobs, tick, firmware events, protected mode, reset.
// Parts: sched_group.cc (life of groups), sched_job.cc (jobs and timeouts), sched_slot.cc (slot
// words and requests), sched_events.cc (what firmware tells), sched_tick.cc (who runs),
// sched_reset.cc (suspend, reset, unplug), sched_heap.cc (tilers without memory).
// A tick leaves a protected session alone while nobody else may run; otherwise it ends the session
// first, and only then sends requests to slots (SCHED-48, SCHED-20, SCHED-34).
// Leaves out: devfreq, profiling.
// Source: panthor_sched.c (7.3), patches 5 and 7 and their review; facts-driver-7x.md 6.
#pragma once

#include <array>
#include <span>

#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/uapi.h"
#include "oracle/reference/fw.h"
#include "oracle/reference/group.h"
#include "oracle/reference/tiler_heap.h"

namespace protm::reference {

inline constexpr std::uint32_t kMaxSlots = vocab::kMaxCsgSlots;
inline constexpr std::uint64_t kNoTick = UINT64_MAX;

struct Slot {
  Ptr<Group> group;            ///< with a reference
  std::uint32_t priority{};    ///< as acknowledged by the firmware
};

/// As the state field of a CSG's request has it.
[[nodiscard]] constexpr std::uint32_t state_value(vocab::fw::CsgState state) {
  return static_cast<std::uint32_t>(state);
}

/// Requests to several slots that are sent with one doorbell.
struct SlotUpdate {
  std::uint32_t slots = 0;
  std::uint32_t timed_out = 0;
  struct Request {
    std::uint32_t value{}, mask{};
  };
  std::array<Request, kMaxSlots> requests{};

  void queue(std::uint32_t slot, std::uint32_t value, std::uint32_t mask);
};

/// One run of the tick. Lists hold a reference on each group.
struct Tick {
  std::array<List<Group>, kPriorities> old_groups, groups;
  std::uint32_t group_count = 0, idle_count = 0;
  std::array<Ptr<Vm>, kMaxSlots> vms{};
  std::uint32_t as_count = 0;
  bool full{}, stop = true;
  bool failed{};               ///< the slots are not as wanted: the reset that was asked for helps
  Ptr<Group> protm_candidate;  ///< no reference of its own: it is in `groups`
};

enum class PickIdle : std::uint8_t { skip, take };
enum class PickOwner : std::uint8_t { tick, scheduler };

/// What GROUP_CREATE asks for, checked.
struct GroupRequest {
  const vocab::uapi::GroupCreate* args = nullptr;
  std::span<const vocab::uapi::QueueCreate> queues;
  Ptr<contract::GemObject> protm_suspend;  ///< of user space; NULL: none, or the driver's own
};

class Sched {
 public:
  explicit Sched(Device& device);
  virtual ~Sched() = default;

  int init(const Ptr<Sched>& self);
  void unplug();
  void suspend();
  void resume();
  /// The system is awake again: makes up for a tick that found the power gone.
  void wake();
  void pre_reset();
  /// `runs`: the firmware does.
  void post_reset(bool runs);

  // --- groups ---------------------------------------------------------------------------------
  [[nodiscard]] Result<Ptr<Group>> group_create(const Ptr<Vm>& vm, const GroupRequest& request);
  int group_create_queues(const Ptr<Group>& group, const GroupRequest& request);
  void group_start(const Ptr<Group>& group);
  void group_destroy(const Ptr<Group>& group);
  void group_get(const Ptr<Group>& group) { k_.kref_get(group->ref, "group"); }
  void group_put(const Ptr<Group>& group);
  [[nodiscard]] virtual bool can_run(const Ptr<Group>& group) const;
  [[nodiscard]] bool is_idle(const Ptr<Group>& group) const;
  /// Some ring holds words that the firmware has not taken yet. True whatever the firmware last
  /// said about the slot; inside protected mode it says nothing at all.
  [[nodiscard]] bool rings_filled(const Ptr<Group>& group) const;
  /// Not known to be idle, and the rings agree: worth throwing a session out for.
  [[nodiscard]] bool has_work(const Ptr<Group>& group) const;

  // --- jobs -----------------------------------------------------------------------------------
  [[nodiscard]] Result<Ptr<Job>> job_create(const Ptr<Group>& group,
                                            const vocab::uapi::QueueSubmit& submit);
  void job_get(const Ptr<Job>& job) { k_.kref_get(job->ref, "job"); }
  void job_put(const Ptr<Job>& job);
  /// Empties a list whose links hold references.
  void put_all(List<Job>& jobs);

  // --- events ---------------------------------------------------------------------------------
  void report_fw_events(std::uint32_t events);
  void tick_now();
  void flush_tick();
  /// Called under sched.lock when a protected session is over.
  virtual void after_protm_exit();

  /// What groups, slots and lists are may change under sched.lock only.
  void assert_locked() const { k_.assert_held(lock_); }
  [[nodiscard]] std::uint32_t slot_count() const { return slot_count_; }

 protected:
  // Seams of the tick, all under sched.lock.
  /// The group that may enter protected mode in this tick, or NULL (SCHED-20, SCHED-34).
  [[nodiscard]] virtual Ptr<Group> choose_protm(Tick& tick);
  /// True when the session under way has to make room.
  [[nodiscard]] virtual bool session_must_end(bool full_tick);
  virtual void schedule_group(const Ptr<Group>& group, std::uint32_t queue_mask);
  virtual void enter_protm(Tick& tick);
  /// A CS asks for protected mode. Source: review of patch 7 (SCHED-12, SCHED-13).
  virtual void handle_protm_pend(const Ptr<Group>& group, std::uint32_t cs);
  virtual void pick(Tick& tick, List<Group>& from, PickIdle idle, PickOwner owner);
  virtual void program_slot(std::uint32_t slot, std::uint32_t priority);
  /// What an evicted group's slot is asked for.
  [[nodiscard]] virtual vocab::fw::CsgState evicted_state(const Ptr<Group>& group) const;
  /// What the slot of a group that comes back or comes first is asked for.
  [[nodiscard]] virtual vocab::fw::CsgState starting_state(const Ptr<Group>& group) const;
  virtual void process_csg_events(std::uint32_t slot);
  /// Sends requests and waits for the slots. False: one timed out; `update` tells which.
  virtual bool update_slots(SlotUpdate& update);
  virtual void unbind(const Ptr<Group>& group);
  virtual void sync_queue_state(const Ptr<Group>& group, std::uint32_t cs);
  /// Signals the fences of finished jobs; true when there was progress.
  virtual bool complete_jobs(const Ptr<Queue>& queue);
  virtual void handle_fatal(const Ptr<Group>& group, std::uint32_t cs);
  virtual void write_ring_job(const Ptr<Queue>& queue, const Ptr<Job>& job);
  virtual void handle_progress_timer(const Ptr<Group>& group);
  /// Word of one more chunk for a heap. Errors: -ENOMEM there is none, others: the queue is dead.
  virtual Result<std::uint64_t> more_heap(const Ptr<Group>& group, std::uint64_t context_va,
                                          const HeapCounters& counters);
  /// Memory into which the firmware saves an unfinished region.
  virtual Result<Ptr<KernelBo>> make_protm_suspend(std::uint64_t size);
  /// Takes user space's buffer as the group's. Errors: -EBUSY it has a use already, -ENOMEM.
  virtual int take_protm_suspend(const Ptr<Group>& group, const Ptr<contract::GemObject>& gem);
  /// Ends the session before a suspend, reset or unplug, and saves what is still inside. Nothing
  /// happens without a session (RST-8).
  virtual void rescue_from_protm();

  Device& d_;
  Kernel& k_;
  contract::Mutex lock_{.role = "sched.lock"};
  std::array<Slot, kMaxSlots> slots_{};
  std::array<List<Group>, kPriorities> runnable_, idle_;
  List<Group> waiting_;
  std::uint32_t slot_count_{}, as_slot_count_{};

 private:
  friend struct SchedOpsTable;

  // sched_group.cc
  void queue_group_work(const Ptr<Group>& group, contract::Work& work);
  /// Ends a group that has no slot and cannot run any more.
  void end_off_slot(const Ptr<Group>& group);
  /// Ends a group that cannot run any more, wherever it is: by a tick, here, or behind a reset.
  void end_anywhere(const Ptr<Group>& group);
  Result<Ptr<Queue>> queue_create(const Ptr<Group>& group, std::uint32_t index,
                                  const vocab::uapi::QueueCreate& args);
  int queue_init(const Ptr<Queue>& queue);
  void queue_free(const Ptr<Queue>& queue);
  void group_release(const Ptr<Group>& group);
  void group_terminate(const Ptr<Group>& group);
  void group_sync_update(const Ptr<Group>& group);
  static void release_work(Group* group);
  static void term_work(Group* group);
  static void sync_upd_work(Group* group);
  static void tiler_oom_work(Group* group);
  static void timeout_work(Queue* queue);

  // sched_job.cc
  Result<Ptr<contract::Fence>> run_job(const Ptr<Job>& job);
  contract::TimedoutResult timedout_job(const Ptr<Job>& job);
  void kick_queue(const Ptr<Group>& group, const Ptr<Queue>& queue);
  void timeout_start(const Ptr<Queue>& queue);
  void timeout_stop(const Ptr<Queue>& queue);
  void timeout_expired(const Ptr<Queue>& queue);
  void queue_stop(const Ptr<Queue>& queue, const Ptr<Job>& bad);
  /// Of `queue`, under its fence_lock, as are the two below.
  [[nodiscard]] List<Job>& jobs_in_flight(const Ptr<Queue>& queue) const;
  [[nodiscard]] std::uint64_t time_left(const Ptr<Queue>& queue) const;
  void set_time_left(const Ptr<Queue>& queue, std::uint64_t jiffies);
  void queue_start(const Ptr<Queue>& queue);
  [[nodiscard]] bool has_jobs(const Ptr<Queue>& queue);
  [[nodiscard]] std::uint64_t timeout_jiffies() const { return k_.msecs_to_jiffies(5000); }

  /// How far the firmware came in the ring, in bytes from the start of all.
  [[nodiscard]] std::uint64_t ring_extract(const Ptr<Queue>& queue) const;

  // sched_slot.cc
  int bind(const Ptr<Group>& group, std::uint32_t slot);
  void program_cs(const Ptr<Group>& group, std::uint32_t slot, std::uint32_t cs);
  void reset_cs(const Ptr<Group>& group, std::uint32_t slot, std::uint32_t cs);
  void set_priority(std::uint32_t slot, std::uint32_t priority);
  [[nodiscard]] std::uint32_t read_priority(std::uint32_t slot) const;
  /// Of requests that are made by a bit that differs from its ack: all of them.
  [[nodiscard]] std::uint32_t other_than_acked(std::uint32_t slot) const;
  void sync_slot_state(std::uint32_t slot);
  void sync_queues(std::uint32_t slot);
  void release_wait(const Ptr<Queue>& queue);
  [[nodiscard]] bool wait_satisfied(const Ptr<Group>& group, const Ptr<Queue>& queue);

  // sched_events.cc
  void fw_events();
  void process_cs_events(const Ptr<Group>& group, std::uint32_t slot, std::uint32_t cs,
                         std::uint32_t& doorbells);
  void process_glb_events();
  void handle_fault(const Ptr<Group>& group, std::uint32_t cs);
  void sync_upd();
  void resume_tick();
  void queue_tick(std::uint64_t delay);
  void queue_sync_upd();
  /// Idle or runnable list, by what the group has to do.
  [[nodiscard]] List<Group>& home_list(const Ptr<Group>& group);

  // sched_heap.cc
  void handle_tiler_oom(const Ptr<Group>& group, std::uint32_t cs);
  void answer_tiler_oom(const Ptr<Group>& group, std::uint32_t cs);
  [[nodiscard]] bool oom_waits(const Ptr<Group>& group, std::uint32_t cs) const;

  // sched_tick.cc
  void tick_work();
  void tick_locked(std::uint64_t now, bool full);
  void leave_session_alone(std::uint64_t now);
  void choose_and_apply(Tick& tick);
  void give_back(const Ptr<Group>& group);
  void collect_old(Tick& tick);
  void insert_old(Tick& tick, const Ptr<Group>& group);
  void pick_all(Tick& tick);
  [[nodiscard]] bool apply(Tick& tick);
  [[nodiscard]] bool evict_and_reprioritise(Tick& tick);
  [[nodiscard]] bool start_new(Tick& tick);
  void settle(Tick& tick);
  void cleanup(Tick& tick);
  void set_power_reference(bool wanted);
  void rearm(std::uint64_t now, bool stop);
  [[nodiscard]] bool end_session();
  /// Calls `visit(slot, group)` for each slot with a group on it.
  template <class F>
  void for_slots(F&& visit) {
    for (std::uint32_t slot = 0; slot < slot_count_; ++slot) {
      const Ptr<Group> group = slots_[slot].group;
      if (group) visit(slot, group);
    }
  }
  /// Calls `visit(group)` for each group that waits for a slot or has nothing to do.
  template <class F>
  void for_listed(F&& visit) {
    for (std::uint32_t p = kPriorities; p-- > 0;) {
      runnable_[p].for_each(visit);
      idle_[p].for_each(visit);
    }
  }
  template <class F>
  void for_chosen(Tick& tick, F&& visit) {
    for (std::uint32_t p = kPriorities; p-- > 0;) tick.groups[p].for_each(visit);
  }
  template <class F>
  void for_old(Tick& tick, F&& visit) {
    for (std::uint32_t p = kPriorities; p-- > 0;) tick.old_groups[p].for_each(visit);
  }

  // sched_reset.cc
  void suspend_locked();
  void settle_starts();
  void forced_terminate(const Ptr<Group>& group);
  void leave_slot(std::uint32_t slot);
  void stop_group(const Ptr<Group>& group);
  /// Whether groups are in the list of the stopped ones. Under reset_lock.
  [[nodiscard]] bool in_reset() const {
    k_.assert_held(reset_lock_);
    return reset_in_progress_;
  }
  void set_in_reset(bool on) {
    k_.assert_held(reset_lock_);
    reset_in_progress_ = on;
  }
  void restart_group(const Ptr<Group>& group);

  contract::Workqueue wq_;
  contract::Workqueue heap_wq_;   ///< may allocate, so nothing that signals fences waits for it
  contract::DelayedWork tick_work_{.role = "tick_work"};
  contract::Work sync_upd_work_{.role = "sync_upd_work"};
  contract::Work fw_events_work_{.role = "fw_events_work"};
  std::uint32_t fw_events_ = 0;
  std::uint64_t last_tick_{}, resched_target_ = kNoTick, tick_period_{};
  std::uint32_t used_slots_ = 0;
  bool might_have_idle_ = false;        ///< the last tick left somebody idle on a slot
  bool has_power_reference_ = false;
  contract::Mutex reset_lock_{.role = "reset.lock"};
  bool reset_in_progress_ = false;
  bool tick_missed_ = false;            ///< the power was gone when a tick had its turn
  List<Group> stopped_;

 public:
  static const contract::SchedOps kOps;
  [[nodiscard]] contract::Workqueue workqueue() const { return wq_; }
  [[nodiscard]] contract::Workqueue heap_workqueue() const { return heap_wq_; }
};

}  // namespace protm::reference
