// SPDX-License-Identifier: GPL-2.0-only
// The whole GPU at register level. Passive: it answers reads and writes, moves when told to, and
// says with three interrupt lines and the time of its next event what it wants.
// read/write have side effects and are observed; peek/poke have none.
// Leaves out: what each block leaves out (see gpu_control.h, mmu.h, firmware.h, protm.cc).
// Source: design.md section 3; facts-gpu.md, facts-fw.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>

#include "gpu-model/src/core.h"
#include "gpu-model/src/firmware.h"
#include "gpu-model/src/gpu_control.h"
#include "gpu-model/src/mmu.h"
#include "gpu-model/src/pwr_control.h"

namespace protm::gpu {

/// Interrupt lines, also the bits of irq_lines().
enum class IrqLine : std::uint32_t { job, mmu, gpu, count };

/// Answer to a CPU access of memory.
enum class CpuAccess : std::uint32_t { ok, protected_page, bus_error, no_page };

class Machine {
 public:
  /// Builds a machine that is switched off; all memory comes from `memory`.
  /// `shared`: the system memory is that of another machine, which outlives this one.
  Machine(const vocab::MachineConfig& config, std::pmr::memory_resource* memory,
          Ram* shared = nullptr);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// The firmware image that the driver is to load; checked when the MCU boots. The bytes stay the
  /// caller's and outlive the machine.
  void expect_image(std::span<const std::byte> image) { firmware_.expect_image(image); }

  /// 32-bit register read at the present time.
  std::uint32_t read(std::uint32_t offset);
  /// 32-bit register write at the present time; answers come one latency later at the earliest.
  void write(std::uint32_t offset, std::uint32_t value);
  /// Register value without side effects or observation.
  [[nodiscard]] std::uint32_t peek(std::uint32_t offset) const;
  /// Sets a latched bit pattern (IRQ RAWSTAT) without observation; tests only.
  void poke(std::uint32_t offset, std::uint32_t value);

  /// Runs all events up to and including `now` in order; time never goes back.
  void advance(vocab::SimTime now);
  [[nodiscard]] vocab::SimTime now() const { return core_.now; }
  /// Time of the next own event; kNever when there is none.
  [[nodiscard]] std::uint64_t next_event_ns() const { return core_.events.next_ns(); }
  /// Levels of the lines: bit 0 job, bit 1 mmu, bit 2 gpu.
  [[nodiscard]] std::uint32_t irq_lines() const { return lines_; }
  /// Nothing will happen by itself but idle timers.
  [[nodiscard]] bool at_rest() const;
  /// Events run so far, for budgets.
  [[nodiscard]] std::uint64_t events_run() const { return events_run_; }

  /// What was seen since clear_observations().
  [[nodiscard]] const std::pmr::vector<vocab::Observation>& observations() const {
    return core_.observations;
  }
  void clear_observations() { core_.observations.clear(); }

  /// Arms a fault; its occurrences are counted from now on.
  void inject(const vocab::MachineFault& fault);
  void clear_faults() { core_.faults.clear(); }
  /// Latencies and switches may change between events; identification and geometry may not.
  [[nodiscard]] vocab::MachineConfig& config() { return core_.config; }
  [[nodiscard]] const vocab::MachineConfig& config() const { return core_.config; }

  [[nodiscard]] Ram& ram() { return core_.ram; }
  [[nodiscard]] const Ram& ram() const { return core_.ram; }
  /// Where a CPU read within one page of normal memory ends, which nobody sees; null: cpu_read.
  [[nodiscard]] const std::byte* plain_memory(vocab::Pa pa, std::size_t bytes) const {
    const Ram::Page page = core_.ram.find(pa);
    const std::uint64_t in_page = pa.value & vocab::kPageMask;
    const bool plain = page.kind == PageKind::normal && in_page + bytes <= vocab::kPageSize;
    return plain ? page.bytes + in_page : nullptr;
  }
  /// CPU access within one page; protected pages are recorded, read zero and drop writes.
  CpuAccess cpu_read(vocab::Pa pa, std::span<std::byte> to);
  /// `other`: the machine that has the memory in common, which sees what is written; may be null.
  CpuAccess cpu_write(vocab::Pa pa, std::span<const std::byte> from, Machine* other = nullptr);
  /// The kernel gives a page back.
  void free_page(vocab::Pa pa);
  // What the CPU does to memory that is another machine's, right before it does it.
  void sees_write(vocab::Pa pa, std::span<const std::byte> from);
  void sees_free(vocab::Pa pa);
  /// Where a VA of an AS leads, without any effect; result ok only where it is mapped.
  [[nodiscard]] Translation probe(vocab::AsNr as, vocab::GpuVa va) const {
    return mmu_.probe(as, va.value);
  }
  [[nodiscard]] ProtmState protm_state() const { return core_.protm; }
  /// Events that wait, for dumps.
  [[nodiscard]] const EventQueue& events() const { return core_.events; }

 private:
  [[nodiscard]] bool in_pwr_control(std::uint32_t offset) const;
  /// Whether there is a register that this GPU has and that is not read-only.
  [[nodiscard]] bool takes_write(std::uint32_t offset) const;
  [[nodiscard]] IrqBlock* irq_block(std::uint32_t offset, std::uint32_t& reg);
  void write_command(std::uint32_t value);
  void start_reset(std::uint32_t value);
  void finish_reset();
  void dispatch(const Event& event);
  void update_lines();
  /// Nothing but firmware, and what it runs, goes through the MMU. And from a GPU that no reset
  /// gets out of protected mode nobody can take anything: drivers give it up and free what it had.
  [[nodiscard]] bool tables_matter() const {
    const vocab::Word<vocab::McuControl> control(firmware_.mcu_control());
    return firmware_.mcu_status() == static_cast<std::uint32_t>(vocab::McuState::enabled) &&
           control[vocab::McuControl::req] != vocab::McuRequest::disable && firmware_.reset_works();
  }
  /// Answer to a CPU access, and where the bytes are when it is ok.
  struct CpuTarget {
    CpuAccess answer;
    std::byte* at;
  };
  CpuTarget cpu_target(vocab::Pa pa, std::size_t bytes, Direction direction);

  Core core_;
  Mmu mmu_;
  GpuControl gpu_;
  PwrControl pwr_;
  Firmware firmware_;
  std::uint64_t events_run_ = 0;
  std::uint32_t lines_ = 0;
  std::uint32_t reserved_ = 0;
};

}  // namespace protm::gpu
