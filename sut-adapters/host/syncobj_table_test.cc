// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/syncobj_table.h"

#include <doctest/doctest.h>

#include <vector>

#include "sut-adapters/host/drm_test_bench.h"

namespace protm::host {
namespace {

namespace uapi = vocab::uapi;
using contract::RecordKind;

struct Client : DrmBench {
  std::int64_t fd = open_dri();

  template <class T>
  std::int64_t call(std::uint32_t cmd, T& arg) {
    return ioctl(fd, cmd, arg);
  }
  std::uint32_t create(std::uint32_t flags = 0) {
    uapi::SyncobjCreate arg{.handle = 0, .flags = flags};
    CHECK(call(uapi::kIoctlSyncobjCreate, arg) == 0);
    return arg.handle;
  }
  std::int64_t create_error(std::uint32_t flags) {
    uapi::SyncobjCreate arg{.handle = 0, .flags = flags};
    return call(uapi::kIoctlSyncobjCreate, arg);
  }
  void handles(std::vector<std::uint32_t> list) {
    for (std::size_t i = 0; i < list.size(); ++i) poke(kArray + 4 * i, list[i]);
  }
  std::int64_t on_array(std::uint32_t cmd, std::vector<std::uint32_t> list) {
    handles(list);
    uapi::SyncobjArray arg{kArray, static_cast<std::uint32_t>(list.size()), 0};
    return call(cmd, arg);
  }
  uapi::SyncobjWait wait_arg(std::vector<std::uint32_t> list, std::uint32_t flags,
                             std::int64_t timeout) {
    handles(list);
    uapi::SyncobjWait arg{};
    arg.handles = kArray;
    arg.count_handles = static_cast<std::uint32_t>(list.size());
    arg.flags = flags;
    arg.timeout_nsec = timeout;
    return arg;
  }
  /// SYNCOBJ_WAIT that is over at the present time, else kPending.
  std::int64_t wait(std::vector<std::uint32_t> list, std::uint32_t flags, std::int64_t timeout,
                    std::uint32_t* first = nullptr) {
    uapi::SyncobjWait arg = wait_arg(list, flags, timeout);
    const std::int64_t result = call(uapi::kIoctlSyncobjWait, arg);
    if (first != nullptr) *first = arg.first_signaled;
    return result;
  }
  /// The driver's file behind `fd`, as an ioctl of the driver sees it.
  contract::Ptr<contract::DrmFile> driver_file() {
    std::array<std::uint64_t, 3> words{};
    CHECK(call(uapi::drm_iowr(0x42, 24), words) == 0);
    return file;
  }
  FencePtr fence() {
    const FencePtr made = drm->fence_alloc("done");
    drm->fence_init(made, drm->fence_context_alloc(1), 42);
    return made;
  }
  /// A job's syncobj signal, as GROUP_SUBMIT of step `number` sets it.
  void submit(std::uint32_t handle, const FencePtr& f, std::uint32_t number,
              std::uint64_t point = 0) {
    const auto user = driver_file();
    step(
        [&] {
          const auto syncobj = drm->syncobj_find(user, handle);
          if (point == 0) drm->syncobj_replace_fence(syncobj, f);
          if (point != 0) drm->syncobj_add_point(syncobj, f, point);
          drm->syncobj_put(syncobj);
          return 0;
        },
        number);
  }
};

constexpr std::uint32_t kAll = uapi::kSyncobjWaitAll;
constexpr std::uint32_t kForSubmit = uapi::kSyncobjWaitForSubmit;

}  // namespace

TEST_CASE("SyncobjTable: handles are the lowest free ones, and unknown ones are refused") {
  Client c;
  CHECK(c.create() == 1);
  CHECK(c.create() == 2);
  CHECK(c.create() == 3);
  uapi::SyncobjDestroy destroy{2, 0};
  CHECK(c.call(uapi::kIoctlSyncobjDestroy, destroy) == 0);
  CHECK(c.call(uapi::kIoctlSyncobjDestroy, destroy) == -EINVAL);
  CHECK(c.create() == 2);
  uapi::SyncobjDestroy padded{1, 1};
  CHECK(c.call(uapi::kIoctlSyncobjDestroy, padded) == -EINVAL);
  uapi::SyncobjCreate odd{0, 2};
  CHECK(c.call(uapi::kIoctlSyncobjCreate, odd) == -EINVAL);
  CHECK(c.on_array(uapi::kIoctlSyncobjReset, {1, 9}) == -ENOENT);
  CHECK(c.on_array(uapi::kIoctlSyncobjReset, {}) == -EINVAL);
  uapi::SyncobjArray huge{DrmBench::kArray, UINT32_MAX, 0};
  CHECK(c.call(uapi::kIoctlSyncobjReset, huge) == -ENOMEM);
  CHECK(c.close(c.fd) == 0);
  CHECK(c.drm->live_syncobjs() == 0);
}

TEST_CASE("SyncobjTable: wait without a fence needs WAIT_FOR_SUBMIT") {
  Client c;
  const std::uint32_t a = c.create();
  CHECK(c.wait({a}, 0, INT64_MAX) == -EINVAL);
  CHECK(c.wait({}, 0, 0) == 0);
  CHECK(c.wait({a}, 1 << 5, 0) == -EINVAL);
  CHECK(c.wait({a}, kForSubmit, 0) == -ETIME);
  std::int64_t result = DrmBench::kPending;
  const std::uint64_t arg = DrmBench::kArg + 0x400;
  c.poke(arg, c.wait_arg({a}, kForSubmit, INT64_MAX));
  c.other_actor(
      [&] { result = c.drm->sys_ioctl(static_cast<int>(c.fd), uapi::kIoctlSyncobjWait, arg); });
  c.kernel().run_ready();
  CHECK(result == DrmBench::kPending);
  CHECK(c.on_array(uapi::kIoctlSyncobjSignal, {a}) == 0);
  CHECK(result == 0);
}

TEST_CASE("SyncobjTable: first_signaled, ALL and errors of fences") {
  Client c;
  const std::uint32_t a = c.create(), b = c.create(1);
  std::uint32_t first = 77;
  CHECK(c.wait({b, b}, kAll, 0, &first) == 0);
  CHECK(first == 0);
  CHECK(c.wait({a, b}, kForSubmit, 0, &first) == 0);
  CHECK(first == 1);
  CHECK(c.wait({a, b}, kForSubmit | kAll, 0, &first) == -ETIME);
  const FencePtr failed = c.fence();
  c.drm->fence_set_error(failed, -EIO);
  c.submit(a, failed, 3);
  c.drm->fence_signal(failed);
  CHECK(c.wait({a, b}, kAll, 0, &first) == 0);  // an error counts as signalled (Y12)
}

TEST_CASE("SyncobjTable: a wait times out late by at most two ticks, never early") {
  Client c;
  const std::uint32_t a = c.create();
  const FencePtr never = c.fence();
  c.submit(a, never, 1);
  std::int64_t result = DrmBench::kPending;
  const auto wait = [&] {
    c.poke(DrmBench::kArg, c.wait_arg({a}, 0, 5'500'000));
    result = c.drm->sys_ioctl(static_cast<int>(c.fd), uapi::kIoctlSyncobjWait, DrmBench::kArg);
  };
  c.bench.task("waiter", wait);
  c.bench.until(5'499'999);
  CHECK(result == DrmBench::kPending);
  c.bench.until(7'500'000);
  CHECK(result == -ETIME);
}

TEST_CASE("SyncobjTable: the signal of a step's fence is reported once, with step and error") {
  Client c;
  const std::uint32_t a = c.create(), b = c.create();
  const FencePtr done = c.fence();
  c.submit(a, done, 12);
  c.submit(b, done, 13);
  CHECK(c.bench.count(RecordKind::fence_signalled) == 0);
  c.drm->fence_set_error(done, -ETIMEDOUT);
  c.drm->fence_signal(done);
  CHECK(c.bench.count(RecordKind::fence_signalled) == 1);
  for (const contract::Record& r : c.bench.bus.records) {
    if (r.kind != RecordKind::fence_signalled) continue;
    CHECK(r.a == 12);
    CHECK(r.c == 42);
    CHECK(r.d == ETIMEDOUT);
  }
  // A fence that is signalled already is reported at once; one of SYNCOBJ_SIGNAL never.
  const FencePtr early = c.fence();
  c.drm->fence_signal(early);
  c.submit(a, early, 14);
  CHECK(c.bench.count(RecordKind::fence_signalled) == 2);
  CHECK(c.on_array(uapi::kIoctlSyncobjSignal, {a}) == 0);
  CHECK(c.bench.count(RecordKind::fence_signalled) == 2);
}

TEST_CASE("SyncobjTable: sync_file keeps the fence of its export and tells its status") {
  Client c;
  const std::uint32_t a = c.create();
  uapi::SyncobjHandle to_fd{.handle = a, .flags = 1, .fd = -1, .pad = 0, .point = 0};
  CHECK(c.call(uapi::kIoctlSyncobjHandleToFd, to_fd) == -EINVAL);
  const FencePtr done = c.fence();
  c.submit(a, done, 1);
  CHECK(c.call(uapi::kIoctlSyncobjHandleToFd, to_fd) == 0);
  CHECK(to_fd.fd == 4);
  CHECK(c.on_array(uapi::kIoctlSyncobjReset, {a}) == 0);
  uapi::SyncFileInfo info{};
  CHECK(c.ioctl(to_fd.fd, uapi::kIoctlSyncFileInfo, info) == 0);
  CHECK(info.num_fences == 1);
  CHECK(info.status == 0);
  c.drm->fence_set_error(done, -EIO);
  c.drm->fence_signal(done);
  info = {};
  info.num_fences = 1;
  info.sync_fence_info = DrmBench::kArray;
  CHECK(c.ioctl(to_fd.fd, uapi::kIoctlSyncFileInfo, info) == 0);
  CHECK(info.status == -EIO);
  CHECK(c.peek<uapi::SyncFenceInfo>(DrmBench::kArray).status == -EIO);
  info.pad = 1;
  CHECK(c.ioctl(to_fd.fd, uapi::kIoctlSyncFileInfo, info) == -EINVAL);
  c.drm->fence_put(done);
  CHECK(c.close(to_fd.fd) == 0);
  CHECK(c.live("done") == 0);
  to_fd.handle = 9;
  CHECK(c.call(uapi::kIoctlSyncobjHandleToFd, to_fd) == -ENOENT);
  CHECK(c.create() == 2);
}

TEST_CASE("SyncobjTable: of the fences that one step attaches, the last one is reported") {
  Client c;
  const std::uint32_t a = c.create(), b = c.create();
  const FencePtr one = c.fence(), two = c.fence(), other = c.fence();
  c.submit(a, one, 5);
  c.submit(b, two, 5);
  c.submit(a, other, 6);
  c.drm->fence_signal(one);
  CHECK(c.bench.count(RecordKind::fence_signalled) == 0);
  c.drm->fence_signal(two);
  CHECK(c.bench.count(RecordKind::fence_signalled) == 1);
  c.drm->fence_signal(other);
  CHECK(c.bench.count(RecordKind::fence_signalled) == 2);
}

TEST_CASE("SyncobjTable: timeline points") {
  Client c;
  const std::uint32_t a = c.create();
  const FencePtr one = c.fence(), two = c.fence();
  c.submit(a, one, 1, 10);
  c.submit(a, two, 2, 20);
  const auto file = c.driver_file();
  CHECK(c.drm->syncobj_find_fence(file, a, 21).error() == -EINVAL);
  CHECK(c.drm->syncobj_find_fence(file, 9, 1).error() == -ENOENT);
  const auto query = [&] {
    uapi::SyncobjTimelineArray arg{DrmBench::kArray, DrmBench::kArray + 64, 1, 0};
    c.handles({a});
    CHECK(c.call(uapi::kIoctlSyncobjQuery, arg) == 0);
    return c.peek<std::uint64_t>(DrmBench::kArray + 64);
  };
  CHECK(query() == 0);
  c.drm->fence_signal(one);
  CHECK(query() == 10);
  const auto timeline_wait = [&](std::uint64_t point, std::uint32_t flags) {
    c.handles({a});
    c.poke(DrmBench::kArray + 64, point);
    uapi::SyncobjTimelineWait arg{};
    arg.handles = DrmBench::kArray;
    arg.points = DrmBench::kArray + 64;
    arg.count_handles = 1;
    arg.flags = flags;
    return c.call(uapi::kIoctlSyncobjTimelineWait, arg);
  };
  CHECK(timeline_wait(10, 0) == 0);
  CHECK(timeline_wait(11, 0) == -ETIME);
  CHECK(timeline_wait(11, uapi::kSyncobjWaitAvailable) == 0);
  CHECK(timeline_wait(30, uapi::kSyncobjWaitAvailable) == -ETIME);
  CHECK(timeline_wait(30, 0) == -EINVAL);
  c.drm->fence_signal(two);
  CHECK(query() == 20);
  // For a point that has passed there is the kernel's own stub, which no want of memory keeps away.
  c.bench.bus.fail_call = "alloc";
  c.bench.bus.fail_role = "fence_stub";
  const FencePtr passed = c.drm->syncobj_find_fence(file, a, 11).value();
  CHECK(c.create_error(uapi::kSyncobjCreateSignaled) == -ENOMEM);
  c.bench.bus.fail_call = "";
  CHECK(c.drm->fence_is_signalled(passed));
  CHECK(passed->context == 0);
  c.drm->fence_put(passed);
  CHECK(timeline_wait(11, 0) == 0);
}

}  // namespace protm::host
