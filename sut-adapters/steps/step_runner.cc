// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/steps/step_runner.h"

#include <algorithm>

#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/job_control.h"
#include "gpu-model/vocab/regs/mmu_control.h"
#include "gpu-model/vocab/uapi.h"
#include "gpu-model/vocab/uapi_core.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/contract/limits.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/trace_reading.h"
#include "sut-adapters/steps/fields.h"

namespace protm::steps {
namespace {

namespace uapi = vocab::uapi;
using contract::Call;
using contract::EventKind;
using contract::kNoStep;
using contract::NodeType;
using contract::Record;
using contract::RecordKind;
using contract::SysCall;

/// Actor and step of calls that the runner makes on its own behalf.
constexpr std::uint32_t kRunner = 1000;

bool needs_render_node(NodeType type) {
  return type > NodeType::unload && type < NodeType::bind_map && type != NodeType::sleep &&
         type != NodeType::open && type != NodeType::reclaim;
}

}  // namespace

bool settle(rig::Rig& rig, contract::Sut& sut, Pace& pace, std::uint64_t limit_ns) {
  const std::uint64_t end = (rig.now() + limit_ns).ns;
  for (;;) {
    sut.run_ready();
    if (pace.at_rest()) return true;
    if (rig.now().ns >= end || rig.machine_events() > contract::kLimits.event_budget) return false;
    if (!pace.move(end)) return false;
  }
}

void wait_for_tick(rig::Rig& rig, contract::Sut& sut, Pace& pace, std::uint32_t hz,
                   std::uint32_t ticks) {
  const std::uint64_t tick_ns = vocab::kSec / hz;
  const std::uint64_t slot_ns = ticks * tick_ns;
  const std::uint64_t until = (rig.now().ns / slot_ns + 1) * slot_ns + tick_ns / 10;
  while (rig.now().ns < until) {
    sut.run_ready();
    if (!pace.move(until)) return;
  }
}

std::optional<std::int64_t> run_call(rig::Rig& rig, contract::Sut& sut, Pace& pace, Call call,
                                     std::vector<contract::Returned>* others) {
  call.actor = kRunner;
  call.step = kRunner;
  sut.start(call);
  const std::uint64_t end = (rig.now() + kSettleNs).ns;
  for (;;) {
    sut.run_ready();
    std::optional<std::int64_t> result;
    for (const contract::Returned& r : sut.take_returned()) {
      if (r.actor == kRunner) {
        result = r.result;
      } else if (others != nullptr) {
        others->push_back(r);
      }
    }
    if (result) return result;
    if (rig.now().ns >= end || !pace.move(vocab::kNever)) return std::nullopt;
    if (rig.machine_events() > contract::kLimits.event_budget) return std::nullopt;
  }
}

StepRunner::StepRunner(const contract::Program& program, rig::Rig& rig, contract::Sut& sut,
                       Pace& pace, contract::Trace& trace, std::uint64_t owner_heap,
                       std::span<const StepTurn> order)
    : program_(program),
      rig_(rig),
      sut_(sut),
      pace_(pace),
      trace_(trace),
      states_(program.steps.size()),
      calls_(program, rig, states_),
      owner_heap_(owner_heap),
      order_(order) {
  calls_.reserve();
}

void StepRunner::prologue() {
  if (program_.boot == contract::Boot::cold) return;
  bool needed = false;
  for (const contract::Step& s : program_.steps) {
    needed |= needs_render_node(static_cast<NodeType>(s.op.type));
  }
  if (!needed) return;
  Call open = calls_.plain(SysCall::open);
  open.name = "dri";
  const auto fd = run_call(rig_, sut_, pace_, open);
  if (!fd || *fd < 0) return;
  calls_.default_file = static_cast<std::uint64_t>(*fd);
  for (std::uint32_t i = 0; i < program_.steps.size(); ++i) {
    if (!contract::has_own_fence(program_.steps[i].op)) continue;
    const auto r = run_call(
        rig_, sut_, pace_,
        calls_.ioctl(calls_.default_file, uapi::kIoctlSyncobjCreate, uapi::SyncobjCreate{}));
    if (r && *r == 0) states_[i].syncobj = calls_.read_back<uapi::SyncobjCreate>().handle;
  }
}

void StepRunner::arm() {
  std::uint32_t actors = static_cast<std::uint32_t>(program_.actors.size());
  for (const contract::Step& s : program_.steps) actors = std::max(actors, s.actor + 1);
  steps_of_.resize(actors);
  cursor_.resize(actors);
  for (std::uint32_t i = 0; i < program_.steps.size(); ++i) {
    const contract::Trigger& when = program_.steps[i].when;
    steps_of_[program_.steps[i].actor].push_back(i);
    if (when.after.kind == EventKind::none) {
      states_[i].ready_ns = when.at_ns;
    } else {
      states_[i].watch = rig_.matcher().watch(when.after);
    }
  }
  order_.arm(rig_.matcher(), states_);
}

std::uint32_t StepRunner::head_of(std::uint32_t actor) {
  const std::vector<std::uint32_t>& own = steps_of_[actor];
  std::uint32_t& at = cursor_[actor];
  while (at < own.size()) {
    const StepPhase phase = states_[own[at]].phase;
    if (phase == StepPhase::running) return kNoStep;
    if (phase == StepPhase::waiting) return own[at];
    ++at;
  }
  return kNoStep;
}

std::uint64_t StepRunner::ready_ns(std::uint32_t step) {
  StepState& s = states_[step];
  if (s.watch != UINT32_MAX && order_.active() && order_.may_start(step, states_)) return now_ns();
  if (s.watch != UINT32_MAX && s.ready_ns == vocab::kNever) {
    const std::uint64_t at = rig_.matcher().when(s.watch);
    if (at != vocab::kNever) s.ready_ns = at + program_.steps[step].when.delay_ns;
  }
  return s.ready_ns;
}

std::uint64_t StepRunner::next_step_ns() {
  std::uint64_t next = vocab::kNever;
  for (std::uint32_t actor = 0; actor < steps_of_.size(); ++actor) {
    const std::uint32_t step = head_of(actor);
    if (frozen(actor)) continue;
    if (step == kNoStep || !order_.may_start(step, states_)) continue;
    next = std::min(next, ready_ns(step));
  }
  return next == vocab::kNever ? next : rig_.start_ns() + next;
}

bool StepRunner::start_ready() {
  bool any = false;
  for (std::uint32_t actor = 0; actor < steps_of_.size(); ++actor) {
    const std::uint32_t step = head_of(actor);
    if (step == kNoStep || frozen(actor) || ready_ns(step) > now_ns()) continue;
    if (!order_.may_start(step, states_)) continue;
    begin_step(step);
    any = true;
  }
  return any;
}

void StepRunner::begin_step(std::uint32_t step) {
  states_[step].phase = StepPhase::running;
  if (contract::has_own_fence(program_.steps[step].op)) ++jobs_;
  rig_.report(Record{.kind = RecordKind::step_started, .a = program_.steps[step].actor, .b = step});
  last_step_ns_ = now_ns();
  states_[step].due_ns = due_ns(program_.steps[step].op);
  // User space is frozen before any device is suspended.
  const bool suspends = static_cast<NodeType>(program_.steps[step].op.type) == NodeType::suspend;
  if (suspends && sleeper_ == kNoStep) {
    sleeper_ = program_.steps[step].actor;
    suspend_step_ = step;
  }
  issue(step);
}

bool StepRunner::frozen(std::uint32_t actor) const {
  return sleeper_ != kNoStep && actor != sleeper_;
}

void StepRunner::thaw() {
  sleeper_ = kNoStep;
  const std::vector<std::uint32_t> list = std::move(held_);
  held_.clear();
  for (const std::uint32_t step : list) issue(step);
}

void StepRunner::wake_system() {
  rig_.report(Record{.kind = RecordKind::kernel_log,
                     .sub = contract::kRunnerWakes,
                     .text = rig_.text("the runner wakes the system")});
  std::vector<contract::Returned> others;
  Call resume = calls_.plain(SysCall::resume);
  if (suspend_step_ != kNoStep) resume.device = program_.steps[suspend_step_].device;
  run_call(rig_, sut_, pace_, resume, &others);
  take_returned(others);
  thaw();
}

std::uint64_t StepRunner::due_ns(const contract::Node& op) const {
  switch (static_cast<NodeType>(op.type)) {
    case NodeType::sleep: return now_ns() + number(op, "time");
    case NodeType::syncobj_wait:
    case NodeType::syncobj_timeline_wait:
    case NodeType::wait: return now_ns() + number(op, "timeout");
    default: return 0;
  }
}

void StepRunner::issue(std::uint32_t step) {
  // A call that is under way comes to its end; the task makes no other until it is thawed.
  if (frozen(program_.steps[step].actor)) {
    held_.push_back(step);
    return;
  }
  const auto call = calls_.next(step);
  if (!call) {
    end_step(step);
    return;
  }
  sut_.start(*call);
}

void StepRunner::end_step(std::uint32_t step) {
  StepState& s = states_[step];
  s.phase = StepPhase::done;
  rig_.report(Record{.kind = RecordKind::step_returned,
                     .a = program_.steps[step].actor,
                     .b = step,
                     .c = static_cast<std::uint64_t>(s.result)});
  calls_.finish(step);
  rig_.event(EventKind::step_returned, step);
  last_step_ns_ = now_ns();
  const auto type = static_cast<NodeType>(program_.steps[step].op.type);
  // A second suspend that is refused wakes nobody.
  const bool awake = type == NodeType::resume || (step == suspend_step_ && s.result < 0);
  if (awake && sleeper_ == program_.steps[step].actor) thaw();
}

bool StepRunner::take_results() {
  for (const contract::Returned& b : sut_.take_blocked()) {
    if (b.actor == kRunner || b.step >= states_.size()) continue;
    rig_.report(Record{.kind = RecordKind::step_blocked, .a = b.actor, .b = b.step});
    rig_.event(EventKind::step_blocked, b.step);
  }
  // A copy: starting the next call may change what the candidate's list refers to.
  const auto returned = sut_.take_returned();
  const std::vector<contract::Returned> list(returned.begin(), returned.end());
  take_returned(list);
  return !list.empty();
}

void StepRunner::take_returned(const std::vector<contract::Returned>& list) {
  for (const contract::Returned& r : list) {
    if (r.step >= states_.size()) continue;
    states_[r.step].output = r.output;
    if (calls_.took(r.step, r.result)) {
      issue(r.step);
    } else {
      end_step(r.step);
    }
  }
}

std::span<const StepState> StepRunner::not_ended() {
  const auto ended = [](const StepState& s) {
    return s.phase == StepPhase::done || s.phase == StepPhase::abandoned;
  };
  while (first_open_ < states_.size() && ended(states_[first_open_])) ++first_open_;
  return std::span(states_).subspan(first_open_);
}

bool StepRunner::all_ended() { return not_ended().empty(); }

bool StepRunner::outstanding() {
  const std::span<const StepState> rest = not_ended();
  return std::any_of(rest.begin(), rest.end(),
                     [](const StepState& s) { return s.phase == StepPhase::running; });
}

bool StepRunner::stands_still() {
  const auto quiet = [&](std::uint64_t since) {
    return now_ns() > since && now_ns() - since > contract::kLimits.stuck_ns;
  };
  const std::uint64_t progress = rig_.last_progress_ns();
  if (!quiet(progress)) return false;
  bool timed = false;
  for (const StepState& s : states_) {
    if (s.phase != StepPhase::running) continue;
    if (quiet(std::max(progress, s.due_ns))) return true;
    timed = true;
  }
  // Whoever sleeps, or a step to come, may still do what the open fences wait for.
  return !timed && all_ended() && fences_open();
}

bool StepRunner::fences_open() const {
  std::uint32_t submitted = 0;
  std::uint32_t signalled = 0;
  for (std::uint32_t i = 0; i < states_.size(); ++i) {
    if (!contract::has_own_fence(program_.steps[i].op)) continue;
    submitted += states_[i].phase == StepPhase::done && states_[i].result >= 0 ? 1 : 0;
  }
  for (const Record& r : trace_.records) {
    signalled += r.kind == RecordKind::fence_signalled ? 1 : 0;
  }
  return signalled < submitted;
}

void StepRunner::stuck(const char* who) {
  rig_.report(Record{.kind = RecordKind::sut_stuck, .text = rig_.text(who)});
  trace_.end = contract::RunEnd::stopped;
}

void StepRunner::abandon_waiting() {
  for (StepState& s : states_) {
    if (s.phase == StepPhase::waiting) s.phase = StepPhase::abandoned;
  }
}

StepRunner::Next StepRunner::nothing_to_do() {
  // Everything is at rest. Who waits for a turn gets it; who waits for an event never sees it.
  if (order_.give_up()) return Next::go_on;
  if (sleeper_ != kNoStep) {
    wake_system();
    return Next::go_on;
  }
  if (outstanding()) {
    stuck("a call never returns");
    return Next::broken;
  }
  if (!all_ended()) {
    abandon_waiting();
    return Next::go_on;
  }
  return Next::finished;
}

StepRunner::Next StepRunner::loop() {
  sut_.run_ready();
  if (take_results()) {
    start_ready();   // a caller goes on at once
    return Next::go_on;
  }
  if (start_ready()) return Next::go_on;
  if (sut_.stopped_tasks() != 0) {
    trace_.end = contract::RunEnd::stopped;
    return Next::broken;
  }
  if (rig_.machine_events() > event_budget_) {
    rig_.report(Record{.kind = RecordKind::sut_livelock, .c = event_budget_});
    trace_.end = contract::RunEnd::stopped;
    return Next::broken;
  }
  const std::uint64_t step_ns = next_step_ns();
  if (pace_.at_rest() && step_ns == vocab::kNever && !outstanding()) return nothing_to_do();
  const std::uint64_t late =
      last_step_ns_ + contract::kLimits.fence_base_ns + jobs_ * contract::kLimits.fence_per_job_ns;
  if (all_ended() && now_ns() > late) return Next::finished;  // rule L1 has its say about it
  if (now_ns() > contract::kMaxTimeNs) {
    abandon_waiting();
    if (!outstanding()) return Next::finished;
    // What began in time may end after it: a sleep takes as long again at most.
    if (now_ns() > 2 * contract::kMaxTimeNs + contract::kLimits.stuck_ns) {
      stuck("a call does not return within the time of a Program");
      return Next::broken;
    }
  }
  if (!pace_.move(step_ns)) return nothing_to_do();
  if (!stands_still()) return Next::go_on;
  // Steps may be to come for hours: a system that nobody resumes is woken for those who wait now.
  if (sleeper_ != kNoStep) {
    wake_system();
    return Next::go_on;
  }
  stuck("no event although work is waited for");
  return Next::broken;
}

void StepRunner::run() {
  arm();
  Next next = Next::go_on;
  while (next == Next::go_on) next = loop();
  if (next == Next::finished) {
    const std::uint64_t until = (rig_.now() + rest_ns_).ns;
    while (rig_.now().ns < until) {
      sut_.run_ready();
      if (!pace_.move(until)) break;
    }
    end_state();
  }
  trace_.machine_events = rig_.machine_events();
}

void StepRunner::query_states() {
  for (std::uint32_t i = 0; i < states_.size(); ++i) {
    const StepState& s = states_[i];
    const auto type = static_cast<NodeType>(program_.steps[i].op.type);
    if (!s.alive || s.file == 0) continue;
    if (type == NodeType::group_create) {
      const auto r = run_call(
          rig_, sut_, pace_,
          calls_.ioctl(s.file, uapi::kIoctlGroupGetState,
                       uapi::GroupGetState{.group_handle = static_cast<std::uint32_t>(s.made),
                                           .state = 0,
                                           .fatal_queues = 0,
                                           .pad = 0}));
      const auto args = calls_.read_back<uapi::GroupGetState>();
      if (r && *r == 0) {
        rig_.report(Record{
            .kind = RecordKind::group_state, .a = i, .b = args.state, .c = args.fatal_queues});
      }
    } else if (type == NodeType::vm_create) {
      const auto r = run_call(
          rig_, sut_, pace_,
          calls_.ioctl(s.file, uapi::kIoctlVmGetState,
                       uapi::VmGetState{.vm_id = static_cast<std::uint32_t>(s.made), .state = 0}));
      const auto args = calls_.read_back<uapi::VmGetState>();
      if (r && *r == 0) rig_.report(Record{.kind = RecordKind::vm_state, .a = i, .b = args.state});
    }
  }
}

void StepRunner::end_state() {
  sut_.set_schedule(nullptr);   // what is read now is no longer part of the case
  if (sleeper_ != kNoStep) wake_system();
  if (calls_.default_file != 0) {
    query_states();
    read_buffers();
  }
  const std::size_t rest_begin = trace_.records.size();
  sut_.report_rest(false);
  for (std::uint32_t device = 0; device < program_.devices; ++device) {
    if (device_sleeps(device, rest_begin)) report_device(device, DeviceState::asleep);
  }
  close_everything();
  if (sut_.stopped_tasks() != 0) {
    trace_.end = contract::RunEnd::stopped;
    return;
  }
  sut_.report_rest(true);
  if (!contract::has(sut_.info().capabilities, contract::Capability::host_checks)) return;
  for (std::uint32_t device = 0; device < program_.devices; ++device) {
    report_device(device, DeviceState::left);
  }
}

/// Whether what the candidate reported at rest says that runtime PM has put the device to sleep.
bool StepRunner::device_sleeps(std::uint32_t device, std::size_t rest_begin) const {
  for (std::size_t i = rest_begin; i < trace_.records.size(); ++i) {
    const Record& r = trace_.records[i];
    const bool power = r.kind == RecordKind::rest_state && r.a == rest_number(device) &&
                       trace_.text(r.text) == "rpm_active";
    if (power) return r.c == 0;
  }
  return false;
}

/// What a device that sleeps, or that nobody drives any more, still does. Only in process, where
/// either is known for certain.
void StepRunner::report_device(std::uint32_t device, DeviceState state) {
  const gpu::Machine& machine = device == 0 ? rig_.machine() : rig_.second()->machine;
  const auto rest = [&](const char* what, std::uint64_t value) {
    rig_.report(Record{.kind = RecordKind::rest_state,
                       .a = rest_number(device),
                       .text = rig_.text(what),
                       .c = value});
  };
  std::uint32_t lines = 0;
  const bool has_pwr = vocab::has_pwr_control(machine.config().gpu_id);
  for (const std::uint32_t mask : {vocab::kPwrIrqMask.offset, vocab::kGpuIrqMask.offset,
                                   vocab::kJobIrqMask.offset, vocab::kMmuIrqMask.offset}) {
    const bool there = has_pwr || mask != vocab::kPwrIrqMask.offset;
    lines = lines << 1 | (there && machine.peek(mask) != 0 ? 1u : 0u);
  }
  std::uint32_t spaces = 0;
  for (std::uint32_t as = 0; as < vocab::kMaxAs; ++as) {
    const auto offset = vocab::as_offset(vocab::AsNr{as}, vocab::kAsTranscfgLo);
    const vocab::Word<vocab::AsTranscfgLo> word{machine.peek(offset)};
    if (word[vocab::AsTranscfgLo::adrmode] > vocab::kAsTranscfgLo.reset) spaces |= 1u << as;
  }
  const bool asleep = state == DeviceState::asleep;
  rest(asleep ? "asleep_unmasked_irq_lines" : "unmasked_irq_lines", lines);
  if (!asleep) rest("translating_address_spaces", spaces);
  if (!asleep) rest("mcu_status", machine.peek(vocab::kMcuStatus.offset));
  // A GPU that no reset got out of protected mode is nobody's to switch off.
  const vocab::Word<vocab::GpuStatus> status{machine.peek(vocab::kGpuStatus.offset)};
  if (!status[vocab::GpuStatus::protm_active]) {
    const auto& l2_ready = has_pwr ? vocab::kPwrL2ReadyLo : vocab::kL2ReadyLo;
    rest(asleep ? "asleep_l2_ready" : "l2_ready", machine.peek(l2_ready.offset));
  }
}

}  // namespace protm::steps
