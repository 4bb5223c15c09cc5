// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/observation.h"

#include <array>

namespace protm::vocab {
namespace {

using K = ObservationKind;

constexpr ObservationInfo kTable[] = {
    {K::register_read, "register_read", "offset", "value", "", ""},
    {K::register_write, "register_write", "offset", "value", "", ""},
    {K::doorbell, "doorbell", "page", "", "", ""},
    {K::irq_line, "irq_line", "line", "level", "rawstat", "mask"},
    {K::flush_caches, "flush_caches", "payload", "inside", "", ""},
    {K::reset_started, "reset_started", "command", "protm_state", "", ""},
    {K::reset_completed, "reset_completed", "", "", "", ""},
    {K::power_changed, "power_changed", "domain", "", "ready", ""},
    {K::as_command, "as_command", "as", "command", "lockaddr", "state"},
    {K::as_command_done, "as_command_done", "as", "command", "", "deferred"},
    {K::as_updated, "as_updated", "as", "tables", "memattr", "transcfg"},
    {K::mmu_fault, "mmu_fault", "as", "faultstatus", "va", "inside"},
    {K::mcu_boot, "mcu_boot", "glb_req", "ack_irq_mask", "", ""},
    {K::mcu_boot_failed, "mcu_boot_failed", "problem", "", "", ""},
    {K::mcu_halt, "mcu_halt", "", "", "", ""},
    {K::mcu_disable, "mcu_disable", "protm_state", "", "", ""},
    {K::glb_request, "glb_request", "bits", "inside", "", ""},
    {K::glb_ack, "glb_ack", "bits", "", "", ""},
    {K::glb_configured, "glb_configured", "ack_irq_mask", "progress_us", "cores", "timers"},
    {K::ping_sampled, "ping_sampled", "inside", "other_cause", "", ""},
    {K::ping_acked, "ping_acked", "", "", "", ""},
    {K::csg_state_sampled, "csg_state_sampled", "slot", "from", "to", ""},
    {K::csg_state_acked, "csg_state_acked", "slot", "from", "to", "suspend_buf"},
    {K::ep_cfg_acked, "ep_cfg_acked", "slot", "priority", "endpoint", ""},
    {K::status_update_sampled, "status_update_sampled", "slot", "inside", "", ""},
    {K::cs_started, "cs_started", "slot", "cs", "ring_base", "ring_size"},
    {K::cs_stopped, "cs_stopped", "slot", "cs", "", ""},
    {K::stream_call, "stream_call", "slot", "cs", "stream", "bytes_as"},
    {K::stream_return, "stream_return", "slot", "cs", "stream", "bytes_as"},
    {K::run_started, "run_started", "slot", "cs", "opcode", "ns"},
    {K::run_ended, "run_ended", "slot", "cs", "opcode", ""},
    {K::sync_object, "sync_object", "slot", "cs", "va", "value"},
    {K::cs_fault, "cs_fault", "slot", "cs", "code", "info"},
    {K::cs_fatal, "cs_fatal", "slot", "cs", "code", "info"},
    {K::csg_event, "csg_event", "slot", "bits", "", ""},
    {K::glb_event, "glb_event", "bits", "", "", ""},
    {K::tiler_oom, "tiler_oom", "slot", "cs", "heap", "chunk"},
    {K::tiler_chunk, "tiler_chunk", "slot", "cs", "heap", "chunk"},
    {K::tiler_heap_op, "tiler_heap_op", "slot", "cs", "heap", "op"},
    {K::protm_pend, "protm_pend", "slot", "cs", "protm_suspend_buf", "as"},
    {K::protm_pend_acked, "protm_pend_acked", "slot", "cs", "", "after_sample"},
    {K::enter_sampled, "enter_sampled", "allowed", "waiting", "allowed_slots", "waiting_slots"},
    {K::enter_acked, "enter_acked", "allowed", "", "", ""},
    {K::protm_active, "protm_active", "slot", "", "protm_suspend_buf", "as"},
    {K::region_started, "region_started", "slot", "cs", "instructions", "ns_left"},
    {K::region_ended, "region_ended", "slot", "cs", "", ""},
    {K::region_unfinished, "region_unfinished", "slot", "cs", "instructions_left",
     "protm_suspend_buf"},
    {K::exit_cause, "exit_cause", "cause", "bits", "slot", ""},
    {K::exit_refused, "exit_refused", "cause", "", "", ""},
    {K::protm_exit_raised, "protm_exit_raised", "cause", "unfinished", "visible", ""},
    {K::protm_fault, "protm_fault", "level", "", "", ""},
    {K::cpu_protected_access, "cpu_protected_access", "write", "bytes", "pa", ""},
    {K::gpu_protected_access, "gpu_protected_access", "write", "as", "va", "pa"},
    {K::gpu_normal_write_inside, "gpu_normal_write_inside", "as", "answer", "va", "pa"},
    {K::rule_enter_with_locked_region, "rule_enter_with_locked_region", "as", "", "lockaddr", ""},
    {K::rule_as_command_while_active, "rule_as_command_while_active", "as", "command", "lockaddr",
     ""},
    {K::rule_pend_acked_for_two_groups, "rule_pend_acked_for_two_groups", "", "", "slots", ""},
    {K::rule_pend_acked_after_sample, "rule_pend_acked_after_sample", "slot", "cs", "", ""},
    {K::rule_protm_buffer_missing, "rule_protm_buffer_missing", "slot", "", "va", ""},
    {K::rule_enter_while_pending, "rule_enter_while_pending", "glb_req", "glb_ack", "", ""},
    {K::rule_exit_not_acked_before_enter, "rule_exit_not_acked_before_enter", "", "", "", ""},
    {K::rule_ping_inside, "rule_ping_inside", "other_cause", "", "", ""},
    {K::rule_user_doorbell_inside, "rule_user_doorbell_inside", "page", "", "", ""},
    {K::rule_equal_priority, "rule_equal_priority", "slot", "other_slot", "priority", ""},
    {K::rule_resume_without_save, "rule_resume_without_save", "slot", "", "suspend_buf", ""},
    {K::rule_suspend_buffer_missing, "rule_suspend_buffer_missing", "slot", "", "suspend_buf", ""},
    {K::rule_exit_event_overrun, "rule_exit_event_overrun", "glb_req", "glb_ack", "", ""},
    {K::rule_start_on_running_slot, "rule_start_on_running_slot", "slot", "state", "", ""},
    {K::rule_enter_without_allowed_cs, "rule_enter_without_allowed_cs", "waiting", "", "", ""},
    {K::rule_flush_while_active, "rule_flush_while_active", "payload", "", "", ""},
    {K::rule_unlock_without_lock, "rule_unlock_without_lock", "as", "command", "", ""},
    {K::rule_reset_leaves_protm, "rule_reset_leaves_protm", "", "", "", ""},
    {K::rule_stall_on_locked_region, "rule_stall_on_locked_region", "as", "", "va", ""},
    {K::rule_write_to_unpowered, "rule_write_to_unpowered", "offset", "", "", ""},
    {K::rule_endpoint_word_unread, "rule_endpoint_word_unread", "slot", "", "word", ""},
    {K::rule_table_changed_unlocked, "rule_table_changed_unlocked", "as", "level", "va", "entry"},
    {K::rule_freed_page_mapped, "rule_freed_page_mapped", "as", "level", "va", "pa"},
    {K::rule_power_command_refused, "rule_power_command_refused", "command", "invalid", "", ""},
    {K::rule_write_ignored, "rule_write_ignored", "offset", "value", "", ""},
    {K::fault_applied, "fault_applied", "fault", "kind", "slot", ""},
    {K::budget_exhausted, "budget_exhausted", "slot", "cs", "instructions", ""},
};
static_assert(std::size(kTable) == static_cast<std::size_t>(K::count));

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kTable); ++i) {
    if (kTable[i].id != static_cast<K>(i)) return false;
  }
  return true;
}
static_assert(in_order(), "observation_info indexes the table by kind");

constexpr std::array<std::string_view, static_cast<std::size_t>(ExitCause::count)> kCauses{
    "region_done",
    "forced_by_ping",
    "forced_by_csg_request",
    "forced_by_glb_request",
    "forced_by_doorbell",
    "blocked",
    "fault",
    "reset",
    "empty"};
constexpr std::array<std::string_view, static_cast<std::size_t>(BootProblem::count)> kProblems{
    "l2_off", "as0_disabled", "shared_not_mapped", "image_not_loaded", "fault"};

}  // namespace

std::span<const ObservationInfo> observation_table() { return kTable; }
std::span<const std::string_view> exit_cause_names() { return kCauses; }
std::span<const std::string_view> boot_problem_names() { return kProblems; }

const ObservationInfo& observation_info(ObservationKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return kTable[index < std::size(kTable) ? index : 0];
}

std::optional<ObservationKind> observation_by_name(std::string_view name) {
  for (const ObservationInfo& row : kTable) {
    if (row.name == name) return row.id;
  }
  return std::nullopt;
}

bool is_rule_hit(ObservationKind kind) { return observation_info(kind).name.starts_with("rule_"); }

}  // namespace protm::vocab
