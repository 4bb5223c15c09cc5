// SPDX-License-Identifier: GPL-2.0-only
// Descriptors of the one user process, open files behind them, and what the DRM core does with an
// ioctl before and after the driver. A file lives until its last user is out of it (fdget).
// Mappings of the render node live until munmap, and keep their file as in the kernel.
// Not modelled: dup, fork, several processes, the primary node, eventfds of syncobjs (-EOPNOTSUPP),
// events, authentication.
// Source: drm_ioctl.c, drm_file.c, sync_file.c; facts-host.md 5, 7 (D1-D9), G20.
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "sut-adapters/host/chrdev_table.h"
#include "sut-adapters/host/drm_context.h"
#include "sut-adapters/host/drm_dma_buf.h"
#include "sut-adapters/host/fence_table.h"
#include "sut-adapters/host/gem_table.h"
#include "sut-adapters/host/kernel_impl.h"
#include "sut-adapters/host/prime_table.h"
#include "sut-adapters/host/syncobj_table.h"

namespace protm::host {

struct DrmFileObj : contract::DrmFile {
  explicit DrmFileObj(std::pmr::memory_resource* memory)
      : handles(memory), primes(memory), syncobjs(memory) {}
  DrmNode* node = nullptr;     ///< that was opened
  std::uint32_t instance = 0;  ///< the DRM device that it keeps
  GemHandles handles;
  PrimeHandles primes;
  SyncobjHandles syncobjs;
};
using DrmFilePtr = contract::Ptr<DrmFileObj>;

/// The subsystems that files lead to.
struct DrmSubsystems {
  FenceTable& fences;
  SyncobjTable& syncobjs;
  GemTable& gems;
  DmaBufTable& bufs;
  PrimeTable& primes;
  ChrdevTable& chrdevs;
};

class DrmFiles {
 public:
  DrmFiles(DrmContext& ctx, KernelImpl& kernel, const DrmSubsystems& parts)
      : ctx_(ctx), kernel_(kernel), parts_(parts), fds_(ctx.memory), files_(ctx.memory),
        mappings_(ctx.memory), nodes_(ctx.memory) {}

  static DrmFilePtr obj(const contract::Ptr<contract::DrmFile>& file) {
    return contract::ptr_cast<DrmFileObj>(file);
  }

  // descriptors
  contract::Result<int> fd_reserve(const char* role);
  void fd_put_unused(int fd);
  void fd_install(int fd, const contract::Ptr<contract::DmaBuf>& buf);

  // the nodes of the render devices: "dri" is the first one added, "dri2" the second
  void add_node(DrmNode& node) { nodes_.push_back(&node); }
  /// Waits for who is inside: debugfs files go with the node. Source: drm_dev_unregister().
  void withdraw(DrmNode& node);

  // system calls; each returns a value or -errno
  std::int64_t open(std::string_view name);
  std::int64_t close(int fd);
  /// The process ends: a SYNCOBJ_HANDLE_TO_FD or PRIME_HANDLE_TO_FD that could not answer has left
  /// a descriptor whose number nobody knows. Closes what DRM core made, and nothing of a driver's.
  /// Source: drm_ioctl.c drm_ioctl(), which copies the answer behind the handler's fd_install().
  void end_process();
  std::int64_t ioctl(int fd, std::uint32_t cmd, std::uint64_t arg);
  // CPU access of whole words at a multiple of 8; all of them in the object, or none is touched.
  std::int64_t cpu_store(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                         std::span<const std::byte> from);
  std::int64_t cpu_load(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                        std::span<std::byte> to);
  /// mmap of the render node: number of the mapping, from 1, or -errno.
  std::int64_t mmap(int fd, const contract::MapRequest& request);
  std::int64_t munmap(std::uint64_t mapping);
  // One word through a mapping; -EFAULT where user space would get a signal.
  std::int64_t map_load(std::uint64_t mapping, std::uint64_t offset, std::uint64_t& value);
  std::int64_t map_store(std::uint64_t mapping, std::uint64_t offset, std::uint64_t value);
  /// What /proc/self/fdinfo says about a file of the device, as far as it fits: bytes, or -ENOENT.
  std::int64_t fdinfo(int fd, std::span<std::byte> into);
  /// Memory pressure, as a write to debugfs' `shrink` makes it.
  std::int64_t reclaim(std::uint64_t pages);

 private:
  enum class FileKind : std::uint8_t { chrdev, drm, dma_buf, sync_file, syncobj };
  struct OpenFile {
    FileKind kind{};
    bool of_core = false;     ///< made by an ioctl of DRM core
    std::uint32_t users = 1;  ///< the descriptor, and each system call inside
    CharFilePtr chrdev;
    DrmFilePtr drm;
    contract::Ptr<contract::DmaBuf> buf;
    FencePtr fence;
    SyncobjPtr syncobj;
  };
  struct Mapping {
    std::uint32_t file = 0;  ///< number of the file, with one more user
    DrmFilePtr drm;
    GemPtr gem;              ///< with a reference; null: the driver's user page
    std::uint64_t size = 0;
    bool write = false;
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
  contract::Result<DrmFilePtr> open_drm(DrmNode& node);
  /// The node of a name; nothing when there is none.
  [[nodiscard]] DrmNode* node_by_name(std::string_view name) const;
  void close_drm(const DrmFilePtr& file);

  std::int64_t drm_ioctl(const DrmFilePtr& file, std::uint32_t cmd, std::uint64_t arg);
  [[nodiscard]] static Handler find_handler(const DrmNode& node, std::uint32_t nr);
  [[nodiscard]] static Handler find_core_handler(std::uint32_t nr);
  [[nodiscard]] static Handler find_syncobj_handler(std::uint32_t nr);
  int run_handler(const Handler& handler, const DrmFilePtr& file, void* arg);
  int version(const DrmNode& node, void* arg);
  int syncobj_to_fd(const DrmFilePtr& file, vocab::uapi::SyncobjHandle& arg);
  int sync_file_to_fd(const DrmFilePtr& file, vocab::uapi::SyncobjHandle& arg, std::uint64_t point);
  int fd_to_syncobj(const DrmFilePtr& file, vocab::uapi::SyncobjHandle& arg);
  int sync_file_to_syncobj(const DrmFilePtr& file, const vocab::uapi::SyncobjHandle& arg,
                           std::uint64_t point);
  int gem_close(const DrmFilePtr& file, const vocab::uapi::GemClose& arg);
  int prime_to_fd(const DrmFilePtr& file, vocab::uapi::PrimeHandle& arg);
  int fd_to_prime(const DrmFilePtr& file, vocab::uapi::PrimeHandle& arg);
  /// The open file behind a descriptor; nothing when there is none of that kind.
  const OpenFile* file_of_kind(int fd, FileKind kind) const;
  contract::Result<GemPtr> map_object(const DrmFilePtr& file, const contract::MapRequest& request);
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
  std::pmr::map<std::uint64_t, Mapping> mappings_;
  std::uint64_t last_mapping_ = 0;
  std::uint32_t last_file_ = 0;
  std::uint32_t last_drm_file_ = 0;
  std::pmr::vector<DrmNode*> nodes_;
};

}  // namespace protm::host
