// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/executor/session.h"

#include <cstdio>
#include <cstdlib>

#include "sut-adapters/executor/schedule_player.h"
#include "sut-adapters/rig/firmware.h"
#include "sut-adapters/steps/step_runner.h"

namespace protm::exec {
namespace {

constexpr std::uint64_t kBootLimitNs = 30 * vocab::kSec;
/// A kernel whose tick is this short needs no common start: jobs last for many of its ticks.
constexpr std::uint32_t kFastHz = 1000;
/// A real kernel counts as at rest when nothing moved for so long (linux-uml/README.md).
constexpr std::uint64_t kRestNs = vocab::kSec;

/// Everything that decides what a booted World looks like, as text.
std::string boot_key(const contract::Program& p, const vocab::MachineConfig& m) {
  std::string key(m.name);
  const auto add = [&](std::uint64_t v) { key += ' ' + std::to_string(v); };
  for (const std::uint64_t ns : m.latency_ns) add(ns);
  add(m.latencies_named);
  add(m.latency_seed);
  for (const std::uint8_t w : m.switches) add(w);
  add(m.csg_slots);
  add(m.cs_per_csg);
  add(m.as_present);
  add(m.coherent);
  add(p.firmware.prot_sections);
  add(p.firmware.prot_flavour);
  add(p.firmware.truncate_to);
  const auto add_words = [&](std::span<const vocab::fw_image::OddWord> words) {
    add(words.size());
    for (const vocab::fw_image::OddWord& word : words) {
      add(word.at);
      add(word.value);
    }
  };
  add_words(std::span(p.firmware.patch).first(p.firmware.patched));
  add_words(std::span(p.firmware.says).first(p.firmware.said));
  add(static_cast<std::uint64_t>(p.boot));
  add(p.heap_param_set ? 1 : 0);
  add(p.heap_present ? 1 : 0);
  add(p.heap_protected ? 1 : 0);
  if (p.devices != 1) key += " devices";
  return key + ' ' + p.heap_param;
}

}  // namespace

Session::Session(Candidate candidate, std::uint64_t world_base) : candidate_(std::move(candidate)) {
  if (candidate_.whole == nullptr) world_ = std::make_unique<rig::World>(world_base);
}

Session::~Session() = default;

void Session::boot(const contract::Program& program, const vocab::MachineConfig& machine,
                   Way way) {
  world_->clear();
  if (firmware_.empty() || firmware_spec_ != program.firmware) {
    firmware_ = rig::build_firmware(program.firmware);
    firmware_spec_ = program.firmware;
  }
  heap_param_ = program.heap_param;
  owner_heap_ = 0;
  const auto gpus = program.devices == 2 ? rig::Gpus::two : rig::Gpus::one;
  rig_ = world_->make<rig::Rig>(machine, world_.get(), gpus);
  rig_->expect_image(firmware_);
  contract::KernelTraits kernel = candidate_.traits;
  kernel.calls_first = way.calls_first;
  const contract::Surroundings around{
      .bus = rig_,
      .second_gpu = rig_->second(),
      .user = &rig_->user(),
      .memory = world_.get(),
      .firmware = firmware_,
      .heap_param = program.heap_param_set ? heap_param_.c_str() : nullptr,
      .kernel = kernel,
      .timer_seed = way.latency_seed,
      .coherent = machine.coherent != 0};
  sut_ = candidate_.make(candidate_.options.get(), around);
  steps::SteppedPace pace(*rig_, *sut_);
  if (program.heap_present) {
    contract::Call add{.call = contract::SysCall::heap_register,
                       .name = heap_param_,
                       .args = {program.heap_protected ? 1u : 0u, UINT64_MAX, 0, 0}};
    owner_heap_ = static_cast<std::uint64_t>(steps::run_call(*rig_, *sut_, pace, add).value_or(0));
  }
  if (candidate_.traits.hz < kFastHz) {
    steps::wait_for_tick(*rig_, *sut_, pace, candidate_.traits.hz, steps::kWheelSlot);
  }
  if (program.boot == contract::Boot::probed) {
    steps::run_call(*rig_, *sut_, pace, contract::Call{.call = contract::SysCall::load});
    steps::settle(*rig_, *sut_, pace, kBootLimitNs);
  }
}

void Session::start_over(const contract::Program& program, Start start, Way way,
                         const StartWatch& watch) {
  vocab::MachineConfig machine = program.machine;
  if (way.latency_seed != 0) machine.latency_seed = way.latency_seed;
  const std::string key = boot_key(program, machine) + ' ' + std::to_string(way.latency_seed) +
                          (way.calls_first ? " calls first" : "");
  const bool again = start == Start::snapshot && key == booted_key_;
  const Begin begin = again ? Begin::restored : Begin::booted;
  if (watch.before != nullptr) watch.before(begin);
  if (again) {
    world_->restore();
  } else {
    boot(program, machine, way);
    booted_key_.clear();
    if (sut_->no_tasks()) {
      world_->snapshot();
      booted_key_ = key;
    }
  }
  if (watch.after != nullptr) watch.after(begin);
}

std::uint64_t Session::prepare(const contract::Program& program, Start start,
                               std::uint64_t latency_seed) {
  start_over(program, start, {latency_seed, candidate_.traits.calls_first});
  return world_->digest();
}

contract::Trace Session::run(const contract::Program& program, const RunOptions& options) {
  const bool full = options.level == rig::TraceLevel::full;
  contract::Trace trace =
      candidate_.whole == nullptr
          ? run_in_process(program, options)
          : candidate_.whole->run(program, full ? contract::TraceDetail::register_access
                                                : contract::TraceDetail::normal);
  trace.jiffy_ns = vocab::kSec / candidate_.traits.hz;
  return trace;
}

contract::Trace Session::run_in_process(const contract::Program& program,
                                        const RunOptions& options) {
  start_over(program, options.start,
             {options.latency_seed, candidate_.traits.calls_first != options.other_turns},
             options.watch);
  contract::Trace trace;
  steps::SteppedPace pace(*rig_, *sut_);
  steps::StepRunner runner(program, *rig_, *sut_, pace, trace, owner_heap_, options.order);
  runner.set_event_budget(options.event_budget);
  runner.prologue();
  if (candidate_.traits.hz < kFastHz) {
    steps::wait_for_tick(*rig_, *sut_, pace, candidate_.traits.hz, steps::kStartSlot);
    runner.rest_before_end(kRestNs);
  }
  rig_->begin(&trace, &program.faults, options.level);
  SchedulePlayer player(program.schedule);
  contract::SchedulePolicy* const own = program.schedule.empty() ? nullptr : &player;
  sut_->set_schedule(options.policy != nullptr ? options.policy : own);
  runner.run();
  sut_->set_schedule(nullptr);
  rig_->detach();
  return trace;
}

}  // namespace protm::exec
