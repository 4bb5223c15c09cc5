// SPDX-License-Identifier: GPL-2.0-only
// The closed list of EVENTs that `after:` and `reaches:` may name, and what they carry.
// Every adapter can show them, because the machine or the step runner sees them.
// Source: decisions.md 9.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace protm::contract {

enum class EventKind : std::uint8_t {
  none,
  protm_active,         ///< GPU_STATUS.PROTM_ACTIVE rose
  protm_exit_raised,    ///< GLB_ACK.PROTM_EXIT flipped
  protm_pend_raised,    ///< CS_ACK.PROTM_PEND flipped
  protm_enter_sampled,  ///< firmware's scan saw GLB_REQ.PROTM_ENTER
  ping_sampled,         ///< firmware's scan saw GLB_REQ.PING
  csg_state_acked,      ///< a = state word (0 terminate 1 start 2 suspend 3 resume)
  group_on_slot,        ///< a = step of the group; its first CS runs or resumes on a slot
  group_off_slot,       ///< a = step of the group
  as_command_written,   ///< a = AS command number
  job_started,          ///< a = step of the submit
  job_ended,            ///< a = step of the submit
  fence_signalled,      ///< a = step of the submit
  fault_applied,        ///< a = number of the fault
  exit_refused,
  reset_completed,
  irq_high,  ///< a = line (0 job 1 mmu 2 gpu)
  irq_low,
  oops,
  step_returned,   ///< a = step
  step_blocked,    ///< a = step
  ping_in_window,  ///< PING sampled while PROTM_ACTIVE
  tiler_oom,       ///< CS_ACK.TILER_OOM flipped
  progress_timer,  ///< CSG_ACK.PROGRESS_TIMER_EVENT flipped
  memory_changed,  ///< a = step whose user memory another thread changed
  protm_enter_acked,      ///< GLB_ACK.PROTM_ENTER flipped
  status_update_sampled,  ///< firmware's scan saw CSG_REQ.STATUS_UPDATE: a tick looks at its slots
  protm_exit_begun,       ///< firmware found a cause to leave protected mode
  count
};

/// What an event's number `a` names in a Program.
enum class EventArg : std::uint8_t { none, step, csg_state, as_command, irq_line, fault };

struct EventInfo {
  EventKind kind;
  std::string_view words;  ///< as in YAML, with `%` where the argument stands: "job % started"
  EventArg arg;
};
[[nodiscard]] std::span<const EventInfo> event_table();

/// One event as a Program names it: the `count`-th occurrence that matches.
struct EventSpec {
  EventKind kind = EventKind::none;
  std::uint32_t arg = 0;
  std::uint32_t count = 1;
  friend bool operator==(const EventSpec&, const EventSpec&) = default;
};

}  // namespace protm::contract
