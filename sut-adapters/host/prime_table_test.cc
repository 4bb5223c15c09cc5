// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/prime_table.h"

#include <doctest/doctest.h>

#include "sut-adapters/host/drm_test_bench.h"

namespace protm::host {
namespace {

namespace uapi = vocab::uapi;

/// A file with one buffer object, whose handle is 1.
struct PrimeBench : DrmBench {
  PrimeBench() : fd(open_dri()), other(open_dri()) {
    std::array<std::uint64_t, 3> words{};
    CHECK(ioctl(fd, uapi::drm_iowr(0x42, 24), words) == 0);
    gem = new_gem(vocab::kPageSize);
    bench.now("handle", [&] {
      CHECK(drm->gem_handle_create(file, gem).value() == 1);
      drm->gem_put(gem);
    });
  }
  std::int64_t to_fd(std::int64_t from, std::uint32_t handle, std::int32_t& made) {
    uapi::PrimeHandle arg{.handle = handle, .flags = uapi::kPrimeRdwr, .fd = -1};
    const std::int64_t result = ioctl(from, uapi::kIoctlPrimeHandleToFd, arg);
    made = arg.fd;
    return result;
  }
  std::int64_t to_handle(std::int64_t into, std::int64_t buf, std::uint32_t& made) {
    uapi::PrimeHandle arg{.handle = 0, .flags = 0, .fd = static_cast<std::int32_t>(buf)};
    const std::int64_t result = ioctl(into, uapi::kIoctlPrimeFdToHandle, arg);
    made = arg.handle;
    return result;
  }
  std::int64_t gem_close(std::int64_t of, std::uint32_t handle) {
    uapi::GemClose arg{.handle = handle, .pad = 0};
    return ioctl(of, uapi::kIoctlGemClose, arg);
  }

  std::int64_t fd, other;
  GemPtr gem;
};

}  // namespace

TEST_CASE("PrimeTable: an object that comes back is itself, with one handle in each file") {
  PrimeBench b;
  std::int32_t buf = -1;
  std::uint32_t handle = 0;
  REQUIRE(b.to_fd(b.fd, 1, buf) == 0);
  CHECK(b.to_handle(b.fd, buf, handle) == 0);
  CHECK(handle == 1);
  CHECK(b.to_handle(b.other, buf, handle) == 0);
  CHECK(b.to_handle(b.other, buf, handle) == 0);
  CHECK(handle == 1);
  CHECK(b.gem_close(b.fd, 1) == 0);
  CHECK(b.gem_close(b.other, 1) == 0);
  CHECK(b.gem_close(b.other, 1) == -EINVAL);
  CHECK(b.gems_freed == 0);   // the descriptor still has it
  CHECK(b.close(buf) == 0);
  CHECK(b.gems_freed == 1);
  CHECK(b.live("dma_buf") == 0);
}

TEST_CASE("PrimeTable: two exports share one dma-buf while the object has a handle") {
  PrimeBench b;
  std::int32_t first = -1;
  std::int32_t second = -1;
  CHECK(b.to_fd(b.fd, 1, first) == 0);
  CHECK(b.to_fd(b.fd, 1, second) == 0);
  CHECK(first != second);
  CHECK(b.live("dma_buf") == 1);
  CHECK(b.close(first) == 0);
  CHECK(b.close(second) == 0);
  CHECK(b.live("dma_buf") == 1);   // the handle keeps it
  CHECK(b.gem_close(b.fd, 1) == 0);
  CHECK(b.live("dma_buf") == 0);
  CHECK(b.gems_freed == 1);
}

TEST_CASE("PrimeTable: what is refused leaves no descriptor and no handle") {
  PrimeBench b;
  std::int32_t buf = -1;
  std::uint32_t handle = 0;
  CHECK(b.to_fd(b.fd, 9, buf) == -ENOENT);
  b.ops.prime_export = [](void*, const GemPtr&) { return -EINVAL; };
  CHECK(b.to_fd(b.fd, 1, buf) == -EINVAL);
  b.ops.prime_export = nullptr;
  CHECK(b.to_handle(b.fd, 77, handle) == -EBADF);
  CHECK(b.to_handle(b.fd, b.other, handle) == -EINVAL);
  REQUIRE(b.to_fd(b.fd, 1, buf) == 0);
  CHECK(buf == 5);
}

TEST_CASE("PrimeTable: an import from another DRM device has the exporter's pages and resv") {
  PrimeBench b;
  std::int32_t buf = -1;
  std::uint32_t handle = 0;
  REQUIRE(b.to_fd(b.fd, 1, buf) == 0);
  b.bench.now("bind", [&] {   // a device that comes back is another one to DRM
    CHECK(b.kernel().device().unbind() == 0);
    CHECK(b.kernel().device().attach() == 0);
  });
  const std::int64_t fresh = b.open_dri();
  REQUIRE(b.to_handle(fresh, buf, handle) == 0);
  REQUIRE(b.imported != nullptr);
  std::uint64_t offset = 0;
  b.bench.now("look", [&] {
    CHECK(b.imported->imported);
    CHECK(b.imported->resv == b.gem->resv);
    CHECK(b.drm->gem_pages(b.imported)->front().value == b.drm->gem_pages(b.gem)->front().value);
    CHECK(b.drm->gem_use(b.gem).pinned);
    CHECK(b.drm->gem_evict(b.gem) == -EBUSY);
    offset = b.drm->gem_mmap_offset(b.imported);
  });
  // The exporter maps it: what is stored there is in its object.
  const std::int64_t map = b.step([&] {
    return b.drm->sys_mmap(static_cast<int>(fresh), offset, 4096, contract::kMapWrite);
  });
  REQUIRE(map > 0);
  const auto mapping = static_cast<std::uint64_t>(map);
  CHECK(b.step([&] { return b.drm->sys_map_store(mapping, 8, 7); }) == 0);
  b.bench.now("read", [&] {
    CHECK(b.drm->gem_use(b.gem).mmapped);
    const contract::KMap at{*b.drm->gem_pages(b.gem), b.gem->size};
    const std::uint64_t value = b.drm->load64(at, 8);
    CHECK(value == 7);
  });
  CHECK(b.step([&] { return b.drm->sys_munmap(mapping); }) == 0);
  CHECK(b.gem_close(fresh, handle) == 0);
  CHECK(b.gems_freed == 1);   // the import
  b.bench.now("unpinned", [&] { CHECK_FALSE(b.drm->gem_use(b.gem).pinned); });
  CHECK(b.close(buf) == 0);
  CHECK(b.gem_close(b.fd, 1) == 0);
  CHECK(b.close(b.fd) == 0);
  CHECK(b.gems_freed == 2);
  CHECK(b.live("dma_buf") == 0);
  CHECK(b.live("resv") == 0);
}

TEST_CASE("PrimeTable: an import that finds no memory leaves nothing attached") {
  PrimeBench b;
  std::int32_t buf = -1;
  std::uint32_t handle = 0;
  REQUIRE(b.to_fd(b.fd, 1, buf) == 0);
  b.bench.now("bind", [&] {
    CHECK(b.kernel().device().unbind() == 0);
    CHECK(b.kernel().device().attach() == 0);
  });
  const std::int64_t fresh = b.open_dri();
  b.bench.bus.fail_call = "page_alloc";
  b.bench.bus.fail_role = "bo";
  CHECK(b.to_handle(fresh, buf, handle) == -ENOMEM);
  b.bench.bus.fail_call.clear();
  b.import_error = -EINVAL;
  CHECK(b.to_handle(fresh, buf, handle) == -EINVAL);
  b.bench.now("look", [&] { CHECK_FALSE(b.drm->gem_use(b.gem).pinned); });
  CHECK(b.close(buf) == 0);
  CHECK(b.bench.count(contract::RecordKind::kernel_warn) == 0);
}

TEST_CASE("DrmFiles: a mapping needs the object's offset and a handle, and outlives both") {
  PrimeBench b;
  std::uint64_t offset = 0;
  b.bench.now("offset", [&] { offset = b.drm->gem_mmap_offset(b.gem); });
  const auto map = [&](std::int64_t fd, std::uint64_t at, std::uint64_t size,
                       std::uint32_t access) {
    return b.step([&] { return b.drm->sys_mmap(static_cast<int>(fd), at, size, access); });
  };
  CHECK(map(b.other, offset, 4096, 0) == -EACCES);
  CHECK(map(b.fd, offset + 4096, 4096, 0) == -EINVAL);
  CHECK(map(b.fd, offset + 8, 4096, 0) == -EINVAL);
  CHECK(map(b.fd, offset, 8192, 0) == -EINVAL);
  CHECK(map(b.fd, offset, 0, 0) == -EINVAL);
  CHECK(map(b.fd, offset, 4096, contract::kMapPrivate) == -EINVAL);
  CHECK(map(99, offset, 4096, 0) == -EBADF);
  const std::int64_t reads = map(b.fd, offset, 100, 0);
  const std::int64_t writes = map(b.fd, offset, 4096, contract::kMapWrite);
  REQUIRE(reads > 0);
  REQUIRE(writes > 0);
  CHECK(b.gem_close(b.fd, 1) == 0);
  CHECK(b.close(b.fd) == 0);
  const auto store = [&](std::int64_t mapping, std::uint64_t at) {
    return b.step([&] {
      return b.drm->sys_map_store(static_cast<std::uint64_t>(mapping), at, 7);
    });
  };
  CHECK(store(writes, 8) == 0);
  CHECK(store(reads, 8) == -EFAULT);
  CHECK(store(writes, 4096) == -EFAULT);
  CHECK(store(writes, 4) == -EINVAL);
  std::uint64_t value = 0;
  CHECK(b.step([&] {
    return b.drm->sys_map_load(static_cast<std::uint64_t>(reads), 8, &value);
  }) == 0);
  CHECK(value == 7);
  for (const std::int64_t mapping : {reads, writes}) {
    CHECK(b.gems_freed == 0);
    CHECK(b.step([&] { return b.drm->sys_munmap(static_cast<std::uint64_t>(mapping)); }) == 0);
  }
  CHECK(b.gems_freed == 1);
  CHECK(store(writes, 8) == -EFAULT);
}

TEST_CASE("DrmFiles: a syncobj's descriptor shares the syncobj, a sync_file its fence") {
  PrimeBench b;
  uapi::SyncobjCreate made{.handle = 0, .flags = uapi::kSyncobjCreateSignaled};
  REQUIRE(b.ioctl(b.fd, uapi::kIoctlSyncobjCreate, made) == 0);
  uapi::SyncobjHandle arg{};
  arg.handle = made.handle;
  REQUIRE(b.ioctl(b.fd, uapi::kIoctlSyncobjHandleToFd, arg) == 0);
  const std::int32_t shared = arg.fd;
  arg = uapi::SyncobjHandle{};
  arg.fd = shared;
  REQUIRE(b.ioctl(b.other, uapi::kIoctlSyncobjFdToHandle, arg) == 0);
  CHECK(b.live("syncobj") == 1);
  // The fence of the other file's name for it goes to a new syncobj, as a point.
  arg = uapi::SyncobjHandle{};
  arg.handle = 1;
  arg.flags = uapi::kSyncobjHandleToFdExportSyncFile;
  REQUIRE(b.ioctl(b.other, uapi::kIoctlSyncobjHandleToFd, arg) == 0);
  uapi::SyncobjCreate empty{};
  REQUIRE(b.ioctl(b.fd, uapi::kIoctlSyncobjCreate, empty) == 0);
  arg.handle = empty.handle;
  arg.flags = uapi::kSyncobjFdToHandleImportSyncFile | uapi::kSyncobjFdToHandleTimeline;
  arg.point = 4;
  CHECK(b.ioctl(b.fd, uapi::kIoctlSyncobjFdToHandle, arg) == 0);
  uapi::SyncobjTransfer back{.src_handle = empty.handle, .dst_handle = made.handle,
                             .src_point = 4, .dst_point = 0, .flags = 0, .pad = 0};
  CHECK(b.ioctl(b.fd, uapi::kIoctlSyncobjTransfer, back) == 0);
  back.src_point = 5;
  CHECK(b.ioctl(b.fd, uapi::kIoctlSyncobjTransfer, back) == -EINVAL);
  back.dst_handle = 99;
  CHECK(b.ioctl(b.fd, uapi::kIoctlSyncobjTransfer, back) == -ENOENT);
}

TEST_CASE("DrmFiles: descriptors of syncobjs that nobody closes go with the process") {
  PrimeBench b;
  uapi::SyncobjCreate made{.handle = 0, .flags = uapi::kSyncobjCreateSignaled};
  REQUIRE(b.ioctl(b.fd, uapi::kIoctlSyncobjCreate, made) == 0);
  uapi::SyncobjHandle arg{};
  arg.handle = made.handle;
  REQUIRE(b.ioctl(b.fd, uapi::kIoctlSyncobjHandleToFd, arg) == 0);
  CHECK(b.close(b.fd) == 0);
  CHECK(b.live("syncobj") == 1);
  b.step([&] {
    b.drm->end_process();
    return std::int64_t{0};
  });
  CHECK(b.live("syncobj") == 0);
  CHECK(b.close(b.other) == 0);   // a file of the device is not closed by it
}

TEST_CASE("DrmFiles: an exported buffer that nobody closes goes with the process") {
  PrimeBench b;
  std::int32_t exported = -1;
  REQUIRE(b.to_fd(b.fd, 1, exported) == 0);
  CHECK(b.close(b.fd) == 0);
  CHECK(b.live("dma_buf") == 1);
  b.step([&] {
    b.drm->end_process();
    return std::int64_t{0};
  });
  CHECK(b.live("dma_buf") == 0);
}

}  // namespace protm::host
