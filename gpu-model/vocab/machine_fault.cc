// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/machine_fault.h"

#include <array>

namespace protm::vocab {
namespace {

constexpr std::array<FaultInfo, static_cast<std::size_t>(FaultKind::count)> kFaults{{
    {FaultKind::late_ack, "late_ack", "an ack comes later by the given time"},
    {FaultKind::lose_ack, "lose_ack", "a request is taken but its ack never appears"},
    {FaultKind::ack_without_entry, "ack_without_entry",
     "PROTM_ENTER is acked, protected mode never becomes active"},
    {FaultKind::late_active, "late_active",
     "protected mode becomes active later than usual after the ack"},
    {FaultKind::refuse_exit, "refuse_exit", "the firmware refuses to leave protected mode"},
    {FaultKind::late_exit, "late_exit", "the firmware leaves protected mode late"},
    {FaultKind::protected_fault, "protected_fault",
     "GPU_PROTECTED_FAULT some time after protected mode became active, line held"},
    {FaultKind::as_fault_inside, "as_fault_inside",
     "a page fault of the active group inside protected mode"},
    {FaultKind::stuck_as_command, "stuck_as_command", "AS_STATUS stays busy"},
    {FaultKind::lose_irq, "lose_irq", "one activation of an interrupt line is lost"},
    {FaultKind::spurious_irq, "spurious_irq", "an interrupt line rises without a cause"},
    {FaultKind::late_boot, "late_boot", "the MCU boots late"},
    {FaultKind::fail_boot, "fail_boot", "the MCU ends in MCU_STATUS fatal instead of booting"},
    {FaultKind::refuse_halt, "refuse_halt", "the MCU never halts"},
    {FaultKind::stuck_reset, "stuck_reset", "RESET_COMPLETED does not come in time"},
    {FaultKind::stuck_flush, "stuck_flush", "CLEAN_CACHES_COMPLETED does not come in time"},
    {FaultKind::stuck_power, "stuck_power",
     "the power domain does not become ready, or change hands, in time"},
    {FaultKind::cs_fault, "cs_fault", "the next CALL of a CSG slot ends in CS_FAULT"},
    {FaultKind::cs_fatal, "cs_fatal", "the next CALL of a CSG slot ends in CS_FATAL"},
    {FaultKind::exit_twice, "exit_twice", "PROTM_EXIT is raised again when no session is left"},
    {FaultKind::unknown_gpu, "unknown_gpu", "a read of GPU_ID shows a GPU that no driver knows"},
}};

constexpr std::array<std::string_view, static_cast<std::size_t>(AckTarget::count)> kAcks{
    "glb_protm_enter", "glb_ping",   "glb_other",         "glb_halt",
    "csg_state",       "csg_ep_cfg", "csg_status_update", "cs_state"};

}  // namespace

std::span<const FaultInfo> fault_table() { return kFaults; }
std::span<const std::string_view> ack_target_names() { return kAcks; }

std::optional<FaultKind> fault_by_name(std::string_view name) {
  for (const FaultInfo& row : kFaults) {
    if (row.name == name) return row.id;
  }
  return std::nullopt;
}

std::optional<AckTarget> ack_target_by_name(std::string_view name) {
  for (std::size_t i = 0; i < kAcks.size(); ++i) {
    if (kAcks[i] == name) return static_cast<AckTarget>(i);
  }
  return std::nullopt;
}

}  // namespace protm::vocab
