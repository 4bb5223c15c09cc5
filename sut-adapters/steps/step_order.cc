// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/steps/step_order.h"

#include <set>

namespace protm::steps {

using contract::Record;
using contract::RecordKind;

std::vector<StepTurn> turns_of(const contract::Trace& trace) {
  std::vector<StepTurn> out;
  for (const Record& r : trace.records) {
    using enum StepTurn::What;
    if (r.kind == RecordKind::rest_state) break;  // what the runner gives back is no turn
    if (r.kind == RecordKind::step_started) out.push_back({r.b, start});
    if (r.kind == RecordKind::step_returned) out.push_back({r.b, end});
    if (r.kind == RecordKind::fence_signalled) out.push_back({r.a, fence});
  }
  return out;
}

void StepOrder::arm(rig::Matcher& matcher, std::vector<StepState>& states) {
  if (turns_.empty()) return;
  matcher_ = &matcher;
  std::set<std::uint32_t> started;
  for (const StepTurn& turn : turns_) {
    const bool fence = turn.what == StepTurn::What::fence;
    const contract::EventSpec signalled{.kind = contract::EventKind::fence_signalled,
                                        .arg = turn.step};
    watches_.push_back(fence ? matcher.watch(signalled) : UINT32_MAX);
    if (turn.what == StepTurn::What::start) started.insert(turn.step);
  }
  for (std::uint32_t i = 0; i < states.size(); ++i) {
    if (!started.contains(i)) states[i].phase = StepPhase::abandoned;
  }
}

bool StepOrder::has_come(std::size_t turn, const std::vector<StepState>& states) const {
  const StepTurn& t = turns_[turn];
  if (t.step >= states.size()) return true;
  const StepPhase phase = states[t.step].phase;
  switch (t.what) {
    case StepTurn::What::start: return phase != StepPhase::waiting;
    case StepTurn::What::end: return phase == StepPhase::done || phase == StepPhase::abandoned;
    case StepTurn::What::fence: break;
  }
  return matcher_->when(watches_[turn]) != vocab::kNever;
}

bool StepOrder::may_start(std::uint32_t step, const std::vector<StepState>& states) {
  while (active() && has_come(at_, states)) ++at_;
  return !active() || (turns_[at_].what == StepTurn::What::start && turns_[at_].step == step);
}

bool StepOrder::give_up() {
  const bool any = active();
  at_ = turns_.size();
  return any;
}

}  // namespace protm::steps
