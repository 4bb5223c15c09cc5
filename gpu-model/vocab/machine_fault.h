// SPDX-License-Identifier: GPL-2.0-only
// Faults that the machine plays, as data: what, where, at which occurrence, how often, how much.
// The rig arms them before or during a run; the machine reports each play as an observation.
// Leaves out: faults of the kernel below (allocation, heap), which Host plays.
// Source: design.md section 3; decisions.md 9 and 19.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace protm::vocab {

enum class FaultKind : std::uint32_t {
  late_ack,           // target AckTarget, slot; value = additional ns
  lose_ack,           // target AckTarget, slot; request is taken, the ack never appears
  ack_without_entry,  // PROTM_ENTER is acked, protected mode never becomes active
  late_active,        // value = additional ns between the ack and protected mode
  refuse_exit,        // firmware does not leave; value = ns until it gives in, 0 = reset only
  late_exit,          // value = additional ns between the cause and the exit
  protected_fault,    // value = ns after protected mode became active; line held
  as_fault_inside,    // value = ns after protected mode became active; AS of the active group
  stuck_as_command,   // target AS; value = additional ns, 0 = until reset
  lose_irq,           // target line 0 job, 1 mmu, 2 gpu; one activation of the line is lost
  spurious_irq,       // target line; value = ns from now until the line rises without cause
  late_boot,          // value = additional ns
  fail_boot,          // MCU_STATUS becomes fatal instead of enabled
  refuse_halt,        // MCU never halts
  stuck_reset,        // RESET_COMPLETED never comes; value = additional ns, 0 = never
  stuck_flush,        // CLEAN_CACHES_COMPLETED never comes; value as above
  stuck_power,        // READY never follows; value as above
  cs_fault,           // target exception code, slot; at the next CALL of that CSG slot
  cs_fatal,           // target exception code, slot; at the next CALL of that CSG slot
  exit_twice,         // PROTM_EXIT is raised again; value = ns after the exit
  unknown_gpu,        // a read of GPU_ID returns the id of a GPU without a CSF
  count
};

/// Requests whose ack a fault can delay or lose.
enum class AckTarget : std::uint32_t {
  glb_protm_enter,
  glb_ping,
  glb_other,  // configuration requests of GLB_REQ
  glb_halt,
  csg_state,
  csg_ep_cfg,
  csg_status_update,
  cs_state,
  count
};

/// Any CSG slot.
inline constexpr std::uint32_t kAnySlot = UINT32_MAX;
/// Plays for ever.
inline constexpr std::uint32_t kForever = UINT32_MAX;

/// One planted fault.
struct MachineFault {
  FaultKind kind = FaultKind::late_ack;
  std::uint32_t target = 0;       // per kind: AckTarget, AS, line or exception code
  std::uint32_t slot = kAnySlot;  // CSG slot where the kind has one
  std::uint32_t nth = 1;          // first occurrence that it hits, counted from 1
  std::uint32_t times = 1;        // occurrences hit from there on
  std::uint32_t id = 0;           // number of the fault in its Program, for observations
  std::uint64_t value_ns = 0;
  std::uint64_t hold_ns = 0;  // protected_fault: how long the line stays up after a reset
};

/// One row of the fault table.
struct FaultInfo {
  FaultKind id;
  std::string_view name;
  std::string_view what;
};
[[nodiscard]] std::span<const FaultInfo> fault_table();
[[nodiscard]] std::optional<FaultKind> fault_by_name(std::string_view name);
[[nodiscard]] std::span<const std::string_view> ack_target_names();
[[nodiscard]] std::optional<AckTarget> ack_target_by_name(std::string_view name);

}  // namespace protm::vocab
