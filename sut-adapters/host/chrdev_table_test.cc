// SPDX-License-Identifier: GPL-2.0-only
#include <doctest/doctest.h>

#include "sut-adapters/host/drm_test_bench.h"

namespace protm::host {
namespace {

using contract::Cdev;
using contract::CharFile;
using contract::FilePrivate;
using contract::Ptr;

/// A heap-like object with an embedded cdev and a reference count.
struct Device : FilePrivate {
  Cdev cdev;
  contract::Kref refs;
};

/// A driver of one char device. `safe` frees the object from the kobject's last put (C4), the
/// other kind from the last reference, wherever that is dropped (C3).
struct Driver : DrmBench {
  Ptr<Device> device;
  bool safe = true;
  int open_error = 0;
  int released = 0;

  static Driver& of(void* d) { return static_cast<Driver&>(*static_cast<DrmBench*>(d)); }
  static int open(void* d, const Ptr<CharFile>& file) {
    Driver& self = of(d);
    if (self.open_error != 0) return self.open_error;
    self.kernel().kref_get(self.device->refs, "device");
    file->private_data = self.device;
    return 0;
  }
  static void release(void* d, const Ptr<CharFile>& file) {
    Driver& self = of(d);
    ++self.released;
    self.put(contract::ptr_cast<Device>(file->private_data));
  }
  static std::int64_t ioctl(void* d, const Ptr<CharFile>& file, std::uint32_t cmd,
                            std::uint64_t arg) {
    const auto device = contract::ptr_cast<Device>(file->private_data);
    CHECK(of(d).device == device);
    return static_cast<std::int64_t>(device->refs.count + cmd + arg + file->minor);
  }
  static constexpr contract::CharOps kOps{&open, &release, &ioctl};

  void add() {
    device = kernel().make<Device>("device");
    kernel().kref_init(device->refs);
    device->cdev.ops = &kOps;
    const contract::Callback free{[](void* d) {
                                    Driver& self = of(d);
                                    if (self.safe) self.kernel().free(self.device);
                                  },
                                  static_cast<DrmBench*>(this), nullptr, 0};
    CHECK(drm->cdev_add(device.member(&Device::cdev), 5, free) == 0);
    CHECK(drm->device_create("system", 5) == 0);
    CHECK(drm->device_create("system", 6) == -EEXIST);
  }
  void put(const Ptr<Device>& d) {
    if (!kernel().kref_put(d->refs, "device")) return;
    drm->device_destroy(5);
    drm->cdev_del(d.member(&Device::cdev));
    if (!safe) kernel().free(d);
  }
  std::int64_t open_node() {
    return step([&] { return drm->sys_open("dma_heap/system"); });
  }
};

}  // namespace

TEST_CASE(
    "ChrdevTable: a node opens its device, and the driver sees cmd and argument as they are") {
  Driver d;
  CHECK(d.open_node() == -ENOENT);
  d.add();
  const std::int64_t fd = d.open_node();
  CHECK(fd == 3);
  CHECK(d.step([&] { return d.drm->sys_ioctl(3, 1000, 20); }) == 2 + 1000 + 20 + 5);
  CHECK(d.step([&] { return d.drm->sys_ioctl(4, 1000, 20); }) == -EBADF);
  CHECK(d.close(fd) == 0);
  CHECK(d.close(fd) == -EBADF);
  CHECK(d.released == 1);
  CHECK(d.live("char_file") == 0);
}

TEST_CASE("ChrdevTable: a failed open calls no release and gives the descriptor back") {
  Driver d;
  d.add();
  d.open_error = -ENODEV;
  CHECK(d.open_node() == -ENODEV);
  d.open_error = 0;
  CHECK(d.released == 0);
  CHECK(d.open_node() == 3);
  d.bench.bus.fail_call = "fd";
  d.bench.bus.fail_role = "open";
  d.bench.bus.fail_value = -EMFILE;
  CHECK(d.open_node() == -EMFILE);
}

TEST_CASE("ChrdevTable: an open file keeps a deleted cdev until the last close") {
  Driver d;
  d.add();
  CHECK(d.open_node() == 3);
  d.step([&] {
    d.put(d.device);
    return 0;
  });
  CHECK(d.step([&] { return d.drm->sys_ioctl(3, 0, 0); }) == 1 + 5);
  CHECK(d.live("device") == 1);
  CHECK(d.close(3) == 0);
  CHECK(d.live("device") == 0);
  CHECK(d.open_node() == -ENOENT);
  CHECK(d.bench.count(contract::RecordKind::kernel_oops) == 0);
}

TEST_CASE("ChrdevTable: freeing the cdev's memory in release is a use after free") {
  Driver d;
  d.safe = false;
  d.add();
  CHECK(d.open_node() == 3);
  d.step([&] {
    d.put(d.device);
    return 0;
  });
  CHECK(d.close(3) == DrmBench::kPending);  // the closing task never comes back
  CHECK(d.bench.count(contract::RecordKind::kernel_oops) == 1);
}

}  // namespace protm::host
