// SPDX-License-Identifier: GPL-2.0-only
// Buffer objects of users, and kernel buffers: an object with a place in a VM and a CPU mapping,
// from normal or from protected memory.
// A protected kernel buffer owns exactly what the import owns: the allocation's reference on the
// dma-buf is dropped right after the import (KBO-5, KBO-6, KBO-8).
// Leaves out: labels, CPU caches; marks of a kernel buffer that only a handle would show.
// Source: panthor_gem.c (7.3), patch 4 and its review; facts-driver.md 3, facts-driver-7x.md 5.
#pragma once

#include "oracle/reference/device.h"
#include "oracle/reference/list.h"

namespace protm::reference {

/// How easily pages are had, the easiest first. Source: enum panthor_gem_reclaim_state.
enum class ReclaimState : std::uint8_t { unused, mmapped, one_vm, shared, unreclaimable };

/// What both kinds of object are.
struct Bo : contract::GemObject {
  Device* device = nullptr;
  std::uint32_t flags = 0;
  Ptr<contract::GemObject> exclusive_root;  ///< of the only VM that may map it; with a reference
  ReclaimState reclaim_state = ReclaimState::unreclaimable;
  Link<Bo> reclaim_node;
  bool evicting = false;   ///< under its resv
};

/// Makes a user object of `size` bytes (page aligned), for `vm` only when that is not NULL.
[[nodiscard]] Result<Ptr<Bo>> create_bo(Device& device, std::uint64_t size, std::uint32_t flags,
                                        const Ptr<Vm>& exclusive_vm);
/// DrmDriverOps::import_sg_table.
Result<Ptr<contract::GemObject>> import_bo(Device& device, std::uint64_t size);

/// DrmDriverOps::prime_export. Errors: -EINVAL what belongs to one VM stays there.
/// Source: panthor_gem.c panthor_gem_prime_export().
[[nodiscard]] int may_export(const Ptr<contract::GemObject>& gem);

/// Where a kernel buffer lies and how it is mapped.
struct KernelBoPlace {
  std::uint64_t va = UINT64_MAX;      ///< UINT64_MAX: best fit in the VM's automatic range
  std::uint32_t map_flags{};          ///< kVmBindOpMap*
  const char* va_role = "kbo_va";     ///< "kbo_va:<use>"
  std::uint64_t bo_offset = 0;        ///< of what is mapped, in a buffer that user space gave
};

struct KernelBo {
  Ptr<contract::GemObject> object;
  Ptr<Vm> vm;
  std::uint64_t va{}, size{};
  contract::KMap kmap;
  bool pinned = false;
};

class KernelBos {
 public:
  /// Errors: -ENOMEM, -ENOSPC, what the mapping returns. Nothing is left behind on an error.
  [[nodiscard]] static Result<Ptr<KernelBo>> create(Device& device, const Ptr<Vm>& vm,
                                                    std::uint64_t size,
                                                    const KernelBoPlace& place);
  /// Same from the protected heap. Errors: also -EINVAL without heap or when the heap is short.
  [[nodiscard]] static Result<Ptr<KernelBo>> create_protected(Device& device, const Ptr<Vm>& vm,
                                                              std::uint64_t size,
                                                              const KernelBoPlace& place);
  /// Same from an object of user space, which keeps a reference for as long as the buffer lives.
  [[nodiscard]] static Result<Ptr<KernelBo>> create_from_user(
      Device& device, const Ptr<Vm>& vm, const Ptr<contract::GemObject>& gem, std::uint64_t size,
      const KernelBoPlace& place);
  static int vmap(Device& device, const Ptr<KernelBo>& bo);
  static void vunmap(Device& device, const Ptr<KernelBo>& bo);
  /// NULL is a no-op.
  static void destroy(Device& device, const Ptr<KernelBo>& bo);

 private:
  static int place_and_map(Device& device, const Ptr<KernelBo>& bo, const KernelBoPlace& place);
  /// The buffer, with a reference on its VM; after an error nothing of it is left.
  static Result<Ptr<KernelBo>> settled(Device& device, const Ptr<KernelBo>& bo, int error);
};

}  // namespace protm::reference
