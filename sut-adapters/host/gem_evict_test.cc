// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include <array>
#include <cerrno>

#include "sut-adapters/host/drm_test_bench.h"

namespace protm::host {

TEST_CASE("GemTable: evicted pages are free and come back with what was in them") {
  DrmBench b;
  const GemPtr gem = b.new_gem(3 * vocab::kPageSize);
  CHECK(b.drm->gem_evict(gem) == -EBUSY);
  const auto map = b.drm->gem_vmap(gem);
  REQUIRE(map.has_value());
  b.drm->store64(*map, vocab::kPageSize + 8, 7);
  CHECK(b.drm->gem_use(gem).pinned);
  CHECK(b.drm->gem_evict(gem) == -EBUSY);
  b.drm->gem_vunmap(gem);
  CHECK(b.drm->gem_evict(gem) == 0);
  CHECK_FALSE(b.drm->gem_use(gem).resident);
  const auto again = b.drm->gem_vmap(gem);
  REQUIRE(again.has_value());
  CHECK(b.drm->load64(*again, vocab::kPageSize + 8) == 7);
  CHECK(b.drm->load64(*again, 0) == 0);
  b.drm->gem_vunmap(gem);
  b.drm->gem_put(gem);
  CHECK(b.bench.count(contract::RecordKind::kernel_warn) == 0);
}

TEST_CASE("ResvTable: a wait ends with the last fence, or with its time") {
  DrmBench b;
  const GemPtr gem = b.new_gem(vocab::kPageSize);
  FencePtr fence;
  int in_time = -1, too_late = -1;
  b.bench.task("waits", [&] {
    REQUIRE(b.drm->resv_trylock(gem->resv));
    CHECK_FALSE(b.drm->resv_trylock(gem->resv));
    fence = b.drm->fence_alloc("job_fence");
    b.drm->fence_init(fence, b.drm->fence_context_alloc(1), 1);
    b.drm->resv_add_fence(gem->resv, fence);
    b.drm->resv_unlock_all(std::array{gem->resv});
    too_late = b.drm->resv_wait(gem->resv, 2) ? 0 : 1;
    in_time = b.drm->resv_wait(gem->resv, 100) ? 1 : 0;
  });
  b.bench.task("signals", [&] {
    b.kernel().usleep(20'000);
    b.drm->fence_signal(fence);
  });
  b.bench.until(vocab::SimTime{200'000'000}.ns);
  CHECK(too_late == 1);
  CHECK(in_time == 1);
  b.drm->fence_put(fence);
  b.drm->gem_put(gem);
}

TEST_CASE("DrmFiles: memory pressure needs a device, and the device goes when it is over") {
  DrmBench b;
  std::uint64_t asked = 0;
  CHECK(b.step([&] { return b.drm->sys_reclaim(4); }) == -ENOENT);
  b.drm->drm_register(&b.ops);
  CHECK(b.step([&] { return b.drm->sys_reclaim(4); }) == -EOPNOTSUPP);
  b.ops.shrink = [](void* d, std::uint64_t pages) {
    static_cast<DrmBench*>(d)->kernel().usleep(1'000);
    static_cast<DrmBench*>(d)->seen[0] = pages;
    return pages + 1;
  };
  std::int64_t freed = 0;
  b.bench.task("reclaim", [&] { freed = b.drm->sys_reclaim(4); });
  b.bench.task("unplug", [&] {
    b.drm->drm_unregister();
    asked = b.seen[0];
  });
  b.bench.until(vocab::SimTime{10'000'000}.ns);
  CHECK(freed == 5);
  CHECK(asked == 4);
}

TEST_CASE("DrmFiles: memory pressure asks the next device for what the first did not give") {
  DrmBench b;
  DrmImpl second(*b.core, b.kernel().device());
  second.set_driver(&b);
  contract::DrmDriverOps ops = b.ops;
  b.ops.shrink = [](void* d, std::uint64_t pages) {
    static_cast<DrmBench*>(d)->seen[0] = pages;
    return std::uint64_t{3};
  };
  ops.shrink = [](void* d, std::uint64_t pages) {
    static_cast<DrmBench*>(d)->seen[1] = pages;
    return std::uint64_t{2};
  };
  second.drm_dev_init(&ops);
  second.drm_register(&ops);
  CHECK(b.step([&] { return b.drm->sys_reclaim(4); }) == 2);   // the first has no node
  CHECK(b.seen[1] == 4);
  b.drm->drm_register(&b.ops);
  CHECK(b.step([&] { return b.drm->sys_reclaim(4); }) == 5);
  CHECK(b.seen[0] == 4);
  CHECK(b.seen[1] == 1);
  b.seen[1] = 0;
  CHECK(b.step([&] { return b.drm->sys_reclaim(3); }) == 3);
  CHECK(b.seen[1] == 0);   // nothing is left to ask for
}

}  // namespace protm::host
