// SPDX-License-Identifier: GPL-2.0-only
// State of one command stream and one CSG slot, as plain data that can be saved and restored.
// Leaves out: behaviour (fw_csg.cc, fw_cs.cc, cs_exec.cc, protm.cc).
// Source: facts-fw.md 5, 7, 9.2.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

namespace protm::gpu {

inline constexpr std::uint32_t kCallDepth = 8;
inline constexpr std::uint32_t kMaxRuns = 8;

/// Why a CS does not go on.
enum class Block : std::uint32_t {
  none,
  scoreboard,  // WAIT
  sync,        // SYNC_WAIT
  protm,       // PROT_REGION in normal mode
  runs_full,   // more RUN instructions than the model keeps in flight
  memory,      // an access stalls: page fault or locked region
  tiler,       // no heap memory: the host, or the end of fragment work, is waited for
  fatal,       // CS_FATAL, for good
};

/// Where a tiling instruction is in getting its memory.
enum class TilerPhase : std::uint32_t {
  none,
  takes,    // from the chunks that there are
  asked,    // TILER_OOM is raised
  refused,  // the host has no chunk for it
};

/// A buffer that is being executed.
struct Frame {
  std::uint64_t base, pc, end;
};

/// Timed work that a RUN or FLUSH instruction started; the first of a CS runs, others queue.
struct Run {
  std::uint64_t left_ns;
  std::uint64_t ends_at;  // 0 while it is paused or queued
  std::uint32_t opcode;
  std::uint32_t scoreboard;
};

/// Where a CS is in its program.
struct CsContext {
  std::array<std::uint32_t, 128> r;
  std::array<Frame, kCallDepth> frames;
  std::uint64_t extract;
  std::uint32_t depth;
  std::uint32_t region_left;   // instructions of the protected region that are left
  std::uint32_t region_depth;  // frame depth at which they are counted
  std::uint32_t endpoint_sb;
  std::uint32_t other_sb;
  std::uint32_t run_count;
  std::array<Run, kMaxRuns> runs;
};

/// One command stream of a slot.
struct Cs {
  CsContext at;
  CsContext region_start;  // where an interrupted region starts again
  std::uint64_t sync_va;   // SYNC_WAIT operand, for status and re-evaluation
  std::uint64_t sync_value;
  std::uint64_t stream_va;  // outermost CALL, for observations
  std::uint64_t stream_bytes;
  std::uint64_t backoff;    // batches in a row that ran out of budget
  std::uint32_t active;     // CS_REQ.STATE == START was taken
  std::uint32_t block;      // Block
  std::uint32_t wait_mask;  // scoreboards of WAIT
  std::uint32_t sync_condition;
  std::uint32_t sync_64;
  std::uint32_t step_queued;  // a cs_step event is on its way
  std::uint32_t waiting;      // at a region, PROTM_PEND raised
  std::uint32_t allowed;      // sampled by PROTM_ENTER
  std::uint32_t raised;       // PROTM_PEND was raised since the group came onto its slot
  std::uint32_t ack_seen;     // the host's ack was observed
  std::uint32_t in_region;    // executing a region in protected mode
  std::uint32_t in_error;     // skipping to ERROR_BARRIER
  std::uint32_t error_code;
  std::uint32_t req_resource;
  std::uint32_t was_idle;
  std::uint32_t heap_set;
  std::uint64_t heap_va;
  std::uint64_t tiler_left;   // bytes that the present tiling instruction still needs
  std::uint32_t tiler_phase;  // TilerPhase
  std::uint32_t rung;         // the CS doorbell came while PROTM_PEND was acked
  std::uint32_t fault_told;   // stands still until the host has acked CS_FAULT and rung
  std::uint32_t padding;
};
static_assert(std::has_unique_object_representations_v<Cs>);

/// Of Slot::barred. Source: panthor_sched.c csg_slot_prog_locked() (7.3): ALLOW_COMPUTE,
/// ALLOW_FRAGMENT, ALLOW_OTHER.
inline constexpr std::uint64_t kBarsCompute = 1, kBarsFragment = 2, kBarsTiling = 4;

/// One CSG slot without its CS.
struct Slot {
  std::uint64_t suspend_buf;
  std::uint64_t protm_suspend_buf;
  std::uint64_t progress_at;  // when the progress timer runs out; 0 = it does not run
  std::uint64_t barred;       // kinds of work for which the group may use no core
  std::uint64_t named;        // CS whose doorbells were rung since the last group left
  std::uint32_t active;  // a group is on it
  std::uint32_t state;   // CSG_ACK.STATE
  std::uint32_t as;
  std::uint32_t endpoint_req;
  std::uint32_t priority;
  std::uint32_t inflight;    // CSG_REQ bits sampled, ack not yet written
  std::uint32_t generation;  // events of a former tenant are ignored
  std::uint32_t idle;
  std::uint32_t idle_sent;     // CSG IDLE was raised for this idle period
  std::uint32_t sync_written;  // SYNC_UPDATE is due at the end of the step
  std::uint32_t rescan;        // a doorbell came while a request was in flight
  std::uint32_t used;        // a group was on it since its CS were last cleared
  std::uint32_t endpoint_unread;  // the endpoint word that this version does not read
  std::uint32_t progress_armed;   // a progress_timer event is on its way
};
static_assert(std::has_unique_object_representations_v<Slot>);

}  // namespace protm::gpu
