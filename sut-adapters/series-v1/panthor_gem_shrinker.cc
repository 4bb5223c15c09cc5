// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/panthor_gem_shrinker.h"

#include <array>
#include <vector>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_mmu_op.h"
#include "sut-adapters/series-v1/series_v1.h"

namespace protm::v1 {
namespace {

using contract::GemObject;
using contract::Ptr;
using ShrinkFn = bool (*)(PanthorDevice* ptdev, PanthorGem* bo);

VmBo* find_vm_bo(PanthorDevice* ptdev, const Vm* vm, const PanthorGem* bo) {
  for (VmBo& vm_bo : ptdev->reclaim.vm_bos) {
    if (vm_bo.vm == vm && vm_bo.bo == bo) return &vm_bo;
  }
  return nullptr;
}

// The only VM with a mapping that was not evicted goes to `single`.
ReclaimState evaluate_reclaim_state(PanthorDevice* ptdev, PanthorGem* bo, Vm** single) {
  if (bo->imported) return ReclaimState::unreclaimable;
  const auto use = ptdev->drm.gem_use(bo->self);
  if (!use.resident || use.pinned) return ReclaimState::unreclaimable;
  std::uint32_t vm_count = 0;
  for (const VmBo& vm_bo : ptdev->reclaim.vm_bos) {
    if (vm_bo.bo != bo || vm_bo.evicted) continue;
    *single = vm_bo.vm;
    vm_count++;
  }
  if (vm_count != 0) {
    return vm_count == 1 ? ReclaimState::gpu_mapped_single_vm : ReclaimState::gpu_mapped_multi_vm;
  }
  return use.mmapped ? ReclaimState::mmapped : ReclaimState::unused;
}

void update_reclaim_state(PanthorDevice* ptdev, PanthorGem* bo) {
  auto& reclaim = ptdev->reclaim;
  Vm* vm = nullptr;
  const ReclaimState now = evaluate_reclaim_state(ptdev, bo, &vm);
  if (bo->reclaim_state == now) return;
  bo->reclaim_state = now;
  bo->lru_node.owner = bo;
  if (now == ReclaimState::unused) list_move_tail(bo->lru_node, reclaim.unused);
  if (now == ReclaimState::mmapped) list_move_tail(bo->lru_node, reclaim.mmapped);
  if (now == ReclaimState::gpu_mapped_multi_vm) {
    list_move_tail(bo->lru_node, reclaim.gpu_mapped_shared);
  }
  if (now == ReclaimState::unreclaimable) list_del_init(bo->lru_node);
  if (now != ReclaimState::gpu_mapped_single_vm) return;
  list_move_tail(bo->lru_node, vm->reclaim.lru);
  vm->reclaim.lru_node.owner = vm;
  if (list_empty(vm->reclaim.lru_node)) list_move_front(vm->reclaim.lru_node, reclaim.vms);
}

// --- eviction ------------------------------------------------------------------------------------

int evict_vmas(Vm* vm, const PanthorGem* bo) {
  contract::Drm& drm = vm->ptdev->drm;
  std::pmr::vector<Ptr<PanthorVma>> vmas(vm->ptdev->mr);
  drm.gpuvm_for_each(vm->base, [&](const Ptr<contract::GpuVa>& va) {
    const auto vma = contract::ptr_cast<PanthorVma>(va);
    if (!vma->evicted && va->gem == bo->self) vmas.push_back(vma);
  });
  for (const Ptr<PanthorVma>& vma : vmas) {
    const int ret = panthor_vm_lock_region(vm, vma->va, vma->range);
    if (ret != 0) return ret;
    panthor_vm_unmap_pages(vm, vma->va, vma->range);
    panthor_vm_unlock_region(vm);
    vma->evicted = true;
  }
  return 0;
}

// Who holds op_lock may itself wait for memory.
int panthor_vm_evict_bo_mappings_locked(PanthorDevice* ptdev, PanthorGem* bo,
                                        std::span<const Ptr<Vm>> vms) {
  for (const Ptr<Vm>& vm : vms) {
    if (!ptdev->kernel.mutex_trylock(vm->op_lock)) return -EDEADLK;
    VmBo* const vm_bo = find_vm_bo(ptdev, &*vm, bo);
    if (vm_bo != nullptr) vm_bo->evicted = true;
    const int ret = evict_vmas(&*vm, bo);
    ptdev->kernel.mutex_unlock(vm->op_lock);
    if (ret != 0) return ret;
  }
  return ptdev->drm.gem_evict(bo->self);
}

bool try_evict_no_resv_wait(PanthorDevice* ptdev, PanthorGem* bo) {
  std::pmr::vector<Ptr<Vm>> vms(ptdev->mr);
  std::pmr::vector<Ptr<contract::Resv>> resvs(ptdev->mr);
  int ret = 0;
  for (const VmBo& vm_bo : ptdev->reclaim.vm_bos) {
    if (vm_bo.bo != bo) continue;
    if (!ptdev->kernel.kref_get_unless_zero(vm_bo.vm->refcount, "vm")) {
      ret = -EAGAIN;
      break;
    }
    vms.push_back(vm_bo.vm->self);
  }
  for (std::size_t i = 0; ret == 0 && i < vms.size(); ++i) {
    const Ptr<contract::Resv> resv = vms[i]->root_gem->resv;
    if (resv == bo->resv) continue;
    if (ptdev->drm.resv_trylock(resv)) {
      resvs.push_back(resv);
    } else {
      ret = -EDEADLK;
    }
  }
  if (ret == 0) {
    const ReclaimState old_state = bo->reclaim_state;
    update_reclaim_state(ptdev, bo);
    ret = old_state < bo->reclaim_state ? -EAGAIN
                                        : panthor_vm_evict_bo_mappings_locked(ptdev, bo, vms);
  }
  ptdev->drm.resv_unlock_all(resvs);
  for (const Ptr<Vm>& vm : vms) panthor_vm_put(&*vm);
  return ret == 0;
}

bool try_evict(PanthorDevice* ptdev, PanthorGem* bo) {
  constexpr std::uint64_t kLongestWait = 10;  // jiffies, as upstream writes it
  if (!ptdev->drm.resv_wait(bo->resv, kLongestWait)) return false;
  return try_evict_no_resv_wait(ptdev, bo);
}

// drm_gem_lru_scan().
std::uint64_t lru_scan(PanthorDevice* ptdev, ListNode<PanthorGem>& lru, std::uint64_t nr_to_scan,
                       ShrinkFn shrink) {
  ListNode<PanthorGem> still_in_lru;
  std::uint64_t freed = 0;
  for (PanthorGem* bo = list_first(lru); bo != nullptr && freed < nr_to_scan;
       bo = list_first(lru)) {
    const Ptr<PanthorGem> ref = bo->self;
    const std::array resv{ref->resv};
    list_move_tail(bo->lru_node, still_in_lru);
    ptdev->drm.gem_get(ref);
    if (ptdev->drm.resv_trylock(resv[0])) {
      if (shrink(ptdev, bo)) freed += ref->size / vocab::kPageSize;
      ptdev->drm.resv_unlock_all(resv);
    }
    ptdev->drm.gem_put(ref);
  }
  list_for_each_safe(still_in_lru, [&](PanthorGem* bo) { list_move_tail(bo->lru_node, lru); });
  return freed;
}

std::uint64_t panthor_mmu_reclaim_priv_bos(PanthorDevice* ptdev, std::uint64_t nr_to_scan) {
  ListNode<Vm> vms, remaining_vms;
  auto& lru = ptdev->reclaim.vms;
  list_for_each_safe(lru, [&](Vm* vm) { list_move_tail(vm->reclaim.lru_node, vms); });
  std::uint64_t freed = 0;
  while (freed < nr_to_scan && !list_empty(vms)) {
    Vm* const vm = list_first(vms);
    if (!ptdev->kernel.kref_get_unless_zero(vm->refcount, "vm")) {
      list_del_init(vm->reclaim.lru_node);
      continue;
    }
    freed += lru_scan(ptdev, vm->reclaim.lru, nr_to_scan - freed, try_evict);
    if (list_first(vms) == vm) {
      list_del_init(vm->reclaim.lru_node);
      if (!list_empty(vm->reclaim.lru)) list_move_tail(vm->reclaim.lru_node, remaining_vms);
    }
    panthor_vm_put(vm);
  }
  // What is left keeps its order, before those that were used meanwhile.
  for (ListNode<Vm>* from : {&vms, &remaining_vms}) {
    while (!list_empty(*from)) list_move_front(from->prev->owner->reclaim.lru_node, lru);
  }
  return freed;
}

// --- and back ------------------------------------------------------------------------------------

Ptr<PanthorVma> select_evicted_vma(Vm* vm, const Ptr<PanthorGem>& bo) {
  contract::MutexGuard guard(vm->ptdev->kernel, vm->op_lock);
  Ptr<PanthorVma> first;
  vm->ptdev->drm.gpuvm_for_each(vm->base, [&](const Ptr<contract::GpuVa>& va) {
    const auto found = contract::ptr_cast<PanthorVma>(va);
    if (first == nullptr && found->evicted && va->gem == bo) first = found;
  });
  return first;
}

// The lock was not held while the tables were set aside: the mapping may have gone.
int remap_evicted_vma(Vm* vm, const Ptr<PanthorGem>& bo, const Ptr<PanthorVma>& vma,
                      VmOpCtx* op) {
  contract::MutexGuard guard(vm->ptdev->kernel, vm->op_lock);
  bool there = false;
  vm->ptdev->drm.gpuvm_for_each(vm->base, [&](const Ptr<contract::GpuVa>& va) {
    there = there || (va->gem == bo && contract::ptr_cast<PanthorVma>(va) == vma);
  });
  if (!there) return 0;
  int ret = panthor_vm_lock_region(vm, vma->va, vma->range);
  if (ret != 0) return ret;
  panthor_vm_op_ctx_lend_pts(op, vm);
  ret = panthor_vm_map_pages(vm, vma->va, vma->flags, vma->gem, vma->offset, vma->range);
  panthor_vm_op_ctx_fetch_pts(op, vm);
  if (ret == 0) vma->evicted = false;
  panthor_vm_unlock_region(vm);
  return ret;
}

int panthor_vm_restore_vmas(Vm* vm, const Ptr<PanthorGem>& bo) {
  for (;;) {
    const Ptr<PanthorVma> vma = select_evicted_vma(vm, bo);
    if (vma == nullptr) return 0;
    VmOpCtx op(vm->ptdev->kernel.memory());
    op.va = vma->va;
    op.range = vma->range;
    int ret = panthor_vm_op_ctx_prealloc_pts(&op, vm);
    if (ret == 0) ret = remap_evicted_vma(vm, bo, vma, &op);
    panthor_vm_cleanup_op_ctx(&op, vm);
    if (ret != 0) return ret;
  }
}

}  // namespace

int panthor_vm_validate(Vm* vm) {
  PanthorDevice* const ptdev = vm->ptdev;
  for (std::size_t i = 0; i < ptdev->reclaim.vm_bos.size(); ++i) {
    const VmBo vm_bo = ptdev->reclaim.vm_bos[i];
    if (vm_bo.vm != vm || !vm_bo.evicted) continue;
    const Ptr<PanthorGem> bo = vm_bo.bo->self;
    ptdev->drm.gem_get(bo);
    const auto pages = ptdev->drm.gem_pages(bo);
    const int ret = pages ? panthor_vm_restore_vmas(vm, bo) : pages.error();
    if (ret == 0) {
      if (VmBo* const now = find_vm_bo(ptdev, vm, &*bo)) now->evicted = false;
      update_reclaim_state(ptdev, &*bo);
    }
    ptdev->drm.gem_put(bo);
    if (ret != 0) return ret;
    i = static_cast<std::size_t>(-1);  // others may have come and gone
  }
  return 0;
}

std::uint64_t panthor_gem_shrinker_scan(void* driver, std::uint64_t nr_to_scan) {
  PanthorDevice* const ptdev = &*series_v1_of(driver)->ptdev;
  auto& reclaim = ptdev->reclaim;
  std::uint64_t freed = lru_scan(ptdev, reclaim.unused, nr_to_scan, try_evict_no_resv_wait);
  if (freed >= nr_to_scan) return freed;
  freed += lru_scan(ptdev, reclaim.mmapped, nr_to_scan - freed, try_evict_no_resv_wait);
  if (freed >= nr_to_scan) return freed;
  freed += panthor_mmu_reclaim_priv_bos(ptdev, nr_to_scan - freed);
  if (freed >= nr_to_scan) return freed;
  return freed + lru_scan(ptdev, reclaim.gpu_mapped_shared, nr_to_scan - freed, try_evict);
}

void panthor_gem_update_reclaim_state(void* /*driver*/, const Ptr<GemObject>& obj) {
  // The device of the last probe may be another one.
  PanthorGem* const bo = &*contract::ptr_cast<PanthorGem>(obj);
  update_reclaim_state(bo->ptdev, bo);
}

void panthor_vm_bo_obtain(Vm* vm, const Ptr<GemObject>& obj) {
  PanthorGem* const bo = &*contract::ptr_cast<PanthorGem>(obj);
  const bool is_new = find_vm_bo(vm->ptdev, vm, bo) == nullptr;
  if (is_new) vm->ptdev->reclaim.vm_bos.push_back({.bo = bo, .vm = vm});
  find_vm_bo(vm->ptdev, vm, bo)->refs++;
  if (is_new) update_reclaim_state(vm->ptdev, bo);
}

void panthor_vm_bo_put(Vm* vm, const Ptr<GemObject>& obj) {
  PanthorGem* const bo = &*contract::ptr_cast<PanthorGem>(obj);
  find_vm_bo(vm->ptdev, vm, bo)->refs--;
  if (std::erase_if(vm->ptdev->reclaim.vm_bos, [](const VmBo& vm_bo) { return vm_bo.refs == 0; })) {
    update_reclaim_state(vm->ptdev, bo);
  }
}

void panthor_vm_reclaim_touch(Vm* vm) {
  if (list_empty(vm->reclaim.lru)) return;
  list_move_tail(vm->reclaim.lru_node, vm->ptdev->reclaim.vms);
}

}  // namespace protm::v1
