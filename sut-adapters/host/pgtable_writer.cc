// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/pgtable_writer.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "gpu-model/vocab/lpae.h"

namespace protm::host {

namespace lpae = vocab::lpae;
using contract::PageTable;

namespace {

constexpr std::uint64_t kInputEnd = 1ull << 48;
constexpr unsigned kLeafLevel = lpae::kLevels - 1;
constexpr unsigned kBlockLevel = kLeafLevel - 1;

constexpr std::uint64_t slot_address(std::uint64_t table, std::uint64_t index) {
  return table + index * sizeof(std::uint64_t);
}
constexpr bool is_table(std::uint64_t entry) {
  return (entry & lpae::kTypeMask) == lpae::kTypeTable;
}
constexpr bool valid(std::uint64_t entry) { return (entry & lpae::kValid) != 0; }
constexpr std::uint64_t address_of(std::uint64_t entry) { return entry & lpae::kAddressMask; }

/// Level whose entries map `page_size`; kLevels for a size that is not used.
constexpr unsigned level_of(std::uint64_t page_size) {
  if (page_size == vocab::kPageSize) return kLeafLevel;
  if (page_size == lpae::kBlockSizeL2) return kBlockLevel;
  return lpae::kLevels;
}

}  // namespace

std::uint64_t pte_attributes(std::uint32_t prot) {
  std::uint64_t bits = lpae::kApUnprivileged | lpae::kAccessFlag | lpae::kNotGlobal;
  if ((prot & contract::kProtWrite) == 0) bits |= lpae::kApReadOnly;
  const bool cached = (prot & contract::kProtCache) != 0;
  const std::uint64_t index = cached ? lpae::kAttrCached : lpae::kAttrUncached;
  bits |= index << lpae::kAttrIndexShift;
  bits |= cached ? lpae::kShInner : lpae::kShOuter;
  if ((prot & contract::kProtNoexec) != 0) bits |= lpae::kNoexec;
  return bits;
}

std::uint64_t PageTables::root(const PageTable& table) const {
  const auto it = roots_.find(table.id);
  if (it == roots_.end()) contract::oops(contract::OopsKind::bad_call, "io_pgtable");
  return it->second;
}

int PageTables::init(PageTable& table) {
  const vocab::Pa page = kernel_.page_alloc("pgtable");
  if (page.value == 0) return -ENOMEM;
  table.id = ++last_id_;
  roots_.emplace(table.id, page.value);
  return 0;
}

void PageTables::free_table(std::uint64_t page, unsigned level) {
  if (level < kLeafLevel) {
    std::array<std::uint64_t, lpae::kEntriesPerTable> entries{};
    kernel_.mem_load({page}, std::as_writable_bytes(std::span(entries)));
    for (const std::uint64_t entry : entries) {
      if (is_table(entry)) free_table(address_of(entry), level + 1);
    }
  }
  kernel_.page_free({page});
}

void PageTables::fini(PageTable& table) {
  free_table(root(table), 0);
  roots_.erase(table.id);
  table.id = 0;
}

std::uint64_t PageTables::ttbr(const PageTable& table) const { return root(table); }

vocab::Pa PageTables::new_table(PageTable& table) {
  const vocab::Pa lent = take_back(table);
  return lent.value != 0 ? lent : kernel_.page_alloc("pgtable");
}

std::uint64_t PageTables::add_table(PageTable& table, std::uint64_t slot) {
  const vocab::Pa page = new_table(table);
  if (page.value != 0) store(slot, page.value | lpae::kTypeTable);
  return page.value;
}

int PageTables::map(PageTable& table, std::uint64_t iova, std::uint64_t pa, std::uint64_t page_size,
                    std::uint64_t count, std::uint32_t prot, std::uint64_t& mapped) {
  mapped = 0;
  const unsigned leaf = level_of(page_size);
  if (leaf == lpae::kLevels || count == 0) return -EINVAL;
  if (iova >= kInputEnd || pa >= kInputEnd) {
    kernel_.warn("io-pgtable map beyond the address size");
    return -ERANGE;
  }
  if ((prot & (contract::kProtRead | contract::kProtWrite)) == 0) return -EINVAL;

  std::uint64_t page = root(table);
  for (unsigned level = 0; level < leaf; ++level) {
    const std::uint64_t slot = slot_address(page, lpae::level_index(iova, level));
    const std::uint64_t entry = load(slot);
    if (valid(entry) && !is_table(entry)) {
      kernel_.warn("io-pgtable map over an existing block");
      return -EEXIST;
    }
    page = valid(entry) ? address_of(entry) : add_table(table, slot);
    if (page == 0) return -ENOMEM;
  }
  const std::uint32_t first = lpae::level_index(iova, leaf);
  const std::uint64_t n = std::min<std::uint64_t>(count, lpae::kEntriesPerTable - first);
  const std::uint64_t type = leaf == kLeafLevel ? lpae::kTypePage : lpae::kTypeBlock;
  const std::uint64_t bits = pte_attributes(prot) | type;
  for (std::uint64_t i = 0; i < n; ++i) {
    const std::uint64_t slot = slot_address(page, first + i);
    const std::uint64_t entry = load(slot);
    if (valid(entry)) {
      // A table that lost all its pages gives way to a block; its content goes without a check.
      if (leaf != kBlockLevel || !is_table(entry)) {
        kernel_.warn("io-pgtable map over an existing page");
        return -EEXIST;
      }
      free_table(address_of(entry), kLeafLevel);
    }
    store(slot, ((pa + i * page_size) & lpae::kAddressMask) | bits);
    mapped += page_size;
  }
  return 0;
}

void PageTables::lend(PageTable& table, vocab::Pa page) {
  if (page.value != 0) lent_.emplace(table.id, page.value);
}

vocab::Pa PageTables::take_back(PageTable& table) {
  const auto it = lent_.find(table.id);
  if (it == lent_.end()) return {};
  const vocab::Pa page{it->second};
  lent_.erase(it);
  return page;
}

bool PageTables::split_block(PageTable& table, std::uint64_t slot, std::uint32_t first,
                             std::uint64_t count) {
  const std::uint64_t block = load(slot);
  const vocab::Pa page = new_table(table);
  if (page.value == 0) return false;
  const std::uint64_t bits = (block & ~lpae::kAddressMask & ~lpae::kTypeMask) | lpae::kTypePage;
  for (std::uint32_t i = 0; i < lpae::kEntriesPerTable; ++i) {
    if (i >= first && i < first + count) continue;
    store(slot_address(page.value, i), (address_of(block) + i * vocab::kPageSize) | bits);
  }
  store(slot, page.value | lpae::kTypeTable);
  return true;
}

std::uint64_t PageTables::unmap(PageTable& table, std::uint64_t iova, std::uint64_t page_size,
                                std::uint64_t count) {
  const unsigned leaf = level_of(page_size);
  if (leaf == lpae::kLevels || count == 0 || iova >= kInputEnd) {
    kernel_.warn("io-pgtable unmap of a wrong range");
    return 0;
  }
  std::uint64_t page = root(table);
  const std::uint32_t first = lpae::level_index(iova, leaf);
  const std::uint64_t n = std::min<std::uint64_t>(count, lpae::kEntriesPerTable - first);
  for (unsigned level = 0; level < leaf; ++level) {
    const std::uint64_t slot = slot_address(page, lpae::level_index(iova, level));
    const std::uint64_t entry = load(slot);
    if (!valid(entry)) {
      kernel_.warn("io-pgtable unmap of a hole");
      return 0;
    }
    if (!is_table(entry)) return split_block(table, slot, first, n) ? n * page_size : 0;
    page = address_of(entry);
  }
  std::uint64_t done = 0;
  for (std::uint64_t i = 0; i < n; ++i, done += page_size) {
    const std::uint64_t slot = slot_address(page, first + i);
    const std::uint64_t entry = load(slot);
    if (!valid(entry)) {
      kernel_.warn("io-pgtable unmap of a hole");
      break;
    }
    store(slot, 0);
    if (leaf == kBlockLevel && is_table(entry)) free_table(address_of(entry), kLeafLevel);
  }
  return done;
}

contract::Result<std::uint64_t> PageTables::walk(const PageTable& table, std::uint64_t iova) {
  if (iova >= kInputEnd) return tl::unexpected(-EFAULT);
  std::uint64_t page = root(table);
  for (unsigned level = 0; level < lpae::kLevels; ++level) {
    const std::uint64_t entry = load(slot_address(page, lpae::level_index(iova, level)));
    if (!valid(entry)) return tl::unexpected(-EFAULT);
    const std::uint64_t inside = (1ull << lpae::level_shift(level)) - 1;
    if (level == kLeafLevel || !is_table(entry)) {
      return (address_of(entry) & ~inside) | (iova & inside);
    }
    page = address_of(entry);
  }
  return tl::unexpected(-EFAULT);
}

}  // namespace protm::host
