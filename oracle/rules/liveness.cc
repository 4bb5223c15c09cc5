// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/rules/liveness.h"

#include <algorithm>
#include <bit>
#include <cerrno>

#include "sut-adapters/contract/bus.h"
#include "sut-adapters/contract/limits.h"

namespace protm::rules {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

bool can_block_for_ever(const Node& submit) {
  return uses_instruction(submit, NodeType::i_sync_wait64) ||
         uses_instruction(submit, NodeType::i_call) || uses_instruction(submit, NodeType::i_raw) ||
         (static_cast<NodeType>(submit.type) == NodeType::group_submit &&
          field_number(submit, "stream_addr") != UINT64_MAX);
}

void add_wait(const Node& node, std::vector<std::uint32_t>& out) {
  const std::uint32_t step = field_step(node, "wait");
  if (step != kNoStep) out.push_back(step);
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

/// The queues of the jobs of one submit.
std::set<std::uint64_t> queues_of(const Node& op) {
  std::set<std::uint64_t> out{field_number(op, "queue")};
  for (const Value& field : op.fields) {
    for (const Node& item : field.list) {
      if (static_cast<NodeType>(item.type) != NodeType::job) continue;
      out.insert(field_number(item, "queue"));
    }
  }
  return out;
}

/// The syncobjs that `op` waits for or signals, by the step that made them. `type`: sync_wait or
/// sync_signal.
std::vector<std::uint32_t> syncobjs_of(const Node& op, NodeType type) {
  std::vector<std::uint32_t> out;
  for (const Value& field : op.fields) {
    for (const Node& item : field.list) {
      if (static_cast<NodeType>(item.type) != type) continue;
      const std::uint32_t step = field_step(item, "syncobj");
      if (step != kNoStep) out.push_back(step);
    }
  }
  return out;
}

/// How often the Program itself may keep a task of the driver from going on.
std::uint64_t holds_of(const Program& program) {
  return program.schedule.size() + program.explore.preemptions + program.explore.pct_depth;
}

}  // namespace

std::uint32_t line_of(const Program& program, std::uint32_t step) {
  const std::uint32_t group = group_of_job(program, step);
  return group != kNoStep ? group : vm_of_bind(program, step);
}

std::set<std::uint32_t> excused_lines(const Program& program) {
  std::set<std::uint32_t> out;
  std::set<std::uint32_t> silent;   // syncobjs whose fence may never signal
  for (bool grew = true; grew;) {
    grew = false;
    for (std::uint32_t s = 0; s < program.steps.size(); ++s) {
      if (!has_own_fence(program, s)) continue;
      const Node& op = program.steps[s].op;
      const std::uint32_t line = line_of(program, s);
      bool bad = out.contains(line) || can_block_for_ever(op);
      for (const std::uint32_t step : waits_of(op)) {
        bad = bad || out.contains(line_of(program, step));
      }
      for (const std::uint32_t step : syncobjs_of(op, NodeType::sync_wait)) {
        bad = bad || silent.contains(step);
      }
      if (!bad) continue;
      grew = out.insert(line).second || grew;
      for (const std::uint32_t step : syncobjs_of(op, NodeType::sync_signal)) {
        grew = silent.insert(step).second || grew;
      }
    }
  }
  return out;
}

std::uint64_t longest_tick_ns(const Trace& trace) {
  const std::uint64_t jiffies = (kLimits.tick_ns + trace.jiffy_ns - 1) / trace.jiffy_ns;
  return (jiffies + 1) * trace.jiffy_ns;
}

Turns::Turns(const Program& program, const Trace& trace, Waits waits)
    : program_(program), waits_(std::move(waits)), excused_(excused_lines(program)),
      job_line_(program),
      ping_(program) {
  using enum vocab::Latency;
  const auto ns = [&](vocab::Latency id) { return program.machine.effective_ns(id); };
  // A tick asks its slots up to three times; a session of somebody else may have to end first.
  tick_ns_ = longest_tick_ns(trace) + 4 * (ns(doorbell) + ns(ack)) + ns(protm_active) +
             ns(protm_exit);
  const int spaces = std::popcount(program.machine.as_present) - 1;  // one is the firmware's
  spaces_ = static_cast<std::uint64_t>(std::max(spaces, 1));
  // A group is seen on its slot when its first job begins, some instructions behind the START.
  once_ns_ = 64 * ns(instruction) +
             2 * (ns(boot) + ns(reset) + ns(power) + ns(mcu_disable) + 8 * ns(flush)) +
             kLongestHoldNs * holds_of(program);
  for (std::uint32_t s = 0; s < program.steps.size(); ++s) {
    const Node& op = program.steps[s].op;
    if (static_cast<NodeType>(op.type) != NodeType::group_create) continue;
    groups_[s].priority = field_number(op, "priority");
    groups_[s].vm = field_number(op, "vm");
  }
}

bool Turns::wants(const Group& group) const {
  if (group.gone) return false;
  for (auto job = group.open.begin(); job != group.open.end(); ++job) {
    // Which jobs of a call are left is not seen, so that each of its queues has to be free.
    const bool behind_another = std::any_of(group.open.begin(), job, [&](const Job& other) {
      return std::any_of(other.queues.begin(), other.queues.end(),
                         [&](std::uint64_t queue) { return job->queues.contains(queue); });
    });
    if (behind_another || job->waits_unseen) continue;
    if (std::all_of(job->waits.begin(), job->waits.end(),
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

bool Turns::restart_all(std::uint64_t time_ns) {
  not_before_ns_ = std::max(not_before_ns_, time_ns);
  for (auto& [step, group] : groups_) group.since_ns = UINT64_MAX;
  return true;
}

bool Turns::all_gone() {
  for (auto& [step, group] : groups_) group.gone = true;
  return true;
}

bool Turns::take_destroy(const Record& r) {
  const Node& op = program_.steps[r.b].op;
  const auto found = groups_.find(static_cast<std::uint32_t>(field_number(op, "group")));
  if (found == groups_.end()) return false;
  // One that fails changes nothing: the group may have gone before.
  found->second.leaving = r.kind == RecordKind::step_started;
  const bool done = r.kind == RecordKind::step_returned && r.c == 0;
  found->second.gone = found->second.gone || done;
  found->second.handle_free = found->second.handle_free || done;
  return true;
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
    // A call that destroys may wait for jobs of the group, which take their turns till then.
    const bool owed = claims.contains(step) && group.priority == top && !group.leaving &&
                      !group.failed && !asleep_ && !job_line_.deaf() && !crowded &&
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

bool Turns::take_step(const Record& r) {
  const NodeType type = step_type(program_, r.b);
  if (r.kind == RecordKind::step_started) {
    switch (type) {
      case NodeType::close:
      case NodeType::unbind:
      case NodeType::unplug:
      case NodeType::unload:
      case NodeType::vm_destroy: return all_gone();  // whose they are does not matter here
      case NodeType::group_destroy: return take_destroy(r);
      case NodeType::suspend:
        if (!asleep_) suspend_step_ = r.b;
        asleep_ = true;
        return true;
      default: return false;
    }
  }
  if (type == NodeType::resume || (r.b == suspend_step_ && r.c != 0)) {
    asleep_ = false;
    return restart_all(r.time_ns);
  }
  if (type == NodeType::group_destroy) return take_destroy(r);
  if (type != NodeType::group_submit || static_cast<std::int64_t>(r.c) < 0) return false;
  const auto found = groups_.find(group_of_job(program_, r.b));
  if (found == groups_.end() || signalled_.contains(r.b)) return false;
  // The handle is somebody else's by now: from here on who has work is not known.
  if (found->second.handle_free) return all_gone();
  const Node& op = program_.steps[r.b].op;
  found->second.open.push_back({.step = r.b,
                                .queues = queues_of(op),
                                .waits = waits_of(op),
                                .waits_unseen = uses_instruction(op, NodeType::sync_wait)});
  return true;
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
  g->second.failed = false;
  for (Job& job : g->second.open) {
    // Of several jobs in one call another one may wait still.
    const bool alone = !uses_instruction(program_.steps[job.step].op, NodeType::job);
    if (is(r, EventKind::job_started) && job.step == r.a && alone) job.waits_unseen = false;
  }
  // A group that is resumed inside a region asks before it is seen on its slot.
  if (early_.erase(r.b) != 0) g->second.asks = true;
}

bool Turns::take_machine(const Record& r) {
  ping_.take(r);
  switch (static_cast<K>(r.sub)) {
    case K::protm_active:
      inside_ = group_at(r.a);
      // Nobody can end this session but its region, or the reset behind two time-outs.
      if (ping_.open()) (void)restart_all(r.time_ns + kLimits.after_fault_ns);
      if (const auto g = groups_.find(inside_); g != groups_.end()) g->second.asks = false;
      return true;
    case K::region_started: {
      // Who was granted before goes on in the time of whom the entry was for.
      const auto g = groups_.find(group_at(r.a));
      if (g == groups_.end()) return false;
      g->second.asks = false;
      g->second.shares_session = true;
      return true;
    }
    case K::protm_exit_raised:
      inside_ = kNoStep;
      for (auto& [step, group] : groups_) group.shares_session = false;
      return true;
    case K::protm_pend: {
      if (r.c == 0) return false;
      const auto g = groups_.find(group_at(r.a));
      if (g == groups_.end()) return early_.insert(r.a).second;
      g->second.asks = true;
      return true;
    }
    case K::reset_started:
    case K::reset_completed:
    case K::mcu_boot:
      inside_ = kNoStep;
      slots_.clear();
      early_.clear();
      // What sits where is told by the next job or RESUME only.
      for (auto& [step, group] : groups_) {
        group.on_slot = true;
        group.asks = group.shares_session = false;
      }
      return restart_all(r.time_ns);
    case K::cs_fault:
    case K::cs_fatal:
    case K::mmu_fault:
    case K::protm_fault:
    case K::exit_refused: return restart_all(r.time_ns + kLimits.after_fault_ns);
    case K::fault_applied:
      (void)job_line_.take(r);
      return restart_all(r.time_ns + kLimits.after_fault_ns);
    case K::irq_line:
      return job_line_.take(r) && restart_all(r.time_ns + kLimits.after_fault_ns);
    default: return false;
  }
}

bool Turns::take_event(const Record& r) {
  switch (r.kind) {
    case RecordKind::step_started:
    case RecordKind::step_returned: return take_step(r);
    case RecordKind::fence_signalled: {
      signalled_.insert(r.a);
      const auto g = groups_.find(group_of_job(program_, r.a));
      if (g == groups_.end()) return true;
      std::erase_if(g->second.open, [&](const Job& job) { return job.step == r.a; });
      // A CS_FAULT ends one job, CS_FATAL the group; both jobs end with EINVAL.
      g->second.failed = g->second.failed || r.d == EINVAL;
      g->second.gone = g->second.gone || (r.d != 0 && r.d != EINVAL);
      if (g->second.open.empty()) g->second.asks = false;
      return true;
    }
    case RecordKind::fault_applied: return restart_all(r.time_ns + kLimits.after_fault_ns);
    case RecordKind::machine: return take_machine(r);
    case RecordKind::event:
      if (!is(r, EventKind::group_on_slot) && !is(r, EventKind::group_off_slot) &&
          !is(r, EventKind::job_started)) {
        return false;
      }
      take_slot(r);
      return true;
    default: return false;
  }
}

std::optional<std::uint32_t> Turns::take(const Record& r) {
  const auto late = overdue(r.time_ns);
  if (take_event(r)) look_again(r.time_ns);
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
