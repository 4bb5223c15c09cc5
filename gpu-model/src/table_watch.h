// SPDX-License-Identifier: GPL-2.0-only
// The page tables that the MMU has walked, by the root they hang from: enough to tell which
// addresses an entry serves when the CPU changes it, and which entries lead to a page.
// Leaves out: tables that no access went through (the GPU can hold nothing of them), and those in
// attached memory, whose stores nobody sees.
// Source: what an MMU may cache of a walk; the driver's side is panthor_vm_lock_region() (7.3).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <span>
#include <vector>

#include "gpu-model/src/ram.h"
#include "gpu-model/vocab/lpae.h"

namespace protm::gpu {

/// An entry of a table that was walked.
struct TableEntry {
  std::uint64_t root;  ///< address of the level 0 table
  std::uint32_t level;
  std::uint64_t va;    ///< first address that it serves
  std::uint64_t size;  ///< bytes that it serves
  std::uint64_t descriptor;
};

class TableWatch {
 public:
  TableWatch(Ram& ram, std::pmr::memory_resource* memory) : ram_(ram), tables_(memory) {}

  /// Remembers the tables between `root` and what `va` leads to; all of them are valid.
  void walked(std::uint64_t root, std::uint64_t va);
  /// Calls `each(TableEntry)` for the valid entries that a store of `from` at `pa` changes.
  template <class Each>
  void changed_by(vocab::Pa pa, std::span<const std::byte> from, Each each) const;
  /// Calls `each(TableEntry)` for the entries that lead to the page, be it a table or a leaf, in
  /// tables below the roots for which `matters(root)`.
  template <class Matters, class Each>
  void leading_to(vocab::Pa page, Matters matters, Each each) const;
  /// The page is a table no longer.
  void forget(vocab::Pa page);

 private:
  struct Table {
    std::uint64_t root, pa;
    std::uint64_t va;  ///< first address that it serves
    std::uint32_t level;
    std::uint32_t reserved;
  };
  [[nodiscard]] static TableEntry entry_of(const Table& table, std::uint64_t index,
                                           std::uint64_t descriptor);
  [[nodiscard]] std::uint64_t descriptor(const Table& table, std::uint64_t index) const;
  /// Whether the valid entry of a table of `level` leads to the page.
  [[nodiscard]] static bool leads_to(std::uint32_t level, std::uint64_t descriptor,
                                     std::uint64_t page);

  Ram& ram_;
  std::pmr::vector<Table> tables_;
};

template <class Each>
void TableWatch::changed_by(vocab::Pa pa, std::span<const std::byte> from, Each each) const {
  const std::uint64_t page = pa.value & ~vocab::kPageMask, first = pa.value & vocab::kPageMask;
  for (const Table& t : tables_) {
    if (t.pa != page) continue;
    const std::byte* const now = ram_.page(vocab::Pa{page});
    for (std::uint64_t i = first / 8; i * 8 < first + from.size(); ++i) {
      const std::uint64_t begin = std::max(first, i * 8);
      const std::uint64_t end = std::min(first + from.size(), i * 8 + 8);
      const bool same = std::equal(now + begin, now + end, from.begin() +
                                   static_cast<std::ptrdiff_t>(begin - first));
      const std::uint64_t old = descriptor(t, i);
      if (!same && (old & vocab::lpae::kValid) != 0) each(entry_of(t, i, old));
    }
  }
}

template <class Matters, class Each>
void TableWatch::leading_to(vocab::Pa page, Matters matters, Each each) const {
  for (const Table& t : tables_) {
    if (!matters(t.root)) continue;
    // Each page that goes reads all of each table, which is empty mostly: this is the longest loop
    // of a run.
    constexpr std::uint64_t kTogether = 8;
    const std::byte* const entries = ram_.page(vocab::Pa{t.pa});
    for (std::uint64_t first = 0; first < vocab::lpae::kEntriesPerTable; first += kTogether) {
      std::array<std::uint64_t, kTogether> some{};
      std::memcpy(some.data(), entries + sizeof some[0] * first, sizeof some);
      std::uint64_t all_bits = 0;
      for (const std::uint64_t d : some) all_bits |= d;
      if ((all_bits & vocab::lpae::kValid) == 0) continue;
      for (std::uint64_t i = 0; i < kTogether; ++i) {
        if ((some[i] & vocab::lpae::kValid) == 0) continue;
        if (leads_to(t.level, some[i], page.value)) each(entry_of(t, first + i, some[i]));
      }
    }
  }
}

}  // namespace protm::gpu
