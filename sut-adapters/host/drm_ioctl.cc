// SPDX-License-Identifier: GPL-2.0-only
// What DRM core does with an ioctl, the core ioctls, and sync_file. Source: facts-host.md D1-D4,
// N1.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "gpu-model/vocab/uapi_core.h"
#include "sut-adapters/host/drm_files.h"

namespace protm::host {

namespace uapi = vocab::uapi;
using contract::Result;

namespace {

constexpr std::uint32_t kDirIn = 1u << 30;  ///< user space writes the struct
constexpr std::uint32_t kDirOut = 1u << 31;
constexpr std::uint32_t kDriverBase = 0x40;
constexpr std::uint32_t kDriverEnd = 0xa0;
constexpr std::uint32_t kTypeDrm = 'd';
constexpr std::uint32_t kTypeSyncFile = '>';

constexpr std::uint32_t nr_of(std::uint32_t cmd) { return cmd & 0xff; }
constexpr std::uint32_t type_of(std::uint32_t cmd) { return (cmd >> 8) & 0xff; }
constexpr std::uint32_t size_of(std::uint32_t cmd) { return (cmd >> 16) & 0x3fff; }

/// Argument of DRM_IOCTL_VERSION on a 64-bit kernel.
struct DrmVersion {
  std::int32_t major, minor, patchlevel;
  std::uint32_t pad;
  std::uint64_t name_len, name;
  std::uint64_t date_len, date;
  std::uint64_t desc_len, desc;
};
static_assert(sizeof(DrmVersion) == 64);
constexpr std::uint32_t kIoctlVersion = uapi::drm_iowr(0, sizeof(DrmVersion));

template <auto Method, class T>
int on_syncobjs(SyncobjTable& table, const DrmFilePtr& file, void* arg) {
  return (table.*Method)(file->syncobjs, *static_cast<T*>(arg));
}

template <std::size_t N>
void copy_name(char (&to)[N], const char* from) {
  std::snprintf(to, N, "%s", from);
}

}  // namespace

DrmFiles::Handler DrmFiles::find_handler(const DrmNode& node, std::uint32_t nr) {
  if (nr >= kDriverBase && nr < kDriverEnd) {
    for (const contract::DrmIoctl& entry : node.ops->ioctls) {
      if (entry.nr != nr - kDriverBase) continue;
      return {uapi::drm_iowr(nr, entry.size), nullptr, &entry};
    }
    return {};
  }
  return find_core_handler(nr);
}

DrmFiles::Handler DrmFiles::find_core_handler(std::uint32_t nr) {
  using Core = int (*)(DrmFiles&, const DrmFilePtr&, void*);
  struct Entry {
    std::uint32_t cmd;
    Core fn;
  };
  static constexpr std::array kCore{
      Entry{kIoctlVersion,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) { return s.version(*f->node, a); }},
      Entry{uapi::kIoctlGemClose,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return s.gem_close(f, *static_cast<uapi::GemClose*>(a));
            }},
      Entry{uapi::kIoctlPrimeHandleToFd,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return s.prime_to_fd(f, *static_cast<uapi::PrimeHandle*>(a));
            }},
      Entry{uapi::kIoctlPrimeFdToHandle,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return s.fd_to_prime(f, *static_cast<uapi::PrimeHandle*>(a));
            }},
  };
  for (const Entry& entry : kCore) {
    if (nr_of(entry.cmd) == nr) return {entry.cmd, entry.fn, nullptr};
  }
  return find_syncobj_handler(nr);
}

DrmFiles::Handler DrmFiles::find_syncobj_handler(std::uint32_t nr) {
  using Core = int (*)(DrmFiles&, const DrmFilePtr&, void*);
  struct Entry {
    std::uint32_t cmd;
    Core fn;
  };
  using S = SyncobjTable;
  static constexpr Core kNotModelled = [](DrmFiles&, const DrmFilePtr&, void*) {
    return -EOPNOTSUPP;
  };
  static constexpr std::array kCore{
      Entry{uapi::kIoctlSyncobjCreate,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return on_syncobjs<&S::create, uapi::SyncobjCreate>(s.parts_.syncobjs, f, a);
            }},
      Entry{uapi::kIoctlSyncobjDestroy,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return on_syncobjs<&S::destroy, uapi::SyncobjDestroy>(s.parts_.syncobjs, f, a);
            }},
      Entry{uapi::kIoctlSyncobjHandleToFd,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return s.syncobj_to_fd(f, *static_cast<uapi::SyncobjHandle*>(a));
            }},
      Entry{uapi::kIoctlSyncobjFdToHandle,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return s.fd_to_syncobj(f, *static_cast<uapi::SyncobjHandle*>(a));
            }},
      Entry{uapi::kIoctlSyncobjWait,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return on_syncobjs<&S::wait, uapi::SyncobjWait>(s.parts_.syncobjs, f, a);
            }},
      Entry{uapi::kIoctlSyncobjReset,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return on_syncobjs<&S::reset, uapi::SyncobjArray>(s.parts_.syncobjs, f, a);
            }},
      Entry{uapi::kIoctlSyncobjSignal,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return on_syncobjs<&S::signal, uapi::SyncobjArray>(s.parts_.syncobjs, f, a);
            }},
      Entry{uapi::kIoctlSyncobjTimelineWait,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return on_syncobjs<&S::timeline_wait, uapi::SyncobjTimelineWait>(s.parts_.syncobjs, f,
                                                                               a);
            }},
      Entry{uapi::kIoctlSyncobjQuery,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return on_syncobjs<&S::query, uapi::SyncobjTimelineArray>(s.parts_.syncobjs, f, a);
            }},
      Entry{uapi::kIoctlSyncobjTransfer,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return on_syncobjs<&S::transfer, uapi::SyncobjTransfer>(s.parts_.syncobjs, f, a);
            }},
      Entry{uapi::kIoctlSyncobjTimelineSignal,
            [](DrmFiles& s, const DrmFilePtr& f, void* a) {
              return on_syncobjs<&S::timeline_signal, uapi::SyncobjTimelineArray>(s.parts_.syncobjs,
                                                                                  f, a);
            }},
      Entry{uapi::kIoctlSyncobjEventfd, kNotModelled},
  };
  for (const Entry& entry : kCore) {
    if (nr_of(entry.cmd) == nr) return {entry.cmd, entry.fn, nullptr};
  }
  return {};
}

int DrmFiles::run_handler(const Handler& handler, const DrmFilePtr& file, void* arg) {
  if (handler.core != nullptr) return handler.core(*this, file, arg);
  return handler.driver->fn(file->node->driver, arg, file);
}

std::int64_t DrmFiles::drm_ioctl(const DrmFilePtr& file, std::uint32_t cmd, std::uint64_t arg) {
  if (kernel_.drm_instance_unplugged(file->instance)) return -ENODEV;
  if (type_of(cmd) != kTypeDrm) return -ENOTTY;
  const Handler handler = find_handler(*file->node, nr_of(cmd));
  if (!handler.found()) return -EINVAL;
  const std::uint32_t user_size = size_of(cmd);
  const std::uint32_t in = (cmd & handler.cmd & kDirIn) != 0 ? user_size : 0;
  const std::uint32_t out = (cmd & handler.cmd & kDirOut) != 0 ? user_size : 0;
  const std::uint32_t bytes = std::max({in, out, size_of(handler.cmd)});
  // Words, so that the struct is aligned; zero behind what the user gave.
  std::pmr::vector<std::uint64_t> buffer((bytes + 7) / 8, 0, ctx_.memory);
  const auto data = std::as_writable_bytes(std::span(buffer));
  if (ctx_.kernel.copy_from_user(data.first(in), arg) != 0) return -EFAULT;
  if (kernel_.drm_instance_unplugged(file->instance)) return -ENODEV;
  int result = run_handler(handler, file, buffer.data());
  // Written back after a failure too; a fault there replaces the handler's answer (D3).
  if (ctx_.kernel.copy_to_user(arg, data.first(out)) != 0) result = -EFAULT;
  return result;
}

std::int64_t DrmFiles::ioctl(int fd, std::uint32_t cmd, std::uint64_t arg) {
  const std::uint32_t id = enter(fd);
  if (id == 0) return -EBADF;
  const OpenFile file = files_.at(id);
  std::int64_t result = -ENOTTY;
  switch (file.kind) {
    case FileKind::chrdev:
      result = parts_.chrdevs.ioctl(file.chrdev, cmd, arg);
      break;
    case FileKind::drm:
      result = drm_ioctl(file.drm, cmd, arg);
      break;
    case FileKind::sync_file:
      result = sync_file_ioctl(file.fence, cmd, arg);
      break;
    case FileKind::dma_buf:
    case FileKind::syncobj:
      break;
  }
  leave(id);
  return result;
}

int DrmFiles::version(const DrmNode& node, void* arg) {
  DrmVersion& v = *static_cast<DrmVersion*>(arg);
  v.major = static_cast<std::int32_t>(node.ops->major);
  v.minor = static_cast<std::int32_t>(node.ops->minor);
  v.patchlevel = 0;
  const auto copy = [&](std::uint64_t& len, std::uint64_t to, const char* text) {
    const std::size_t real = std::strlen(text);
    const std::size_t room = std::min<std::uint64_t>(len, real);
    len = real;
    if (room == 0 || to == 0) return 0;
    const auto bytes = std::as_bytes(std::span(text, room));
    return ctx_.kernel.copy_to_user(to, bytes) != 0 ? -EFAULT : 0;
  };
  int error = copy(v.name_len, v.name, node.ops->name);
  if (error == 0) error = copy(v.date_len, v.date, "0");
  if (error == 0) error = copy(v.desc_len, v.desc, "");
  return error;
}

// --- objects as descriptors ------------------------------------------------------------------

int DrmFiles::gem_close(const DrmFilePtr& file, const uapi::GemClose& arg) {
  const int error = parts_.gems.handle_delete(file->handles, arg.handle);
  if (error == 0) parts_.primes.forget(file->primes, arg.handle);
  return error;
}

int DrmFiles::prime_to_fd(const DrmFilePtr& file, uapi::PrimeHandle& arg) {
  if ((arg.flags & ~(uapi::kPrimeCloexec | uapi::kPrimeRdwr)) != 0) return -EINVAL;
  const Result<int> fd = fd_reserve("prime");
  if (!fd) return fd.error();
  const auto buf =
      parts_.primes.to_buf(file->handles, file->primes, arg.handle,
                           DrmUser{*file->node, file->instance});
  if (!buf) {
    fd_put_unused(*fd);
    return buf.error();
  }
  fd_install(*fd, *buf);
  files_.at(fds_.at(*fd)).of_core = true;
  arg.fd = *fd;
  return 0;
}

int DrmFiles::fd_to_prime(const DrmFilePtr& file, uapi::PrimeHandle& arg) {
  const auto it = fds_.find(arg.fd);
  if (it == fds_.end() || it->second == 0) return -EBADF;
  const OpenFile* const open = file_of_kind(arg.fd, FileKind::dma_buf);
  if (open == nullptr) return -EINVAL;
  const contract::Ptr<contract::DmaBuf> buf = open->buf;
  parts_.bufs.get(buf);
  const auto handle = parts_.primes.to_handle(file->handles, file->primes, buf,
                                              DrmUser{*file->node, file->instance});
  parts_.bufs.put(buf);
  if (!handle) return handle.error();
  arg.handle = *handle;
  return 0;
}

int DrmFiles::sync_file_to_fd(const DrmFilePtr& file, uapi::SyncobjHandle& arg,
                              std::uint64_t point) {
  const Result<int> fd = fd_reserve("sync_file");
  if (!fd) return fd.error();
  const auto fence = parts_.syncobjs.find_fence(file->syncobjs, arg.handle, point);
  if (!fence) {
    fd_put_unused(*fd);
    return fence.error();
  }
  OpenFile made;
  made.kind = FileKind::sync_file;
  made.of_core = true;
  made.fence = *fence;
  install(*fd, add_file(made));
  arg.fd = *fd;
  return 0;
}

int DrmFiles::syncobj_to_fd(const DrmFilePtr& file, uapi::SyncobjHandle& arg) {
  const std::uint32_t known =
      uapi::kSyncobjHandleToFdExportSyncFile | uapi::kSyncobjHandleToFdTimeline;
  if (arg.pad != 0 || (arg.flags & ~known) != 0) return -EINVAL;
  const bool timeline = (arg.flags & uapi::kSyncobjHandleToFdTimeline) != 0;
  if ((arg.flags & uapi::kSyncobjHandleToFdExportSyncFile) != 0) {
    return sync_file_to_fd(file, arg, timeline ? arg.point : 0);
  }
  if (arg.point != 0) return -EINVAL;
  const SyncobjPtr syncobj = parts_.syncobjs.find(file->syncobjs, arg.handle);
  if (syncobj == nullptr) return -EINVAL;
  const Result<int> fd = fd_reserve("syncobj");
  if (!fd) {
    parts_.syncobjs.put(syncobj);
    return fd.error();
  }
  OpenFile made;
  made.kind = FileKind::syncobj;
  made.of_core = true;
  made.syncobj = syncobj;
  install(*fd, add_file(made));
  arg.fd = *fd;
  return 0;
}

int DrmFiles::sync_file_to_syncobj(const DrmFilePtr& file, const uapi::SyncobjHandle& arg,
                                   std::uint64_t point) {
  const OpenFile* const open = file_of_kind(arg.fd, FileKind::sync_file);
  if (open == nullptr) return -EINVAL;
  const FencePtr fence = open->fence;
  const SyncobjPtr syncobj = parts_.syncobjs.find(file->syncobjs, arg.handle);
  if (syncobj == nullptr) return -ENOENT;
  int error = 0;
  if (point != 0) {
    error = parts_.syncobjs.add_point(syncobj, fence, point);
  } else {
    parts_.syncobjs.replace_fence(syncobj, fence);
  }
  parts_.syncobjs.put(syncobj);
  return error;
}

int DrmFiles::fd_to_syncobj(const DrmFilePtr& file, uapi::SyncobjHandle& arg) {
  const std::uint32_t known =
      uapi::kSyncobjFdToHandleImportSyncFile | uapi::kSyncobjFdToHandleTimeline;
  if (arg.pad != 0 || (arg.flags & ~known) != 0) return -EINVAL;
  const bool timeline = (arg.flags & uapi::kSyncobjFdToHandleTimeline) != 0;
  if ((arg.flags & uapi::kSyncobjFdToHandleImportSyncFile) != 0) {
    return sync_file_to_syncobj(file, arg, timeline ? arg.point : 0);
  }
  if (arg.point != 0) return -EINVAL;
  const OpenFile* const open = file_of_kind(arg.fd, FileKind::syncobj);
  if (open == nullptr) return -EINVAL;
  arg.handle = parts_.syncobjs.add_handle(file->syncobjs, open->syncobj);
  return 0;
}

// --- sync_file -----------------------------------------------------------------------------------

uapi::SyncFenceInfo DrmFiles::fence_info(const FencePtr& fence) {
  const FenceObj& f = *FenceTable::obj(fence);
  uapi::SyncFenceInfo info{};
  // Names of a signalled fence are gone with its driver, as far as anyone may know.
  copy_name(info.driver_name, f.signalled ? "detached-driver" : f.driver_name);
  copy_name(info.obj_name, f.signalled ? "signaled-timeline" : f.timeline_name);
  info.status = parts_.fences.status(fence);
  info.timestamp_ns = f.timestamp_ns;
  return info;
}

std::int64_t DrmFiles::sync_file_ioctl(const FencePtr& fence, std::uint32_t cmd,
                                       std::uint64_t arg) {
  if (type_of(cmd) != kTypeSyncFile || cmd != uapi::kIoctlSyncFileInfo) return -ENOTTY;
  uapi::SyncFileInfo info{};
  const auto bytes = std::as_writable_bytes(std::span(&info, 1));
  if (ctx_.kernel.copy_from_user(bytes, arg) != 0) return -EFAULT;
  if (info.flags != 0 || info.pad != 0) return -EINVAL;
  const uapi::SyncFenceInfo detail = fence_info(fence);
  if (info.num_fences != 0) {
    const auto from = std::as_bytes(std::span(&detail, 1));
    if (ctx_.kernel.copy_to_user(info.sync_fence_info, from) != 0) return -EFAULT;
  }
  std::snprintf(info.name, sizeof(info.name), "%.10s-%.10s%llu", detail.driver_name,
                detail.obj_name, static_cast<unsigned long long>(fence->seqno));
  info.status = detail.status;
  info.num_fences = 1;
  return ctx_.kernel.copy_to_user(arg, bytes) != 0 ? -EFAULT : 0;
}

}  // namespace protm::host
