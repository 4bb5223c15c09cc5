// SPDX-License-Identifier: GPL-2.0-only
// The Trace: what a run showed, as fixed-size records in one order. Machine observations keep their
// vocab kind; the rest are operation results, fences, kernel log lines, lock misuse and the state
// at quiesce. No host address may be in it. Formatted on demand by conformance/format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace protm::contract {

/// Index into Trace::texts. 0 = none.
using TextId = std::uint32_t;

/// What a record is. `machine` records carry a vocab::ObservationKind in `sub`.
enum class RecordKind : std::uint8_t {
  machine = 1,      ///< sub = vocab::ObservationKind; a b c d as documented there
  step_started,     ///< a = actor, b = step (number in the Program)
  step_blocked,     ///< a = actor, b = step; the step's task waits for the first time
  step_returned,    ///< a = actor, b = step, c = result (int64: >= 0 or -errno)
  user_write,       ///< bytes the kernel wrote to user memory in this step: a = actor, b = step,
                    ///< c = field number of the operation's output, d = value (or digest if > 8
                    ///< B); sub = kOnlyForFacts: not compared
  fence_signalled,  ///< a = step of the job, d = error (0 or positive errno), c = seqno in queue
  buffer_content,   ///< at quiesce: a = step that made the BO; sub 0: b = bytes, d = xxh64 of
                    ///< them; sub 1 (a `memory` fact asks): c = offset, d = the 64-bit word there
  kernel_warn,      ///< text = words of the WARN (stable slug)
  kernel_oops,      ///< sub = OopsKind, text = role
  lock_misuse,      ///< sub = LockMisuse, text = roles
  kernel_log,       ///< text = line; informational, never compared
  heap_alloc,       ///< a = heap number, b = fd_flags, c = bytes asked, d = heap_flags;
                    ///< sub = 0 or the positive errno
  heap_buffer_freed,  ///< a = heap number, c = bytes
  leak,               ///< at end: text = role, a = live objects too many
  rest_state,         ///< at quiesce: text = what ("vms", "groups", ...), c = value; a = which GPU
                      ///< of several it is of, from 1, or 0
  event,              ///< an EVENT of the closed list happened: sub = EventKind, a, b as there
  sut_stuck,          ///< nothing moves although work is runnable or waited for: text = who
  sut_livelock,       ///< event budget c exhausted
  group_state,    ///< at quiesce: a = step that made the group, b = state bits, c = fatal_queues
  vm_state,       ///< at quiesce: a = step that made the VM, b = 0 usable, 1 unusable
  mapping,        ///< at quiesce: a = step of the VM, c = VA, d = bytes; b = 1 mapped
  fault_applied,  ///< a = number of the fault in the Program
  sut_crash,      ///< the candidate's process died by a signal; text = what is known
  sut_protocol,   ///< the candidate's process ended, or spoke, out of turn; text = how
};

/// `sub` of a user_write record whose value may depend on progress or on a candidate's own choice.
inline constexpr std::uint16_t kOnlyForFacts = 1;

/// Use of a kernel service that the kernel's own checkers would report.
enum class LockMisuse : std::uint16_t {
  abba = 1,              ///< order A -> B and B -> A both seen; no deadlock needed
  self_deadlock,         ///< AA: task takes what it holds
  unlock_by_other,       ///< not the owner, or not locked
  sleep_in_atomic,       ///< may sleep under a spinlock or in hard irq
  read_write_inversion,  ///< write lock while holding it for read
  flush_of_dependent,    ///< flush or cancel_sync of work that needs a held lock
  freed_while_locked,
  held_at_return,  ///< task returned to user space with a lock held
};

struct Record {
  std::uint64_t time_ns = 0;
  RecordKind kind{};
  std::uint8_t device = 0;  ///< of machine records, and events of jobs and slots: the GPU, from 0
  std::uint16_t sub = 0;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  TextId text = 0;
  std::uint64_t c = 0;
  std::uint64_t d = 0;
  friend bool operator==(const Record&, const Record&) = default;
};
static_assert(sizeof(Record) == 40);

/// How a run ended, as far as the executor can say it.
enum class RunEnd : std::uint8_t {
  completed,    ///< every step returned and the end state was taken
  stopped,      ///< ended early: an oops, stuck or livelock record says why
  not_started,  ///< candidate could not be loaded; `why` says it
  host_limit,   ///< ran longer than the host lets it; what it would have shown is not known
};

struct Trace {
  std::vector<Record> records;
  std::vector<std::string> texts{std::string()};  ///< [0] is the empty text
  RunEnd end = RunEnd::completed;
  std::string why;                   ///< only for not_started and host_limit
  std::uint64_t machine_events = 0;  ///< for the event budget
  /// Of the kernel below the candidate: timers come no finer. Not in the hash: it belongs to the
  /// candidate, as its name does.
  std::uint64_t jiffy_ns = 1'000'000;

  [[nodiscard]] std::string_view text(TextId id) const { return texts[id]; }
  /// xxh64 over records and texts: equal traces, equal hash. Source: design.md section 5.
  [[nodiscard]] std::uint64_t hash() const;
};

}  // namespace protm::contract
