// SPDX-License-Identifier: GPL-2.0-only
// One VM operation: what is prepared before op_lock is taken and given back after it.
// Not modelled: the cache of page-table pages (Host allocates each by itself).
// Source: panthor_mmu.c struct panthor_vm_op_ctx (7.x).
#pragma once

#include <array>
#include <memory_resource>
#include <vector>

#include "sut-adapters/series-v1/panthor_mmu.h"

namespace protm::v1 {

enum class VmOpType : std::uint8_t { map, unmap, sync_only };
/// What a failure means for the VM.
enum class VmOpFailure : std::uint8_t { harmless, flags_vm_unusable };

/// Splitting a mapping in the middle needs a record for each rest, a map one more.
inline constexpr std::uint32_t kMaxPreallocVmas = 3;

struct VmOpCtx {
  explicit VmOpCtx(std::pmr::memory_resource* memory) : rsvd_page_tables(memory) {}

  VmOpType type = VmOpType::map;
  std::uint32_t flags = 0;
  std::uint64_t va = 0;
  std::uint64_t range = 0;
  std::uint64_t bo_offset = 0;
  contract::Ptr<PanthorGem> bo;          ///< with a reference and pinned, map only
  std::array<contract::Ptr<PanthorVma>, kMaxPreallocVmas> preallocated{};
  /// For the range of a map, and for the blocks that a user's unmap splits.
  std::pmr::vector<vocab::Pa> rsvd_page_tables;
};

/// Prepares a map of `bo`. Errors: EINVAL, ENOMEM.
int panthor_vm_prepare_map_op_ctx(VmOpCtx* op, Vm* vm, const contract::Ptr<PanthorGem>& bo,
                                  std::uint64_t offset, std::uint64_t size, std::uint64_t va,
                                  std::uint32_t flags);
int panthor_vm_prepare_unmap_op_ctx(VmOpCtx* op, Vm* vm, std::uint64_t va, std::uint64_t size);
void panthor_vm_cleanup_op_ctx(VmOpCtx* op, Vm* vm);
/// Sets aside the tables of `op`'s range; the caller cleans up. Errors: ENOMEM.
int panthor_vm_op_ctx_prealloc_pts(VmOpCtx* op, Vm* vm);
/// Lets the page-table writer have what was set aside, and fetches the rest.
void panthor_vm_op_ctx_lend_pts(VmOpCtx* op, Vm* vm);
void panthor_vm_op_ctx_fetch_pts(VmOpCtx* op, Vm* vm);
/// Checks a user operation and prepares it.
int panthor_vm_bind_prepare_op_ctx(const contract::Ptr<contract::DrmFile>& file, Vm* vm,
                                   const vocab::uapi::VmBindOp& op, VmOpCtx* ctx);
/// Runs a prepared operation under op_lock and inside a locked region.
int panthor_vm_exec_op(Vm* vm, VmOpCtx* op, VmOpFailure failure);

// Page-table steps (panthor_mmu_pages.cc).
int panthor_vm_map_pages(Vm* vm, std::uint64_t va, std::uint32_t flags,
                         const contract::Ptr<contract::GemObject>& bo, std::uint64_t offset,
                         std::uint64_t size);
void panthor_vm_unmap_pages(Vm* vm, std::uint64_t va, std::uint64_t size);
void panthor_vm_declare_unusable(Vm* vm);
/// The callbacks of the split algorithm; `ctx` is the Vm.
contract::GpuVmSteps panthor_gpuvm_ops(Vm* vm);

}  // namespace protm::v1
