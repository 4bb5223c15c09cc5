// SPDX-License-Identifier: GPL-2.0-only
// Descriptors, open and close, CPU access; the ioctls are in drm_ioctl.cc.
#include "sut-adapters/host/drm_files.h"

#include <array>
#include <cerrno>
#include <vector>

namespace protm::host {

using contract::DmaBuf;
using contract::Ptr;
using contract::Result;

namespace {
constexpr int kFirstFd = 3;
constexpr std::string_view kRenderNodes[] = {"dri", "dri2"};
constexpr std::string_view kHeapFolder = "dma_heap/";
}  // namespace

Result<int> DrmFiles::fd_reserve(const char* role) {
  const std::int64_t fault = ctx_.kernel.fault("fd", role);
  if (fault < 0) return tl::unexpected(static_cast<int>(fault));
  int fd = kFirstFd;
  for (const auto& [used, unused] : fds_) {
    if (used != fd) break;
    ++fd;
  }
  fds_.emplace(fd, 0);
  return fd;
}

void DrmFiles::fd_put_unused(int fd) {
  const auto it = fds_.find(fd);
  if (it == fds_.end() || it->second != 0) {
    ctx_.kernel.warn("put_unused_fd of a descriptor that is not reserved");
    return;
  }
  fds_.erase(it);
}

void DrmFiles::fd_install(int fd, const Ptr<DmaBuf>& buf) {
  const auto it = fds_.find(fd);
  if (it == fds_.end() || it->second != 0) {
    contract::oops(contract::OopsKind::bad_call, "fd_install");
  }
  OpenFile file;
  file.kind = FileKind::dma_buf;
  file.buf = buf;
  install(fd, add_file(file));
}

std::uint32_t DrmFiles::add_file(const OpenFile& file) {
  files_.emplace(++last_file_, file);
  return last_file_;
}

std::uint32_t DrmFiles::enter(int fd) {
  const auto it = fds_.find(fd);
  if (it == fds_.end() || it->second == 0) return 0;
  ++files_.at(it->second).users;
  return it->second;
}

void DrmFiles::leave(std::uint32_t id) {
  const auto it = files_.find(id);
  if (--it->second.users != 0) return;
  const OpenFile file = it->second;
  files_.erase(it);
  last_close(file);
}

void DrmFiles::last_close(const OpenFile& file) {
  switch (file.kind) {
    case FileKind::chrdev:
      parts_.chrdevs.close(file.chrdev);
      break;
    case FileKind::drm:
      close_drm(file.drm);
      break;
    case FileKind::dma_buf:
      parts_.bufs.put(file.buf);
      break;
    case FileKind::sync_file:
      parts_.fences.put(file.fence);
      break;
    case FileKind::syncobj:
      parts_.syncobjs.put(file.syncobj);
      break;
  }
}

std::int64_t DrmFiles::open(std::string_view name) {
  const Result<int> fd = fd_reserve("open");
  if (!fd) return fd.error();
  OpenFile file;
  int error = 0;
  if (DrmNode* const node = node_by_name(name)) {
    const Result<DrmFilePtr> opened = open_drm(*node);
    file.kind = FileKind::drm;
    if (opened) file.drm = *opened;
    if (!opened) error = opened.error();
  } else if (name.starts_with(kHeapFolder)) {
    const auto opened = parts_.chrdevs.open(name.substr(kHeapFolder.size()));
    file.kind = FileKind::chrdev;
    if (opened) file.chrdev = *opened;
    if (!opened) error = opened.error();
  } else {
    error = -ENOENT;
  }
  if (error != 0) {
    fd_put_unused(*fd);
    return error;
  }
  install(*fd, add_file(file));
  return *fd;
}

std::int64_t DrmFiles::close(int fd) {
  const auto it = fds_.find(fd);
  if (it == fds_.end() || it->second == 0) return -EBADF;
  const std::uint32_t id = it->second;
  fds_.erase(it);
  leave(id);
  return 0;  // what a release function answers never reaches the caller (C6)
}

void DrmFiles::end_process() {
  std::vector<int> left;
  for (const auto& [fd, id] : fds_) {
    const auto file = files_.find(id);
    if (file == files_.end()) continue;
    if (file->second.of_core) left.push_back(fd);
  }
  for (const int fd : left) (void)close(fd);
}

DrmNode* DrmFiles::node_by_name(std::string_view name) const {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (name == kRenderNodes[i]) return nodes_[i];
  }
  return nullptr;
}

Result<DrmFilePtr> DrmFiles::open_drm(DrmNode& node) {
  if (!node.published) return tl::unexpected(-ENOENT);
  if (node.device->dev_is_unplugged()) return tl::unexpected(-ENODEV);
  const DrmFilePtr file = ctx_.kernel.make<DrmFileObj>("drm_file", ctx_.memory);
  if (file == nullptr) return tl::unexpected(-ENOMEM);
  file->id = ++last_drm_file_;
  file->node = &node;
  file->instance = node.device->drm_instance();
  kernel_.drm_instance_get(file->instance);
  const int error = node.ops->open != nullptr ? node.ops->open(node.driver, file) : 0;
  if (error == 0) return file;
  kernel_.drm_instance_put(file->instance);
  ctx_.kernel.free(file);
  return tl::unexpected(error);
}

void DrmFiles::close_drm(const DrmFilePtr& file) {
  const DrmNode& node = *file->node;
  const std::uint32_t instance = file->instance;
  parts_.syncobjs.release(file->syncobjs);
  parts_.primes.release(file->primes);
  parts_.gems.release_handles(file->handles);
  if (node.ops->postclose != nullptr) node.ops->postclose(node.driver, file);
  ctx_.kernel.free(file);
  kernel_.drm_instance_put(instance);
}

// --- CPU access through an mmap ------------------------------------------------------------------

Result<GemPtr> DrmFiles::map_for_cpu(const OpenFile& file, std::uint64_t mmap_offset,
                                     std::uint64_t offset, std::uint64_t bytes) {
  if (file.kind != FileKind::drm) return tl::unexpected(-ENODEV);
  if (kernel_.drm_instance_unplugged(file.drm->instance)) return tl::unexpected(-ENODEV);
  const Result<GemPtr> gem = parts_.gems.mmap(file.drm->handles, mmap_offset, 0);
  if (!gem) return gem;
  const std::uint64_t size = (*gem)->size;
  const std::uint64_t word = sizeof(std::uint64_t);
  if (size >= bytes && offset <= size - bytes && offset % word == 0) return gem;
  parts_.gems.put(*gem);
  return tl::unexpected(-EINVAL);
}

template <class Body>
std::int64_t DrmFiles::cpu_access(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                                  std::uint64_t bytes, Body body) {
  const std::uint32_t id = enter(fd);
  if (id == 0) return -EBADF;
  const Result<GemPtr> gem = map_for_cpu(files_.at(id), mmap_offset, offset, bytes);
  std::int64_t result = gem ? 0 : gem.error();
  if (gem) {
    parts_.gems.mmap_begins(*gem);
    // The page fault: pages come on first touch, and a failure there is a SIGBUS.
    const auto pages = parts_.gems.pages(*gem);
    if (pages) {
      body(contract::KMap{*pages, (*gem)->size});
    } else {
      result = -EFAULT;
    }
    parts_.gems.mmap_ends(*gem);
    parts_.gems.put(*gem);
  }
  leave(id);
  return result;
}

std::int64_t DrmFiles::cpu_store(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                                 std::span<const std::byte> from) {
  return cpu_access(fd, mmap_offset, offset, from.size(), [&](const contract::KMap& map) {
    parts_.gems.write(map, offset, from);
  });
}

std::int64_t DrmFiles::cpu_load(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                                std::span<std::byte> to) {
  return cpu_access(fd, mmap_offset, offset, to.size(), [&](const contract::KMap& map) {
    parts_.gems.read(map, offset, to);
  });
}

const DrmFiles::OpenFile* DrmFiles::file_of_kind(int fd, FileKind kind) const {
  const auto it = fds_.find(fd);
  if (it == fds_.end() || it->second == 0) return nullptr;
  const OpenFile& file = files_.at(it->second);
  return file.kind == kind ? &file : nullptr;
}

}  // namespace protm::host
