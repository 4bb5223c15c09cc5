// SPDX-License-Identifier: GPL-2.0-only
// Rig: the machines of one system (one GPU or two), the fault player, the event matcher and the
// recorder, for one run. In: the machine half of a Program. Out: the Trace, in the rig's order,
// which is the only order. It is the Bus of in-process candidates. Source: design.md section 2.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "gpu-model/src/machine.h"
#include "sut-adapters/contract/bus.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/rig/matcher.h"
#include "sut-adapters/rig/user_memory_impl.h"

namespace protm::rig {

/// What goes into the Trace.
enum class TraceLevel : std::uint8_t {
  normal,  ///< everything that rules and comparisons use
  full,    ///< and each register access
};

class Rig;

/// One GPU of the system: its machine, and which groups are known to be where.
class Gpu final : public contract::Registers {
 public:
  /// Number `number`, from 0; with the memory of `first`, if there is one.
  Gpu(Rig& rig, const vocab::MachineConfig& config, std::pmr::memory_resource* memory,
      std::uint8_t number = 0, Gpu* first = nullptr);
  std::uint32_t read32(std::uint32_t offset) override;
  void write32(std::uint32_t offset, std::uint32_t value) override;
  [[nodiscard]] std::uint32_t irq_lines() const override { return machine.irq_lines(); }

  struct SavedGroup {
    std::uint64_t suspend_va;
    std::uint32_t group_step;
  };
  gpu::Machine machine;
  std::pmr::vector<SavedGroup> saved;
  std::pmr::vector<std::uint32_t> slot_group;    ///< group step on each slot; kNoStep = none
  std::pmr::vector<std::uint64_t> slot_suspend;  ///< suspend buffer VA of each slot
  std::uint8_t number;

 private:
  Rig& rig_;
};

/// How many GPUs a system has.
enum class Gpus : std::uint8_t { one = 1, two = 2 };

class Rig final : public contract::Bus, private MemoryListener {
 public:
  Rig(const vocab::MachineConfig& config, std::pmr::memory_resource* memory,
      Gpus gpus = Gpus::one);

  // --- Bus ---
  std::uint32_t read32(std::uint32_t offset) override;
  void write32(std::uint32_t offset, std::uint32_t value) override;
  [[nodiscard]] std::uint32_t irq_lines() const override { return first_.irq_lines(); }
  [[nodiscard]] vocab::SimTime now() const override { return now_; }
  [[nodiscard]] std::uint64_t next_event_ns() const override {
    const std::uint64_t next = first_.machine.next_event_ns();
    return second_ == nullptr ? next : std::min(next, second_->machine.next_event_ns());
  }
  void advance(vocab::SimTime t) override;
  vocab::Pa page_alloc(contract::PageKind kind, std::uint32_t order) override;
  void page_free(vocab::Pa pa) override;
  void mem_read(vocab::Pa pa, std::span<std::byte> to) override;
  void mem_write(vocab::Pa pa, std::span<const std::byte> from) override;
  std::int64_t fault(const char* call, const char* role) override;
  void report(const contract::Record& record) override;
  contract::TextId text(const char* words) override;

  // --- for the step runner ---
  /// The firmware file that the driver is expected to load; the bytes outlive the rig.
  void expect_image(std::span<const std::byte> image);
  /// Starts the Trace: T = 0 is now, faults count from here, machine faults are armed.
  /// `trace` and `faults` must outlive the run; detach before a snapshot.
  void begin(contract::Trace* trace, const std::vector<contract::Fault>* faults, TraceLevel level);
  void detach();
  /// The step runner's own events (step returned, step blocked).
  void event(contract::EventKind kind, std::uint32_t arg, std::uint32_t b = 0);
  /// Streams at `va` belong to the submit `step` of the group made by `group_step`. With kNoStep
  /// they only tell where the group is: jobs that no fence of the Program speaks of.
  void map_job(std::uint64_t va, std::uint32_t step, std::uint32_t group_step,
               std::uint32_t device = 0);
  [[nodiscard]] std::uint64_t start_ns() const { return start_.ns; }
  [[nodiscard]] Matcher& matcher() { return matcher_; }
  [[nodiscard]] UserMemoryImpl& user() { return user_; }
  /// The machine of the first GPU; faults are its, and events of the closed list that name no step.
  [[nodiscard]] gpu::Machine& machine() { return first_.machine; }
  /// The second GPU; null when there is none.
  [[nodiscard]] Gpu* second() { return second_; }
  /// Nothing will happen by itself in any machine but idle timers.
  [[nodiscard]] bool at_rest() const {
    return first_.machine.at_rest() && (second_ == nullptr || second_->machine.at_rest());
  }
  /// Machine observations since begin: the event budget.
  [[nodiscard]] std::uint64_t machine_events() const { return machine_events_; }
  /// Since when nothing happened in the machine but PING and idle traffic; for "stuck".
  [[nodiscard]] std::uint64_t last_progress_ns() const { return last_progress_ns_; }

 private:
  void memory_changed(std::uint32_t step) override;

  struct Job {
    std::uint64_t va;
    std::uint32_t step, group_step;
    std::uint32_t device;
  };
  struct Count {
    const char* call;
    const char* role;
    std::uint32_t seen;
  };

  friend class Gpu;
  void advance_machines();
  /// Takes what the machine has seen into the Trace.
  void drain(Gpu& gpu) {
    if (!gpu.machine.observations().empty()) drain_seen(gpu);
  }
  void drain_seen(Gpu& gpu);
  void drain_all();
  void observe(Gpu& gpu, const vocab::Observation& seen);
  void observe_first(const vocab::Observation& seen);
  void observe_group(Gpu& gpu, const vocab::Observation& seen);
  void group_seen(Gpu& gpu, std::uint32_t slot, std::uint32_t group_step);
  void gpu_event(const Gpu& gpu, contract::EventKind kind, std::uint32_t arg, std::uint32_t b);
  [[nodiscard]] const Job* job_at(const Gpu& gpu, std::uint64_t va) const;

  vocab::SimTime now_{};
  vocab::SimTime start_{};
  Gpu first_;
  Gpu* second_ = nullptr;  ///< in the rig's memory, as long as the rig
  Matcher matcher_;
  UserMemoryImpl user_;
  std::pmr::vector<Job> jobs_;
  std::pmr::vector<Count> counts_;                ///< per Host call and role
  contract::Trace* trace_ = nullptr;
  const std::vector<contract::Fault>* faults_ = nullptr;
  TraceLevel level_ = TraceLevel::normal;
  std::uint64_t machine_events_ = 0;
  std::uint64_t last_progress_ns_ = 0;
};

}  // namespace protm::rig
