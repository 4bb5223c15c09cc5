// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/event.h"

#include <array>

#include "sut-adapters/contract/event_words.h"

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

constexpr std::array<std::string_view, 4> kCsgStates{"terminate", "start", "suspend", "resume"};
constexpr std::array<std::string_view, 6> kAsCommands{"NOP",    "UPDATE",   "LOCK",
                                                      "UNLOCK", "FLUSH_PT", "FLUSH_MEM"};
constexpr std::array<std::string_view, 3> kIrqLines{"job", "mmu", "gpu"};
}  // namespace

std::span<const EventInfo> event_table() { return kEvents; }

std::span<const std::string_view> words_of_argument(EventArg arg) {
  switch (arg) {
    case EventArg::csg_state: return kCsgStates;
    case EventArg::as_command: return kAsCommands;
    case EventArg::irq_line: return kIrqLines;
    case EventArg::none:
    case EventArg::step:
    case EventArg::fault: break;
  }
  return {};
}

std::string words_of_event(EventKind kind, std::uint32_t arg, std::span<const Step> steps) {
  for (const EventInfo& info : event_table()) {
    if (info.kind != kind) continue;
    std::string text(info.words);
    const std::size_t hole = text.find('%');
    if (hole == std::string::npos) return text;
    std::string name = std::to_string(arg);
    const auto words = words_of_argument(info.arg);
    if (arg < words.size()) name = words[arg];
    const bool named = info.arg == EventArg::step && arg < steps.size() && !steps[arg].id.empty();
    if (named) {
      name = "$";
      name += steps[arg].id;
    }
    return text.replace(hole, 1, name);
  }
  return "none";
}

}  // namespace protm::contract
