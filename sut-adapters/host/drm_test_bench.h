// SPDX-License-Identifier: GPL-2.0-only
// For the tests of the DRM side: a kernel on a fake bus with a DrmImpl, a driver that does little
// (a char device with one ioctl, buffer objects, two DRM ioctls), and system calls as tasks.
// Leaves out: everything of panthor. Source: none, test only.
#pragma once

#include <cstring>
#include <memory>

#include "gpu-model/vocab/uapi_core.h"
#include "sut-adapters/host/drm_impl.h"
#include "sut-adapters/host/kernel_test_bench.h"

namespace protm::host {

class DrmBench {
 public:
  DrmBench() {
    kernel().device().set_ops({[](void*) { return 0; }, [](void*) {}, nullptr});
    core = std::make_unique<DrmCore>(kernel(), bench.bus, kernel().memory());
    core->ctx.module = this;
    drm = std::make_unique<DrmImpl>(*core, kernel().device());
    drm->set_driver(this);
    ops.name = "panthor";
    ops.major = 1;
    ops.minor = 9;
    ops.ioctls = ioctls;
    ops.import_sg_table = [](void* d, const contract::Ptr<contract::DmaBuf>&,
                             std::uint64_t size) -> contract::Result<GemPtr> {
      DrmBench& self = *static_cast<DrmBench*>(d);
      if (self.import_error != 0) return tl::unexpected(self.import_error);
      self.imported = self.new_gem(size);
      return self.imported;
    };
    bench.now("bind", [&] { kernel().device().attach(); });
    drm->drm_dev_init(&ops);
  }
  KernelImpl& kernel() { return *bench.kernel; }

  GemPtr new_gem(std::uint64_t size) {
    static constexpr contract::GemOps kOps{[](void* d, const GemPtr& gem) {
                                             DrmBench& self = *static_cast<DrmBench*>(d);
                                             self.drm->gem_release(gem);
                                             self.kernel().free(gem);
                                             ++self.gems_freed;
                                           },
                                           "bo"};
    const GemPtr gem = kernel().make<contract::GemObject>("bo");
    CHECK(drm->gem_init(gem, size, &kOps) == 0);
    return gem;
  }

  /// Runs `body` as a step and returns its result.
  std::int64_t step(std::function<std::int64_t()> body, std::uint32_t number = 1) {
    std::int64_t result = kPending;
    bench.task(
        "syscall", [&result, body] { result = body(); }, number);
    kernel().run_ready();
    return result;
  }
  static constexpr std::int64_t kPending = INT64_MIN;
  /// Starts `body` as a system call of a second process; it must outlive the call.
  template <class Body>
  void other_actor(Body&& body) {
    other_ = body;
    kernel().spawn(
        "syscall", [](void* f) { (*static_cast<std::function<void()>*>(f))(); }, &other_,
        TaskContext{1, 1, false});
  }

  // User memory: a struct at a fixed place, there and back.
  static constexpr std::uint64_t kArg = FakeUser::kBase + 256;
  static constexpr std::uint64_t kArray = FakeUser::kBase + vocab::kPageSize;
  template <class T>
  void poke(std::uint64_t at, const T& value) {
    std::memcpy(&bench.user.bytes[at - FakeUser::kBase], &value, sizeof(T));
  }
  template <class T>
  T peek(std::uint64_t at) {
    T value{};
    std::memcpy(&value, &bench.user.bytes[at - FakeUser::kBase], sizeof(T));
    return value;
  }
  /// ioctl on `fd` with `arg` in user memory, which is read back.
  template <class T>
  std::int64_t ioctl(std::int64_t fd, std::uint32_t cmd, T& arg) {
    poke(kArg, arg);
    const std::int64_t result =
        step([&] { return drm->sys_ioctl(static_cast<int>(fd), cmd, kArg); });
    arg = peek<T>(kArg);
    return result;
  }
  /// Opens the render node of a registered device.
  std::int64_t open_dri() {
    drm->drm_register(&ops);
    return step([&] { return drm->sys_open("dri"); });
  }
  std::int64_t close(std::int64_t fd) {
    return step([&] { return drm->sys_close(static_cast<int>(fd)); });
  }
  std::uint32_t live(std::string_view role) {
    for (const RoleCount& count : kernel().live_objects()) {
      if (role == count.role) return count.live;
    }
    return 0;
  }

  Bench bench;
  std::unique_ptr<DrmCore> core;
  std::unique_ptr<DrmImpl> drm;
  contract::DrmDriverOps ops;
  contract::Ptr<contract::DrmFile> file;  ///< of the last driver ioctl
  GemPtr imported;   ///< what the last import made
  int import_error = 0;
  int gems_freed = 0;
  int ioctl_result = 0;
  std::uint64_t seen[3] = {};

 private:
  std::function<void()> other_;

  /// Three words: notes them, writes them back plus one, answers `ioctl_result`.
  static int echo(void* d, void* arg, const contract::Ptr<contract::DrmFile>& f) {
    DrmBench& self = *static_cast<DrmBench*>(d);
    auto* const words = static_cast<std::uint64_t*>(arg);
    for (int i = 0; i < 3; ++i) self.seen[i] = words[i]++;
    self.file = f;
    return self.ioctl_result;
  }
  static constexpr std::array<contract::DrmIoctl, 1> ioctls{contract::DrmIoctl{2, 24, &echo}};
};

}  // namespace protm::host
