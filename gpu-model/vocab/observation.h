// SPDX-License-Identifier: GPL-2.0-only
// What the machine saw, as fixed-size records; the rig drains them into the Trace.
// A record holds numbers only: names come from observation_info and, for registers, from
// register_map.h. The meaning of a, b, c and d is in the table of observation.cc.
// Leaves out: everything above the machine (operations, fences, WARNs), see the contract.
// Source: facts-fw.md 9.2 and 9.6; decisions.md 7, 9.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "gpu-model/vocab/sim_time.h"

namespace protm::vocab {

enum class ObservationKind : std::uint32_t {
  // Register file.
  register_read,    // a offset, b value
  register_write,   // a offset, b value
  doorbell,         // a page
  irq_line,         // a line (0 job, 1 mmu, 2 gpu), b level, c RAWSTAT, d MASK
  flush_caches,     // a payload, b in protected mode
  reset_started,    // a command, b PROTM state left
  reset_completed,  //
  power_changed,    // a domain (0 shader, 1 tiler, 2 L2), c READY
  // MMU.
  as_command,       // a AS, b command, c LOCKADDR, d AsCommandState
  as_command_done,  // a AS, b command, d 1 when it ran after protected mode was left
  as_updated,       // a AS, b 1 where TRANSTAB is not 0, c MEMATTR, d TRANSCFG
  mmu_fault,        // a AS, b FAULTSTATUS, c VA, d in protected mode
  // MCU and firmware.
  mcu_boot,               // a GLB_REQ found, b ack_irq_mask found
  mcu_boot_failed,        // a BootProblem
  mcu_halt,               //
  mcu_disable,            // a PROTM state left
  glb_request,            // a GLB_REQ bits that differ, b in protected mode
  glb_ack,                // a bits acked
  glb_configured,         // a ACK_IRQ_MASK, b progress timer in us, c CORE_EN_MASK, d timers in ns:
                          // poweroff << 32 | idle; 0 where the request for one never came
  ping_sampled,           // a in window, b another reason to leave was pending
  ping_acked,             //
  csg_state_sampled,      // a slot, b from, c to
  csg_state_acked,        // a slot, b from, c to, d suspend buffer VA
  ep_cfg_acked,           // a slot, b priority, c endpoint request
  status_update_sampled,  // a slot, b in window
  cs_started,             // a slot, b CS, c ring base, d ring size
  cs_stopped,             // a slot, b CS
  stream_call,            // a slot, b CS, c stream VA, d bytes << 32 | AS
  stream_return,          // a slot, b CS, c stream VA, d bytes << 32 | AS
  run_started,            // a slot, b CS, c opcode, d duration in ns
  run_ended,              // a slot, b CS, c opcode
  sync_object,            // a slot, b CS, c VA, d new value
  cs_fault,               // a slot, b CS, c exception code, d info
  cs_fatal,               // a slot, b CS, c exception code, d info
  csg_event,              // a slot, b CSG_REQ bit mask of the event
  glb_event,              // a GLB_REQ bit mask of the event
  tiler_oom,              // a slot, b CS, c heap context VA, d chunk word in use
  tiler_chunk,            // a slot, b CS, c heap context VA, d chunk word given, 0 = none
  tiler_heap_op,          // a slot, b CS, c heap context VA, d HeapOp
  // Protected mode.
  protm_pend,         // a slot, b CS, c protm suspend buffer VA, d AS
  protm_pend_acked,   // a slot, b CS, d 1 when it came after PROTM_ENTER was sampled
  enter_sampled,      // a CS allowed, b CS waiting, c mask of slots allowed, d mask waiting
  enter_acked,        // a CS allowed
  protm_active,       // a slot of the active group or kAnySlot's value, c suspend buffer VA, d AS
  region_started,     // a slot, b CS, c instructions, d ns left of it
  region_ended,       // a slot, b CS
  region_unfinished,  // a slot, b CS, c instructions left, d protm suspend buffer VA
  exit_cause,         // a ExitCause, b GLB or CSG request bits, c slot
  exit_refused,       // a ExitCause
  protm_exit_raised,  // a ExitCause, b unfinished regions, c 1 when the event was visible
  protm_fault,        // a level
  // Access checks.
  cpu_protected_access,     // a write, b bytes, c PA
  gpu_protected_access,     // a write, b AS, c VA, d PA: protected page in normal mode
  gpu_normal_write_inside,  // a AS, b answer (NormalWrite), c VA, d PA
  // Hardware rules, facts-fw.md 9.6.
  rule_enter_with_locked_region,     // a AS, c LOCKADDR
  rule_as_command_while_active,      // a AS, b command, c LOCKADDR
  rule_pend_acked_for_two_groups,    // c mask of slots
  rule_pend_acked_after_sample,      // a slot, b CS
  rule_protm_buffer_missing,         // a slot, c VA: zero or not in protected memory
  rule_enter_while_pending,          // a GLB_REQ, b GLB_ACK
  rule_exit_not_acked_before_enter,  //
  rule_ping_inside,                  // a another reason was pending
  rule_user_doorbell_inside,         // a page
  rule_equal_priority,               // a slot, b other slot, c priority
  rule_resume_without_save,          // a slot, c suspend buffer VA
  rule_suspend_buffer_missing,       // a slot, c VA: zero, unmapped or not writable
  rule_exit_event_overrun,           // a GLB_REQ, b GLB_ACK
  rule_start_on_running_slot,        // a slot, b requested state
  rule_enter_without_allowed_cs,     // a CS waiting
  rule_flush_while_active,           // a payload
  rule_unlock_without_lock,          // a AS, b command: UNLOCK, FLUSH_PT or FLUSH_MEM
  rule_reset_leaves_protm,           //
  rule_stall_on_locked_region,       // a AS, c VA: the GPU waits for an UNLOCK
  rule_write_to_unpowered,           // a offset
  rule_endpoint_word_unread,         // a slot, c word that changed and that firmware does not read
  rule_table_changed_unlocked,       // a AS, b level, c first VA of the entry, d entry before
  rule_freed_page_mapped,            // a AS, b level, c first VA of the entry, d page
  rule_power_command_refused,        // a PWR_COMMAND, b 1 = invalid, 0 = not allowed now
  rule_write_ignored,                // a offset, b value: nothing that this GPU has takes it
  // Run control.
  fault_applied,     // a fault id, b kind, c slot or kAnySlot's value
  budget_exhausted,  // a slot, b CS, c instructions in one event
  count
};

/// State in d of `as_command`.
enum class AsCommandState : std::uint64_t { accepted, deferred_protm, while_busy, stuck };
/// Why protected mode ends.
enum class ExitCause : std::uint32_t {
  region_done,
  forced_by_ping,
  forced_by_csg_request,
  forced_by_glb_request,
  forced_by_doorbell,
  blocked,
  fault,
  reset,
  empty,
  count
};
/// Why the MCU could not boot.
enum class BootProblem : std::uint32_t {
  l2_off,
  as0_disabled,
  shared_not_mapped,
  image_not_loaded,
  fault,
  count
};

/// One thing that the machine saw.
struct Observation {
  SimTime at;
  ObservationKind kind = ObservationKind::register_read;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t reserved = 0;
  std::uint64_t c = 0;
  std::uint64_t d = 0;
  friend constexpr bool operator==(const Observation&, const Observation&) = default;
};
static_assert(sizeof(Observation) == 40);
static_assert(std::has_unique_object_representations_v<Observation>);

/// One row of the observation table; an empty argument name means "not used".
struct ObservationInfo {
  ObservationKind id;
  std::string_view name;
  std::string_view a, b, c, d;
};
[[nodiscard]] std::span<const ObservationInfo> observation_table();
[[nodiscard]] const ObservationInfo& observation_info(ObservationKind kind);
[[nodiscard]] std::optional<ObservationKind> observation_by_name(std::string_view name);
/// Whether the kind is a hit of a hardware rule (its name starts with "rule_").
[[nodiscard]] bool is_rule_hit(ObservationKind kind);
[[nodiscard]] std::span<const std::string_view> exit_cause_names();
[[nodiscard]] std::span<const std::string_view> boot_problem_names();

}  // namespace protm::vocab
