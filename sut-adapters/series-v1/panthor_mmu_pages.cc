// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/lpae.h"
#include "sut-adapters/series-v1/panthor_gem_shrinker.h"
#include "sut-adapters/series-v1/panthor_mmu_op.h"

namespace protm::v1 {
namespace {

using contract::GpuVa;
using contract::GpuVaRequest;
using contract::GpuVaRest;
using contract::Ptr;
namespace uapi = vocab::uapi;

constexpr std::uint64_t kSmall = vocab::kPageSize;
constexpr std::uint64_t kHuge = vocab::lpae::kBlockSizeL2;
using Pages = std::span<const vocab::Pa>;

std::uint32_t flags_to_prot(std::uint32_t flags) {
  const auto when = [flags](std::uint32_t flag, bool set, std::uint32_t prot) {
    return ((flags & flag) != 0) == set ? prot : 0u;
  };
  return contract::kProtRead |
         when(uapi::kVmBindOpMapReadonly, false, contract::kProtWrite) |
         when(uapi::kVmBindOpMapNoexec, true, contract::kProtNoexec) |
         when(uapi::kVmBindOpMapUncached, false, contract::kProtCache);
}

// Number of pages from `first` on that follow each other in physical memory, at most `limit`.
std::uint64_t contiguous_pages(Pages pages, std::uint64_t first, std::uint64_t limit) {
  std::uint64_t n = 1;
  while (n < limit && first + n < pages.size() &&
         pages[first + n].value == pages[first].value + n * kSmall) {
    ++n;
  }
  return n;
}

bool block_backed(Pages pages, std::uint64_t offset) {
  const std::uint64_t first = (offset & ~(kHuge - 1)) / kSmall;
  return first < pages.size() && pages[first].value % kHuge == 0 &&
         contiguous_pages(pages, first, kHuge / kSmall) == kHuge / kSmall;
}

int map_run(Vm* vm, std::uint64_t va, std::uint64_t pa, std::uint64_t bytes, std::uint32_t prot,
            std::uint64_t* done) {
  contract::Drm& drm = vm->ptdev->drm;
  while (*done < bytes) {
    const std::uint64_t at = va + *done;
    const std::uint64_t from = pa + *done;
    const std::uint64_t left = bytes - *done;
    const bool huge = ((at | from) & (kHuge - 1)) == 0 && left >= kHuge;
    const std::uint64_t size = huge ? kHuge : kSmall;
    // 4 KiB pages go up to the next place where a block may start.
    const std::uint64_t span = huge ? left : std::min(left, kHuge - (at & (kHuge - 1)));
    std::uint64_t mapped = 0;
    const int ret = drm.pgtable_map(vm->pgtbl, at, from, size, span / size, prot, mapped);
    *done += mapped;
    if (ret != 0) return ret;
    if (mapped == 0) return -ENOMEM;
  }
  return 0;
}

// Takes a prepared record for [va, va + range).
Ptr<PanthorVma> panthor_vm_op_ctx_get_vma(VmOpCtx* op) {
  for (Ptr<PanthorVma>& vma : op->preallocated) {
    if (vma == nullptr) continue;
    const Ptr<PanthorVma> taken = vma;
    vma = nullptr;
    return taken;
  }
  return nullptr;
}

void panthor_vm_op_ctx_return_vma(VmOpCtx* op, const Ptr<PanthorVma>& vma) {
  for (Ptr<PanthorVma>& free : op->preallocated) {
    if (free == nullptr) {
      free = vma;
      return;
    }
  }
}

void insert_vma(Vm* vm, const Ptr<PanthorVma>& vma) {
  if (vm->ptdev->drm.gpuva_insert(vm->base, vma) != 0) vm->ptdev->kernel.warn("vma overlaps");
  vm->ptdev->drm.gpuva_link(vma);
  panthor_vm_bo_obtain(vm, vma->gem);
}

void drop_vma(Vm* vm, const Ptr<GpuVa>& va) {
  vm->ptdev->drm.gpuva_remove(vm->base, va);
  panthor_vm_bo_put(vm, va->gem);
  vm->ptdev->drm.gpuva_unlink(va);
  vm->ptdev->kernel.free(contract::ptr_cast<PanthorVma>(va));
}

int panthor_gpuva_sm_step_map(void* ctx, const GpuVaRequest& request) {
  Vm* const vm = static_cast<Vm*>(ctx);
  VmOpCtx* const op = vm->op_ctx;
  const Ptr<PanthorVma> vma = panthor_vm_op_ctx_get_vma(op);
  if (vma == nullptr) return -EINVAL;
  vma->flags = op->flags;
  vma->va = request.va;
  vma->range = request.range;
  vma->offset = request.offset;
  vma->gem = request.gem;
  const int ret = panthor_vm_map_pages(vm, request.va, op->flags, request.gem, request.offset,
                                       request.range);
  if (ret != 0) {
    panthor_vm_op_ctx_return_vma(op, vma);
    return ret;
  }
  insert_vma(vm, vma);
  return 0;
}

// A cut through a 2 MiB block takes the whole block down; its rests are mapped again.
void unmap_hugepage_align(Vm* vm, const Ptr<GpuVa>& old, const GpuVaRest& prev,
                          const GpuVaRest& next, std::uint64_t* start, std::uint64_t* end) {
  const auto pages = vm->ptdev->drm.gem_pages(old->gem);
  if (!pages) return;
  const std::uint64_t down = *start & ~(kHuge - 1);
  if (prev.range != 0 && *start != down && prev.va <= down &&
      block_backed(*pages, old->offset + (down - old->va))) {
    *start = down;
  }
  const std::uint64_t up = (*end + kHuge - 1) & ~(kHuge - 1);
  if (next.range != 0 && *end != up && next.va + next.range >= up &&
      block_backed(*pages, old->offset + (up - kHuge - old->va))) {
    *end = up;
  }
}

// Maps a part of an old mapping again that only went because its 2 MiB block did.
int map_back(Vm* vm, const Ptr<GpuVa>& old, std::uint32_t flags, std::uint64_t from,
             std::uint64_t to) {
  if (from == to) return 0;
  return panthor_vm_map_pages(vm, from, flags, old->gem, old->offset + from - old->va, to - from);
}

int panthor_remap_pages(Vm* vm, const Ptr<GpuVa>& old, std::uint32_t flags, const GpuVaRest& prev,
                        const GpuVaRest& next) {
  struct {
    std::uint64_t start, end;
  } hole{old->va, old->va + old->range};
  if (prev.range != 0) hole.start += prev.range;
  if (next.range != 0) hole.end = next.va;
  auto wide = hole;
  unmap_hugepage_align(vm, old, prev, next, &wide.start, &wide.end);
  int ret = panthor_vm_expand_region(vm, wide.start, wide.end - wide.start);
  if (ret == 0) {
    panthor_vm_unmap_pages(vm, wide.start, wide.end - wide.start);
    ret = map_back(vm, old, flags, wide.start, hole.start);
  }
  return ret != 0 ? ret : map_back(vm, old, flags, hole.end, wide.end);
}

int panthor_gpuva_sm_step_remap(void* ctx, const Ptr<GpuVa>& old, const GpuVaRest& prev,
                                const GpuVaRest& next) {
  Vm* const vm = static_cast<Vm*>(ctx);
  const std::uint32_t flags = contract::ptr_cast<PanthorVma>(old)->flags;
  const bool evicted = contract::ptr_cast<PanthorVma>(old)->evicted;
  const int ret = evicted ? 0 : panthor_remap_pages(vm, old, flags, prev, next);
  if (ret != 0) return ret;

  const Ptr<contract::GemObject> gem = old->gem;
  vm->ptdev->drm.gpuva_remove(vm->base, old);
  for (const GpuVaRest* rest : {&prev, &next}) {
    if (rest->range == 0) continue;
    const Ptr<PanthorVma> vma = panthor_vm_op_ctx_get_vma(vm->op_ctx);
    if (vma == nullptr) {
      vm->ptdev->kernel.warn("no vma left for a rest");
      continue;
    }
    vma->flags = flags;
    vma->evicted = evicted;
    vma->va = rest->va;
    vma->range = rest->range;
    vma->offset = rest->offset;
    vma->gem = gem;
    insert_vma(vm, vma);
  }
  panthor_vm_bo_put(vm, gem);
  vm->ptdev->drm.gpuva_unlink(old);
  vm->ptdev->kernel.free(contract::ptr_cast<PanthorVma>(old));
  return 0;
}

int panthor_gpuva_sm_step_unmap(void* ctx, const Ptr<GpuVa>& old) {
  Vm* const vm = static_cast<Vm*>(ctx);
  if (!contract::ptr_cast<PanthorVma>(old)->evicted) {
    panthor_vm_unmap_pages(vm, old->va, old->range);
  }
  drop_vma(vm, old);
  return 0;
}

}  // namespace

int panthor_vm_map_pages(Vm* vm, std::uint64_t va, std::uint32_t flags,
                         const Ptr<contract::GemObject>& bo, std::uint64_t offset,
                         std::uint64_t size) {
  const auto pages = vm->ptdev->drm.gem_pages(bo);
  if (!pages) return pages.error();
  if (va < vm->locked_region.start ||
      va + size > vm->locked_region.start + vm->locked_region.size) {
    vm->ptdev->kernel.warn("map outside of the locked region");
    return -EINVAL;
  }
  const std::uint32_t prot = flags_to_prot(flags);
  std::uint64_t done = 0;
  int ret = 0;
  while (done < size && ret == 0) {
    const std::uint64_t page = (offset + done) / kSmall;
    if (page >= pages->size()) {
      ret = -EINVAL;  // the buffer is shorter than what is to be mapped
      break;
    }
    const std::uint64_t run = contiguous_pages(*pages, page, (size - done) / kSmall) * kSmall;
    std::uint64_t mapped = 0;
    ret = map_run(vm, va + done, (*pages)[page].value, run, prot, &mapped);
    done += mapped;
  }
  if (ret == 0) return 0;
  if (done != 0) panthor_vm_unmap_pages(vm, va, done);
  // The VM stays usable: upstream takes page tables from what the operation reserved, so without
  // memory it fails before it touches the VM. Source: panthor_mmu.c alloc_pt().
  return ret;
}

void panthor_vm_unmap_pages(Vm* vm, std::uint64_t va, std::uint64_t size) {
  contract::Drm& drm = vm->ptdev->drm;
  std::uint64_t offset = 0;
  while (offset < size) {
    const std::uint64_t at = va + offset;
    const std::uint64_t left = size - offset;
    const bool huge = (at & (kHuge - 1)) == 0 && left >= kHuge;
    const std::uint64_t step = huge ? kHuge : kSmall;
    const std::uint64_t span = huge ? left : std::min(left, kHuge - (at & (kHuge - 1)));
    const std::uint64_t count = span / step;
    const std::uint64_t unmapped = drm.pgtable_unmap(vm->pgtbl, at, step, count);
    if (unmapped < count * step) {
      vm->ptdev->kernel.warn("unmap hit a hole");
      panthor_vm_declare_unusable(vm);
      offset += unmapped + kSmall;
      continue;
    }
    offset += unmapped;
  }
}

contract::GpuVmSteps panthor_gpuvm_ops(Vm* vm) {
  return contract::GpuVmSteps{panthor_gpuva_sm_step_map, panthor_gpuva_sm_step_remap,
                              panthor_gpuva_sm_step_unmap, vm};
}

}  // namespace protm::v1
