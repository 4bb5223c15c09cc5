// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/event.h"

#include <array>

namespace protm::contract {
namespace {
constexpr std::array kEvents{
    EventInfo{EventKind::protm_active, "protm_active", EventArg::none},
    EventInfo{EventKind::protm_exit_raised, "protm_exit_raised", EventArg::none},
    EventInfo{EventKind::protm_pend_raised, "CS_ACK.PROTM_PEND raised", EventArg::none},
    EventInfo{EventKind::protm_enter_sampled, "GLB_REQ.PROTM_ENTER sampled", EventArg::none},
    EventInfo{EventKind::ping_sampled, "PING sampled", EventArg::none},
    EventInfo{EventKind::csg_state_acked, "CSG_STATE % acked", EventArg::csg_state},
    EventInfo{EventKind::group_on_slot, "group % on slot", EventArg::step},
    EventInfo{EventKind::group_off_slot, "group % off slot", EventArg::step},
    EventInfo{EventKind::as_command_written, "AS_COMMAND.% written", EventArg::as_command},
    EventInfo{EventKind::job_started, "job % started", EventArg::step},
    EventInfo{EventKind::job_ended, "job % ended", EventArg::step},
    EventInfo{EventKind::fence_signalled, "fence % signalled", EventArg::step},
    EventInfo{EventKind::fault_applied, "fault % applied", EventArg::fault},
    EventInfo{EventKind::exit_refused, "exit refused", EventArg::none},
    EventInfo{EventKind::reset_completed, "reset completed", EventArg::none},
    EventInfo{EventKind::irq_high, "irq % high", EventArg::irq_line},
    EventInfo{EventKind::irq_low, "irq % low", EventArg::irq_line},
    EventInfo{EventKind::oops, "oops", EventArg::none},
    EventInfo{EventKind::step_returned, "step % returned", EventArg::step},
    EventInfo{EventKind::step_blocked, "step % blocked", EventArg::step},
    EventInfo{EventKind::ping_in_window, "PING sampled in window", EventArg::none},
    EventInfo{EventKind::tiler_oom, "CS_ACK.TILER_OOM raised", EventArg::none},
    EventInfo{EventKind::progress_timer, "CSG_ACK.PROGRESS_TIMER_EVENT raised", EventArg::none},
    EventInfo{EventKind::memory_changed, "memory of % changed", EventArg::step},
    EventInfo{EventKind::protm_enter_acked, "GLB_ACK.PROTM_ENTER acked", EventArg::none},
    EventInfo{EventKind::status_update_sampled, "STATUS_UPDATE sampled", EventArg::none},
    EventInfo{EventKind::protm_exit_begun, "protm_exit_begun", EventArg::none},
};
static_assert(kEvents.size() + 1 == static_cast<std::size_t>(EventKind::count));
}  // namespace

std::span<const EventInfo> event_table() { return kEvents; }

}  // namespace protm::contract
