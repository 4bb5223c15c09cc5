// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/rules/rule_table.h"

#include <array>

#include "oracle/rules/invariants.h"

namespace protm::rules {
namespace {

using contract::HostEyes;
using contract::Rule;
using contract::RuleScope;
using K = vocab::ObservationKind;

constexpr HostEyes kAny = HostEyes::not_needed;
constexpr auto kSystem = RuleScope::whole_system;

constexpr std::array kRules{
    Rule{"I1", "enter_needs_acked_pending",
         "GLB_REQ.PROTM_ENTER is requested only after a CS that asked for protected mode was "
         "acknowledged, since the last exit",
         "Brezillon, 6 May 2026, on 7/8 (6f25181d), item 14; firmware sheet 9.2", kAny,
         enter_needs_acked_pending},
    Rule{"I2", "one_session_at_a_time",
         "no PROTM_ENTER while a session lasts or before its PROTM_EXIT was taken",
         "firmware sheet 9.2, 9.3 item 2", kAny, one_session_at_a_time},
    Rule{"I3", "no_as_command_while_active",
         "no AS command while GPU_STATUS.PROTECTED_MODE_ACTIVE is set",
         "patch 7/8; Brezillon, 5 May 2026, on 7/8", kAny, no_as_command_while_active},
    Rule{"I4", "at_rest_outside_protm",
         "with all events processed and no work left, the GPU is in normal mode",
         "Brezillon, 6 May 2026, on 7/8 (6f25181d), item 9; catalogue I4 as corrected", kAny,
         at_rest_outside_protm},
    Rule{"I7", "request_without_support_is_fatal",
         "a group without a protm suspend buffer that asks for protected mode never gets it and is "
         "scheduled out at once",
         "Brezillon, 6 May 2026, on 7/8 (6f25181d), item 5", kAny,
         request_without_support_is_fatal},
    Rule{"FW-25", "ping_ends_session",
         "no PING ends a session that nothing needed to end",
         "Brezillon, 5 May 2026, on 7/8", kAny, ping_ends_session},
    Rule{"SCHED-48", "status_update_ends_session",
         "no STATUS_UPDATE ends a session that nothing needed to end",
         "firmware sheet 9.3 item 5, 9.5 item 8", kAny, status_update_ends_session},
    Rule{"I6", "heap_buffers_return",
         "at quiesce no heap buffer is out that nobody can hold",
         "Brezillon, 5 May 2026, on 4/8 (dma_buf_put right after the import)", kAny,
         heap_buffers_return, kSystem},
    Rule{"I8", "protm_fault_unmasked_after_reset",
         "after a completed reset GPU_IRQ_MASK has PROTM_FAULT again",
         "patch 7/8; Brezillon, 6 May 2026, on 7/8 (6f25181d), item 2", kAny,
         protm_fault_unmasked_after_reset},
    Rule{"I9", "reset_spares_other_groups",
         "a reset in protected mode costs no group that had no part in it",
         "patch 7/8 (other groups are unaffected by the reset); catalogue I9 as corrected", kAny,
         reset_spares_other_groups},
    Rule{"I10", "cpu_keeps_off_protected_memory",
         "the CPU neither reads nor writes protected memory", "patch 3/8, cover letter", kAny,
         cpu_keeps_off_protected_memory},
    Rule{"I11", "failed_probe_powers_down",
         "a failed or deferred probe leaves the runtime-PM usage as it was, and so does an unbind",
         "Brezillon, 5 May 2026, on 4/8 (order of look-up and runtime PM); panthor_device.c "
         "panthor_device_unplug(): pm_runtime_put_sync_suspend()", HostEyes::needed,
         failed_probe_powers_down, kSystem},
    Rule{"KBO-9", "heap_access_mode",
         "the driver asks for heap buffers with an access mode that exists",
         "open(2); dma-heap.h DMA_HEAP_VALID_FD_FLAGS is a mask", kAny, heap_access_mode, kSystem},
    Rule{"HW-enter-with-locked-region", "enter_with_locked_region",
         "no AS region is locked when PROTM_ENTER is sampled", "firmware sheet 9.6", kAny,
         enter_with_locked_region},
    Rule{"HW-pend-acked-for-two-groups", "pend_acked_for_two_groups",
         "the requests of at most one group are acknowledged for a session",
         "patch 7/8; firmware sheet 9.3 item 3, 9.6", kAny, pend_acked_for_two_groups},
    Rule{"HW-pend-acked-after-sample", "pend_acked_after_sample",
         "CS_REQ.PROTM_PEND is acknowledged before PROTM_ENTER is sampled",
         "firmware sheet 9.2, 9.6", kAny, pend_acked_after_sample},
    Rule{"HW-protm-buffer-missing", "protm_buffer_missing",
         "a group that enters has a protm suspend buffer in protected memory",
         "firmware sheet 9.6", kAny, protm_buffer_missing},
    Rule{"HW-enter-while-pending", "enter_while_pending",
         "PROTM_ENTER is not toggled again before it was answered", "firmware sheet 9.6", kAny,
         enter_while_pending},
    Rule{"HW-resume-without-save", "resume_without_save",
         "RESUME only from a suspend buffer that firmware wrote", "firmware sheet 6", kAny,
         resume_without_save},
    Rule{"HW-suspend-buffer-missing", "suspend_buffer_missing",
         "a programmed slot has a suspend buffer that firmware can write", "firmware sheet 4, 6",
         kAny, suspend_buffer_missing},
    Rule{"HW-exit-event-overrun", "exit_event_overrun",
         "each PROTM_EXIT is taken before the next is due", "firmware sheet 9.2", kAny,
         exit_event_overrun},
    Rule{"HW-start-on-running-slot", "start_on_running_slot",
         "START and RESUME only on a slot that is terminated or suspended", "firmware sheet 6",
         kAny, start_on_running_slot},
    Rule{"HW-endpoint-word-unread", "endpoint_word_unread",
         "endpoint requests stand in the word that this firmware reads",
         "panthor_fw.c panthor_fw_csg_endpoint_req_update() (7.3)", kAny, endpoint_word_unread},
    Rule{"HW-flush-while-active", "flush_while_active",
         "no FLUSH_CACHES command while protected mode is active",
         "catalogue MMU-25; seen on the real driver", kAny, flush_while_active},
    Rule{"HW-unlock-without-lock", "unlock_without_lock",
         "page tables of an AS in use change inside a locked region: no UNLOCK and no flush of a "
         "region that was never locked",
         "panthor_mmu.c panthor_vm_lock_region(), 6.12 mmu_hw_do_operation_locked()", kAny,
         unlock_without_lock},
    Rule{"HW-as-setup", "as_setup",
         "an AS that UPDATE enables has the page-table format of panthor and of this GPU, and "
         "attributes that mean what the entries' indexes say",
         "panthor_mmu.c panthor_vm_active(), mair_to_memattr() (6.12, 7.3); facts-gpu.md 7.3, 7.4",
         kAny, as_setup},
    Rule{"HW-table-changed-unlocked", "table_changed_unlocked",
         "valid page table entries of an AS in use change only inside its locked region, while the "
         "MCU runs and a reset can reach it",
         "panthor_mmu.c panthor_vm_lock_region(), panthor_gpuva_sm_step_remap() (7.3)",
         HostEyes::needed, table_changed_unlocked},
    Rule{"HW-freed-page-mapped", "freed_page_mapped",
         "a page is given back only when no AS in use leads to it that takes commands, while "
         "the MCU runs and a reset can reach it",
         "panthor_gem.c panthor_kernel_bo_destroy() (7.3): unmaps before it puts the object; "
         "panthor_mmu.c panthor_vm_free(): what hangs it leaves to the reset",
         HostEyes::needed, freed_page_mapped},
    Rule{"HW-power-command-refused", "power_command_refused",
         "the power block refuses no command: none that it does not know, none that a domain is "
         "not ready for",
         "panthor_pwr.c panthor_pwr_domain_transition(), delegate_domain() (7.3)",
         kAny, power_command_refused},
    Rule{"HW-write-ignored", "write_ignored",
         "no register is written that is read-only or that this GPU does not have",
         "facts-gpu.md 2 to 8; panthor_pwr.c (7.3): from architecture 14 on power and reset are "
         "there and not in GPU_CONTROL",
         kAny, write_ignored},
    Rule{"HW-hard-reset-first", "hard_reset_first",
         "GPU_COMMAND.RESET is hard only behind a soft one that did not do",
         "panthor_gpu.c panthor_gpu_soft_reset(); Assumption: as in Arm's own driver, since a hard "
         "reset gives up what is on the bus",
         kAny, hard_reset_first},
    Rule{"HW-firmware-setup", "firmware_setup",
         "when a group starts, firmware has been told of all cores, of panthor's timers, and of "
         "every ack that the driver waits for",
         "panthor_fw.c panthor_fw_init_global_iface(), panthor_fw_conv_timeout() (6.12, 7.3)",
         kAny, firmware_setup},
    Rule{"L1", "every_fence_signals",
         "every fence signals or its group is dead within T after the last step and fault",
         "design.md section 6; drm_sched's contract on fences", kAny, every_fence_signals, kSystem},
    Rule{"L2", "runnable_groups_run",
         "a group with work and the highest priority of all is off its slot for R ticks at most; "
         "not while more VMs have work than there are address spaces, nor while the system sleeps, "
         "nor for a group that user space can block for ever",
         "design.md section 6; decisions.md 11", kAny, runnable_groups_run},
    Rule{"L3", "request_is_entered",
         "a request for protected mode of a group with the highest priority is entered within R "
         "ticks, or the group is dead; but for the times and groups that L2 excuses",
         "design.md section 6; decisions.md 11", kAny, request_is_entered},
    Rule{"L4", "blocked_tasks_end",
         "each call that blocked comes back: at its own time, else within what a fence without a "
         "job may take and more for each fault, not counting the time that the system sleeps",
         "design.md section 6", kAny, blocked_tasks_end, kSystem},
    Rule{"I12", "no_protm_without_protected_work",
         "without protected work nothing of protected mode is asked of the hardware",
         "cover letter of 5 May 2026; catalogue I12", kAny, no_protm_without_protected_work},
    Rule{"PM-1", "asleep_gpu_is_left_alone",
         "no use of the GPU between system suspend and resume",
         "drivers/base/power/runtime.c (7.3) pm_runtime_force_suspend(): the power is off", kAny,
         asleep_gpu_is_left_alone},
};

constexpr std::array kHits{
    HitRow{K::rule_enter_with_locked_region, "HW-enter-with-locked-region", ""},
    HitRow{K::rule_as_command_while_active, "I3", ""},
    HitRow{K::rule_pend_acked_for_two_groups, "HW-pend-acked-for-two-groups", ""},
    HitRow{K::rule_pend_acked_after_sample, "HW-pend-acked-after-sample", ""},
    HitRow{K::rule_protm_buffer_missing, "HW-protm-buffer-missing", ""},
    HitRow{K::rule_enter_while_pending, "HW-enter-while-pending", ""},
    HitRow{K::rule_exit_not_acked_before_enter, "I2", ""},
    HitRow{K::rule_ping_inside, "",
           "a right driver forces an exit by PING when normal mode is needed; FW-25 judges those "
           "that nothing needed"},
    HitRow{K::rule_user_doorbell_inside, "",
           "a right driver rings for a new job at any time; firmware looks at INSERT after the "
           "exit"},
    HitRow{K::rule_equal_priority, "",
           "what firmware does is not defined: from here on the trace is poisoned"},
    HitRow{K::rule_resume_without_save, "HW-resume-without-save", ""},
    HitRow{K::rule_suspend_buffer_missing, "HW-suspend-buffer-missing", ""},
    HitRow{K::rule_exit_event_overrun, "HW-exit-event-overrun", ""},
    HitRow{K::rule_start_on_running_slot, "HW-start-on-running-slot", ""},
    HitRow{K::rule_enter_without_allowed_cs, "I1", ""},
    HitRow{K::rule_flush_while_active, "HW-flush-while-active", ""},
    HitRow{K::rule_unlock_without_lock, "HW-unlock-without-lock", ""},
    HitRow{K::rule_reset_leaves_protm, "",
           "whether a soft reset leaves protected mode is the machine's answer, a switch"},
    HitRow{K::rule_stall_on_locked_region, "",
           "GPU work that waits for an UNLOCK is what a locked region is for"},
    HitRow{K::rule_endpoint_word_unread, "HW-endpoint-word-unread", ""},
    HitRow{K::rule_table_changed_unlocked, "HW-table-changed-unlocked", ""},
    HitRow{K::rule_freed_page_mapped, "HW-freed-page-mapped", ""},
    HitRow{K::rule_power_command_refused, "HW-power-command-refused", ""},
    HitRow{K::rule_write_ignored, "HW-write-ignored", ""},
    HitRow{K::rule_write_to_unpowered, "",
           "no source says which registers a power domain holds, so no machine flags it"},
};

}  // namespace

std::span<const Rule> rule_table() { return kRules; }
std::span<const HitRow> hit_table() { return kHits; }

const Rule* rule_by_id(std::string_view id) {
  for (const Rule& rule : kRules) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

}  // namespace protm::rules
