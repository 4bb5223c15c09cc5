// SPDX-License-Identifier: GPL-2.0-only
// Construction, system calls and providers; the contract's calls that only pass on to a subsystem
// are in drm_forward.cc.
#include "sut-adapters/host/drm_impl.h"

#include <utility>

#include "sut-adapters/contract/sut.h"

namespace protm::host {

DrmImpl::DrmImpl(DrmCore& core, PlatformDevice& device)
    : kernel_(core.kernel),
      core_(core),
      fences_(core.fences),
      resvs_(core.resvs),
      bufs_(core.bufs),
      gems_(core.gems),
      syncobjs_(core.syncobjs),
      sched_(core.sched),
      chrdevs_(core.chrdevs),
      gpuvms_(core.gpuvms),
      pgtables_(core.pgtables),
      mms_(core.mms),
      files_(core.files) {
  node_.device = &device;
  files_.add_node(node_);
}

std::int64_t DrmImpl::sys_open(std::string_view name) {
  return core_.syscall([&] { return files_.open(name); });
}

void DrmImpl::end_process() { files_.end_process(); }

std::int64_t DrmImpl::sys_close(int fd) {
  return core_.syscall([&] { return files_.close(fd); });
}

std::int64_t DrmImpl::sys_ioctl(int fd, std::uint32_t cmd, std::uint64_t arg) {
  return core_.syscall([&] { return files_.ioctl(fd, cmd, arg); });
}

std::int64_t DrmImpl::sys_cpu_store(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                                    std::span<const std::byte> from) {
  return core_.syscall([&] { return files_.cpu_store(fd, mmap_offset, offset, from); });
}

std::int64_t DrmImpl::sys_cpu_load(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                                   std::span<std::byte> to) {
  return core_.syscall([&] { return files_.cpu_load(fd, mmap_offset, offset, to); });
}

std::int64_t DrmImpl::sys_cpu_store64(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                                      std::uint64_t value) {
  return sys_cpu_store(fd, mmap_offset, offset, std::as_bytes(std::span(&value, 1)));
}

std::int64_t DrmImpl::sys_cpu_load64(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                                     std::uint64_t* value) {
  return sys_cpu_load(fd, mmap_offset, offset, std::as_writable_bytes(std::span(value, 1)));
}

std::int64_t DrmImpl::sys_mmap(int fd, std::uint64_t offset, std::uint64_t size,
                               std::uint32_t access) {
  const contract::MapRequest request{.offset = offset,
                                     .size = size,
                                     .shared = (access & contract::kMapPrivate) == 0,
                                     .write = (access & contract::kMapWrite) != 0,
                                     .exec = (access & contract::kMapExec) != 0};
  return core_.syscall([&] { return files_.mmap(fd, request); });
}

std::int64_t DrmImpl::sys_munmap(std::uint64_t mapping) {
  return core_.syscall([&] { return files_.munmap(mapping); });
}

std::int64_t DrmImpl::sys_map_load(std::uint64_t mapping, std::uint64_t offset,
                                   std::uint64_t* value) {
  return core_.syscall([&] { return files_.map_load(mapping, offset, *value); });
}

std::int64_t DrmImpl::sys_map_store(std::uint64_t mapping, std::uint64_t offset,
                                    std::uint64_t value) {
  return core_.syscall([&] { return files_.map_store(mapping, offset, value); });
}

std::int64_t DrmImpl::sys_fdinfo(int fd, std::span<std::byte> into) {
  return core_.syscall([&] { return files_.fdinfo(fd, into); });
}

std::int64_t DrmImpl::sys_reclaim(std::uint64_t pages) {
  return core_.syscall([&] { return files_.reclaim(pages); });
}

HeapProvider* DrmImpl::provider_add(std::string_view name, bool is_protected, std::uint64_t limit) {
  HeapProvider::Options options;
  options.name = name;
  options.kind = is_protected ? contract::PageKind::protected_memory : contract::PageKind::normal;
  options.limit_bytes = limit;
  options.number = static_cast<std::uint32_t>(core_.providers.size()) + 1;
  return &core_.providers.emplace_back(core_.ctx, bufs_, options);
}

void DrmImpl::provider_withdraw(HeapProvider* provider) { provider->withdraw(); }

void DrmImpl::drm_dev_init(const contract::DrmDriverOps* ops) { node_.ops = ops; }

int DrmImpl::drm_register(const contract::DrmDriverOps* ops) {
  const std::int64_t failed = kernel_.fault("drm_register", "device");
  if (failed < 0) return static_cast<int>(failed);
  node_.ops = ops;
  node_.published = true;
  return 0;
}

void DrmImpl::drm_unregister() { files_.withdraw(node_); }

}  // namespace protm::host
