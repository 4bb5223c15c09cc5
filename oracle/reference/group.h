// SPDX-License-Identifier: GPL-2.0-only
// Scheduling groups, their queues and jobs, as data.
// Leaves out: profiling sums, tiler heaps, names for debugging.
// Source: panthor_sched.c (7.3) structs; facts-driver.md 5, facts-driver-7x.md 6.
#pragma once

#include <array>

#include "gpu-model/vocab/ids.h"
#include "oracle/reference/user_buffers.h"

namespace protm::reference {

inline constexpr std::uint32_t kPriorities = 4;
inline constexpr std::uint32_t kPriorityRealtime = 3;
/// One queue's syncobj: a sequence number of 8 bytes, and a status word that nobody reads.
inline constexpr std::uint64_t kSyncobjSize = 16;
inline constexpr std::uint32_t kMaxQueues = vocab::kMaxCsPerCsg;
/// Values of Queue::remaining while the timeout runs.
inline constexpr std::uint64_t kTimeoutRuns = UINT64_MAX;

struct Group;
struct Queue;

struct Job : contract::SchedJob {
  Device* d = nullptr;
  contract::Kref ref;
  Ptr<Group> group;               ///< with a reference
  std::uint32_t queue_idx{};
  std::uint32_t stream_size{}, latest_flush{};
  std::uint64_t stream_addr{};
  std::uint64_t ring_start{}, ring_end{};
  Ptr<contract::Fence> done;      ///< with a reference; an empty job has that of the one before
  Link<Job> in_flight;
  bool sched_ready = false;       ///< drm_sched knows the job
};

/// What a queue blocked on a SYNC_WAIT waits for.
struct SyncWait {
  std::uint64_t gpu_va{}, ref{};
  bool is_64bit{}, greater{};
  /// The memory there, once it was looked up: with a reference and a vmap.
  struct Place {
    Ptr<contract::GemObject> object;
    std::uint64_t offset{};
    contract::KMap kmap;
  } place;
};

struct Queue {
  Ptr<Queue> self;
  Group* group = nullptr;
  std::uint32_t index{};
  std::uint8_t priority{};
  std::uint32_t ring_size{};
  std::uint32_t doorbell{};          ///< doorbell page while on a slot
  Ptr<KernelBo> ring, iface, profiling;
  contract::GpuScheduler scheduler{.role = "queue"};
  contract::SchedEntity entity;
  bool scheduler_live = false;
  contract::DelayedWork timeout{.role = "queue.timeout"};
  std::uint64_t remaining{};         ///< jiffies left, or kTimeoutRuns
  std::uint64_t fence_context{};
  std::uint64_t seqno = 0;
  contract::SpinLock fence_lock{.role = "queue.fence_lock"};
  List<Job> in_flight;               ///< under fence_lock; each link holds a job reference
  Ptr<contract::Fence> last_fence;   ///< with a reference
  SyncWait wait;
};

/// Which cores a group may use, and how many of them at once.
struct CoreLimits {
  std::uint64_t compute_mask{}, fragment_mask{};
  std::uint32_t tiler_mask{};
  std::uint32_t max_compute{}, max_fragment{}, max_tiler{};
};

enum class GroupState : std::uint8_t { created, active, suspended, terminated };

struct Group {
  Device* d = nullptr;
  Ptr<Group> self;
  contract::Kref ref;
  Ptr<Vm> vm;                        ///< with a reference
  CoreLimits cores;
  std::uint8_t priority{};
  bool protected_flag{};
  bool registered = false;           ///< GROUP_CREATE is over, look-ups may find it
  std::uint32_t queue_count{};
  std::array<Ptr<Queue>, kMaxQueues> queues{};
  Ptr<KernelBo> suspend_buf, protm_suspend_buf, syncobjs;
  Ptr<UserClaim> protm_suspend_claim;   ///< where user space gave it

  // Under sched.lock.
  int csg_id = -1;
  GroupState state = GroupState::created;
  bool destroyed = false, timedout = false, innocent = false;
  std::uint32_t idle_queues = 0, blocked_queues = 0, fatal_queues = 0;
  std::uint32_t protm_pending_queues = 0;
  std::uint32_t tiler_oom_queues{};
  Link<Group> run_node, wait_node;
  contract::Work sync_upd_work{.role = "group.sync_upd_work"};
  contract::Work term_work{.role = "group.term_work"};
  contract::Work tiler_oom_work{.role = "group.tiler_oom_work"};
  contract::Work release_work{.role = "group.release_work"};
};

}  // namespace protm::reference
