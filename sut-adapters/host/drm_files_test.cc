// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/drm_files.h"

#include <doctest/doctest.h>

#include "sut-adapters/host/drm_test_bench.h"

namespace protm::host {
namespace {

namespace uapi = vocab::uapi;
using Words = std::array<std::uint64_t, 3>;
constexpr std::uint32_t kEcho = uapi::drm_iowr(0x42, 24);

/// `cmd` with another struct size.
constexpr std::uint32_t resized(std::uint32_t cmd, std::uint32_t size) {
  return (cmd & ~(0x3fffu << 16)) | (size << 16);
}

}  // namespace

TEST_CASE("DrmFiles: the render node is there while the device is registered") {
  DrmBench b;
  CHECK(b.step([&] { return b.drm->sys_open("dri"); }) == -ENOENT);
  CHECK(b.open_dri() == 3);
  CHECK(b.open_dri() == 4);
  CHECK(b.close(3) == 0);
  CHECK(b.open_dri() == 3);
  b.drm->drm_unregister();
  CHECK(b.step([&] { return b.drm->sys_open("dri"); }) == -ENOENT);
  CHECK(b.step([&] { return b.drm->sys_open("nothing"); }) == -ENOENT);
}

TEST_CASE(
    "DrmFiles: an ioctl is copied in, extended with zeroes and copied out by the user's size") {
  DrmBench b;
  const std::int64_t fd = b.open_dri();
  Words words{1, 2, 3};
  CHECK(b.ioctl(fd, kEcho, words) == 0);
  CHECK(words == Words{2, 3, 4});
  SUBCASE("a shorter struct") {
    words = {5, 6, 7};
    CHECK(b.ioctl(fd, resized(kEcho, 8), words) == 0);
    CHECK(b.seen[0] == 5);
    CHECK(b.seen[1] == 0);
    CHECK(words == Words{6, 6, 7});
  }
  SUBCASE("a longer struct echoes its tail") {
    std::array<std::uint64_t, 4> longer{1, 2, 3, 99};
    CHECK(b.ioctl(fd, resized(kEcho, 32), longer) == 0);
    CHECK(longer == std::array<std::uint64_t, 4>{2, 3, 4, 99});
  }
  SUBCASE("only in: nothing comes back") {
    words = {5, 6, 7};
    CHECK(b.ioctl(fd, kEcho & ~(1u << 31), words) == 0);
    CHECK(words == Words{5, 6, 7});
  }
  SUBCASE("only out: the driver sees zeroes") {
    words = {5, 6, 7};
    CHECK(b.ioctl(fd, kEcho & ~(1u << 30), words) == 0);
    CHECK(words == Words{1, 1, 1});
  }
  SUBCASE("a failing handler writes back too") {
    b.ioctl_result = -EBUSY;
    words = {5, 6, 7};
    CHECK(b.ioctl(fd, kEcho, words) == -EBUSY);
    CHECK(words == Words{6, 7, 8});
  }
}

TEST_CASE("DrmFiles: a process may end beside a call of it that is stuck") {
  DrmBench b;
  // The driver's postclose waits, the first time.
  static contract::Completion gate;
  b.kernel().init_completion(gate);
  b.ops.postclose = [](void* d, const contract::Ptr<contract::DrmFile>&) {
    static_cast<DrmBench*>(d)->kernel().wait_for_completion(gate);
  };
  CHECK(b.open_dri() == 3);
  CHECK(b.open_dri() == 4);
  std::int64_t first = DrmBench::kPending;
  b.bench.task("syscall", [&] { first = b.drm->sys_close(3); });
  b.kernel().run_ready();
  CHECK(first == DrmBench::kPending);
  b.ops.postclose = nullptr;
  CHECK(b.close(4) == 0);
  CHECK(first == DrmBench::kPending);
  b.bench.now("let go", [&] { b.kernel().complete_all(gate); });
  b.kernel().run_ready();
  CHECK(first == 0);
}

TEST_CASE("DrmFiles: what DRM core refuses by itself") {
  DrmBench b;
  const std::int64_t fd = b.open_dri();
  Words words{};
  CHECK(b.ioctl(9, kEcho, words) == -EBADF);
  CHECK(b.ioctl(fd, uapi::drm_iowr(0x43, 24), words) == -EINVAL);
  CHECK(b.ioctl(fd, uapi::drm_iowr(0x08, 24), words) == -EINVAL);
  CHECK(b.ioctl(fd, (kEcho & ~0xff00u) | ('H' << 8), words) == -ENOTTY);
  CHECK(b.step([&] { return b.drm->sys_ioctl(static_cast<int>(fd), kEcho, 0); }) == -EFAULT);
  // The handler ran, the way back fails.
  b.poke(FakeUser::kBase, words);
  b.seen[0] = 1;
  CHECK(b.step([&] { return b.drm->sys_ioctl(static_cast<int>(fd), kEcho & ~(1u << 30), 0); }) ==
        -EFAULT);
  CHECK(b.seen[0] == 0);
  b.bench.now("unplug", [&] { b.kernel().dev_unplug(); });
  CHECK(b.ioctl(fd, kEcho, words) == -ENODEV);
  CHECK(b.step([&] { return b.drm->sys_open("dri"); }) == -ENODEV);
  CHECK(b.close(fd) == 0);
}

TEST_CASE("DrmFiles: version") {
  DrmBench b;
  const std::int64_t fd = b.open_dri();
  std::array<std::uint64_t, 8> v{};
  v[2] = 16;
  v[3] = DrmBench::kArray;
  CHECK(b.ioctl(fd, uapi::drm_iowr(0, 64), v) == 0);
  CHECK(v[0] == (9ull << 32 | 1));
  CHECK(v[2] == 7);
  CHECK(b.peek<std::array<char, 7>>(DrmBench::kArray) ==
        std::array<char, 7>{'p', 'a', 'n', 't', 'h', 'o', 'r'});
}

TEST_CASE("DrmFiles: buffer handles, and the references that they stand for") {
  DrmBench b;
  const std::int64_t fd = b.open_dri();
  Words words{};
  CHECK(b.ioctl(fd, kEcho, words) == 0);
  const auto handle = [&] {
    const GemPtr gem = b.new_gem(5000);
    const std::uint32_t made = b.drm->gem_handle_create(b.file, gem).value();
    b.drm->gem_put(gem);
    return made;
  };
  CHECK(handle() == 1);
  CHECK(handle() == 2);
  uapi::GemClose close{1, 0};
  CHECK(b.ioctl(fd, uapi::kIoctlGemClose, close) == 0);
  CHECK(b.gems_freed == 1);
  CHECK(b.ioctl(fd, uapi::kIoctlGemClose, close) == -EINVAL);
  CHECK(handle() == 1);
  const GemPtr kept = b.drm->gem_lookup(b.file, 1);
  CHECK(b.drm->gem_lookup(b.file, 7) == nullptr);
  CHECK(b.close(fd) == 0);
  CHECK(b.gems_freed == 2);
  b.drm->gem_put(kept);
  CHECK(b.gems_freed == 3);
  CHECK(b.drm->live_gems() == 0);
  CHECK(b.kernel().live_pages() == 0);
}

TEST_CASE("DrmFiles: CPU access goes to the object's pages, and only with a handle") {
  DrmBench b;
  const std::int64_t fd = b.open_dri();
  const int file = static_cast<int>(fd);
  const int stranger = static_cast<int>(b.open_dri());
  Words words{};
  CHECK(b.ioctl(fd, kEcho, words) == 0);
  const GemPtr gem = b.new_gem(8192);
  CHECK(b.drm->gem_handle_create(b.file, gem).has_value());
  const std::uint64_t at = b.drm->gem_mmap_offset(gem);
  CHECK(b.kernel().live_pages() == 0);
  const auto store = [&](int f, std::uint64_t o, std::uint64_t offset) {
    return b.step([&] { return b.drm->sys_cpu_store64(f, o, offset, 0x1234); });
  };
  CHECK(store(file, at, 4096) == 0);
  CHECK(b.kernel().live_pages() == 2);
  std::uint64_t value = 0;
  CHECK(b.step([&] { return b.drm->sys_cpu_load64(file, at, 4096, &value); }) == 0);
  CHECK(value == 0x1234);
  const contract::KMap map = b.drm->gem_vmap(gem).value();
  CHECK(b.drm->load32(map, 4096) == 0x1234);
  b.drm->store32(map, 4100, 7);
  CHECK(b.drm->load64(map, 4096) == 0x7'0000'1234);
  b.drm->zero(map, 4000, 200);
  CHECK(b.drm->load64(map, 4096) == 0);
  b.drm->gem_vunmap(gem);
  CHECK(store(file, at, 8192) == -EINVAL);
  CHECK(store(file, at, 4) == -EINVAL);
  CHECK(store(file, at + 4096, 0) == -EINVAL);
  CHECK(store(stranger, at, 0) == -EACCES);
  CHECK(store(77, at, 0) == -EBADF);
  b.drm->gem_put(gem);
  CHECK(b.close(fd) == 0);
  CHECK(b.drm->live_gems() == 0);
}

TEST_CASE("DrmFiles: no memory for a buffer's pages is -ENOMEM and leaves none behind") {
  DrmBench b;
  const GemPtr gem = b.new_gem(4 * 4096);
  b.bench.bus.fail_call = "page_alloc";
  b.bench.bus.fail_role = "bo";
  CHECK(b.drm->gem_pages(gem).error() == -ENOMEM);
  CHECK(b.drm->gem_pin(gem) == -ENOMEM);
  b.bench.bus.fail_call.clear();
  CHECK(b.drm->gem_pages(gem).value().size() == 4);
  b.drm->gem_put(gem);
  CHECK(b.kernel().live_pages() == 0);
}

TEST_CASE("DrmFiles: a reserved descriptor gives nothing until a buffer is installed") {
  DrmBench b;
  HeapProvider* const heap = b.drm->provider_add("system", false, 0);
  b.step([&] {
    const contract::HeapExport& e = heap->exported();
    const auto buf = e.allocate(e.priv, 4096, 0, 0).value();
    const int fd = b.drm->fd_reserve(0).value();
    CHECK(fd == 3);
    CHECK(b.drm->sys_close(fd) == -EBADF);
    b.drm->fd_put_unused(fd);
    CHECK(b.drm->fd_reserve(0).value() == 3);
    b.drm->fd_install(3, buf);
    return 0;
  });
  Words words{};
  CHECK(b.ioctl(3, kEcho, words) == -ENOTTY);
  CHECK(b.drm->live_buffers() == 1);
  CHECK(b.close(3) == 0);
  CHECK(b.drm->live_buffers() == 0);
}

TEST_CASE("ResvTable: sets lock in one order, duplicates count once, fences replace older ones") {
  DrmBench b;
  const GemPtr one = b.new_gem(4096), two = b.new_gem(4096);
  std::vector<ResvPtr> up{one->resv, two->resv, one->resv}, down{two->resv, one->resv};
  std::string order;
  b.bench.task("first", [&] {
    b.drm->resv_lock_all(up);
    order += "1";
    b.kernel().usleep(10);
    const std::uint64_t context = b.drm->fence_context_alloc(1);
    for (std::uint64_t seqno = 1; seqno <= 3; ++seqno) {
      const FencePtr fence = b.drm->fence_alloc("job_fence");
      b.drm->fence_init(fence, context, seqno);
      b.drm->resv_add_fence(one->resv, fence);
      b.drm->fence_put(fence);
    }
    order += "u";
    b.drm->resv_unlock_all(up);
  });
  b.bench.task("second", [&] {
    b.drm->resv_lock_all(down);
    order += "2";
    b.drm->resv_unlock_all(down);
  });
  b.bench.until(vocab::kMs);
  CHECK(order == "1u2");
  CHECK(b.live("job_fence") == 1);
  CHECK(b.bench.count(contract::RecordKind::lock_misuse) == 0);
  b.drm->gem_put(one);
  b.drm->gem_put(two);
  CHECK(b.drm->live_fences() == 0);
  CHECK(b.bench.count(contract::RecordKind::kernel_warn) == 0);
}

}  // namespace protm::host
