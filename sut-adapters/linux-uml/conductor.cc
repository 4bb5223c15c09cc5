// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/conductor.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory_resource>
#include <string>

#include "gpu-model/vocab/regs/doorbell.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/rig/firmware.h"
#include "sut-adapters/steps/step_runner.h"

namespace protm::uml {
namespace {

using contract::Capability;

constexpr std::uint64_t kBootLimitNs = 30 * vocab::kSec;
/// Source: arch/um/Kconfig, HZ.
constexpr std::uint32_t kUmlHz = 100;

vocab::SimTime at(std::uint64_t now_ns) { return vocab::SimTime{now_ns}; }

}  // namespace

/// One call from the kernel: time first, then the call, then what came of it is published.
class Conductor::Visit {
 public:
  Visit(Conductor& self, std::uint64_t now_ns) : self_(self) {
    self_.file_.set_inside(true);
    if (now_ns > self_.rig_.now().ns) self_.rig_.advance(at(now_ns));
  }
  ~Visit() {
    self_.publish();
    self_.file_.set_inside(false);
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

 private:
  Conductor& self_;
};

Conductor::Conductor(RunFile file, contract::Program program)
    : file_(std::move(file)),
      program_(std::move(program)),
      rig_(program_.machine, std::pmr::new_delete_resource()),
      firmware_(rig::build_firmware(program_.firmware)),
      runner_([](void* self) { static_cast<Conductor*>(self)->body(); }, this) {
  rig_.expect_image(firmware_);
}

void Conductor::attach(const protm_rig_config& config, protm_rig_state* state) {
  config_ = config;
  state_ = state;
  const std::span<std::uint8_t> cover = file_.cover();
  state_->cover = cover.empty() ? nullptr : cover.data();
  state_->cover_bytes = cover.size();
  const std::span memory(static_cast<std::byte*>(config.memory), config.memory_bytes);
  rig_.machine().ram().attach(memory);
  sut_.emplace(rig_, memory.subspan(config.window_pa, PROTM_WINDOW_BYTES),
               [this] { runner_.yield(); });
  publish();
}

std::uint32_t Conductor::read(std::uint32_t offset, std::uint64_t now_ns) {
  const Visit visit(*this, now_ns);
  return rig_.read32(offset);
}

void Conductor::write(std::uint32_t offset, std::uint32_t value, std::uint64_t now_ns) {
  const Visit visit(*this, now_ns);
  sut_->active();
  rig_.write32(offset, value);
}

void Conductor::advance(std::uint64_t now_ns) {
  const Visit visit(*this, now_ns);
  resume_if_due();
}

bool Conductor::exchange(protm_order& order, std::uint64_t now_ns) {
  const Visit visit(*this, now_ns);
  const bool first = order.actor == 0 && order.kind == PROTM_NONE && !begun_;
  if (order.kind != PROTM_NONE) sut_->carried_out(order);
  begun_ = true;
  if (first || sut_->has_news()) resume();
  return sut_->take_order(order);
}

void Conductor::fence(std::uint32_t step, std::int32_t error, std::uint64_t seqno,
                      std::uint64_t now_ns) {
  const Visit visit(*this, now_ns);
  sut_->fence_signalled(step, error, seqno);
}

std::int64_t Conductor::heap(const protm_heap_news& news, std::uint64_t now_ns) {
  const Visit visit(*this, now_ns);
  const vocab::Pa pa{news.pa};
  const bool is_protected = news.is_protected != 0;
  switch (news.what) {
    case PROTM_HEAP_ASKED:
      return rig_.fault("heap_alloc", news.name);
    case PROTM_HEAP_ANSWERED:
      rig_.report({.kind = contract::RecordKind::heap_alloc,
                   .sub = static_cast<std::uint16_t>(news.error),
                   .a = news.heap,
                   .b = static_cast<std::uint32_t>(news.fd_flags),
                   .c = news.bytes,
                   .d = news.heap_flags});
      break;
    case PROTM_HEAP_GIVEN:
      if (is_protected) rig_.machine().ram().protect(pa, news.bytes);
      break;
    case PROTM_HEAP_FREED:
      rig_.machine().ram().unprotect(pa, news.bytes);
      rig_.report({.kind = contract::RecordKind::heap_buffer_freed,
                   .a = news.heap,
                   .c = news.bytes});
      break;
    case PROTM_HEAP_TOUCHED: {
      // The mapping is plain memory, so what comes of it is unseen: one write stands for it.
      constexpr std::array<std::byte, 8> kWord{};
      rig_.mem_write(pa, kWord);
      break;
    }
  }
  return 0;
}

void Conductor::user_read(std::uint64_t from, std::uint64_t bytes, std::uint64_t now_ns) {
  const Visit visit(*this, now_ns);
  rig_.user().after_read(from, bytes);
}

void Conductor::log(std::string_view text, std::uint64_t now_ns) {
  const Visit visit(*this, now_ns);
  log_.add(text);
  while (const auto line = log_.next()) {
    auto found = log_reader_.take(*line);
    if (!found) continue;
    if (file_.phase() == Phase::started) {
      report(*found);
    } else if (begun_ && found->kind != contract::RecordKind::kernel_log) {
      at_boot_.push_back(std::move(*found));
    }
  }
}

void Conductor::report(const LogFinding& found) {
  rig_.report({.kind = found.kind,
               .sub = found.sub,
               .a = found.kind == contract::RecordKind::leak ? 1u : 0u,
               .text = rig_.text(found.words.c_str())});
}

void Conductor::resume_if_due() {
  sut_->time_moved();
  const bool news = rig_.matcher().fulfilled() != seen_fulfilled_;
  if (begun_ && (news || sut_->has_news() || rig_.now().ns >= sut_->wake_ns())) resume();
}

void Conductor::resume() {
  seen_fulfilled_ = rig_.matcher().fulfilled();
  runner_.resume();
}

void Conductor::publish() {
  if (rig_.machine().events_run() != seen_events_) {
    seen_events_ = rig_.machine().events_run();
    if (!rig_.machine().at_rest()) sut_->active();
  }
  file_.commit(trace_);
  state_->irq_lines = rig_.irq_lines();
  state_->ready = sut_->ready();
  state_->next_ns = std::min(rig_.next_event_ns(), sut_->wake_ns());
  state_->watched_bytes = rig_.user().changes() ? rig_.user().mapped_bytes() : 0;
  // Someone waits for an event that has just happened: as soon as the kernel takes interrupts.
  if (rig_.matcher().fulfilled() != seen_fulfilled_) state_->next_ns = rig_.now().ns;
  // User space maps the page of this register, which is a page of real memory here.
  const std::uint32_t flush_id = rig_.machine().peek(vocab::kLatestFlushId.offset);
  std::memcpy(static_cast<std::byte*>(config_.memory) + config_.mmio_pa +
                  vocab::kLatestFlushId.offset,
              &flush_id, sizeof flush_id);
}

void Conductor::write_firmware() {
  const std::uint32_t id = program_.machine.gpu_id;
  const vocab::Word<vocab::GpuId> word(id);
  const std::string path = "/lib/firmware/arm/mali/arch" +
                           std::to_string(word[vocab::GpuId::arch_major]) + "." +
                           std::to_string(word[vocab::GpuId::arch_minor]) + "/mali_csffw.bin";
  sut_->write_file(path, firmware_);
}

void Conductor::spawn_actors() {
  std::uint32_t actors = static_cast<std::uint32_t>(program_.actors.size());
  for (const contract::Step& s : program_.steps) actors = std::max(actors, s.actor + 1);
  for (std::uint32_t i = 0; i < actors; ++i) {
    protm_order spawn{};
    spawn.kind = PROTM_SPAWN;
    spawn.args[0] = i + 1;
    spawn.args[1] = i < program_.actors.size() && program_.actors[i].sys_nice ? 1 : 0;
    sut_->order(spawn);
  }
}

void Conductor::boot() {
  write_firmware();
  spawn_actors();
  const bool has_accessors = contract::has(file_.plan().capabilities, Capability::heap_core);
  if (program_.heap_present && has_accessors) {
    const contract::Call add{.call = contract::SysCall::heap_register,
                             .name = program_.heap_param,
                             .args = {program_.heap_protected ? 1u : 0u, UINT64_MAX, 0, 0}};
    const auto handle = steps::run_call(rig_, *sut_, *sut_, add);
    owner_heap_ = static_cast<std::uint64_t>(std::max<std::int64_t>(handle.value_or(0), 0));
  }
  steps::wait_for_tick(rig_, *sut_, *sut_, kUmlHz, steps::kWheelSlot);
  if (program_.boot != contract::Boot::probed) return;
  steps::run_call(rig_, *sut_, *sut_, contract::Call{.call = contract::SysCall::load});
  steps::settle(rig_, *sut_, *sut_, kBootLimitNs);
}

/// What kmemleak finds goes to the kernel's log. It passes over objects younger than 5 s, and
/// believes what two scans in a row say. A scan that it refuses, since it is off or ran out of
/// memory of its own, would find nothing and look like a driver that leaks nothing.
void Conductor::look_for_leaks() {
  constexpr std::uint64_t kOldEnoughNs = 6 * vocab::kSec;
  constexpr std::string_view kScan = "scan";
  for (int scans = 0; scans < 2; ++scans) {
    protm_order sleep{};
    sleep.kind = PROTM_SLEEP;
    sleep.args[0] = kOldEnoughNs;
    sut_->order(sleep);
    const std::int64_t answer =
        sut_->write_file("/sys/kernel/debug/kmemleak", std::as_bytes(std::span(kScan)));
    if (answer == 0) continue;
    const std::string words = "did not look for leaks: kmemleak answers " + std::to_string(answer);
    rig_.report({.kind = contract::RecordKind::sut_protocol, .text = rig_.text(words.c_str())});
    return;
  }
}

void Conductor::body() {
  boot();
  steps::StepRunner runner(program_, rig_, *sut_, *sut_, trace_, owner_heap_);
  if (const std::uint32_t query = file_.plan().query_protected_info; query != 0) {
    runner.set_query_protected_info(query);
  }
  sut_->close_user_memory();
  runner.prologue();
  steps::wait_for_tick(rig_, *sut_, *sut_, kUmlHz, steps::kStartSlot);
  sut_->booted();
  rig_.begin(&trace_, &program_.faults,
             file_.plan().full_trace != 0 ? rig::TraceLevel::full : rig::TraceLevel::normal);
  file_.set_phase(Phase::started);
  for (const LogFinding& found : at_boot_) report(found);
  runner.run();
  // What a task that never returns holds is no leak.
  const bool ended = trace_.end == contract::RunEnd::completed;
  if (file_.plan().looks_for_leaks != 0 && ended) look_for_leaks();
  file_.commit(trace_);
  file_.set_phase(Phase::complete);
  protm_order off{};
  off.kind = PROTM_POWER_OFF;
  sut_->order(off);
}

}  // namespace protm::uml
