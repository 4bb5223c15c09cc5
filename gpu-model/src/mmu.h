// SPDX-License-Identifier: GPL-2.0-only
// The GPU's MMU: AS registers with their shadows, AS commands with a latency, locked regions, the
// walk of the driver's LPAE tables in memory, and page faults that are latched per AS.
// In protected mode no AS command executes: AS_STATUS stays busy until the GPU has left it.
// Translations are cached per AS and dropped by each command of that AS, as a TLB may do. What may
// never happen to an AS in use is seen at once: a valid entry that changes outside the locked
// region, a page given back that an entry leads to.
// Leaves out: capacity and replacement of real TLBs, 64 KiB granules, COMMAND_COMPLETED interrupts.
// Source: facts-gpu.md 7 with facts-errata.md E3-E5; access rules: decisions.md 14.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "gpu-model/src/core.h"
#include "gpu-model/src/table_watch.h"
#include "gpu-model/vocab/exception_codes.h"
#include "gpu-model/vocab/regs/mmu_control.h"

namespace protm::gpu {

enum class WalkResult : std::uint32_t {
  ok,
  fault,        // latched, the access stalls until the AS is changed
  locked,       // the access stalls until the region is unlocked
  unmapped_as,  // the AS is disabled
  dropped,      // the access is ignored by a rule of the protection
};

enum class Direction : std::uint32_t { read, write };
/// Who asks: the firmware itself, a plain access of a stream, or a SYNC instruction.
enum class Origin : std::uint32_t { mcu, stream, sync };

/// An access of the GPU.
struct GpuAccess {
  vocab::AsNr as;
  std::uint64_t va;
  Direction direction;
  GpuMode mode;
  Origin origin;
};

/// Where an access ends: memory up to the end of its page when the result is ok.
struct Translation {
  WalkResult result;
  std::byte* at;
  vocab::Pa pa;
};

class Mmu {
 public:
  Mmu(Core& core, std::pmr::memory_resource* memory) : core_(core), watch_(core.ram, memory) {}

  [[nodiscard]] std::uint32_t read(std::uint32_t as, std::uint32_t offset) const;
  void write(std::uint32_t as, std::uint32_t offset, std::uint32_t value);
  /// End of an AS command; returns true when stalled accesses of the AS may go on.
  bool finish_command(std::uint32_t as);
  /// Runs the commands that waited for the end of protected mode.
  void leave_protm();
  void reset();

  /// Walks the tables, latches a fault where there is one, and applies the protection rules.
  [[nodiscard]] Translation translate(const GpuAccess& access);
  /// Walks without any effect; null pointer where nothing is mapped.
  [[nodiscard]] Translation probe(vocab::AsNr as, std::uint64_t va) const;

  /// Where an access of the MCU itself ends when the cache of translations knows; nullptr: only
  /// `translate` can tell.
  [[nodiscard]] std::byte* mcu_at(std::uint64_t va, Direction direction) const {
    const CacheLine* const line = plain_hit(vocab::AsNr{0}, va, direction);
    return line == nullptr ? nullptr : line->bytes + (va & vocab::kPageMask);
  }

  // 4- and 8-byte accesses, aligned to 4; memory is little endian.
  [[nodiscard]] WalkResult load32(GpuAccess access, std::uint32_t& value);
  [[nodiscard]] WalkResult load64(GpuAccess access, std::uint64_t& value);
  [[nodiscard]] WalkResult store32(GpuAccess access, std::uint32_t value);
  [[nodiscard]] WalkResult store64(GpuAccess access, std::uint64_t value);

  /// Latches a fault of an AS as an access would.
  void latch_fault(vocab::AsNr as, std::uint64_t va, vocab::Exception code, Direction direction);
  /// Whether the AS translates at all.
  [[nodiscard]] bool enabled(vocab::AsNr as) const {
    return known(as.value) &&
           (as_[as.value].live.transcfg & vocab::kTranscfgAdrmodeMask) ==
               vocab::kTranscfgAdrmodeAarch64_4k;
  }
  // The machine asks these while the MCU runs: else nothing uses an AS, and drivers take down
  // enabled ones then (panthor_vm_free() behind an unplug).
  /// The CPU is about to store to memory that the MMU has read as a table.
  void table_changes(vocab::Pa pa, std::span<const std::byte> from);
  /// The page is about to be given back.
  void page_goes(vocab::Pa page);
  /// The page is a table no longer, if it was one.
  void forget(vocab::Pa page) {
    if (core_.ram.marked(page, PageMark::table)) watch_.forget(page);
  }
  /// Lowest AS with a locked region, or kMaxAs.
  [[nodiscard]] std::uint32_t locked_as() const;
  [[nodiscard]] std::uint64_t lockaddr(std::uint32_t as) const { return as_[as].lock_word; }
  [[nodiscard]] bool idle() const;

 private:
  struct Regs {
    std::uint64_t transtab, memattr, lockaddr, transcfg;
  };
  /// `lost`: a reset or more took the lock, or the LOCK that was executing; the driver's UNLOCK is
  /// still to come.
  enum class LockState : std::uint32_t { none, locked, lost };
  struct As {
    Regs shadow;  // as written
    Regs live;    // as latched by UPDATE
    std::uint64_t fault_va;
    std::uint64_t lock_word;     // LOCKADDR at LOCK
    std::uint64_t pending_lock;  // LOCKADDR when the command was written
    LockState lock;
    std::uint32_t fault_status;
    std::uint32_t busy;     // a command is executing or waits
    std::uint32_t command;  // the command that executes
    std::uint32_t deferred_count;
    std::array<std::uint32_t, 7> deferred;  // commands that wait for the end of protected mode
  };
  static_assert(std::has_unique_object_representations_v<As>);

  void command(std::uint32_t as, std::uint32_t value);
  /// Nanoseconds from an AS command until its AS is idle.
  /// Source: facts-gpu.md 7.7: FLUSH_PT cleans and invalidates the L2, FLUSH_MEM all caches.
  /// Assumption: that takes as long as a FLUSH_CACHES, which does the same to the same L2; the
  /// command's own time, for the translations, comes on top. A FLUSH_CACHES that hangs hangs alone.
  [[nodiscard]] std::uint64_t time_of(std::uint32_t command) const;
  void start_command(std::uint32_t as, std::uint32_t value);
  [[nodiscard]] bool locked_at(const As& as, std::uint64_t va) const;
  [[nodiscard]] bool known(std::uint32_t as) const {
    return as < vocab::kMaxAs && ((core_.config.as_present >> as) & 1) != 0;
  }
  struct CacheLine {
    std::uint64_t tag;  // VA page | AS << 1 | valid
    std::uint64_t pa;   // of the page
    std::uint64_t read_only;
    std::byte* bytes;  // of the page
  };
  static constexpr std::size_t kCacheLines = 256;
  [[nodiscard]] static std::uint64_t cache_tag(std::uint32_t as, std::uint64_t va) {
    return (va & ~vocab::kPageMask) | as << 1 | 1;
  }
  [[nodiscard]] static std::size_t cache_index(std::uint32_t as, std::uint64_t va) {
    return ((va / vocab::kPageSize) + as * 53) % kCacheLines;
  }
  /// The cached translation, if it allows an access of normal memory outside protected mode.
  [[nodiscard]] const CacheLine* plain_hit(vocab::AsNr as, std::uint64_t va,
                                           Direction direction) const {
    const CacheLine& line = cache_[cache_index(as.value, va)];
    if (line.tag != cache_tag(as.value, va) || !enabled(as)) return nullptr;
    if (direction == Direction::write && line.read_only != 0) return nullptr;
    return core_.ram.kind(vocab::Pa{line.pa}) == PageKind::normal ? &line : nullptr;
  }
  void drop_cache(std::uint32_t as);

  struct Walk {
    std::byte* at;
    std::uint64_t pa;
    std::uint64_t descriptor;
    vocab::Exception code;  // ok or the reason of the failure
    std::uint64_t last_table = 0;  // where the leaf's entry is
  };
  [[nodiscard]] Walk walk(const As& as, std::uint64_t va) const;
  [[nodiscard]] WalkResult protection(const GpuAccess& access, const Walk& w);
  /// Calls `each(as)` for the AS that translate by the tables below `root`.
  template <class Each>
  void for_each_user(std::uint64_t root, Each each) const;

  Core& core_;
  TableWatch watch_;
  std::array<As, vocab::kMaxAs> as_{};
  std::array<CacheLine, kCacheLines> cache_{};
  std::uint32_t hung_as_ = 0;    // bit n: a command of AS n hangs, mostly until a reset
  std::uint32_t cached_as_ = 0;  // bit n: lines of AS n may be in the cache
};

}  // namespace protm::gpu
