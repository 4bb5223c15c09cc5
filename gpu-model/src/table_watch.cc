// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/table_watch.h"

#include <cstring>

namespace protm::gpu {

namespace lpae = vocab::lpae;
using vocab::Pa;

namespace {

/// Bytes that one entry of a table of `level` serves.
std::uint64_t entry_size(std::uint32_t level) { return 1ull << lpae::level_shift(level); }

bool is_table(std::uint32_t level, std::uint64_t descriptor) {
  return level + 1 < lpae::kLevels && (descriptor & lpae::kTypeMask) == lpae::kTypeTable;
}

}  // namespace

void TableWatch::walked(std::uint64_t root, std::uint64_t va) {
  std::uint64_t table = root;
  for (std::uint32_t level = 0;; ++level) {
    const std::uint64_t serves = entry_size(level) * lpae::kEntriesPerTable;
    const Table here{root, table, va & ~(serves - 1), level, 0};
    if (!ram_.marked(Pa{table}, PageMark::table)) {
      tables_.push_back(here);
      ram_.mark(Pa{table}, PageMark::table);
    }
    const std::uint64_t entry = descriptor(here, lpae::level_index(va, level));
    if (!is_table(level, entry)) return;
    table = entry & lpae::kAddressMask;
  }
}

void TableWatch::forget(Pa page) {
  std::erase_if(tables_, [&](const Table& t) { return t.pa == page.value; });
}

TableEntry TableWatch::entry_of(const Table& table, std::uint64_t index,
                                std::uint64_t descriptor) {
  const std::uint64_t size = entry_size(table.level);
  return {table.root, table.level, table.va + index * size, size, descriptor};
}

std::uint64_t TableWatch::descriptor(const Table& table, std::uint64_t index) const {
  std::uint64_t entry = 0;
  std::memcpy(&entry, ram_.page(Pa{table.pa}) + 8 * index, sizeof entry);
  return entry;
}

bool TableWatch::leads_to(std::uint32_t level, std::uint64_t descriptor, std::uint64_t page) {
  const std::uint64_t serves = is_table(level, descriptor) ? vocab::kPageSize : entry_size(level);
  const std::uint64_t first = descriptor & lpae::kAddressMask & ~(serves - 1);
  return page >= first && page - first < serves;
}

}  // namespace protm::gpu
