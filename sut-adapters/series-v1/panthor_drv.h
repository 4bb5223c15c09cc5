// SPDX-License-Identifier: GPL-2.0-only
// The user-space face: open files, their VM and group handles, ioctls with the kernel's order of
// checks. Patch 8 adds the PROTECTED_INFO query and the group flag; the version is 1.9 as posted.
// Not modelled: tiler heaps, what labels are for.
// Source: panthor_drv.c (7.x); patch 8/8; facts-driver.md section 1, facts-driver-7x.md section 8.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sut-adapters/series-v1/panthor_device.h"

namespace protm::v1 {

struct Vm;
struct Group;

inline constexpr std::uint32_t kMaxVmsPerFile = 32;
inline constexpr std::uint32_t kMaxGroupsPerPool = 128;
inline constexpr std::uint64_t kBoLabelMaxLen = 4096;   ///< with the zero at its end

struct GroupHandle {
  contract::Ptr<Group> group;    ///< with a reference
  bool registered = false;       ///< look-ups may find it
};

/// struct panthor_file.
struct PanthorFile : contract::FilePrivate {
  PanthorDevice* ptdev = nullptr;
  contract::SpinLock xa_lock{"pool.xa_lock"};   ///< of both pools
  std::array<contract::Ptr<Vm>, kMaxVmsPerFile + 1> vms{};
  std::array<GroupHandle, kMaxGroupsPerPool + 1> groups{};
  std::uint64_t user_mmio_offset = vocab::uapi::kUserMmioOffset64;
};

/// The VM behind a handle with a reference, or null.
contract::Ptr<Vm> panthor_vm_pool_get_vm(PanthorFile* pfile, std::uint32_t handle);

/// Operations of the DRM driver.
extern const contract::DrmDriverOps kPanthorDrmDriver;

// panthor_mmap() and what is behind it, in panthor_mmio.cc.
bool panthor_is_user_mmio_mapping(void* driver, const contract::Ptr<contract::DrmFile>& file,
                                  std::uint64_t offset);
int panthor_device_mmap_io(void* driver, const contract::Ptr<contract::DrmFile>& file,
                           const contract::MapRequest& vma);
contract::Result<std::uint32_t> panthor_mmio_vm_fault(
    void* driver, const contract::Ptr<contract::DrmFile>& file);

/// The asynchronous kind of VM_BIND (panthor_drv_submit.cc).
int panthor_ioctl_vm_bind_async(PanthorDevice* ptdev,
                                const contract::Ptr<contract::DrmFile>& file, Vm* vm,
                                const vocab::uapi::VmBind& args);

// Ioctls of panthor_drv_submit.cc, for the table.
int panthor_ioctl_group_create(void* driver, void* arg, const contract::Ptr<contract::DrmFile>& f);
int panthor_ioctl_group_destroy(void* driver, void* arg,
                                const contract::Ptr<contract::DrmFile>& f);
int panthor_ioctl_group_submit(void* driver, void* arg, const contract::Ptr<contract::DrmFile>& f);
int panthor_ioctl_group_get_state(void* driver, void* arg,
                                  const contract::Ptr<contract::DrmFile>& f);

/// Checks an object array before memory for it is taken.
/// Errors: EINVAL (stride), ENOMEM (more than an allocation can hold), EFAULT (more than a process
/// of a Program has memory for).
int panthor_check_uobj_array(const vocab::uapi::ObjArray& in, std::uint32_t min_stride,
                             std::uint32_t obj_size);
/// Copies an object array element by element as panthor_get_uobj_array does.
/// Errors: EFAULT, E2BIG (non-zero bytes behind a known object).
int panthor_get_uobj_array(PanthorDevice* ptdev, const vocab::uapi::ObjArray& in,
                           std::uint32_t obj_size, std::byte* out);
/// PANTHOR_UOBJ_GET_ARRAY. All objects have to be given whole.
template <class T>
contract::Result<std::pmr::vector<T>> panthor_get_uobjs(PanthorDevice* ptdev,
                                                        const vocab::uapi::ObjArray& in) {
  int ret = panthor_check_uobj_array(in, sizeof(T), sizeof(T));
  if (ret != 0) return tl::make_unexpected(ret);
  std::pmr::vector<T> objs(in.count, ptdev->mr);
  ret = panthor_get_uobj_array(ptdev, in, sizeof(T),
                               std::as_writable_bytes(std::span(objs)).data());
  if (ret != 0) return tl::make_unexpected(ret);
  return objs;
}

/// The panthor file behind a DRM file.
[[nodiscard]] PanthorFile* to_panthor_file(const contract::Ptr<contract::DrmFile>& file);

}  // namespace protm::v1
