// SPDX-License-Identifier: GPL-2.0-only
// Descriptors of the one user process, open files behind them, and what the DRM core does with an
// ioctl before and after the driver. A file lives until its last user is out of it (fdget).
// Not modelled: dup, fork, several processes, the primary node, PRIME and plain syncobj
// descriptors (-EOPNOTSUPP), events, authentication.
// Source: drm_ioctl.c, drm_file.c, sync_file.c; facts-host.md 5, 7 (D1-D9), G20.
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>
#include <span>
#include <string_view>

#include "sut-adapters/host/chrdev_table.h"
#include "sut-adapters/host/drm_context.h"
#include "sut-adapters/host/drm_dma_buf.h"
#include "sut-adapters/host/fence_table.h"
#include "sut-adapters/host/gem_table.h"
#include "sut-adapters/host/kernel_impl.h"
#include "sut-adapters/host/syncobj_table.h"

namespace protm::host {

struct DrmFileObj : contract::DrmFile {
  explicit DrmFileObj(std::pmr::memory_resource* memory) : handles(memory), syncobjs(memory) {}
  std::uint32_t instance = 0;  ///< the DRM device that it keeps
  GemHandles handles;
  SyncobjHandles syncobjs;
};
using DrmFilePtr = contract::Ptr<DrmFileObj>;

/// The subsystems that files lead to.
struct DrmSubsystems {
  FenceTable& fences;
  SyncobjTable& syncobjs;
  GemTable& gems;
  DmaBufTable& bufs;
  ChrdevTable& chrdevs;
};

class DrmFiles {
 public:
  DrmFiles(DrmContext& ctx, KernelImpl& kernel, const DrmSubsystems& parts)
      : ctx_(ctx), kernel_(kernel), parts_(parts), fds_(ctx.memory), files_(ctx.memory) {}

  static DrmFilePtr obj(const contract::Ptr<contract::DrmFile>& file) {
    return contract::ptr_cast<DrmFileObj>(file);
  }

  // descriptors
  contract::Result<int> fd_reserve(const char* role);
  void fd_put_unused(int fd);
  void fd_install(int fd, const contract::Ptr<contract::DmaBuf>& buf);

  // the node of the render device
  void publish() { published_ = true; }
  void withdraw() { published_ = false; }

  // system calls; each returns a value or -errno
  std::int64_t open(std::string_view name);
  std::int64_t close(int fd);
  std::int64_t ioctl(int fd, std::uint32_t cmd, std::uint64_t arg);
  // CPU access of whole words at a multiple of 8; all of them in the object, or none is touched.
  std::int64_t cpu_store(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                         std::span<const std::byte> from);
  std::int64_t cpu_load(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                        std::span<std::byte> to);

 private:
  enum class FileKind : std::uint8_t { chrdev, drm, dma_buf, sync_file };
  struct OpenFile {
    FileKind kind{};
    std::uint32_t users = 1;  ///< the descriptor, and each system call inside
    CharFilePtr chrdev;
    DrmFilePtr drm;
    contract::Ptr<contract::DmaBuf> buf;
    FencePtr fence;
  };
  /// A core or driver ioctl, ready to run on DRM core's copy of the struct.
  struct Handler {
    std::uint32_t cmd = 0;
    int (*core)(DrmFiles& self, const DrmFilePtr& file, void* arg) = nullptr;
    const contract::DrmIoctl* driver = nullptr;
    [[nodiscard]] bool found() const { return core != nullptr || driver != nullptr; }
  };

  std::uint32_t add_file(const OpenFile& file);
  void install(int fd, std::uint32_t id) { fds_[fd] = id; }
  /// Number of the file behind `fd` with one more user; 0 = bad descriptor.
  std::uint32_t enter(int fd);
  void leave(std::uint32_t id);
  void last_close(const OpenFile& file);
  contract::Result<DrmFilePtr> open_drm();
  void close_drm(const DrmFilePtr& file);

  std::int64_t drm_ioctl(const DrmFilePtr& file, std::uint32_t cmd, std::uint64_t arg);
  [[nodiscard]] Handler find_handler(std::uint32_t nr) const;
  [[nodiscard]] static Handler find_core_handler(std::uint32_t nr);
  int run_handler(const Handler& handler, const DrmFilePtr& file, void* arg);
  int version(void* arg);
  int syncobj_to_fd(const DrmFilePtr& file, vocab::uapi::SyncobjHandle& arg);
  std::int64_t sync_file_ioctl(const FencePtr& fence, std::uint32_t cmd, std::uint64_t arg);
  vocab::uapi::SyncFenceInfo fence_info(const FencePtr& fence);
  contract::Result<GemPtr> map_for_cpu(const OpenFile& file, std::uint64_t mmap_offset,
                                       std::uint64_t offset, std::uint64_t bytes);
  template <class Body>
  std::int64_t cpu_access(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                          std::uint64_t bytes, Body body);

  DrmContext& ctx_;
  KernelImpl& kernel_;
  DrmSubsystems parts_;
  std::pmr::map<int, std::uint32_t> fds_;  ///< 0 = reserved
  std::pmr::map<std::uint32_t, OpenFile> files_;
  std::uint32_t last_file_ = 0;
  std::uint32_t last_drm_file_ = 0;
  bool published_ = false;
};

}  // namespace protm::host
