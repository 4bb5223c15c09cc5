// SPDX-License-Identifier: GPL-2.0-only
// The ioctls: validation in the kernel's order, object tables of a file, arrays in user memory.
// Leaves out: SPARSE mappings (an unknown flag at driver 1.9).
// Source: panthor_drv.c (7.3) and patch 8; facts-driver.md 1 and 2, facts-driver-7x.md 8.
#pragma once

#include <array>
#include <cstring>
#include <memory_resource>
#include <vector>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/uapi.h"
#include "oracle/reference/group.h"
#include "oracle/reference/vm.h"

namespace protm::reference {

struct Profile;

/// Name, version and ioctls of the DRM driver, of the base or of another release.
[[nodiscard]] const contract::DrmDriverOps& panthor_ops(const Profile& profile);

/// What an open file of the DRM device has. Ids start at 1.
struct File : contract::FilePrivate {
  static constexpr std::uint32_t kVms = 32, kGroups = 128;
  Device* d = nullptr;
  /// Of both tables: who finds an object has a reference before its handle can go.
  contract::SpinLock tables_lock{.role = "file.xa_lock"};
  std::array<Ptr<Vm>, kVms> vms{};
  std::array<Ptr<Group>, kGroups> groups{};
  /// Where user space expects the user MMIO pages.
  std::uint64_t user_mmio_offset = vocab::uapi::kUserMmioOffset64;
};

[[nodiscard]] File& file_of(const Ptr<contract::DrmFile>& file);
/// VM with a reference, or NULL.
[[nodiscard]] Ptr<Vm> vm_lookup(File& file, std::uint32_t id);
/// Registered group with a reference, or NULL.
[[nodiscard]] Ptr<Group> group_lookup(File& file, std::uint32_t id);

/// Runs what an unplug has to wait for. Errors: -ENODEV the device is gone, those of `call`.
template <class F>
int in_device(Kernel& k, F&& call) {
  if (!k.dev_enter()) return -ENODEV;
  const int error = call();
  k.dev_exit();
  return error;
}

template <class T>
using UserArray = std::pmr::vector<T>;

/// Copies one object, zero before, that user space may know in another size.
/// Errors: -E2BIG bytes beyond the kernel's size are not zero, -EFAULT.
int copy_struct(Kernel& k, std::span<std::byte> to, std::uint64_t from, std::uint64_t user_size);

/// Copies an array of objects whose stride may be larger than what the kernel knows.
/// Errors: -EINVAL stride, -ENOMEM, -E2BIG, -EFAULT.
template <class T>
Result<UserArray<T>> get_array(Kernel& k, const vocab::uapi::ObjArray& in) {
  UserArray<T> out(k.memory());
  if (in.count == 0) return out;
  if (in.stride < sizeof(T)) return tl::unexpected(-EINVAL);
  // kvmalloc gives nothing beyond this; smaller ones fail at the first byte nobody can read.
  if (std::uint64_t{in.count} * sizeof(T) > 0x7fffffff) return tl::unexpected(-ENOMEM);
  for (std::uint64_t i = 0; i < in.count; ++i) {
    T object{};
    const std::uint64_t from = in.array + i * in.stride;
    const int error =
        copy_struct(k, std::as_writable_bytes(std::span(&object, 1)), from, in.stride);
    if (error != 0) return tl::unexpected(error);
    out.push_back(object);
  }
  return out;
}

// Ioctls in uapi_bo.cc.
int ioctl_bo_create(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
int ioctl_bo_mmap_offset(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
int ioctl_bo_set_label(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
int ioctl_bo_query_info(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
int ioctl_bo_sync(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
int ioctl_set_user_mmio_offset(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
// The page of LATEST_FLUSH, also in uapi_bo.cc. Source: panthor_drv.c panthor_mmap(),
// panthor_device.c panthor_device_mmap_io(), panthor_mmio_vm_fault().
bool is_user_page(void* driver, const Ptr<contract::DrmFile>& file, std::uint64_t offset);
int mmap_user_page(void* driver, const Ptr<contract::DrmFile>& file,
                   const contract::MapRequest& request);
Result<std::uint32_t> read_user_page(void* driver, const Ptr<contract::DrmFile>& file);
// Ioctls in uapi_group.cc.
int ioctl_group_create(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
int ioctl_group_destroy(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
int ioctl_group_get_state(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
/// Destroys all groups of a file that closes.
void close_groups(File& file);
// In uapi_heap.cc.
int ioctl_tiler_heap_create(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
int ioctl_tiler_heap_destroy(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
// In uapi_submit.cc.
int ioctl_group_submit(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
// In uapi_vm.cc.
int ioctl_vm_create(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
int ioctl_vm_destroy(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
int ioctl_vm_bind(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
int ioctl_vm_get_state(void* driver, void* arg, const Ptr<contract::DrmFile>& file);
void close_vms(File& file);

}  // namespace protm::reference
