// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/rules/liveness.h"

#include <algorithm>
#include <bit>

#include "sut-adapters/contract/limits.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

/// After a fault of the machine the driver may have to find out by a time-out first, the longest of
/// which is the one of a job. Source: panthor_sched.c JOB_TIMEOUT_MS.
constexpr std::uint64_t kFaultNs = 6 * vocab::kSec;

bool can_block_for_ever(const Node& submit) {
  return uses_instruction(submit, NodeType::i_sync_wait64) ||
         uses_instruction(submit, NodeType::i_call) || uses_instruction(submit, NodeType::i_raw) ||
         (static_cast<NodeType>(submit.type) == NodeType::group_submit &&
          field_number(submit, "stream_addr") != UINT64_MAX);
}

void add_wait(const Node& node, std::vector<std::uint32_t>& out) {
  const auto index = field_index(node_info(static_cast<NodeType>(node.type)), "wait");
  if (!index || *index >= node.fields.size()) return;
  const Value& value = node.fields[*index];
  if (value.kind == Value::Kind::ref) out.push_back(static_cast<std::uint32_t>(value.number));
}

/// Steps whose fences a submit or a bind waits for.
std::vector<std::uint32_t> waits_of(const Node& op) {
  std::vector<std::uint32_t> out;
  add_wait(op, out);
  for (const Value& field : op.fields) {
    for (const Node& item : field.list) add_wait(item, out);
  }
  return out;
}

}  // namespace

std::uint32_t line_of(const Program& program, std::uint32_t step) {
  const std::uint32_t group = group_of_job(program, step);
  return group != kNoStep ? group : vm_of_bind(program, step);
}

std::set<std::uint32_t> excused_lines(const Program& program) {
  std::set<std::uint32_t> out;
  for (bool grew = true; grew;) {
    grew = false;
    for (std::uint32_t s = 0; s < program.steps.size(); ++s) {
      if (!has_own_fence(program, s)) continue;
      const Node& op = program.steps[s].op;
      const std::vector<std::uint32_t> waits = waits_of(op);
      const bool bad = can_block_for_ever(op) ||
                       std::any_of(waits.begin(), waits.end(), [&](std::uint32_t step) {
                         return out.contains(line_of(program, step));
                       });
      if (bad) grew = out.insert(line_of(program, s)).second || grew;
    }
  }
  return out;
}

Turns::Turns(const Program& program, Waits waits)
    : program_(program), waits_(std::move(waits)), excused_(excused_lines(program)) {
  using enum vocab::Latency;
  const auto ns = [&](vocab::Latency id) { return program.machine.effective_ns(id); };
  // A tick asks its slots up to three times; a session of somebody else may have to end first.
  tick_ns_ = kLimits.tick_ns + 4 * (ns(doorbell) + ns(ack)) + ns(protm_active) + ns(protm_exit);
  const int spaces = std::popcount(program.machine.as_present) - 1;  // one is the firmware's
  spaces_ = static_cast<std::uint64_t>(std::max(spaces, 1));
  // A group is seen on its slot when its first job begins, some instructions behind the START.
  once_ns_ = 64 * ns(instruction) +
             2 * (ns(boot) + ns(reset) + ns(power) + ns(mcu_disable) + 8 * ns(flush));
  for (std::uint32_t s = 0; s < program.steps.size(); ++s) {
    const Node& op = program.steps[s].op;
    if (static_cast<NodeType>(op.type) != NodeType::group_create) continue;
    groups_[s].priority = field_number(op, "priority");
    groups_[s].vm = field_number(op, "vm");
  }
}

bool Turns::wants(const Group& group) const {
  if (group.gone || group.open.empty()) return false;
  std::set<std::uint64_t> queues;
  for (const std::uint32_t job : group.open) {
    const Node& op = program_.steps[job].op;
    if (!queues.insert(field_number(op, "queue")).second) continue;  // behind another one
    const std::vector<std::uint32_t> waits = waits_of(op);
    if (std::all_of(waits.begin(), waits.end(),
                    [&](std::uint32_t step) { return signalled_.contains(step); })) {
      return true;
    }
  }
  return false;
}

std::uint64_t Turns::bound_ns(const Group& group) const {
  return once_ns_ + tick_ns_ * (kLimits.runnable_ticks + group.rivals);
}

std::uint64_t Turns::due_ns(std::uint32_t group) const {
  const Group& g = groups_.at(group);
  return g.since_ns == UINT64_MAX ? UINT64_MAX : g.since_ns + bound_ns(g);
}

std::optional<std::uint32_t> Turns::overdue(std::uint64_t time_ns) const {
  for (const auto& [step, group] : groups_) {
    if (group.since_ns < time_ns && time_ns - group.since_ns > bound_ns(group)) return step;
  }
  return {};
}

void Turns::restart_all(std::uint64_t time_ns) {
  not_before_ns_ = std::max(not_before_ns_, time_ns);
  for (auto& [step, group] : groups_) group.since_ns = UINT64_MAX;
}

void Turns::all_gone() {
  for (auto& [step, group] : groups_) group.gone = true;
}

void Turns::look_again(std::uint64_t time_ns) {
  std::uint64_t top = 0;
  std::uint64_t rivals = 0;
  std::set<std::uint32_t> claims;
  std::set<std::uint64_t> vms;
  for (const auto& [step, group] : groups_) {
    // Who may wait for ever still takes a slot from others.
    if (!wants(group)) continue;
    vms.insert(group.vm);
    if (claims.empty() || group.priority > top) rivals = 0;
    top = claims.empty() ? group.priority : std::max(top, group.priority);
    rivals += group.priority == top ? 1 : 0;
    claims.insert(step);
  }
  const bool crowded = vms.size() > spaces_;
  for (auto& [step, group] : groups_) {
    const bool owed = claims.contains(step) && group.priority == top && !asleep_ && !crowded &&
                      !excused_.contains(step) && waits_(*this, step);
    if (!owed) {
      group.since_ns = UINT64_MAX;
    } else if (group.since_ns == UINT64_MAX) {
      group.since_ns = std::max(time_ns, not_before_ns_);
      group.rivals = rivals;
      ++started_;
    } else {
      group.rivals = std::max(group.rivals, rivals);
    }
  }
}

void Turns::take_step(const Record& r) {
  const NodeType type = step_type(program_, r.b);
  if (r.kind == RecordKind::step_started) {
    switch (type) {
      case NodeType::close:
      case NodeType::unbind:
      case NodeType::unplug:
      case NodeType::unload:
      case NodeType::vm_destroy: all_gone(); break;  // whose they are does not matter here
      case NodeType::group_destroy: {
        const auto gone = groups_.find(
            static_cast<std::uint32_t>(field_number(program_.steps[r.b].op, "group")));
        if (gone != groups_.end()) gone->second.gone = true;
        break;
      }
      case NodeType::suspend:
        if (!asleep_) suspend_step_ = r.b;
        asleep_ = true;
        break;
      default: break;
    }
    return;
  }
  if (type == NodeType::resume || (r.b == suspend_step_ && r.c != 0)) {
    asleep_ = false;
    restart_all(r.time_ns);
  }
  if (type == NodeType::group_destroy && r.c != 0) {
    const auto refused = groups_.find(
        static_cast<std::uint32_t>(field_number(program_.steps[r.b].op, "group")));
    if (refused != groups_.end()) refused->second.gone = false;
  }
  const std::uint32_t group = group_of_job(program_, r.b);
  const auto found = groups_.find(group);
  if (type != NodeType::group_submit || static_cast<std::int64_t>(r.c) < 0) return;
  if (found != groups_.end() && !signalled_.contains(r.b)) found->second.open.push_back(r.b);
}

std::uint32_t Turns::group_at(std::uint32_t slot) const {
  const auto found = slots_.find(slot);
  return found == slots_.end() ? kNoStep : found->second;
}

void Turns::take_slot(const Record& r) {
  if (is(r, EventKind::group_off_slot)) {
    slots_.erase(r.b);
    if (const auto g = groups_.find(r.a); g != groups_.end()) g->second.on_slot = false;
    return;
  }
  const std::uint32_t group =
      is(r, EventKind::job_started) ? group_of_job(program_, r.a) : r.a;
  slots_[r.b] = group;
  const auto g = groups_.find(group);
  if (g == groups_.end()) return;
  g->second.on_slot = true;
  // A group that is resumed inside a region asks before it is seen on its slot.
  if (early_.erase(r.b) != 0) g->second.asks = true;
}

void Turns::take_machine(const Record& r) {
  if (is(r, K::protm_active)) {
    inside_ = group_at(r.a);
    if (const auto g = groups_.find(inside_); g != groups_.end()) g->second.asks = false;
  } else if (is(r, K::protm_exit_raised)) {
    inside_ = kNoStep;
  } else if (is(r, K::protm_pend) && r.c != 0) {
    const auto g = groups_.find(group_at(r.a));
    if (g != groups_.end()) {
      g->second.asks = true;
    } else {
      early_.insert(r.a);
    }
  } else if (is(r, K::reset_started) || is(r, K::reset_completed) || is(r, K::mcu_boot)) {
    inside_ = kNoStep;
    slots_.clear();
    early_.clear();
    // What sits where is told by the next job or RESUME only.
    for (auto& [step, group] : groups_) {
      group.on_slot = true;
      group.asks = false;
    }
    restart_all(r.time_ns);
  } else if (is(r, K::cs_fault) || is(r, K::cs_fatal) || is(r, K::mmu_fault) ||
             is(r, K::protm_fault) || is(r, K::exit_refused) || is(r, K::fault_applied)) {
    restart_all(r.time_ns + kFaultNs);
  }
}

std::optional<std::uint32_t> Turns::take(const Record& r) {
  const auto late = overdue(r.time_ns);
  if (r.kind == RecordKind::step_started || r.kind == RecordKind::step_returned) {
    take_step(r);
  } else if (r.kind == RecordKind::fence_signalled) {
    signalled_.insert(r.a);
    if (const auto g = groups_.find(group_of_job(program_, r.a)); g != groups_.end()) {
      std::erase(g->second.open, r.a);
      g->second.gone = g->second.gone || r.d != 0;
      if (g->second.open.empty()) g->second.asks = false;
    }
  } else if (r.kind == RecordKind::fault_applied) {
    restart_all(r.time_ns + kFaultNs);
  } else if (r.kind == RecordKind::machine) {
    take_machine(r);
  } else if (is(r, EventKind::group_on_slot) || is(r, EventKind::group_off_slot) ||
             is(r, EventKind::job_started)) {
    take_slot(r);
  } else {
    return late;
  }
  look_again(r.time_ns);
  return late;
}

RuleResult owed_turns(const Program& program, const Trace& trace, Turns turns,
                      std::string_view field, std::string_view detail) {
  RuleResult out;
  const std::size_t end = quiesce_index(trace);
  std::optional<std::uint32_t> late;
  for (std::size_t i = 0; i <= end && !late; ++i) {
    const bool last = i == end;
    const std::uint64_t due_from = last ? quiesce_ns(trace) : trace.records[i].time_ns;
    late = last ? turns.at_rest(due_from) : turns.take(trace.records[i]);
    if (!late) continue;
    const std::string& name = program.steps[*late].id;
    out.violation = Violation{std::min(i, trace.records.size()), due_from, field,
                              "group '" + (name.empty() ? std::to_string(*late) : name) + "' " +
                                  std::string(detail)};
  }
  out.armed = turns.started();
  return out;
}

}  // namespace protm::rules
