// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/gpuvm_split.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "sut-adapters/host/kernel_test_bench.h"

namespace protm::host {
namespace {

using contract::GpuVa;
using contract::GpuVaRequest;
using contract::GpuVaRest;
using contract::GpuVm;
using contract::GpuVmSteps;
using contract::Ptr;

std::string part(const GpuVaRest& rest) {
  if (rest.range == 0) return "-";
  return std::to_string(rest.va) + "+" + std::to_string(rest.range) + "@" +
         std::to_string(rest.offset);
}

/// A driver that keeps the tree up to date, as panthor's steps do, and notes what it was told.
struct SplitDriver {
  Bench bench;
  GpuVms vms{*bench.kernel, bench.kernel->memory()};
  GpuVm vm;
  std::vector<std::string> steps;
  int fail_remap = 0;

  SplitDriver() { CHECK(vms.init(vm, 0x1000, 0x100000, 0x80000, 0x1000) == 0); }

  Ptr<GpuVa> add(std::uint64_t va, std::uint64_t range, std::uint64_t offset) {
    const Ptr<GpuVa> made = bench.kernel->make<GpuVa>("gpuva");
    made->va = va;
    made->range = range;
    made->offset = offset;
    CHECK(vms.insert(vm, made) == 0);
    return made;
  }
  void drop(const Ptr<GpuVa>& old) {
    vms.remove(vm, old);
    bench.kernel->free(old);
  }
  GpuVmSteps callbacks() {
    GpuVmSteps c;
    c.ctx = this;
    c.map = [](void* ctx, const GpuVaRequest& r) {
      SplitDriver& d = *static_cast<SplitDriver*>(ctx);
      d.steps.push_back("map " + part({r.va, r.range, r.offset}));
      d.add(r.va, r.range, r.offset);
      return 0;
    };
    c.remap = [](void* ctx, const Ptr<GpuVa>& old, const GpuVaRest& prev, const GpuVaRest& next) {
      SplitDriver& d = *static_cast<SplitDriver*>(ctx);
      d.steps.push_back("remap " + part(prev) + " " + part(next));
      if (d.fail_remap != 0) return d.fail_remap;
      d.drop(old);
      if (prev.range != 0) d.add(prev.va, prev.range, prev.offset);
      if (next.range != 0) d.add(next.va, next.range, next.offset);
      return 0;
    };
    c.unmap = [](void* ctx, const Ptr<GpuVa>& old) {
      SplitDriver& d = *static_cast<SplitDriver*>(ctx);
      d.steps.push_back("unmap " + part({old->va, old->range, old->offset}));
      d.drop(old);
      return 0;
    };
    return c;
  }
  int map(std::uint64_t va, std::uint64_t range, std::uint64_t offset = 0) {
    GpuVaRequest request;
    request.va = va;
    request.range = range;
    request.offset = offset;
    return vms.sm_map(vm, request, callbacks());
  }
  int unmap(std::uint64_t va, std::uint64_t range) {
    return vms.sm_unmap(vm, va, range, callbacks());
  }
};

}  // namespace

TEST_CASE("GpuVms: sm_map cuts one mapping in each of the nine ways") {
  // The mapping and the request [4096*4, 4096*8), in pages; offset of the mapping is 100 pages.
  struct Row {
    std::uint64_t a, e;
    const char* step;
  };
  constexpr std::uint64_t kP = 0x1000;
  const std::vector<Row> rows{
      {4, 8, "unmap 16384+16384@409600"},  {4, 6, "unmap 16384+8192@409600"},
      {4, 9, "remap - 32768+4096@425984"}, {3, 8, "remap 12288+4096@409600 -"},
      {3, 6, "remap 12288+4096@409600 -"}, {3, 9, "remap 12288+4096@409600 32768+4096@430080"},
      {5, 8, "unmap 20480+12288@409600"},  {5, 6, "unmap 20480+4096@409600"},
      {5, 9, "remap - 32768+4096@421888"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.a);
    CAPTURE(row.e);
    SplitDriver d;
    d.add(row.a * kP, (row.e - row.a) * kP, 100 * kP);
    CHECK(d.map(4 * kP, 4 * kP, 7 * kP) == 0);
    CHECK(d.steps == std::vector<std::string>{row.step, "map 16384+16384@28672"});
  }
}

TEST_CASE("GpuVms: sm_map inside one mapping leaves both ends with their offsets") {
  SplitDriver d;
  d.add(0x2000, 0x4000, 0);
  CHECK(d.map(0x3000, 0x1000) == 0);
  CHECK(d.steps ==
        std::vector<std::string>{"remap 8192+4096@0 16384+8192@8192", "map 12288+4096@0"});
}

TEST_CASE("GpuVms: sm_map over several mappings goes up in VA order and maps once") {
  SplitDriver d;
  d.add(0x2000, 0x2000, 0);
  d.add(0x4000, 0x1000, 0);
  d.add(0x8000, 0x2000, 0);
  d.add(0xc000, 0x1000, 0);
  CHECK(d.map(0x3000, 0x6000) == 0);
  CHECK(d.steps == std::vector<std::string>{"remap 8192+4096@0 -", "unmap 16384+4096@0",
                                            "remap - 36864+4096@4096", "map 12288+24576@0"});
}

TEST_CASE("GpuVms: sm_unmap cuts at both ends and maps nothing") {
  SplitDriver d;
  d.add(0x2000, 0x2000, 0);
  d.add(0x4000, 0x2000, 0x10000);
  CHECK(d.unmap(0x3000, 0x2000) == 0);
  CHECK(d.steps == std::vector<std::string>{"remap 8192+4096@0 -", "remap - 20480+4096@69632"});
  d.steps.clear();
  CHECK(d.unmap(0x2000, 0x4000) == 0);
  CHECK(d.steps.size() == 2);
  CHECK(d.vms.find(d.vm, 0x1000, 0x100000) == nullptr);
}

TEST_CASE("GpuVms: a request outside the VM or on the reserved part is refused before any step") {
  SplitDriver d;
  d.add(0x7f000, 0x1000, 0);
  CHECK(d.map(0, 0x1000) == -EINVAL);
  CHECK(d.map(0x100000, 0x2000) == -EINVAL);
  CHECK(d.map(0x7f000, 0x2000) == -EINVAL);
  CHECK(d.map(0x2000, 0) == -EINVAL);
  CHECK(d.map(UINT64_MAX - 0xfff, 0x2000) == -EINVAL);
  CHECK(d.unmap(0x80000, 0x1000) == -EINVAL);
  CHECK(d.steps.empty());
}

TEST_CASE("GpuVms: a step that fails ends the request, and nothing is undone") {
  SplitDriver d;
  d.add(0x2000, 0x1000, 0);
  d.add(0x3000, 0x3000, 0);
  d.fail_remap = -ENOMEM;
  CHECK(d.map(0x2000, 0x2000) == -ENOMEM);
  CHECK(d.steps == std::vector<std::string>{"unmap 8192+4096@0", "remap - 16384+8192@4096"});
  CHECK(d.vms.find(d.vm, 0x2000, 0x1000) == nullptr);
}

TEST_CASE("GpuVms: overlapping insert is refused and find gives the first overlap") {
  SplitDriver d;
  const Ptr<GpuVa> low = d.add(0x2000, 0x2000, 0);
  d.add(0x6000, 0x1000, 0);
  const Ptr<GpuVa> other = d.bench.kernel->make<GpuVa>("gpuva");
  other->va = 0x3000;
  other->range = 0x1000;
  CHECK(d.vms.insert(d.vm, other) == -EEXIST);
  other->va = 0x80000;
  CHECK(d.vms.insert(d.vm, other) == -EINVAL);
  CHECK(d.vms.find(d.vm, 0x3fff, 0x10000) == low);
  CHECK(d.vms.find(d.vm, 0x4000, 0x2000) == nullptr);
}

}  // namespace protm::host
