// SPDX-License-Identifier: GPL-2.0-only
// The evaluate functions of all rules, each in a file of its own named <id>_<slug>.cc; what a rule
// says stands in its row of rule_table.cc, how it decides at the top of its file.
// Leaves out: nothing that is judged; rule_table.h lists what is not.
#pragma once

#include "sut-adapters/contract/rule.h"

namespace protm::rules {

using Evaluate = contract::RuleResult(const contract::Program&, const contract::Trace&);

Evaluate enter_needs_acked_pending, one_session_at_a_time, no_as_command_while_active,
    at_rest_outside_protm, heap_buffers_return, request_without_support_is_fatal,
    protm_fault_unmasked_after_reset, reset_spares_other_groups, cpu_keeps_off_protected_memory,
    failed_probe_powers_down;
Evaluate ping_ends_session, status_update_ends_session;
Evaluate heap_access_mode;
Evaluate enter_with_locked_region, pend_acked_for_two_groups, pend_acked_after_sample,
    protm_buffer_missing, enter_while_pending, resume_without_save, suspend_buffer_missing,
    exit_event_overrun, start_on_running_slot, flush_while_active, unlock_without_lock,
    endpoint_word_unread, as_setup, table_changed_unlocked, freed_page_mapped,
    power_command_refused, write_ignored, hard_reset_first, firmware_setup;
Evaluate every_fence_signals, runnable_groups_run, request_is_entered, blocked_tasks_end;
Evaluate no_protm_without_protected_work, asleep_gpu_is_left_alone;

}  // namespace protm::rules
