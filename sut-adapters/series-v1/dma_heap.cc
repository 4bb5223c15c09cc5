// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/dma_heap.h"

#include <algorithm>
#include <cstring>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/uapi_core.h"

namespace protm::v1 {
namespace {

using contract::CharFile;
using contract::Ptr;
using contract::Result;
namespace uapi = vocab::uapi;

bool as_posted(const DmaHeapCore& core, Switch s) { return (core.switches & switch_bit(s)) != 0; }

// The kobject of the cdev has gone: nobody can reach the embedded cdev any more.
void dma_heap_cdev_released(DmaHeap* heap) {
  DmaHeapCore* const core = heap->core;
  core->live--;
  core->kernel.free(Ptr<DmaHeap>(heap->self));
}

void dma_heap_release(DmaHeapCore& core, const Ptr<DmaHeap>& heap) {
  const std::uint32_t minor = heap->minor;

  core.kernel.mutex_lock(core.heap_list_lock);
  std::erase(core.heap_list, heap);
  core.kernel.mutex_unlock(core.heap_list_lock);

  core.drm.device_destroy(minor);
  if (as_posted(core, Switch::heap_3)) {
    core.drm.cdev_del(heap.member(&DmaHeap::heap_cdev));
    core.dma_heap_minors[minor] = nullptr;
    core.live--;
    core.kernel.free(heap);
    return;
  }
  core.dma_heap_minors[minor] = nullptr;
  core.drm.cdev_del(heap.member(&DmaHeap::heap_cdev));  // the callback frees the heap
}

int dma_heap_open(void* driver, const Ptr<CharFile>& file) {
  DmaHeapCore& core = dma_heap_core_of(driver);
  if (as_posted(core, Switch::heap_3)) {
    const Ptr<DmaHeap> heap = core.dma_heap_minors[file->minor];
    if (heap == nullptr) return -ENODEV;
    file->private_data = heap;
    return 0;
  }
  if (as_posted(core, Switch::heap_4)) {   // no lock between look-up and use
    const Ptr<DmaHeap> heap = core.dma_heap_minors[file->minor];
    if (heap == nullptr) return -ENODEV;
    core.kernel.kref_get(heap->refcount, "heap");
    file->private_data = heap;
    return 0;
  }
  contract::MutexGuard guard(core.kernel, core.heap_list_lock);
  const Ptr<DmaHeap> heap = core.dma_heap_minors[file->minor];
  if (heap == nullptr || !core.kernel.kref_get_unless_zero(heap->refcount, "heap")) return -ENODEV;
  file->private_data = heap;
  return 0;
}

void dma_heap_close(void* driver, const Ptr<CharFile>& file) {
  dma_heap_put(dma_heap_core_of(driver), contract::ptr_cast<DmaHeap>(file->private_data));
}

/// A buffer that has a descriptor number but is not installed under it yet.
struct BufferFd {
  Ptr<contract::DmaBuf> buffer;
  int fd = -1;
};

// The half of the allocation that patch 2 keeps for user space.
Result<BufferFd> dma_heap_bufferfd_alloc(const Ptr<DmaHeap>& heap, std::uint64_t len,
                                         std::uint32_t fd_flags, std::uint64_t heap_flags) {
  contract::Drm& drm = heap->core->drm;
  return dma_heap_buffer_alloc(heap, len, fd_flags, heap_flags)
      .and_then([&](const Ptr<contract::DmaBuf>& buffer) -> Result<BufferFd> {
        const Result<int> number = drm.fd_reserve(fd_flags);
        if (number) return BufferFd{buffer, *number};
        drm.dma_buf_put(buffer);
        return tl::make_unexpected(number.error());
      });
}

std::int64_t dma_heap_ioctl(void* driver, const Ptr<CharFile>& file, std::uint32_t ucmd,
                            std::uint64_t arg) {
  DmaHeapCore& core = dma_heap_core_of(driver);
  if (uapi::ioctl_nr(ucmd) >= 1) return -EINVAL;
  // Bit 0 of the direction: user space writes (IOC_IN), bit 1: it reads (IOC_OUT).
  const std::uint32_t size = uapi::ioctl_size(ucmd);
  const std::uint32_t in_size = (uapi::ioctl_dir(ucmd) & 1) != 0 ? size : 0;
  const std::uint32_t out_size = (uapi::ioctl_dir(ucmd) & 2) != 0 ? size : 0;
  const std::size_t room = std::max<std::size_t>(size, sizeof(uapi::DmaHeapAllocation));
  constexpr std::size_t kOnStack = 128;
  if (room > kOnStack && core.kernel.fault("alloc", "ioctl") != 0) return -ENOMEM;
  std::pmr::vector<std::byte> kdata(room, std::byte{0}, core.mr);
  if (core.kernel.copy_from_user(std::span(kdata).first(in_size), arg) != 0) return -EFAULT;

  uapi::DmaHeapAllocation data{};
  std::memcpy(&data, kdata.data(), sizeof(data));
  if (data.fd != 0) return -EINVAL;
  const auto made = dma_heap_bufferfd_alloc(contract::ptr_cast<DmaHeap>(file->private_data),
                                            data.len, data.fd_flags, data.heap_flags);
  if (!made) return made.error();
  data.fd = static_cast<std::uint32_t>(made->fd);
  std::memcpy(kdata.data(), &data, sizeof(data));
  // Installed only when user space knows the number: a descriptor cannot be taken back.
  if (core.kernel.copy_to_user(arg, std::span(kdata).first(out_size)) == 0) {
    core.drm.fd_install(made->fd, made->buffer);
    return 0;
  }
  core.drm.fd_put_unused(made->fd);
  core.drm.dma_buf_put(made->buffer);
  return -EFAULT;
}

constexpr contract::CharOps kDmaHeapFops{dma_heap_open, dma_heap_close, dma_heap_ioctl};
constexpr contract::CharOps kDmaHeapFopsAsPosted{dma_heap_open, nullptr, dma_heap_ioctl};

bool name_taken(const DmaHeapCore& core, const std::pmr::string& name) {
  return std::any_of(core.heap_list.begin(), core.heap_list.end(),
                     [&](const Ptr<DmaHeap>& h) { return h->name == name; });
}

// Minor of the new heap, reserved in the table, or -EBUSY.
int dma_heap_alloc_minor(DmaHeapCore& core, const Ptr<DmaHeap>& heap) {
  for (std::uint32_t minor = 0; minor < kNumHeapMinors; ++minor) {
    if (core.dma_heap_minors[minor] != nullptr) continue;
    core.dma_heap_minors[minor] = heap;
    heap->minor = minor;
    return 0;
  }
  return -EBUSY;
}

// Undo of dma_heap_add after cdev_add: the heap was never given out.
void dma_heap_undo_add(DmaHeapCore& core, const Ptr<DmaHeap>& heap) {
  core.dma_heap_minors[heap->minor] = nullptr;
  core.drm.cdev_del(heap.member(&DmaHeap::heap_cdev));
  if (as_posted(core, Switch::heap_3)) dma_heap_cdev_released(&*heap);
}

}  // namespace

contract::Result<Ptr<DmaHeap>> dma_heap_add(DmaHeapCore& core, const contract::HeapExport& info) {
  if (info.name == nullptr || info.name[0] == '\0') return tl::make_unexpected(-EINVAL);
  if (info.allocate == nullptr) return tl::make_unexpected(-EINVAL);

  const Ptr<DmaHeap> heap = core.kernel.make<DmaHeap>("heap", &core, info, core.mr);
  if (heap == nullptr) return tl::make_unexpected(-ENOMEM);
  heap->self = heap;
  core.kernel.kref_init(heap->refcount);

  int ret = dma_heap_alloc_minor(core, heap);
  if (ret != 0) {
    core.kernel.free(heap);
    return tl::make_unexpected(ret);
  }
  const bool posted = as_posted(core, Switch::heap_3);
  heap->heap_cdev.ops = posted ? &kDmaHeapFopsAsPosted : &kDmaHeapFops;
  ret = core.drm.cdev_add(heap.member(&DmaHeap::heap_cdev), heap->minor,
                          posted ? contract::Callback{}
                                 : contract::bind_fn<dma_heap_cdev_released>(heap));
  if (ret != 0) {
    core.dma_heap_minors[heap->minor] = nullptr;
    core.kernel.free(heap);
    return tl::make_unexpected(ret);
  }
  core.live++;
  ret = core.drm.device_create(heap->name.c_str(), heap->minor);
  if (ret != 0) {
    dma_heap_undo_add(core, heap);
    return tl::make_unexpected(ret);
  }
  core.kernel.mutex_lock(core.heap_list_lock);
  const bool duplicate = name_taken(core, heap->name);
  if (!duplicate) core.heap_list.push_back(heap);
  core.kernel.mutex_unlock(core.heap_list_lock);
  if (duplicate) {
    core.drm.device_destroy(heap->minor);
    dma_heap_undo_add(core, heap);
    return tl::make_unexpected(-EINVAL);
  }
  return heap;
}

// As posted: a reference of each heap on the way, dropped where the name does not match (HEAP-15).
// The last one is dropped under the lock that the release takes.
static Ptr<DmaHeap> dma_heap_find_as_posted(DmaHeapCore& core, const char* name) {
  contract::MutexGuard guard(core.kernel, core.heap_list_lock);
  for (std::size_t i = 0; i < core.heap_list.size(); ++i) {
    const Ptr<DmaHeap> heap = core.heap_list[i];
    if (!core.kernel.kref_get_unless_zero(heap->refcount, "heap")) continue;
    if (heap->name == name) return heap;
    dma_heap_put(core, heap);
  }
  return nullptr;
}

Ptr<DmaHeap> dma_heap_find(DmaHeapCore& core, const char* name) {
  if (as_posted(core, Switch::heap_14)) return dma_heap_find_as_posted(core, name);
  contract::MutexGuard guard(core.kernel, core.heap_list_lock);
  for (const Ptr<DmaHeap>& heap : core.heap_list) {
    if (heap->name != name) continue;
    // A heap of this name that is being released counts as not there.
    return core.kernel.kref_get_unless_zero(heap->refcount, "heap") ? heap : Ptr<DmaHeap>();
  }
  return nullptr;
}

void dma_heap_put(DmaHeapCore& core, const Ptr<DmaHeap>& heap) {
  if (heap == nullptr && !as_posted(core, Switch::heap_2)) return;
  if (core.kernel.kref_put(heap->refcount, "heap")) dma_heap_release(core, heap);
}

contract::Result<Ptr<contract::DmaBuf>> dma_heap_buffer_alloc(const Ptr<DmaHeap>& heap,
                                                              std::uint64_t len,
                                                              std::uint32_t fd_flags,
                                                              std::uint64_t heap_flags) {
  if ((fd_flags & ~uapi::kDmaHeapValidFdFlags) != 0) return tl::make_unexpected(-EINVAL);
  if ((heap_flags & ~uapi::kDmaHeapValidHeapFlags) != 0) return tl::make_unexpected(-EINVAL);
  const std::uint64_t aligned = (len + vocab::kPageMask) & ~vocab::kPageMask;
  if (aligned == 0) return tl::make_unexpected(-EINVAL);
  return heap->ops.allocate(heap->ops.priv, aligned, fd_flags, heap_flags);
}

}  // namespace protm::v1
