// SPDX-License-Identifier: GPL-2.0-only
// What all blocks of the machine share: configuration, time, memory, events, interrupt blocks,
// faults, observations, and whether the GPU is in protected mode.
// Leaves out: behaviour; each block has its own file.
// Source: design.md section 3.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <vector>

#include "gpu-model/src/event_queue.h"
#include "gpu-model/src/fault_table.h"
#include "gpu-model/src/irq_block.h"
#include "gpu-model/src/ram.h"
#include "gpu-model/vocab/machine_config.h"
#include "gpu-model/vocab/observation.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/pwr_control.h"

namespace protm::gpu {

/// Where the GPU is between normal and protected mode (facts-fw.md 9.2).
enum class ProtmState : std::uint32_t { normal, enter_requested, acked, active, exiting };

/// Which world an access of the GPU belongs to.
enum class GpuMode : std::uint32_t { normal, protected_mode };

struct Core {
  /// `shared`: the memory is another machine's; null: its own.
  Core(const vocab::MachineConfig& machine_config, std::pmr::memory_resource* memory,
       Ram* shared = nullptr)
      : config(machine_config), own_ram(memory), ram(shared != nullptr ? *shared : own_ram),
        events(memory), faults(memory), observations(memory) {}

  /// Present count of a counter that runs at `hz` since power-on.
  [[nodiscard]] std::uint64_t ticks(std::uint64_t hz) const {
    return now.ns / vocab::kSec * hz + now.ns % vocab::kSec * hz / vocab::kSec;
  }

  /// Adds an event at now + delay; the delay is at least 1 ns.
  void after(std::uint64_t delay_ns, Event event) {
    event.at = now.ns > vocab::kNever - delay_ns ? vocab::kNever : now.ns + delay_ns;
    if (delay_ns == 0) event.at = now.ns + 1;
    events.add(event);
  }
  [[nodiscard]] std::uint64_t latency(vocab::Latency id) const { return config.effective_ns(id); }

  void observe(vocab::ObservationKind kind, std::uint32_t a = 0, std::uint32_t b = 0,
               std::uint64_t c = 0, std::uint64_t d = 0) {
    observations.push_back({now, kind, a, b, 0, c, d});
  }

  /// Counts a chance for a fault; returns its time value when it is to be played now.
  [[nodiscard]] std::optional<vocab::MachineFault> play(vocab::FaultKind kind,
                                                        std::uint32_t target = 0,
                                                        std::uint32_t slot = vocab::kAnySlot) {
    const auto hit = faults.chance(kind, target, slot);
    if (hit) {
      observe(vocab::ObservationKind::fault_applied, hit->id, static_cast<std::uint32_t>(kind),
              slot);
    }
    return hit;
  }

  template <class E>
  [[nodiscard]] E answer(vocab::Switch id) const {
    return static_cast<E>(config.word(id));
  }
  [[nodiscard]] bool yes(vocab::Switch id) const {
    return answer<vocab::YesNo>(id) == vocab::YesNo::yes;
  }

  /// GPU_PROTECTED_FAULT goes up and stays up until a reset.
  void hold_protm_fault() {
    if ((gpu.held() & vocab::GpuIrq::protm_fault.mask) != 0) return;
    gpu.hold(vocab::GpuIrq::protm_fault.mask);
    observe(vocab::ObservationKind::protm_fault, 1);
  }

  /// GPU_STATUS.PROTECTED_MODE_ACTIVE.
  [[nodiscard]] bool in_protm() const {
    return protm == ProtmState::active || protm == ProtmState::exiting;
  }

  /// Inside for so long although it was asked to leave, or is on its way out.
  [[nodiscard]] bool overdue_inside(std::uint64_t ns) const {
    return in_protm() && leave_from_ns != vocab::kNever && now.ns - leave_from_ns >= ns;
  }

  /// A soft reset runs, as long as it takes; one that is stuck beyond that just does not say so.
  [[nodiscard]] bool in_reset() const { return now.ns < reset_end_ns; }

  /// Power and reset are switched by PWR_CONTROL.
  [[nodiscard]] bool has_pwr_control() const { return vocab::has_pwr_control(config.gpu_id); }

  vocab::MachineConfig config;
  vocab::SimTime now;
  Ram own_ram;
  Ram& ram;
  EventQueue events;
  FaultTable faults;
  std::pmr::vector<vocab::Observation> observations;
  IrqBlock job, mmu, gpu, pwr;
  ProtmState protm = ProtmState::normal;
  std::uint32_t flush_id = 1;
  /// When the GPU inside protected mode began to leave it, or first refused to; kNever before.
  std::uint64_t leave_from_ns = vocab::kNever;
  std::uint64_t reset_end_ns = 0;
  std::uint64_t protm_fault_hold_ns = 0;  // how long the line outlasts a reset
};

/// One half of a register of 64 bits.
[[nodiscard]] constexpr std::uint32_t half(std::uint64_t reg, bool high) {
  return static_cast<std::uint32_t>(high ? reg >> 32 : reg);
}

}  // namespace protm::gpu
