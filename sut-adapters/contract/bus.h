// SPDX-License-Identifier: GPL-2.0-only
// The bus: Host's only way to the machine. Registers, physical pages and time pass here and
// nowhere else; the rig behind it records what passes. Leaves out who drives time: the step runner
// does. Source: design.md section 2 (Rig), decisions.md 21.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "gpu-model/vocab/ids.h"
#include "gpu-model/vocab/sim_time.h"
#include "sut-adapters/contract/trace.h"

namespace protm::contract {

enum class PageKind : std::uint8_t { normal, protected_memory };

/// Interrupt lines of a GPU, levels. Bit numbers of `Registers::irq_lines`.
enum class IrqLine : std::uint8_t { job = 0, mmu = 1, gpu = 2 };

/// Registers and interrupt lines of one GPU.
class Registers {
 public:
  virtual ~Registers() = default;
  /// One 32-bit register access with its side effects, traced. Offset in bytes in the GPU's range.
  virtual std::uint32_t read32(std::uint32_t offset) = 0;
  virtual void write32(std::uint32_t offset, std::uint32_t value) = 0;
  /// Levels now; bit n = IrqLine n.
  [[nodiscard]] virtual std::uint32_t irq_lines() const = 0;
};

/// What all GPUs of a system have in common, and the registers of the first.
class Bus : public Registers {
 public:
  [[nodiscard]] virtual vocab::SimTime now() const = 0;
  /// Time of the machine's (or fault player's) next own event; UINT64_MAX = none.
  [[nodiscard]] virtual std::uint64_t next_event_ns() const = 0;
  /// Moves time forward and runs machine events up to and including `t`. Host's scheduler only.
  virtual void advance(vocab::SimTime t) = 0;

  /// 2^order fresh zeroed pages in a row, aligned to their size; Pa{0}: the machine has none. Each
  /// is freed by itself. Orders above 0: only of a machine with huge pages.
  virtual vocab::Pa page_alloc(PageKind kind, std::uint32_t order) = 0;
  virtual void page_free(vocab::Pa pa) = 0;
  /// CPU access within one page. Protected pages: recorded, reads zero, writes dropped.
  virtual void mem_read(vocab::Pa pa, std::span<std::byte> to) = 0;
  virtual void mem_write(vocab::Pa pa, std::span<const std::byte> from) = 0;

  /// Asks the fault player: must this Host call fail now? Returns 0, or a negative errno, or for
  /// `short_by` a positive number of bytes. `call` and `role` are Program words, for example
  /// ("alloc", "kbo_va:protm_suspend") or ("heap_alloc", "protected"). Counted per (call, role).
  virtual std::int64_t fault(const char* call, const char* role) = 0;
  /// Adds a record to the Trace at the present time.
  virtual void report(const Record& record) = 0;
  /// Interns a text for a record's `text` field.
  virtual TextId text(const char* words) = 0;
};

}  // namespace protm::contract
