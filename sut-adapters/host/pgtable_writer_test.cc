// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/pgtable_writer.h"

#include <doctest/doctest.h>

#include "gpu-model/vocab/lpae.h"
#include "sut-adapters/host/kernel_test_bench.h"

namespace protm::host {
namespace {

using namespace contract;

constexpr std::uint64_t k4K = 0x1000;
constexpr std::uint64_t k2M = 0x200000;

struct Tables {
  Bench bench;
  PageTables tables{*bench.kernel, bench.kernel->memory()};
  PageTable table;

  Tables() { CHECK(tables.init(table) == 0); }
  std::uint64_t entry(std::uint64_t iova, unsigned level) {
    std::uint64_t page = tables.ttbr(table);
    for (unsigned l = 0;; ++l) {
      const std::uint64_t slot = page + 8ull * vocab::lpae::level_index(iova, l);
      const std::uint64_t e = bench.kernel->mem_load64({slot});
      if (l == level) return e;
      page = e & vocab::lpae::kAddressMask;
    }
  }
  int map(std::uint64_t iova, std::uint64_t pa, std::uint64_t size, std::uint64_t count,
          std::uint32_t prot = kProtRead | kProtWrite) {
    std::uint64_t mapped = 0;
    const int error = tables.map(table, iova, pa, size, count, prot, mapped);
    if (error == 0) CHECK(mapped == size * count);
    return error;
  }
  std::size_t warnings() const { return bench.count(RecordKind::kernel_warn); }
};

}  // namespace

TEST_CASE("PageTables: leaf entries have the attribute bits of the vectors") {
  Tables t;
  CHECK(t.map(0x1000, 0, k4K, 1, kProtRead | kProtWrite | kProtNoexec) == 0);
  CHECK(t.entry(0x1000, 3) == 0x0060000000000E43);
  CHECK(t.map(0x2000, 0, k4K, 1, kProtRead | kProtWrite | kProtNoexec | kProtCache) == 0);
  CHECK(t.entry(0x2000, 3) == 0x0060000000000F47);
  CHECK(t.map(0x3000, 0, k4K, 1, kProtRead | kProtCache) == 0);
  CHECK(t.entry(0x3000, 3) == 0x0000000000000FC7);
  CHECK(t.map(k2M, 0xabc00000, k2M, 1, kProtRead | kProtCache) == 0);
  CHECK(t.entry(k2M, 2) == (0x0000000000000FC5 | 0xabc00000));
}

TEST_CASE("PageTables: map, walk and unmap agree, across tables") {
  Tables t;
  CHECK(t.map(0x7fff'ffff'f000, 0x5000, k4K, 1) == 0);
  CHECK(t.map(0x0000'0000'0000, 0x9000, k4K, 2) == 0);
  CHECK(t.tables.walk(t.table, 0x7fff'ffff'f123).value() == 0x5123);
  CHECK(t.tables.walk(t.table, 0x1fff).value() == 0xafff);
  CHECK(t.tables.walk(t.table, 0x2000).error() == -EFAULT);
  CHECK(t.tables.unmap(t.table, 0, k4K, 2) == 2 * k4K);
  CHECK(t.tables.walk(t.table, 0x1000).error() == -EFAULT);
  CHECK(t.warnings() == 0);
}

TEST_CASE("PageTables: one call does not go beyond the end of a table") {
  Tables t;
  std::uint64_t mapped = 0;
  CHECK(t.tables.map(t.table, k2M - k4K, 0, k4K, 3, kProtRead, mapped) == 0);
  CHECK(mapped == k4K);
}

TEST_CASE("PageTables: mapping twice warns and changes nothing") {
  Tables t;
  CHECK(t.map(0x1000, 0x5000, k4K, 1) == 0);
  CHECK(t.map(0x1000, 0x6000, k4K, 1) == -EEXIST);
  CHECK(t.tables.walk(t.table, 0x1000).value() == 0x5000);
  CHECK(t.map(k2M, k2M, k2M, 1) == 0);
  CHECK(t.map(k2M + k4K, 0x6000, k4K, 1) == -EEXIST);
  CHECK(t.warnings() == 2);
}

TEST_CASE("PageTables: unmap inside a block splits it and keeps the rest") {
  Tables t;
  CHECK(t.map(k2M, 4 * k2M, k2M, 1, kProtRead | kProtNoexec) == 0);
  CHECK(t.tables.unmap(t.table, k2M + k4K, k4K, 2) == 2 * k4K);
  CHECK(t.tables.walk(t.table, k2M).value() == 4 * k2M);
  CHECK(t.tables.walk(t.table, k2M + k4K).error() == -EFAULT);
  CHECK(t.tables.walk(t.table, k2M + 3 * k4K).value() == 4 * k2M + 3 * k4K);
  CHECK(t.entry(k2M, 3) == (pte_attributes(kProtRead | kProtNoexec) | 3 | 4 * k2M));
  // Emptied, the table gives way to a block again.
  CHECK(t.tables.unmap(t.table, k2M, k2M, 1) == k2M);
  CHECK(t.map(k2M, 0, k2M, 1) == 0);
}

TEST_CASE("PageTables: a lent page is the next table, of a map or a split; the rest comes back") {
  Tables t;
  Kernel& kernel = *t.bench.kernel;
  CHECK(t.map(k2M, 4 * k2M, k2M, 2) == 0);
  for (int i = 0; i < 3; ++i) t.tables.lend(t.table, kernel.page_alloc("pgtable"));
  t.tables.lend(t.table, {});
  t.bench.bus.fail_call = "page_alloc";
  t.bench.bus.fail_role = "pgtable";
  CHECK(t.tables.unmap(t.table, k2M, k4K, 1) == k4K);
  CHECK(t.map(4 * k2M, 0, k4K, 1) == 0);
  const vocab::Pa left = t.tables.take_back(t.table);
  CHECK(left.value != 0);
  CHECK(t.tables.take_back(t.table).value == 0);
  kernel.page_free(left);
  t.tables.fini(t.table);
  CHECK(t.bench.kernel->live_pages() == 0);
}

TEST_CASE("PageTables: unmap of a hole warns and tells what it did") {
  Tables t;
  CHECK(t.map(0x1000, 0x5000, k4K, 1) == 0);
  CHECK(t.tables.unmap(t.table, 0x1000, k4K, 2) == k4K);
  CHECK(t.tables.unmap(t.table, 0x40000000, k4K, 1) == 0);
  CHECK(t.warnings() == 2);
}

TEST_CASE("PageTables: wrong sizes, protections and addresses are refused") {
  Tables t;
  CHECK(t.map(0, 0, 0x40000000, 1) == -EINVAL);
  CHECK(t.map(0, 0, k4K, 1, kProtNoexec) == -EINVAL);
  CHECK(t.map(1ull << 48, 0, k4K, 1) == -ERANGE);
}

TEST_CASE("PageTables: fini gives every table page back, and no memory is -ENOMEM") {
  Tables t;
  CHECK(t.map(0x1000, 0x5000, k4K, 1) == 0);
  CHECK(t.map(1ull << 40, 0x5000, k4K, 1) == 0);
  CHECK(t.map(k2M, k2M, k2M, 1) == 0);
  t.bench.bus.fail_call = "page_alloc";
  t.bench.bus.fail_role = "pgtable";
  CHECK(t.map(1ull << 41, 0x5000, k4K, 1) == -ENOMEM);
  CHECK(t.bench.kernel->live_pages() == t.bench.bus.pages.size());
  t.tables.fini(t.table);
  CHECK(t.bench.kernel->live_pages() == 0);
}

}  // namespace protm::host
