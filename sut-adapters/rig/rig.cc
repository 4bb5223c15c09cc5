// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/rig/rig.h"

#include <algorithm>
#include <cstring>
#include <new>

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

Gpu::Gpu(Rig& rig, const vocab::MachineConfig& config, std::pmr::memory_resource* memory,
         std::uint8_t nr, Gpu* first)
    : machine(config, memory, first != nullptr ? &first->machine.ram() : nullptr),
      saved(memory),
      slot_group(config.csg_slots, contract::kNoStep, memory),
      slot_suspend(config.csg_slots, 0, memory),
      number(nr),
      rig_(rig) {}

std::uint32_t Gpu::read32(std::uint32_t offset) {
  const std::uint32_t value = machine.read(offset);
  rig_.drain(*this);
  return value;
}

void Gpu::write32(std::uint32_t offset, std::uint32_t value) {
  machine.write(offset, value);
  rig_.drain(*this);
}

Rig::Rig(const vocab::MachineConfig& config, std::pmr::memory_resource* memory, Gpus gpus)
    : first_(*this, config, memory),
      matcher_(memory),
      user_(memory, this),
      jobs_(memory),
      counts_(memory) {
  if (gpus == Gpus::one) return;
  void* const place = memory->allocate(sizeof(Gpu), alignof(Gpu));
  second_ = new (place) Gpu(*this, config, memory, 1, &first_);
}

void Rig::expect_image(std::span<const std::byte> image) {
  first_.machine.expect_image(image);
  if (second_ != nullptr) second_->machine.expect_image(image);
}

std::uint32_t Rig::read32(std::uint32_t offset) { return first_.Gpu::read32(offset); }

void Rig::write32(std::uint32_t offset, std::uint32_t value) {
  first_.Gpu::write32(offset, value);
}

void Rig::advance(vocab::SimTime t) {
  // One event at a time: whoever calls late must find each of them at its own time.
  while (next_event_ns() < t.ns) {
    now_ = vocab::SimTime{std::max(next_event_ns(), now_.ns)};
    advance_machines();
  }
  now_ = t;
  advance_machines();
}

void Rig::advance_machines() {
  first_.machine.advance(now_);
  drain(first_);
  if (second_ == nullptr) return;
  second_->machine.advance(now_);
  drain(*second_);
}

vocab::Pa Rig::page_alloc(contract::PageKind kind, std::uint32_t order) {
  const auto huge = vocab::YesNo{first_.machine.config().word(vocab::Switch::huge_pages)};
  if (order != 0 && huge == vocab::YesNo::no) return vocab::Pa{0};
  return first_.machine.ram().alloc_pages(
      kind == contract::PageKind::normal ? gpu::PageKind::normal : gpu::PageKind::protected_memory,
      order);
}

void Rig::page_free(vocab::Pa pa) {
  if (second_ != nullptr) second_->machine.sees_free(pa);
  first_.machine.free_page(pa);
  drain_all();
}

void Rig::mem_read(vocab::Pa pa, std::span<std::byte> to) {
  const std::byte* const at = first_.machine.plain_memory(pa, to.size());
  if (at == nullptr) {
    first_.machine.cpu_read(pa, to);
    drain(first_);
  } else if (to.size() == sizeof(std::uint32_t)) {  // what a driver reads mostly, without a call
    std::memcpy(to.data(), at, sizeof(std::uint32_t));
  } else {
    std::memcpy(to.data(), at, to.size());
  }
}

void Rig::mem_write(vocab::Pa pa, std::span<const std::byte> from) {
  first_.machine.cpu_write(pa, from, second_ == nullptr ? nullptr : &second_->machine);
  drain_all();
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
  first_.machine.clear_observations();
  if (second_ != nullptr) second_->machine.clear_observations();
  for (std::uint32_t i = 0; i < faults->size(); ++i) {
    if ((*faults)[i].host) continue;
    vocab::MachineFault fault = (*faults)[i].machine;
    fault.id = i;
    first_.machine.inject(fault);
  }
  drain_all();
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

void Rig::gpu_event(const Gpu& gpu, EventKind kind, std::uint32_t arg, std::uint32_t b) {
  report(Record{.kind = RecordKind::event,
                .device = gpu.number,
                .sub = static_cast<std::uint16_t>(kind),
                .a = arg,
                .b = b});
  matcher_.happened(kind, arg, now_ - start_);
}

void Rig::memory_changed(std::uint32_t step) { event(EventKind::memory_changed, step); }

void Rig::map_job(std::uint64_t va, std::uint32_t step, std::uint32_t group_step,
                  std::uint32_t device) {
  jobs_.push_back(Job{va, step, group_step, device});
}

const Rig::Job* Rig::job_at(const Gpu& gpu, std::uint64_t va) const {
  for (const Job& job : jobs_) {
    if (job.va == va && job.device == gpu.number) return &job;
  }
  return nullptr;
}

void Rig::drain_all() {
  drain(first_);
  if (second_ != nullptr) drain(*second_);
}

void Rig::drain_seen(Gpu& gpu) {
  if (trace_ != nullptr) {
    for (const Observation& o : gpu.machine.observations()) observe(gpu, o);
  }
  gpu.machine.clear_observations();
}

void Rig::observe(Gpu& gpu, const Observation& seen) {
  ++machine_events_;
  const std::uint64_t at = seen.at - start_;
  if (!is_background(seen.kind)) last_progress_ns_ = at;
  if (level_ == TraceLevel::full || !only_in_full_trace(seen.kind)) {
    trace_->records.push_back(Record{.time_ns = at,
                                     .kind = RecordKind::machine,
                                     .device = gpu.number,
                                     .sub = static_cast<std::uint16_t>(seen.kind),
                                     .a = seen.a,
                                     .b = seen.b,
                                     .c = seen.c,
                                     .d = seen.d});
  }
  switch (seen.kind) {
    case ObservationKind::csg_state_acked:
    case ObservationKind::stream_call:
    case ObservationKind::stream_return:
      return observe_group(gpu, seen);
    default:
      if (gpu.number == 0) observe_first(seen);
  }
}

void Rig::observe_first(const Observation& seen) {
  const std::uint64_t at = seen.at - start_;
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
    default:
      break;
  }
}

void Rig::observe_group(Gpu& gpu, const Observation& seen) {
  const std::uint32_t slot = seen.a;
  if (slot >= gpu.slot_group.size()) return;
  if (seen.kind == ObservationKind::csg_state_acked) {
    if (gpu.number == 0) {
      matcher_.happened(EventKind::csg_state_acked, static_cast<std::uint32_t>(seen.c),
                        seen.at - start_);
    }
    const bool runs = seen.c == kStateStart || seen.c == kStateResume;
    if (!runs) {
      if (gpu.slot_group[slot] != contract::kNoStep)
        gpu_event(gpu, EventKind::group_off_slot, gpu.slot_group[slot], slot);
      gpu.slot_group[slot] = contract::kNoStep;
      return;
    }
    gpu.slot_suspend[slot] = seen.d;
    // START means a fresh group, perhaps at the suspend VA of a dead one: wait for its first CALL.
    for (const Gpu::SavedGroup& s : gpu.saved) {
      if (seen.c == kStateResume && s.suspend_va == seen.d) group_seen(gpu, slot, s.group_step);
    }
    return;
  }
  const Job* const job = job_at(gpu, seen.c);
  if (job == nullptr) return;
  const bool named = job->step != contract::kNoStep;
  if (seen.kind == ObservationKind::stream_return) {
    if (named) gpu_event(gpu, EventKind::job_ended, job->step, slot);
    return;
  }
  bool known = false;
  for (Gpu::SavedGroup& s : gpu.saved) {
    if (s.suspend_va != gpu.slot_suspend[slot]) continue;
    s.group_step = job->group_step;  // a new group may have got the VA of a dead one
    known = true;
  }
  if (!known) gpu.saved.push_back(Gpu::SavedGroup{gpu.slot_suspend[slot], job->group_step});
  group_seen(gpu, slot, job->group_step);
  if (named) gpu_event(gpu, EventKind::job_started, job->step, slot);
}

void Rig::group_seen(Gpu& gpu, std::uint32_t slot, std::uint32_t group_step) {
  if (gpu.slot_group[slot] == group_step) return;
  gpu.slot_group[slot] = group_step;
  gpu_event(gpu, EventKind::group_on_slot, group_step, slot);
}

}  // namespace protm::rig
