// SPDX-License-Identifier: GPL-2.0-only
// A candidate. Stepped candidates (in-process, later cabi and process) are driven by the executor,
// which owns time and calls each step against its own rig. Whole-program candidates (linux-uml) run
// a Program by themselves and hand back the Trace. Source: design.md section 2 (Executor).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>

#include "sut-adapters/contract/bus.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/schedule.h"
#include "sut-adapters/contract/user_memory.h"

namespace protm::contract {

/// What the outside does to a kernel, after the step runner resolved all references.
enum class SysCall : std::uint8_t {
  // in-kernel dma-heap users and exporters; handles are numbers that the Sut gives out
  heap_register,    ///< name; args: protected, limit -> heap handle
  heap_unregister,  ///< heap handle
  heap_find,        ///< name -> heap handle, or 0 = NULL
  heap_put,         ///< heap handle, 0 = NULL
  heap_alloc,       ///< heap handle, len, fd_flags, heap_flags -> buffer handle or -errno
  buffer_put,       ///< buffer handle
  // files
  open,             ///< name = "dma_heap/<name>", "dri" or "dri2" -> fd or -errno
  close,            ///< fd
  ioctl,            ///< fd, cmd, user address -> result
  cpu_store64,      ///< fd of the render node, mmap offset, offset in BO, value: mmap + store
  cpu_store_bytes,  ///< fd, mmap offset, offset in BO; `bytes` (multiple of 8)
  cpu_load64,       ///< fd, mmap offset, offset in BO -> value in `output`
  cpu_load_bytes,   ///< fd, mmap offset, offset in BO; fills `into` (multiple of 8)
  mmap,             ///< fd of the render node, offset, bytes, MapAccess -> mapping > 0 or -errno
  munmap,           ///< mapping
  map_load64,       ///< mapping, offset -> value in `output`; -EFAULT where it is a SIGBUS
  map_store64,      ///< mapping, offset, value
  fdinfo,           ///< fd; the text goes to `into` -> its bytes
  // device
  load,
  probe,
  unbind,
  suspend,  ///< the device's part of a system suspend
  resume,   ///< and of the resume; the one that suspended asks for it
  unplug,   ///< the device goes from its bus; `probe` brings it back
  unload,   ///< module unload: -EAGAIN while somebody uses the module
  sleep,    ///< ns
  reclaim,  ///< pages wanted -> pages freed, or -ENOENT without a device
};

/// How an mmap asks for its pages: for reading and shared, plus these bits.
enum MapAccess : std::uint32_t { kMapWrite = 1, kMapExec = 2, kMapPrivate = 4 };

struct Call {
  SysCall call{};
  std::uint32_t actor = 0;
  std::uint32_t step = 0;
  std::uint32_t device = 0;  ///< GPU of probe, unbind, suspend, resume and unplug, from 0
  std::string_view name{};
  std::uint64_t args[4] = {};
  std::span<const std::byte> bytes{};  ///< live until the call returns
  std::span<std::byte> into{};         ///< likewise
  bool sys_nice = false;
  bool sys_admin = false;
};

/// What the runner learns when a call returned.
struct Returned {
  std::uint32_t actor = 0;
  std::uint32_t step = 0;
  std::int64_t result = 0;
  std::uint64_t output = 0;  ///< of cpu_load64
};

/// How the kernel below a driver was built, where that shows in what the driver does.
struct KernelTraits {
  std::uint32_t hz = 1000;
  /// Who makes calls goes on before the work that the calls woke: one CPU without preemption. Else
  /// all work is done before a caller goes on: CPUs enough.
  bool calls_first = false;
  /// drm_dev_unplug() takes until the next tick, because its grace period does.
  /// Source: 7.x' kernel/rcu/srcutiny.c begins it by an irq_work, which without an interrupt of its
  /// own runs at the tick; 6.12 queues the work itself.
  bool unplug_waits_for_tick = false;
};

/// What a run needs from outside. All pointers outlive the Sut.
struct Surroundings {
  Bus* bus = nullptr;
  Registers* second_gpu = nullptr;  ///< of the second GPU; null: there is none
  UserMemory* user = nullptr;
  std::pmr::memory_resource* memory = nullptr;  ///< World memory
  std::span<const std::byte> firmware;
  const char* heap_param = nullptr;  ///< nullptr = not given
  KernelTraits kernel;
  /// Makes timers of the timer wheel late by a part of its granularity; 0 = always in time.
  std::uint64_t timer_seed = 0;
  bool coherent = false;
};

struct SutInfo {
  std::string_view name;  ///< "reference", "series-v1"
  std::string_view version;
  std::uint32_t capabilities = 0;
};

class Sut {
 public:
  virtual ~Sut() = default;
  [[nodiscard]] virtual SutInfo info() const = 0;
  /// Starts a call as a task of its actor's process. The actor has no other call in flight.
  virtual void start(const Call& call) = 0;
  /// Runs everything that is runnable at the present time, interrupts included.
  virtual void run_ready() = 0;
  /// Time of the next timer or sleeper; UINT64_MAX = none.
  [[nodiscard]] virtual std::uint64_t next_timer_ns() const = 0;
  /// Same, without timers that only serve PING, idle and autosuspend: for "is it at rest".
  [[nodiscard]] virtual std::uint64_t next_needed_timer_ns() const = 0;
  /// The bus moved to a new time: expired timers and interrupt lines become runnable work.
  virtual void time_reached() = 0;
  /// Calls that returned since the last question, in order. Empty span = none.
  virtual std::span<const Returned> take_returned() = 0;
  /// Calls that blocked for the first time since the last question (actor, step).
  virtual std::span<const Returned> take_blocked() = 0;
  /// Who runs when is up to `policy` from now on; nullptr = the candidate's own order. A candidate
  /// without Capability::schedules takes no notice.
  virtual void set_schedule(SchedulePolicy* /*policy*/) {}
  /// A task stopped for ever (oops), or is deadlocked.
  [[nodiscard]] virtual std::uint32_t stopped_tasks() const = 0;
  /// True when no task exists at all: the state can be snapshot.
  [[nodiscard]] virtual bool no_tasks() const = 0;
  /// Reports rest_state and leak records through the bus. Call at quiesce, and after unbind.
  virtual void report_rest(bool after_unbind) = 0;
};

/// Makes a Sut inside World memory: the object and all it owns come from `around.memory`.
using SutFactory = Sut* (*)(const void* options, const Surroundings& around);

/// What a whole-program candidate's Trace holds.
enum class TraceDetail : std::uint8_t {
  normal,           ///< what rules and comparisons use
  register_access,  ///< and each register access
};

/// A candidate that runs whole Programs by itself.
class ProgramSut {
 public:
  virtual ~ProgramSut() = default;
  [[nodiscard]] virtual SutInfo info() const = 0;
  virtual Trace run(const Program& program, TraceDetail detail) = 0;
};

}  // namespace protm::contract
