// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/rig/rig.h"

#include <algorithm>
#include <cstring>

#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/observation.h"

namespace protm::rig {
namespace {

using contract::EventKind;
using contract::Record;
using contract::RecordKind;
using vocab::Observation;
using vocab::ObservationKind;

bool only_in_full_trace(ObservationKind kind) {
  return kind == ObservationKind::register_read || kind == ObservationKind::register_write;
}

/// Traffic that an idle device shows too: no sign of progress.
bool is_background(ObservationKind kind) {
  switch (kind) {
    case ObservationKind::register_read:
    case ObservationKind::ping_sampled:
    case ObservationKind::ping_acked:
      return true;
    default:
      return false;
  }
}

constexpr std::uint32_t kStateStart = 1;
constexpr std::uint32_t kStateResume = 3;

}  // namespace

Rig::Rig(const vocab::MachineConfig& config, std::pmr::memory_resource* memory)
    : machine_(config, memory),
      matcher_(memory),
      user_(memory, this),
      jobs_(memory),
      saved_(memory),
      slot_group_(config.csg_slots, contract::kNoStep, memory),
      slot_suspend_(config.csg_slots, 0, memory),
      counts_(memory) {}

std::uint32_t Rig::read32(std::uint32_t offset) {
  const std::uint32_t value = machine_.read(offset);
  drain();
  return value;
}

void Rig::write32(std::uint32_t offset, std::uint32_t value) {
  machine_.write(offset, value);
  drain();
}

void Rig::advance(vocab::SimTime t) {
  // One event at a time: whoever calls late must find each of them at its own time.
  while (machine_.next_event_ns() < t.ns) {
    now_ = vocab::SimTime{std::max(machine_.next_event_ns(), now_.ns)};
    machine_.advance(now_);
    drain();
  }
  now_ = t;
  machine_.advance(t);
  drain();
}

vocab::Pa Rig::page_alloc(contract::PageKind kind, std::uint32_t order) {
  const auto huge = vocab::YesNo{machine_.config().word(vocab::Switch::huge_pages)};
  if (order != 0 && huge == vocab::YesNo::no) return vocab::Pa{0};
  return machine_.ram().alloc_pages(
      kind == contract::PageKind::normal ? gpu::PageKind::normal : gpu::PageKind::protected_memory,
      order);
}

void Rig::page_free(vocab::Pa pa) {
  machine_.free_page(pa);
  drain();
}

void Rig::mem_read(vocab::Pa pa, std::span<std::byte> to) {
  machine_.cpu_read(pa, to);
  drain();
}

void Rig::mem_write(vocab::Pa pa, std::span<const std::byte> from) {
  machine_.cpu_write(pa, from);
  drain();
}

std::int64_t Rig::fault(const char* call, const char* role) {
  if (faults_ == nullptr) return 0;
  bool named = false;
  for (const contract::Fault& f : *faults_) {
    named |= f.host && f.call.call == call && f.call.role == role;
  }
  if (!named) return 0;
  Count* count = nullptr;
  for (Count& c : counts_) {
    if (std::strcmp(c.call, call) == 0 && std::strcmp(c.role, role) == 0) count = &c;
  }
  // The caller's words may go away with its objects: keep the Program's, which outlive the run.
  for (std::size_t i = 0; count == nullptr && i < faults_->size(); ++i) {
    const contract::Fault& f = (*faults_)[i];
    if (!f.host || f.call.call != call || f.call.role != role) continue;
    count = &counts_.emplace_back(Count{f.call.call.c_str(), f.call.role.c_str(), 0});
  }
  ++count->seen;
  for (std::uint32_t i = 0; i < faults_->size(); ++i) {
    const contract::Fault& f = (*faults_)[i];
    if (!f.host || f.call.call != call || f.call.role != role) continue;
    if (f.call.nth != count->seen) continue;
    report(Record{.kind = RecordKind::fault_applied, .a = i});
    event(EventKind::fault_applied, i);
    return f.call.value;
  }
  return 0;
}

void Rig::report(const Record& record) {
  if (trace_ == nullptr) return;
  Record r = record;
  r.time_ns = now_ - start_;
  trace_->records.push_back(r);
  if (r.kind == RecordKind::fence_signalled)
    matcher_.happened(EventKind::fence_signalled, r.a, r.time_ns);
  if (r.kind == RecordKind::kernel_oops) matcher_.happened(EventKind::oops, 0, r.time_ns);
  last_progress_ns_ = r.time_ns;
}

contract::TextId Rig::text(const char* words) {
  if (trace_ == nullptr) return 0;
  for (contract::TextId i = 0; i < trace_->texts.size(); ++i) {
    if (trace_->texts[i] == words) return i;
  }
  trace_->texts.emplace_back(words);
  return static_cast<contract::TextId>(trace_->texts.size() - 1);
}

void Rig::begin(contract::Trace* trace, const std::vector<contract::Fault>* faults,
                TraceLevel level) {
  trace_ = trace;
  faults_ = faults;
  level_ = level;
  start_ = now_;
  machine_events_ = 0;
  last_progress_ns_ = 0;
  machine_.clear_observations();
  for (std::uint32_t i = 0; i < faults->size(); ++i) {
    if ((*faults)[i].host) continue;
    vocab::MachineFault fault = (*faults)[i].machine;
    fault.id = i;
    machine_.inject(fault);
  }
  drain();
}

void Rig::detach() {
  trace_ = nullptr;
  faults_ = nullptr;
}

void Rig::event(EventKind kind, std::uint32_t arg, std::uint32_t b) {
  report(
      Record{.kind = RecordKind::event, .sub = static_cast<std::uint16_t>(kind), .a = arg, .b = b});
  matcher_.happened(kind, arg, now_ - start_);
}

void Rig::memory_changed(std::uint32_t step) { event(EventKind::memory_changed, step); }

void Rig::map_job(std::uint64_t va, std::uint32_t step, std::uint32_t group_step) {
  jobs_.push_back(Job{va, step, group_step});
}

const Rig::Job* Rig::job_at(std::uint64_t va) const {
  for (const Job& job : jobs_) {
    if (job.va == va) return &job;
  }
  return nullptr;
}

void Rig::drain() {
  const std::span<const Observation> seen = machine_.observations();
  if (seen.empty()) return;
  if (trace_ != nullptr) {
    for (const Observation& o : seen) observe(o);
  }
  machine_.clear_observations();
}

void Rig::observe(const Observation& seen) {
  ++machine_events_;
  const std::uint64_t at = seen.at - start_;
  if (!is_background(seen.kind)) last_progress_ns_ = at;
  if (level_ == TraceLevel::full || !only_in_full_trace(seen.kind)) {
    trace_->records.push_back(Record{.time_ns = at,
                                     .kind = RecordKind::machine,
                                     .sub = static_cast<std::uint16_t>(seen.kind),
                                     .a = seen.a,
                                     .b = seen.b,
                                     .c = seen.c,
                                     .d = seen.d});
  }
  const auto hit = [&](EventKind kind, std::uint32_t arg = 0) { matcher_.happened(kind, arg, at); };
  switch (seen.kind) {
    case ObservationKind::protm_active:
      hit(EventKind::protm_active);
      break;
    case ObservationKind::protm_exit_raised:
      hit(EventKind::protm_exit_raised);
      break;
    case ObservationKind::protm_pend:
      hit(EventKind::protm_pend_raised);
      break;
    case ObservationKind::tiler_oom:
      hit(EventKind::tiler_oom);
      break;
    case ObservationKind::csg_event:
      if ((seen.b & vocab::fw::kCsgProgressTimerEvent) != 0) hit(EventKind::progress_timer);
      break;
    case ObservationKind::enter_sampled:
      hit(EventKind::protm_enter_sampled);
      break;
    case ObservationKind::enter_acked:
      hit(EventKind::protm_enter_acked);
      break;
    case ObservationKind::status_update_sampled:
      hit(EventKind::status_update_sampled);
      break;
    case ObservationKind::exit_cause:
      hit(EventKind::protm_exit_begun);
      break;
    case ObservationKind::ping_sampled:
      hit(EventKind::ping_sampled);
      if (seen.a != 0) hit(EventKind::ping_in_window);
      break;
    case ObservationKind::as_command:
      hit(EventKind::as_command_written, seen.b);
      break;
    case ObservationKind::exit_refused:
      hit(EventKind::exit_refused);
      break;
    case ObservationKind::reset_completed:
      hit(EventKind::reset_completed);
      break;
    case ObservationKind::fault_applied:
      hit(EventKind::fault_applied, seen.a);
      break;
    case ObservationKind::irq_line:
      hit(seen.b != 0 ? EventKind::irq_high : EventKind::irq_low, seen.a);
      break;
    case ObservationKind::csg_state_acked:
    case ObservationKind::stream_call:
    case ObservationKind::stream_return:
      observe_group(seen);
      break;
    default:
      break;
  }
}

void Rig::observe_group(const Observation& seen) {
  const std::uint32_t slot = seen.a;
  if (slot >= slot_group_.size()) return;
  if (seen.kind == ObservationKind::csg_state_acked) {
    matcher_.happened(EventKind::csg_state_acked, static_cast<std::uint32_t>(seen.c),
                      seen.at - start_);
    const bool runs = seen.c == kStateStart || seen.c == kStateResume;
    if (!runs) {
      if (slot_group_[slot] != contract::kNoStep)
        event(EventKind::group_off_slot, slot_group_[slot], slot);
      slot_group_[slot] = contract::kNoStep;
      return;
    }
    slot_suspend_[slot] = seen.d;
    // START means a fresh group, perhaps at the suspend VA of a dead one: wait for its first CALL.
    for (const SavedGroup& s : saved_) {
      if (seen.c == kStateResume && s.suspend_va == seen.d) group_seen(slot, s.group_step);
    }
    return;
  }
  const Job* const job = job_at(seen.c);
  if (job == nullptr) return;
  const bool named = job->step != contract::kNoStep;
  if (seen.kind == ObservationKind::stream_return) {
    if (named) event(EventKind::job_ended, job->step, slot);
    return;
  }
  bool known = false;
  for (SavedGroup& s : saved_) {
    if (s.suspend_va != slot_suspend_[slot]) continue;
    s.group_step = job->group_step;  // a new group may have got the VA of a dead one
    known = true;
  }
  if (!known) saved_.push_back(SavedGroup{slot_suspend_[slot], job->group_step});
  group_seen(slot, job->group_step);
  if (named) event(EventKind::job_started, job->step, slot);
}

void Rig::group_seen(std::uint32_t slot, std::uint32_t group_step) {
  if (slot_group_[slot] == group_step) return;
  slot_group_[slot] = group_step;
  event(EventKind::group_on_slot, group_step, slot);
}

}  // namespace protm::rig
