// SPDX-License-Identifier: GPL-2.0-only
// Scheduler: groups, queues, CSG slots, tick, firmware events, reset and suspend. Patch 5 splits
// the tick's apply step, patch 7 adds the choice of a protected group, its grant and entry, the
// exit event and the reset inside protected mode. Switches FW-18, SCHED-12, SCHED-13, SCHED-20,
// SCHED-34, SCHED-37, SCHED-39, SCHED-43, SCHED-47, SCHED-48, RST-14, RST-15, RST-16,
// RST-29.
// Not modelled: tiler heaps (a TILER_OOM is answered with no chunk), profiling, fdinfo, devfreq.
// Source: panthor_sched.[ch] (7.x); patches 5/8, 7/8, 8/8; facts-driver-7x.md section 6.
#pragma once

#include <array>
#include <cstdint>

#include "sut-adapters/series-v1/list.h"
#include "sut-adapters/series-v1/panthor_device.h"
#include "sut-adapters/series-v1/panthor_gem.h"

namespace protm::v1 {

struct PanthorFile;
struct Vm;
struct Group;
struct Job;

inline constexpr int kMaxCsgPrio = 15;
inline constexpr std::uint32_t kCsgPriorityCount = 4;
inline constexpr std::uint32_t kCsgPriorityRt = 3;
inline constexpr std::uint64_t kTickPeriodMs = 10;
inline constexpr std::uint64_t kNoTick = UINT64_MAX;
/// Bytes of one sync object of the syncobjs BO, and where its parts are.
inline constexpr std::uint64_t kSyncobj64Size = 16;
inline constexpr std::uint64_t kSyncobj64Status = 8;

enum class CsGroupState : std::uint32_t { created, active, suspended, terminated, unknown };

/// Time left of a queue timer that runs: the timer itself knows.
inline constexpr std::uint64_t kTimerRunning = UINT64_MAX;

struct Queue {
  Group* group = nullptr;
  std::uint32_t idx = 0;
  std::uint32_t priority = 0;
  std::uint32_t doorbell_id = 0;
  bool sched_ready = false;
  bool entity_ready = false;
  contract::GpuScheduler scheduler{"queue_sched"};
  contract::SchedEntity entity;
  contract::Ptr<KernelBo> ringbuf;
  contract::Ptr<KernelBo> iface;       ///< input page at 0, output page behind it
  contract::Ptr<KernelBo> profiling;
  struct {
    std::uint64_t gpu_va = 0;
    std::uint64_t ref = 0;
    bool gt = false;
    bool sync64 = false;
  } syncwait;
  struct {
    contract::SpinLock lock{"fence_ctx.lock"};
    std::uint64_t id = 0;
    std::uint64_t seqno = 0;
    contract::Ptr<contract::Fence> last_fence;
    ListNode<Job> in_flight_jobs;
  } fence_ctx;
  struct {
    contract::DelayedWork work{"queue.timeout"};
    std::uint64_t remaining = 0;       ///< jiffies, or kTimerRunning
  } timeout;
};

struct Group {
  PanthorDevice* ptdev = nullptr;
  contract::Ptr<Group> self;           ///< no reference
  contract::Kref refcount;
  contract::Ptr<Vm> vm;
  struct CoreUse {
    std::uint64_t mask = 0;
    std::uint8_t most = 0;
  } compute, fragment, tiler;          ///< cores that the group may use, and how many at once
  std::uint8_t priority = 0;
  std::uint32_t blocked_queues = 0;
  std::uint32_t idle_queues = 0;
  std::uint32_t fatal_queues = 0;
  /// Queues that wait for protected mode (CS_PROTM_PENDING).
  std::uint32_t protm_pending_queues = 0;
  std::uint32_t tiler_oom = 0;         ///< queues with an event to process
  /// A region may be waiting without a new event: look at CS_STATUS_WAIT until it is known.
  bool protm_unsettled = false;
  bool destroyed = false;
  bool timedout = false;
  bool innocent = false;
  CsGroupState state = CsGroupState::created;
  int csg_id = -1;
  contract::Ptr<KernelBo> suspend_buf;
  contract::Ptr<KernelBo> protm_suspend_buf;
  contract::Ptr<KernelBo> syncobjs;
  contract::Work sync_upd_work{"group.sync_upd_work"};
  contract::Work term_work{"group.term_work"};
  contract::Work tiler_oom_work{"group.tiler_oom_work"};
  contract::Work release_work{"group.release_work"};
  ListNode<Group> run_node;
  ListNode<Group> wait_node;
  std::uint32_t queue_count = 0;
  std::array<contract::Ptr<Queue>, vocab::kMaxCsPerCsg> queues{};
};

/// Words that one job takes in the ring, without profiling.
inline constexpr std::uint32_t kJobCredits = 16;

/// A GROUP_SUBMIT job.
struct Job : contract::SchedJob {
  contract::Ptr<Job> self;             ///< no reference
  contract::Kref refcount;
  contract::Ptr<Group> group;          ///< with a reference
  std::uint32_t queue_idx = 0;
  std::uint64_t stream_start = 0;
  std::uint32_t stream_size = 0;
  std::uint32_t latest_flush = 0;
  std::uint64_t ringbuf_start = 0, ringbuf_end = 0;
  contract::Ptr<contract::Fence> done_fence;
  std::uint64_t seqno = 0;
  PanthorDevice* ptdev = nullptr;
  bool sched_ready = false;            ///< drm_sched_job to clean up
  bool fence_ready = false;            ///< done_fence was initialised by run_job
  ListNode<Job> node;
};

struct CsgSlot {
  Group* group = nullptr;              ///< with a reference
  int priority = 0;
};

/// A prioritised set of group lists.
struct GroupLists {
  std::array<ListNode<Group>, kCsgPriorityCount> at;
};

struct PanthorScheduler {
  PanthorDevice* ptdev = nullptr;
  contract::Mutex lock{"sched.lock"};
  contract::Workqueue wq;
  contract::Workqueue cleanup_wq;
  contract::Workqueue heap_alloc_wq;   ///< may allocate; apart from what signals fences
  contract::DelayedWork tick_work{"tick_work"};
  contract::Work sync_upd_work{"sync_upd_work"};
  contract::Work fw_events_work{"fw_events_work"};
  std::uint32_t fw_events = 0;
  std::uint64_t tick_period = 0;       ///< jiffies
  std::uint64_t last_tick = 0;
  std::uint64_t resched_target = kNoTick;
  bool tick_in_the_dark = false;   ///< the last tick found the GPU suspended
  GroupLists runnable;
  GroupLists idle;
  ListNode<Group> waiting;
  std::array<CsgSlot, vocab::kMaxCsgSlots> csg_slots{};
  std::uint32_t csg_slot_count = 0, cs_slot_count = 0, as_slot_count = 0;
  std::uint32_t used_csg_slot_count = 0;
  std::uint32_t sb_slot_count = 0;
  bool might_have_idle_groups = false;
  bool pm_has_ref = false;
  struct {
    contract::Mutex lock{"reset.lock"};
    bool in_progress = false;
    ListNode<Group> stopped_groups;
  } reset;
  struct {
    bool protected_mode = false;
    Group* active_group = nullptr;     ///< with a reference
    bool phantom = false;              ///< the entry failed (SCHED-43)
  } protm;
};

// --- device level ------------------------------------------------------------------------------
int panthor_sched_init(PanthorDevice* ptdev);
void panthor_sched_unplug(PanthorDevice* ptdev);
void panthor_sched_pre_reset(PanthorDevice* ptdev);
void panthor_sched_post_reset(PanthorDevice* ptdev, bool reset_failed);
void panthor_sched_suspend(PanthorDevice* ptdev);
void panthor_sched_resume(PanthorDevice* ptdev);
/// The system is awake, the device perhaps not: nobody else asks again for a tick that was in vain.
void panthor_sched_wake(PanthorDevice* ptdev);
void panthor_sched_report_fw_events(PanthorDevice* ptdev, std::uint32_t events);
void panthor_sched_report_mmu_fault(PanthorDevice* ptdev);
void panthor_sched_prepare_for_vm_destruction(PanthorDevice* ptdev);
/// True while the scheduler believes that the GPU is in protected mode.
[[nodiscard]] bool panthor_sched_in_protm(const PanthorDevice* ptdev);

// --- groups and jobs -----------------------------------------------------------------------------
/// GROUP_CREATE behind the permission check. Returns the handle.
contract::Result<std::uint32_t> panthor_group_create(
    PanthorFile* pfile, const vocab::uapi::GroupCreate& args,
    std::span<const vocab::uapi::QueueCreate> queues);
int panthor_group_destroy(PanthorFile* pfile, std::uint32_t handle);
int panthor_group_get_state(PanthorFile* pfile, vocab::uapi::GroupGetState* state);
void panthor_group_pool_destroy(PanthorFile* pfile);
contract::Result<contract::Ptr<Job>> panthor_job_create(PanthorFile* pfile,
                                                        std::uint32_t group_handle,
                                                        const vocab::uapi::QueueSubmit& args);
void panthor_job_put(Job* job);

}  // namespace protm::v1
