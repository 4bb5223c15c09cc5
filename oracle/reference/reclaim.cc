// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/reclaim.h"

#include <algorithm>
#include <array>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/ids.h"
#include "oracle/reference/vm_op.h"

namespace protm::reference {

using contract::GemObject;
using contract::MutexGuard;
using contract::Resv;

namespace {
/// For the jobs of one buffer. Source: panthor_gem.c panthor_gem_try_evict().
constexpr std::uint64_t kJobsJiffies = 10;
}  // namespace

// --- where a buffer belongs ----------------------------------------------------------------------

Reclaim::Use* Reclaim::find(const Vm& vm, const Ptr<Bo>& bo) {
  const auto it = std::find_if(uses_.begin(), uses_.end(), [&](const Use& use) {
    return use.vm == vm.self && use.bo == bo;
  });
  return it == uses_.end() ? nullptr : &*it;
}

ReclaimState Reclaim::state_of(const Ptr<Bo>& bo) const {
  const contract::GemUse now = d_.drm.gem_use(bo);
  if (bo->imported || !now.resident || now.pinned) return ReclaimState::unreclaimable;
  const auto vms = std::count_if(uses_.begin(), uses_.end(), [&](const Use& use) {
    return use.bo == bo && !use.evicted;
  });
  if (vms > 1) return ReclaimState::shared;
  if (vms == 1) return ReclaimState::one_vm;
  return now.mmapped ? ReclaimState::mmapped : ReclaimState::unused;
}

void Reclaim::update(const Ptr<Bo>& bo) {
  const ReclaimState state = state_of(bo);
  if (state == bo->reclaim_state) return;
  bo->reclaim_state = state;
  switch (state) {
    case ReclaimState::unused: return unused_.push_back(bo->reclaim_node);
    case ReclaimState::mmapped: return mmapped_.push_back(bo->reclaim_node);
    case ReclaimState::shared: return shared_.push_back(bo->reclaim_node);
    case ReclaimState::unreclaimable: return bo->reclaim_node.unlink();
    case ReclaimState::one_vm: break;
  }
  for (const Use& use : uses_) {
    if (!(use.bo == bo) || use.evicted) continue;
    use.vm->private_bos.push_back(bo->reclaim_node);
    // A VM that was not used since it came here has nothing that is worth keeping.
    if (!use.vm->reclaim_node.linked()) vms_.push_front(use.vm->reclaim_node);
  }
}

void Reclaim::use(Vm& vm, const Ptr<GemObject>& gem) {
  const Ptr<Bo> bo = contract::ptr_cast<Bo>(gem);
  if (Use* const known = find(vm, bo); known != nullptr) {
    ++known->count;
    return;
  }
  uses_.push_back(Use{.bo = bo, .vm = vm.self, .count = 1});
  update(bo);
}

void Reclaim::unuse(Vm& vm, const Ptr<GemObject>& gem) {
  const Ptr<Bo> bo = contract::ptr_cast<Bo>(gem);
  Use* const known = find(vm, bo);
  if (--known->count != 0) return;
  uses_.erase(uses_.begin() + (known - uses_.data()));
  update(bo);
}

void Reclaim::vm_activated(Vm& vm) {
  if (!vm.private_bos.empty()) vms_.push_back(vm.reclaim_node);
}

// --- pages go ------------------------------------------------------------------------------------

std::uint64_t Reclaim::scan(std::uint64_t pages) {
  std::uint64_t freed = scan_list(unused_, pages, Busy::is_not);
  if (freed < pages) freed += scan_list(mmapped_, pages - freed, Busy::is_not);
  if (freed < pages) freed += scan_vms(pages - freed);
  if (freed < pages) freed += scan_list(shared_, pages - freed, Busy::may_be);
  return freed;
}

// Source: drm_gem.c drm_gem_lru_scan().
std::uint64_t Reclaim::scan_list(List<Bo>& list, std::uint64_t pages, Busy busy) {
  List<Bo> seen;
  std::uint64_t freed = 0;
  while (freed < pages && !list.empty()) {
    const Ptr<Bo> bo = list.front();
    seen.push_back(bo->reclaim_node);
    d_.drm.gem_get(bo);
    const std::array resv{bo->resv};
    if (d_.drm.resv_trylock(resv[0])) {
      if (evict(bo, busy)) freed += bo->size / vocab::kPageSize;
      d_.drm.resv_unlock_all(resv);
    }
    d_.drm.gem_put(bo);
  }
  while (!seen.empty()) list.push_back(seen.front()->reclaim_node);
  return freed;
}

// Source: panthor_mmu.c panthor_mmu_reclaim_priv_bos().
std::uint64_t Reclaim::scan_vms(std::uint64_t pages) {
  List<Vm> todo, rest;
  const auto move_all = [](List<Vm>& from, List<Vm>& to) {
    while (!from.empty()) to.push_back(from.front()->reclaim_node);
  };
  move_all(vms_, todo);
  std::uint64_t freed = 0;
  while (freed < pages && !todo.empty()) {
    const Ptr<Vm> vm = todo.front();
    if (!k_.kref_get_unless_zero(vm->ref, "vm")) {
      vm->reclaim_node.unlink();
      continue;
    }
    freed += scan_list(vm->private_bos, pages - freed, Busy::may_be);
    // A VM that somebody used meanwhile is where it belongs.
    if (todo.front() == vm) {
      vm->reclaim_node.unlink();
      if (!vm->private_bos.empty()) rest.push_back(vm->reclaim_node);
    }
    Vms::put(vm);
  }
  move_all(todo, rest);
  // In front of those that were used meanwhile.
  move_all(vms_, rest);
  move_all(rest, vms_);
  return freed;
}

bool Reclaim::wait_for_jobs(const Ptr<Bo>& bo) {
  return d_.drm.resv_wait(bo->resv, kJobsJiffies);
}

bool Reclaim::evict(const Ptr<Bo>& bo, Busy busy) {
  if (busy == Busy::may_be && !wait_for_jobs(bo)) return false;
  std::pmr::vector<Ptr<Vm>> vms(k_.memory());
  std::pmr::vector<Ptr<Resv>> locked(k_.memory());
  bool mine = true;
  for (const Use& use : uses_) {
    if (use.bo == bo && mine) {
      mine = k_.kref_get_unless_zero(use.vm->ref, "vm");
      if (mine) vms.push_back(use.vm);
    }
  }
  for (const Ptr<Vm>& vm : vms) {
    const Ptr<Resv> resv = vm->root->resv;
    if (!mine || resv == bo->resv) continue;
    mine = d_.drm.resv_trylock(resv);
    if (mine) locked.push_back(resv);
  }
  if (mine) {
    // What became harder to take has its turn later.
    const ReclaimState before = bo->reclaim_state;
    update(bo);
    mine = before >= bo->reclaim_state;
  }
  const bool gone = mine && evict_from_all(bo, vms);
  d_.drm.resv_unlock_all(locked);
  for (const Ptr<Vm>& vm : vms) Vms::put(vm);
  return gone;
}

bool Reclaim::evict_from_all(const Ptr<Bo>& bo, std::span<const Ptr<Vm>> vms) {
  bo->evicting = true;
  int error = 0;
  for (const Ptr<Vm>& vm : vms) {
    if (error == 0) error = evict_from(*vm, bo);
  }
  if (error == 0) error = d_.drm.gem_evict(bo);
  bo->evicting = false;
  return error == 0;
}

std::pmr::vector<Ptr<Vma>> Reclaim::mappings(Vm& vm, const Ptr<Bo>& bo) {
  k_.assert_held(vm.op_lock);
  std::pmr::vector<Ptr<Vma>> found(k_.memory());
  d_.drm.gpuvm_for_each(vm.tree, [&](const Ptr<contract::GpuVa>& va) {
    if (va->gem == bo) found.push_back(contract::ptr_cast<Vma>(va));
  });
  return found;
}

Ptr<Vma> Reclaim::first_evicted(Vm& vm, const Ptr<Bo>& bo) {
  MutexGuard lock(k_, vm.op_lock);
  for (const Ptr<Vma>& vma : mappings(vm, bo)) {
    if (vma->evicted) return vma;
  }
  return nullptr;
}

int Reclaim::evict_from(Vm& vm, const Ptr<Bo>& bo) {
  // Whoever holds it may wait for memory.
  if (!k_.mutex_trylock(vm.op_lock)) return -EDEADLK;
  if (Use* const use = find(vm, bo); use != nullptr) use->evicted = true;
  VmOpRun steps(vm, VmOp{.kind = VmOp::Kind::sync_only});
  int error = 0;
  for (const Ptr<Vma>& vma : mappings(vm, bo)) {
    if (error == 0 && !vma->evicted) error = steps.evict(vma);
  }
  k_.mutex_unlock(vm.op_lock);
  return error;
}

void Reclaim::wait_until_evicted(const Ptr<GemObject>& gem) {
  if (!contract::ptr_cast<Bo>(gem)->evicting) return;
  const std::array resv{gem->resv};
  if (d_.drm.resv_lock_all(resv) == 0) d_.drm.resv_unlock_all(resv);
}

// --- and come back -------------------------------------------------------------------------------

int Reclaim::restore(Vm& vm) {
  for (;;) {
    const auto it = std::find_if(uses_.begin(), uses_.end(), [&](const Use& use) {
      return use.vm == vm.self && use.evicted;
    });
    if (it == uses_.end()) return 0;
    const Ptr<Bo> bo = it->bo;
    d_.drm.gem_get(bo);
    const int error = restore_one(vm, bo);
    d_.drm.gem_put(bo);
    if (error != 0) return error;
  }
}

int Reclaim::restore_one(Vm& vm, const Ptr<Bo>& bo) {
  const auto pages = d_.drm.gem_pages(bo);
  if (!pages) return pages.error();
  while (const Ptr<Vma> vma = first_evicted(vm, bo)) {
    VmOpRun steps(vm, VmOp{.kind = VmOp::Kind::sync_only, .va = vma->va, .size = vma->range});
    int error = steps.prepare_restore();
    if (error != 0) return error;
    MutexGuard lock(k_, vm.op_lock);
    // Another operation may have cut it or taken it away meanwhile.
    const std::pmr::vector<Ptr<Vma>> now = mappings(vm, bo);
    if (std::find(now.begin(), now.end(), vma) == now.end()) continue;
    error = steps.restore(vma);
    if (error != 0) return error;
  }
  if (Use* const use = find(vm, bo); use != nullptr) use->evicted = false;
  update(bo);
  return 0;
}

VmUse::VmUse(Vm& vm, For what)
    : d_(*vm.d), buffers_(vm.d->k.memory()), resvs_(vm.d->k.memory()) {
  resvs_.push_back(vm.root->resv);
  if (what == For::all_buffers) {
    d_.reclaim->for_each_of(vm, [&](const Ptr<Bo>& bo) {
      if (std::find(resvs_.begin(), resvs_.end(), bo->resv) != resvs_.end()) return;
      d_.drm.gem_get(bo);
      buffers_.push_back(bo);
      resvs_.push_back(bo->resv);
    });
  }
  (void)d_.drm.resv_lock_all(resvs_);
}

VmUse::~VmUse() {
  d_.drm.resv_unlock_all(resvs_);
  for (const Ptr<GemObject>& gem : buffers_) d_.drm.gem_put(gem);
}

}  // namespace protm::reference
