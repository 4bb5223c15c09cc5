// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/dma_heap.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/ids.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/profile.h"

namespace protm::reference {

namespace uapi = vocab::uapi;
using contract::MutexGuard;
using tl::unexpected;

Result<Ptr<contract::DmaHeapBase>> HeapCore::add(const contract::HeapExport& info) {
  if (info.name == nullptr || *info.name == '\0') return unexpected(-EINVAL);
  if (info.allocate == nullptr) return unexpected(-EINVAL);
  const Ptr<Heap> heap = k_.make<Heap>("heap", k_.memory());
  if (!heap) return unexpected(-ENOMEM);
  ++live_;
  heap->core = this;
  heap->ops = info;
  heap->name = info.name;
  heap->link.owner = heap;
  heap->cdev.ops = &kHeapCharOps;
  k_.kref_init(heap->ref);

  // Before anything of the heap can be opened. A duplicate stands behind the one whose name it is
  // until its device node is refused, so nobody finds it.
  int error{};
  {
    MutexGuard lock(k_, list_lock_);
    error = reserve_minor(heap);
    if (error == 0) heaps_.push_back(heap->link);
  }
  if (error != 0) {
    free_heap(heap);
    return unexpected(error);
  }

  error = drm_.cdev_add(heap.member(&Heap::cdev), heap->minor,
                        contract::bind_fn<&HeapCore::cdev_released>(heap));
  if (error != 0) {
    {
      MutexGuard lock(k_, list_lock_);
      heap->link.unlink();
      forget_minor(heap->minor);
    }
    free_heap(heap);
    return unexpected(error);
  }
  error = drm_.device_create(heap->name.c_str(), heap->minor);
  if (error != 0) {
    {
      MutexGuard lock(k_, list_lock_);
      heap->link.unlink();
      forget_minor(heap->minor);
    }
    drm_.cdev_del(heap.member(&Heap::cdev));  // frees through cdev_released
    return unexpected(error);
  }
  return Ptr<contract::DmaHeapBase>(heap);
}

int HeapCore::reserve_minor(const Ptr<Heap>& heap) {
  k_.assert_held(list_lock_);
  const auto slot = std::find_if(minors_.begin(), minors_.end(),
                                 [](const Ptr<Heap>& h) { return h == nullptr; });
  if (slot == minors_.end()) return -EBUSY;
  *slot = heap;
  heap->minor = static_cast<std::uint32_t>(slot - minors_.begin());
  return 0;
}

void HeapCore::forget_minor(std::uint32_t minor) {
  k_.assert_held(list_lock_);
  minors_[minor] = nullptr;
}

Ptr<Heap> HeapCore::heap_of(std::uint32_t minor) const {
  k_.assert_held(list_lock_);
  return minors_[minor];
}

// Source of the newline: lib/string_helpers.c sysfs_streq().
bool HeapCore::is_called(const Ptr<Heap>& heap, std::string_view name) const {
  std::string_view own = heap->name;
  const bool one_line = own.ends_with('\n') != name.ends_with('\n');
  if (one_line && profile_ != nullptr && profile_->heap_name_sysfs) {
    (own.ends_with('\n') ? own : name).remove_suffix(1);
  }
  return own == name;
}

Ptr<contract::DmaHeapBase> HeapCore::find(const char* name) {
  if (name == nullptr) return nullptr;
  MutexGuard lock(k_, list_lock_);
  // The name is compared first: a reference of another heap is never taken, so none is put here.
  const Ptr<Heap> found = heaps_.find([&](const Ptr<Heap>& h) {
    return is_called(h, name) && k_.kref_get_unless_zero(h->ref, "heap");
  });
  return found;
}

void HeapCore::put(const Ptr<contract::DmaHeapBase>& base) {
  if (!base || (profile_ != nullptr && profile_->heaps_immortal)) return;
  const Ptr<Heap> heap = contract::ptr_cast<Heap>(base);
  if (k_.kref_put(heap->ref, "heap")) last_put(heap);
}

void HeapCore::last_put(const Ptr<Heap>& heap) {
  const std::uint32_t minor = heap->minor;
  {
    MutexGuard lock(k_, list_lock_);
    heap->link.unlink();
    forget_minor(minor);  // no open finds the heap from here on
  }
  drm_.device_destroy(minor);
  // The last file may still be inside its close; it holds the cdev, and the cdev is in the heap.
  drm_.cdev_del(heap.member(&Heap::cdev));
}

void HeapCore::cdev_released(Heap* heap) {
  heap->core->free_heap(heap->link.owner);
}

void HeapCore::free_heap(const Ptr<Heap>& heap) {
  --live_;
  k_.free(heap);
}

Result<Ptr<contract::DmaBuf>> HeapCore::buffer_alloc(const Ptr<contract::DmaHeapBase>& base,
                                                     std::uint64_t len, std::uint32_t fd_flags,
                                                     std::uint64_t heap_flags) {
  if ((fd_flags & ~uapi::kDmaHeapValidFdFlags) != 0) return unexpected(-EINVAL);
  if ((heap_flags & ~uapi::kDmaHeapValidHeapFlags) != 0) return unexpected(-EINVAL);
  const std::uint64_t aligned = (len + vocab::kPageMask) & ~vocab::kPageMask;
  if (aligned == 0) return unexpected(-EINVAL);
  const Ptr<Heap> heap = contract::ptr_cast<Heap>(base);
  return heap->ops.allocate(heap->ops.priv, aligned, fd_flags, heap_flags);
}

bool HeapCore::file_get(const Ptr<Heap>& heap) {
  return k_.kref_get_unless_zero(heap->ref, "heap");
}

void HeapCore::file_put(const Ptr<Heap>& heap) { put(heap); }

int HeapCore::open(const Ptr<contract::CharFile>& file) {
  MutexGuard lock(k_, list_lock_);
  const Ptr<Heap> heap = heap_of(file->minor);   // of a node that add() made
  if (!heap || !file_get(heap)) return -ENODEV;
  file->private_data = heap;
  return 0;
}

void HeapCore::release(const Ptr<contract::CharFile>& file) {
  file_put(contract::ptr_cast<Heap>(file->private_data));
}

std::int64_t HeapCore::ioctl(const Ptr<contract::CharFile>& file, std::uint32_t cmd,
                             std::uint64_t arg) {
  if (uapi::ioctl_nr(cmd) >= 1) return -EINVAL;  // only the number is matched
  const std::uint64_t user_size = uapi::ioctl_size(cmd);
  const std::uint64_t in_size = (cmd & uapi::kIoctlIn) != 0 ? user_size : 0;
  const std::uint64_t out_size = (cmd & uapi::kIoctlOut) != 0 ? user_size : 0;
  const std::uint64_t size =
      std::max({in_size, out_size, std::uint64_t{sizeof(uapi::DmaHeapAllocation)}});
  if (size > 128 && k_.fault("alloc", "ioctl") != 0) return -ENOMEM;
  std::pmr::vector<std::byte> data(size, k_.memory());
  if (in_size != 0 && k_.copy_from_user(std::span(data).first(in_size), arg) != 0) return -EFAULT;
  return ioctl_alloc(contract::ptr_cast<Heap>(file->private_data), arg, data, out_size);
}

std::int64_t HeapCore::ioctl_alloc(const Ptr<Heap>& heap, std::uint64_t arg,
                                   std::span<std::byte> data, std::uint64_t out_size) {
  uapi::DmaHeapAllocation request{};
  std::memcpy(&request, data.data(), sizeof request);
  if (request.fd != 0) return -EINVAL;
  const auto buffer = buffer_alloc(heap, request.len, request.fd_flags, request.heap_flags);
  if (!buffer) return buffer.error();
  const int error = hand_out(*buffer, request, arg, data, out_size);
  if (error != 0) drm_.dma_buf_put(*buffer);
  return error;
}

int HeapCore::hand_out(const Ptr<contract::DmaBuf>& buffer, uapi::DmaHeapAllocation request,
                       std::uint64_t arg, std::span<std::byte> data, std::uint64_t out_size) {
  const auto fd = drm_.fd_reserve(request.fd_flags);
  if (!fd) return fd.error();
  request.fd = static_cast<std::uint32_t>(*fd);
  std::memcpy(data.data(), &request, sizeof request);
  const bool told = out_size == 0 || k_.copy_to_user(arg, data.first(out_size)) == 0;
  // Nobody may use the descriptor before its number has reached its owner.
  if (told) {
    drm_.fd_install(*fd, buffer);
  } else {
    drm_.fd_put_unused(*fd);
  }
  return told ? 0 : -EFAULT;
}

namespace {

HeapCore& core_of(void* driver) {
  return static_cast<ReferenceDriver*>(static_cast<contract::Driver*>(driver))->heaps();
}

}  // namespace

const contract::CharOps kHeapCharOps{
    .open = [](void* driver, const Ptr<contract::CharFile>& file) {
      return core_of(driver).open(file);
    },
    .release = [](void* driver, const Ptr<contract::CharFile>& file) {
      core_of(driver).release(file);
    },
    .ioctl = [](void* driver, const Ptr<contract::CharFile>& file, std::uint32_t cmd,
                std::uint64_t arg) { return core_of(driver).ioctl(file, cmd, arg); },
};

}  // namespace protm::reference
