// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "sut-adapters/series-v1/panthor_gem_shrinker.h"
#include "sut-adapters/series-v1/panthor_mmu_op.h"
#include "sut-adapters/series-v1/panthor_heap.h"
#include "sut-adapters/series-v1/panthor_sched.h"

namespace protm::v1 {
namespace {

using contract::MutexGuard;
using contract::Ptr;
using contract::Result;
namespace uapi = vocab::uapi;

constexpr std::uint32_t kMapFlags = uapi::kVmBindOpMapReadonly | uapi::kVmBindOpMapNoexec |
                                    uapi::kVmBindOpMapUncached;

int panthor_vm_op_ctx_prealloc_vmas(VmOpCtx* op, Vm* vm) {
  const std::uint32_t count = op->type == VmOpType::map ? 3 : 2;
  for (std::uint32_t i = 0; i < count; ++i) {
    op->preallocated[i] = vm->ptdev->kernel.make<PanthorVma>("vma");
    if (op->preallocated[i] == nullptr) return -ENOMEM;
  }
  return 0;
}

int rsvd_page_tables_fill(VmOpCtx* op, Vm* vm, std::size_t wanted) {
  for (std::size_t i = 0; i < wanted; ++i) {
    const vocab::Pa page = vm->ptdev->kernel.page_alloc("pgtable");
    if (page.value == 0) return -ENOMEM;
    op->rsvd_page_tables.push_back(page);
  }
  return 0;
}

// What an unmap left behind that could not lock its region. No AS shows the tables any more.
void panthor_vm_drop_mappings(Vm* vm) {
  contract::Drm& drm = vm->ptdev->drm;
  while (const Ptr<contract::GpuVa> va = drm.gpuva_find(vm->base, 0, vm->va_size)) {
    drm.gpuva_remove(vm->base, va);
    panthor_vm_bo_put(vm, va->gem);
    drm.gpuva_unlink(va);
    vm->ptdev->kernel.free(contract::ptr_cast<PanthorVma>(va));
  }
}

void panthor_vm_free(Vm* vm) {
  PanthorDevice* const ptdev = vm->ptdev;
  contract::Kernel& k = ptdev->kernel;
  panthor_vm_sched_fini(vm);
  list_del_init(vm->reclaim.lru_node);
  // A VM without AS must not touch registers: the GPU may be off. Upstream leaves the AS of one
  // that goes behind the mark of an unplug to the unplug, and its pages are free before that.
  if (vm->as.id >= 0 && ptdev->mmu != nullptr) {
    const bool gate = panthor_protm_block(ptdev) == 0;
    {
      MutexGuard guard(k, ptdev->mmu->slots_lock);
      if (vm->as.id >= 0) {
        if (gate) {
          const auto as = static_cast<std::uint32_t>(vm->as.id);
          (void)panthor_mmu_as_disable(ptdev, as, AsRecycle::no);
        }
        panthor_vm_release_as_locked(vm);
      }
    }
    if (gate) panthor_protm_unblock(ptdev);
  }
  panthor_vm_drop_mappings(vm);
  if (vm->pgtbl_ready) ptdev->drm.pgtable_fini(vm->pgtbl);
  ptdev->drm.mm_fini(vm->mm);
  ptdev->drm.gpuvm_fini(vm->base);
  const Ptr<PanthorGem> root = vm->root_gem;
  if (!vm->for_mcu) ptdev->live_vms--;
  k.free(Ptr<Vm>(vm->self));
  ptdev->drm.gem_put(root);
}

}  // namespace

Result<Ptr<Vm>> panthor_vm_create(PanthorDevice* ptdev, const VmArgs& args) {
  const Ptr<Vm> vm = ptdev->kernel.make<Vm>("vm");
  if (vm == nullptr) return tl::make_unexpected(-ENOMEM);
  vm->ptdev = ptdev;
  vm->self = vm;
  vm->for_mcu = args.for_mcu;
  vm->root_gem = panthor_gem_create_root(ptdev);
  if (vm->root_gem == nullptr) {
    ptdev->kernel.free(vm);
    return tl::make_unexpected(-ENOMEM);
  }
  const std::uint32_t va_bits =
      vocab::Word<vocab::MmuFeatures>(ptdev->gpu_info.mmu_features)[vocab::MmuFeatures::va_bits];
  vm->va_size = args.for_mcu ? 1ull << 32 : 1ull << va_bits;
  vm->user_va_range = args.kernel_va_start;
  vm->auto_va_start = args.auto_va_start;
  vm->auto_va_end = args.auto_va_start + args.auto_va_size;

  int ret = ptdev->drm.pgtable_init(vm->pgtbl);
  vm->pgtbl_ready = ret == 0;
  if (ret == 0) {
    ret = ptdev->drm.gpuvm_init(vm->base, 0, vm->va_size, 0, 0);
    if (ret != 0) ptdev->drm.pgtable_fini(vm->pgtbl);
  }
  if (ret != 0) {
    const Ptr<PanthorGem> root = vm->root_gem;
    ptdev->kernel.free(vm);
    ptdev->drm.gem_put(root);
    return tl::make_unexpected(ret);
  }
  ptdev->drm.mm_init(vm->mm, args.kernel_va_start, args.kernel_va_size);
  ptdev->kernel.kref_init(vm->refcount);
  if (vm->for_mcu) return vm;   // nobody binds there later
  ptdev->live_vms++;
  ret = panthor_vm_sched_init(&*vm);
  if (ret == 0) return vm;
  panthor_vm_put(&*vm);
  return tl::make_unexpected(ret);
}

Ptr<Vm> panthor_vm_get(Vm* vm) {
  vm->ptdev->kernel.kref_get(vm->refcount, "vm");
  return vm->self;
}

void panthor_vm_put(Vm* vm) {
  if (vm->ptdev->kernel.kref_put(vm->refcount, "vm")) panthor_vm_free(vm);
}

void panthor_vm_destroy(Vm* vm) {
  vm->destroyed = true;
  // Firmware may still write state of groups that are being evicted.
  if (vm->as.active_cnt > 0) panthor_sched_prepare_for_vm_destruction(vm->ptdev);
  // Upstream holds the lock throughout. Here the end of a heap may wait for a reset, which waits
  // for the scheduler, which takes this lock to grow a heap.
  Ptr<PanthorHeapPool> heaps;
  {
    MutexGuard guard(vm->ptdev->kernel, vm->heaps.lock);
    std::swap(heaps, vm->heaps.pool);
  }
  panthor_heap_pool_destroy(heaps);
  int ret = panthor_vm_unmap_range(vm, 0, vm->va_size);
  if (ret == -ETIMEDOUT && panthor_device_reset_is_pending(vm->ptdev)) {
    // A GPU that does not leave protected mode is reset; then the mappings can go. Upstream WARNs.
    contract::Kernel& k = vm->ptdev->kernel;
    k.flush_work(vm->ptdev->reset.work);
    // On the way into a suspend the reset is left to the resume, which is the system's own.
    const bool left = panthor_device_reset_is_pending(vm->ptdev);
    if (left && vm->ptdev->pm.asleep) k.wait_for_completion(vm->ptdev->pm.awake);
    if (panthor_device_reset_is_pending(vm->ptdev) &&
        panthor_device_resume_and_get(vm->ptdev) == 0) {
      k.pm_runtime_put_autosuspend();
    }
    ret = panthor_vm_unmap_range(vm, 0, vm->va_size);
  }
  if (ret != 0) {
    vm->ptdev->kernel.warn("unmap of a dying vm failed");
  }
  panthor_vm_put(vm);
}

Result<std::uint64_t> panthor_vm_alloc_va(Vm* vm, std::uint64_t va, std::uint64_t size,
                                          std::uint64_t align, const char* role) {
  if (size == 0 || (size & vocab::kPageMask) != 0) return tl::make_unexpected(-EINVAL);
  if (va != kVmKernelAutoVa && (va & vocab::kPageMask) != 0) return tl::make_unexpected(-EINVAL);
  contract::Drm& drm = vm->ptdev->drm;
  MutexGuard guard(vm->ptdev->kernel, vm->mm_lock);
  if (va == kVmKernelAutoVa) {
    return drm.mm_insert(vm->mm, size, align, vm->auto_va_start, vm->auto_va_end, role);
  }
  const int ret = drm.mm_reserve(vm->mm, va, size);
  if (ret != 0) return tl::make_unexpected(ret);
  return va;
}

void panthor_vm_free_va(Vm* vm, std::uint64_t va) {
  MutexGuard guard(vm->ptdev->kernel, vm->mm_lock);
  vm->ptdev->drm.mm_remove(vm->mm, va);
}

int panthor_vm_prepare_map_op_ctx(VmOpCtx* op, Vm* vm, const Ptr<PanthorGem>& bo,
                                  std::uint64_t offset, std::uint64_t size, std::uint64_t va,
                                  std::uint32_t flags) {
  if ((flags & ~(kMapFlags | uapi::kVmBindOpTypeMask)) != 0) return -EINVAL;
  if ((flags & uapi::kVmBindOpTypeMask) != uapi::kVmBindOpTypeMap) return -EINVAL;
  if (size > bo->size || offset > bo->size - size) return -EINVAL;
  if (bo->exclusive_vm_root_gem != nullptr && !(bo->exclusive_vm_root_gem == vm->root_gem)) {
    return -EINVAL;
  }
  op->type = VmOpType::map;
  op->flags = flags;
  op->va = va;
  op->range = size;
  op->bo_offset = offset;
  int ret = panthor_vm_op_ctx_prealloc_vmas(op, vm);
  if (ret == 0) ret = vm->ptdev->drm.gem_pin(bo);
  if (ret != 0) {
    panthor_vm_cleanup_op_ctx(op, vm);
    return ret;
  }
  vm->ptdev->drm.gem_get(bo);
  op->bo = bo;
  panthor_vm_bo_obtain(vm, bo);
  ret = panthor_vm_op_ctx_prealloc_pts(op, vm);
  if (ret != 0) panthor_vm_cleanup_op_ctx(op, vm);
  return ret;
}

// One for each 512 GiB, 1 GiB and 2 MiB that the range touches, there already or not.
int panthor_vm_op_ctx_prealloc_pts(VmOpCtx* op, Vm* vm) {
  constexpr std::array<unsigned, 3> kShifts{39, 30, 21};
  std::size_t wanted = 0;
  for (const unsigned shift : kShifts) {
    const std::uint64_t last = (op->va + op->range + (1ull << shift) - 1) >> shift;
    wanted += static_cast<std::size_t>(last - (op->va >> shift));
  }
  return rsvd_page_tables_fill(op, vm, wanted);
}

void panthor_vm_op_ctx_lend_pts(VmOpCtx* op, Vm* vm) {
  for (const vocab::Pa page : op->rsvd_page_tables) {
    vm->ptdev->drm.pgtable_lend(vm->pgtbl, page);
  }
  op->rsvd_page_tables.clear();
}

void panthor_vm_op_ctx_fetch_pts(VmOpCtx* op, Vm* vm) {
  vocab::Pa left = vm->ptdev->drm.pgtable_take_back(vm->pgtbl);
  while (left.value != 0) {
    op->rsvd_page_tables.push_back(left);
    left = vm->ptdev->drm.pgtable_take_back(vm->pgtbl);
  }
}

int panthor_vm_prepare_unmap_op_ctx(VmOpCtx* op, Vm* vm, std::uint64_t va, std::uint64_t size) {
  op->type = VmOpType::unmap;
  op->flags = uapi::kVmBindOpTypeUnmap;
  op->va = va;
  op->range = size;
  const int ret = panthor_vm_op_ctx_prealloc_vmas(op, vm);
  if (ret != 0) panthor_vm_cleanup_op_ctx(op, vm);
  return ret;
}

// Only what a user asks for: the kernel's own unmaps go on without.
static int panthor_vm_op_ctx_prealloc_split(VmOpCtx* op, Vm* vm) {
  constexpr std::uint64_t kMask = (2ull << 20) - 1;
  const std::uint64_t last = op->va + op->range;
  std::size_t wanted = (op->va & kMask) != 0 ? 1 : 0;
  const bool same_block = ((last + kMask) & ~kMask) == ((op->va + kMask) & ~kMask);
  if ((last & kMask) != 0 && !same_block) wanted++;
  const int ret = rsvd_page_tables_fill(op, vm, wanted);
  if (ret != 0) panthor_vm_cleanup_op_ctx(op, vm);
  return ret;
}

void panthor_vm_cleanup_op_ctx(VmOpCtx* op, Vm* vm) {
  while (!op->rsvd_page_tables.empty()) {
    vm->ptdev->kernel.page_free(op->rsvd_page_tables.back());
    op->rsvd_page_tables.pop_back();
  }
  for (Ptr<PanthorVma>& vma : op->preallocated) {
    vm->ptdev->kernel.free(vma);
    vma = nullptr;
  }
  if (op->bo == nullptr) return;
  vm->ptdev->drm.gem_unpin(op->bo);
  panthor_vm_bo_put(vm, op->bo);
  panthor_gem_put(vm->ptdev, op->bo);
  op->bo = nullptr;
}

void panthor_vm_declare_unusable(Vm* vm) {
  PanthorDevice* const ptdev = vm->ptdev;
  if (vm->unusable) return;
  vm->unusable = true;
  MutexGuard guard(ptdev->kernel, ptdev->mmu->slots_lock);
  if (vm->as.id < 0 || !ptdev->kernel.dev_enter()) return;
  (void)panthor_mmu_as_disable(ptdev, static_cast<std::uint32_t>(vm->as.id), AsRecycle::no);
  ptdev->kernel.dev_exit();
}

// Outside of the locked region, so protected mode has to be left once more.
static void panthor_vm_give_up(Vm* vm) {
  if (panthor_protm_block(vm->ptdev) == 0) {
    panthor_vm_declare_unusable(vm);
    panthor_protm_unblock(vm->ptdev);
  }
  vm->unusable = true;
}

int panthor_vm_exec_op(Vm* vm, VmOpCtx* op, VmOpFailure failure) {
  contract::Drm& drm = vm->ptdev->drm;
  if (op->type == VmOpType::sync_only || op->range == 0) return 0;
  MutexGuard guard(vm->ptdev->kernel, vm->op_lock);
  vm->op_ctx = op;
  // Upstream looks at the VM behind the lock, which may fail for another reason then.
  if (op->type == VmOpType::map && vm->unusable) {
    vm->op_ctx = nullptr;
    return -EINVAL;
  }
  int ret = panthor_vm_lock_region(vm, op->va, op->range);
  if (ret == 0) {
    panthor_vm_op_ctx_lend_pts(op, vm);
    if (op->type == VmOpType::map) {
      ret = drm.gpuvm_sm_map(vm->base, {op->va, op->range, op->bo_offset, op->bo},
                             panthor_gpuvm_ops(vm));
    } else {
      ret = drm.gpuvm_sm_unmap(vm->base, op->va, op->range, panthor_gpuvm_ops(vm));
    }
    panthor_vm_op_ctx_fetch_pts(op, vm);
    panthor_vm_unlock_region(vm);
  }
  if (ret != 0 && failure == VmOpFailure::flags_vm_unusable) panthor_vm_give_up(vm);
  vm->op_ctx = nullptr;
  return ret;
}

int panthor_vm_map_bo_range(Vm* vm, const Ptr<PanthorGem>& bo, std::uint64_t offset,
                            std::uint64_t size, std::uint64_t va, std::uint32_t flags) {
  VmOpCtx op(vm->ptdev->kernel.memory());
  int ret = panthor_vm_prepare_map_op_ctx(&op, vm, bo, offset, size, va, flags);
  if (ret != 0) return ret;
  ret = panthor_vm_exec_op(vm, &op, VmOpFailure::harmless);
  panthor_vm_cleanup_op_ctx(&op, vm);
  return ret;
}

int panthor_vm_unmap_range(Vm* vm, std::uint64_t va, std::uint64_t size) {
  VmOpCtx op(vm->ptdev->kernel.memory());
  // Only whole mappings go here, so the records that a cut would take are no condition. Upstream
  // leaves the mapping when there is no memory for them, and WARNs where a VM ends.
  (void)panthor_vm_prepare_unmap_op_ctx(&op, vm, va, size);
  const int ret = panthor_vm_exec_op(vm, &op, VmOpFailure::harmless);
  panthor_vm_cleanup_op_ctx(&op, vm);
  return ret;
}

Ptr<PanthorGem> panthor_vm_get_bo_for_va(Vm* vm, std::uint64_t va, std::uint64_t* offset) {
  contract::Drm& drm = vm->ptdev->drm;
  MutexGuard guard(vm->ptdev->kernel, vm->op_lock);
  const Ptr<contract::GpuVa> vma = drm.gpuva_find(vm->base, va, 1);
  if (vma == nullptr || vma->gem == nullptr) return nullptr;
  drm.gem_get(vma->gem);
  *offset = vma->offset + (va - vma->va);
  return contract::ptr_cast<PanthorGem>(vma->gem);
}

// Checks of one user operation in the order of panthor_vm_bind_prepare_op_ctx().
int panthor_vm_bind_prepare_op_ctx(const Ptr<contract::DrmFile>& file, Vm* vm,
                                   const uapi::VmBindOp& op, VmOpCtx* ctx) {
  if (((op.va | op.size | op.bo_offset) & vocab::kPageMask) != 0) return -EINVAL;
  if (op.size > vm->user_va_range || op.va > vm->user_va_range - op.size ||
      op.va >= vm->user_va_range) {
    return -EINVAL;
  }
  switch (op.flags & uapi::kVmBindOpTypeMask) {
    case uapi::kVmBindOpTypeMap: {
      const auto gem = vm->ptdev->drm.gem_lookup(file, op.bo_handle);
      if (gem == nullptr) return -EINVAL;
      const int ret = panthor_vm_prepare_map_op_ctx(ctx, vm, contract::ptr_cast<PanthorGem>(gem),
                                                    op.bo_offset, op.size, op.va, op.flags);
      vm->ptdev->drm.gem_put(gem);
      return ret;
    }
    case uapi::kVmBindOpTypeUnmap:
      if ((op.flags & ~uapi::kVmBindOpTypeMask) != 0) return -EINVAL;
      if (op.bo_handle != 0 || op.bo_offset != 0) return -EINVAL;
      if (const int ret = panthor_vm_prepare_unmap_op_ctx(ctx, vm, op.va, op.size); ret != 0) {
        return ret;
      }
      return panthor_vm_op_ctx_prealloc_split(ctx, vm);
    case uapi::kVmBindOpTypeSyncOnly:
      ctx->type = VmOpType::sync_only;
      // All of the operation is its sync operations.
      if ((op.flags ^ uapi::kVmBindOpTypeSyncOnly) != 0 || op.bo_handle != 0) return -EINVAL;
      return (op.va | op.size | op.bo_offset) == 0 && op.syncs.count != 0 ? 0 : -EINVAL;
    default:
      return -EINVAL;
  }
}

int panthor_vm_bind_exec_sync_op(const Ptr<contract::DrmFile>& file, Vm* vm,
                                 const uapi::VmBindOp& op) {
  if (op.syncs.count != 0) return -EINVAL;
  if (op.size == 0) return 0;
  VmOpCtx ctx(vm->ptdev->kernel.memory());
  int ret = panthor_vm_bind_prepare_op_ctx(file, vm, op, &ctx);
  if (ret != 0) return ret;
  ret = panthor_vm_exec_op(vm, &ctx, VmOpFailure::harmless);
  panthor_vm_cleanup_op_ctx(&ctx, vm);
  return ret;
}

}  // namespace protm::v1
