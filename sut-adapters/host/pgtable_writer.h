// SPDX-License-Identifier: GPL-2.0-only
// Writer of ARM 64-bit LPAE stage-1 tables: 48-bit input, 4 KiB granule, 4 levels, 4 KiB pages and
// 2 MiB blocks, in the attributes that panthor's GPUs get. Every entry goes through the bus.
// An unmap inside a 2 MiB block splits it, as kernels up to 6.12 do; later ones refuse it.
// Not modelled: 1 GiB blocks, contiguous hints, TLB callbacks (panthor's are empty), dirty bits.
// Source: drivers/iommu/io-pgtable-arm.c; facts-gpu.md 7.5.
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>

#include "sut-adapters/contract/drm.h"

namespace protm::host {

/// Leaf attribute bits for panthor's protections, without address and type. PageProt bits.
/// Source: arm_lpae_prot_to_pte.
[[nodiscard]] std::uint64_t pte_attributes(std::uint32_t prot);

/// All page tables of one Host.
class PageTables {
 public:
  PageTables(contract::Kernel& kernel, std::pmr::memory_resource* memory)
      : kernel_(kernel), roots_(memory), lent_(memory) {}

  /// Allocates the level-0 table. Errors: -ENOMEM.
  int init(contract::PageTable& table);
  /// Frees every table page.
  void fini(contract::PageTable& table);
  /// Address of the level-0 table.
  [[nodiscard]] std::uint64_t ttbr(const contract::PageTable& table) const;
  /// Maps up to `count` pages, not across the end of one table of that level, as the kernel does.
  /// Errors: -EINVAL size or protection, -ERANGE address, -EEXIST with a WARN, -ENOMEM.
  int map(contract::PageTable& table, std::uint64_t iova, std::uint64_t pa, std::uint64_t page_size,
          std::uint64_t count, std::uint32_t prot, std::uint64_t& mapped);
  /// Bytes unmapped; a hole ends it with a WARN.
  std::uint64_t unmap(contract::PageTable& table, std::uint64_t iova, std::uint64_t page_size,
                      std::uint64_t count);
  /// Pages for new tables, before the allocator is asked; and back what is left, or Pa{0}.
  /// To lend Pa{0} is nothing.
  /// Source: panthor_mmu.c alloc_pt(), which takes rsvd_page_tables for whatever table it is.
  void lend(contract::PageTable& table, vocab::Pa page);
  [[nodiscard]] vocab::Pa take_back(contract::PageTable& table);
  /// Physical address behind `iova`. Errors: -EFAULT when there is none.
  [[nodiscard]] contract::Result<std::uint64_t> walk(const contract::PageTable& table,
                                                     std::uint64_t iova);

 private:
  [[nodiscard]] std::uint64_t root(const contract::PageTable& table) const;
  /// Page of a new lower table, entered at `slot`; 0 = no memory.
  std::uint64_t add_table(contract::PageTable& table, std::uint64_t slot);
  /// A zeroed page that was lent, else a new one; Pa{0} = no memory.
  [[nodiscard]] vocab::Pa new_table(contract::PageTable& table);
  void free_table(std::uint64_t page, unsigned level);
  /// Replaces the block at `slot` by a table without `count` pages from index `first` on.
  bool split_block(contract::PageTable& table, std::uint64_t slot, std::uint32_t first,
                   std::uint64_t count);
  std::uint64_t load(std::uint64_t address) { return kernel_.mem_load64({address}); }
  void store(std::uint64_t address, std::uint64_t v) { kernel_.mem_store64({address}, v); }

  contract::Kernel& kernel_;
  std::pmr::map<std::uint32_t, std::uint64_t> roots_;  ///< id -> level-0 table
  std::pmr::multimap<std::uint32_t, std::uint64_t> lent_;  ///< id -> pages for new tables
  std::uint32_t last_id_ = 0;
};

}  // namespace protm::host
