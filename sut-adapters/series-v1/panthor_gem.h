// SPDX-License-Identifier: GPL-2.0-only
// Buffer objects and kernel BOs. Patch 4 adds kernel BOs whose pages come from a protected
// dma-heap. Switch KBO-8: the allocation's dma-buf reference is kept beside the import's own.
// Not modelled: labels, CPU caches, PRIME import by user space.
// Source: panthor_gem.[ch] (7.x); patch 4/8; facts-driver.md section 3.
#pragma once

#include <cstdint>

#include "sut-adapters/series-v1/panthor_device.h"

namespace protm::v1 {

struct Vm;

/// DRM_PANTHOR_KBO_PROTECTED_HEAP.
inline constexpr std::uint32_t kKboProtectedHeap = 1u << 0;
/// PANTHOR_VM_KERNEL_AUTO_VA.
inline constexpr std::uint64_t kVmKernelAutoVa = ~0ull;

/// A buffer object. Exclusive ones hold the root object of their VM and share its reservation.
struct PanthorGem : contract::GemObject {
  PanthorDevice* ptdev = nullptr;
  std::uint32_t flags = 0;
  contract::Ptr<PanthorGem> exclusive_vm_root_gem;
  contract::Ptr<PanthorGem> self;      ///< no reference
  ReclaimState reclaim_state = ReclaimState::unreclaimable;
  ListNode<PanthorGem> lru_node;       ///< drm_gem_object.lru_node
};

/// A buffer object that the kernel maps in a VM for its own use.
struct KernelBo {
  PanthorDevice* ptdev = nullptr;
  contract::Ptr<PanthorGem> obj;
  contract::Ptr<Vm> vm;
  std::uint64_t va = 0;
  std::uint64_t va_size = 0;
  contract::KMap kmap;
  std::uint32_t flags = 0;
};
using KernelBoResult = contract::Result<contract::Ptr<KernelBo>>;

/// The object that carries the reservation of a VM and of everything exclusive to it.
contract::Ptr<PanthorGem> panthor_gem_create_root(PanthorDevice* ptdev);
/// A shmem object. Errors: ENOMEM.
contract::Result<contract::Ptr<PanthorGem>> panthor_gem_create(PanthorDevice* ptdev,
                                                               std::uint64_t size,
                                                               std::uint32_t flags,
                                                               Vm* exclusive_vm);
/// Drops a reference; the last one frees the object. NULL is a no-op.
void panthor_gem_put(PanthorDevice* ptdev, const contract::Ptr<PanthorGem>& bo);
/// The driver's side of an import (struct drm_driver::gem_prime_import_sg_table).
contract::Result<contract::Ptr<contract::GemObject>> panthor_gem_prime_import_sg_table(
    void* driver, const contract::Ptr<contract::DmaBuf>& buf, std::uint64_t size);

/// Whether an object may be exported (struct drm_gem_object_funcs::export). Errors: EINVAL.
int panthor_gem_prime_export(void* driver, const contract::Ptr<contract::GemObject>& obj);

struct KernelBoArgs {
  std::uint64_t size = 0;
  std::uint32_t bo_flags = 0;
  std::uint32_t kbo_flags = 0;
  std::uint32_t vm_map_flags = 0;
  std::uint64_t gpu_va = kVmKernelAutoVa;
  const char* va_role = "kbo_va:ringbuf";   ///< for allocation faults
};
/// Creates and maps a kernel BO. Errors: EINVAL, ENOMEM, ENOSPC, the heap's, ETIMEDOUT.
KernelBoResult panthor_kernel_bo_create(PanthorDevice* ptdev, Vm* vm, const KernelBoArgs& args);
/// Unmaps and frees a kernel BO. NULL is a no-op.
void panthor_kernel_bo_destroy(const contract::Ptr<KernelBo>& bo);
int panthor_kernel_bo_vmap(KernelBo* bo);
void panthor_kernel_bo_vunmap(KernelBo* bo);

}  // namespace protm::v1
