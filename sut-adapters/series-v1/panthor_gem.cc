// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/panthor_gem.h"

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/uapi_core.h"
#include "sut-adapters/series-v1/panthor_gem_shrinker.h"
#include "sut-adapters/series-v1/series_v1.h"

namespace protm::v1 {
namespace {

using contract::GemObject;
using contract::Ptr;
using contract::Result;
namespace uapi = vocab::uapi;

constexpr std::uint32_t kHeapFdFlags = uapi::kPrimeRdwr | uapi::kPrimeCloexec;
constexpr std::uint64_t kHugePage = 2ull << 20;

void panthor_gem_free_object(void* driver, const Ptr<GemObject>& gem) {
  SeriesV1& v1 = *series_v1_of(driver);
  const auto bo = contract::ptr_cast<PanthorGem>(gem);
  const Ptr<PanthorGem> vm_root_gem = bo->exclusive_vm_root_gem;
  list_del_init(bo->lru_node);
  v1.drm.gem_release(gem);
  v1.kernel.free(bo);
  v1.drm.gem_put(vm_root_gem);
}

constexpr contract::GemOps kGemOps{panthor_gem_free_object, "bo",
                                  panthor_gem_update_reclaim_state};
constexpr contract::GemOps kRootGemOps{panthor_gem_free_object, "vm_root"};

// Makes `bo` private to a VM: it shares the VM's reservation and keeps its root object alive.
void make_exclusive(PanthorDevice* ptdev, const Ptr<PanthorGem>& bo, Vm* vm) {
  bo->exclusive_vm_root_gem = vm->root_gem;
  ptdev->drm.gem_get(vm->root_gem);
}

Result<Ptr<PanthorGem>> panthor_gem_create_protected(PanthorDevice* ptdev, std::uint64_t size,
                                                     std::uint32_t flags, Vm* exclusive_vm) {
  if (ptdev->protm.heap == nullptr) return tl::make_unexpected(-EINVAL);
  if (flags != uapi::kBoNoMmap) return tl::make_unexpected(-EINVAL);
  if (exclusive_vm == nullptr) return tl::make_unexpected(-EINVAL);

  const std::uint32_t fd_flags =
      has_defect(ptdev, Switch::kbo_9) ? uapi::kDmaHeapValidFdFlags : kHeapFdFlags;
  const auto dma_bo = dma_heap_buffer_alloc(ptdev->protm.heap, size, fd_flags, 0);
  if (!dma_bo) return tl::make_unexpected(dma_bo.error());

  const auto gem_obj = ptdev->drm.gem_prime_import(*dma_bo);
  // The import holds its own reference; as posted the allocation's one is kept with it.
  if (!gem_obj || !has_defect(ptdev, Switch::kbo_8)) ptdev->drm.dma_buf_put(*dma_bo);
  if (!gem_obj) return tl::make_unexpected(gem_obj.error());

  const auto bo = contract::ptr_cast<PanthorGem>(*gem_obj);
  bo->flags = flags;
  // The reservation stays the buffer's own, which dma-buf operations need.
  make_exclusive(ptdev, bo, exclusive_vm);
  return bo;
}

}  // namespace

Ptr<PanthorGem> panthor_gem_create_root(PanthorDevice* ptdev) {
  const auto root = ptdev->kernel.make<PanthorGem>("vm_root");
  if (root == nullptr) return nullptr;
  if (ptdev->drm.gem_init(root, vocab::kPageSize, &kRootGemOps) != 0) {
    ptdev->kernel.free(root);
    return nullptr;
  }
  return root;
}

Result<Ptr<PanthorGem>> panthor_gem_create(PanthorDevice* ptdev, std::uint64_t size,
                                           std::uint32_t flags, Vm* exclusive_vm) {
  const auto bo = ptdev->kernel.make<PanthorGem>("bo");
  if (bo == nullptr) return tl::make_unexpected(-ENOMEM);
  bo->ptdev = ptdev;
  bo->self = bo;
  const std::uint64_t aligned = (size + vocab::kPageMask) & ~vocab::kPageMask;
  const int ret = ptdev->drm.gem_init(bo, aligned, &kGemOps);
  if (ret != 0) {
    ptdev->kernel.free(bo);
    return tl::make_unexpected(ret);
  }
  bo->flags = flags;
  if (exclusive_vm != nullptr) {
    make_exclusive(ptdev, bo, exclusive_vm);
    bo->resv = exclusive_vm->root_gem->resv;
  }
  return bo;
}

void panthor_gem_put(PanthorDevice* ptdev, const Ptr<PanthorGem>& bo) { ptdev->drm.gem_put(bo); }

int panthor_gem_prime_export(void* /*driver*/, const Ptr<GemObject>& obj) {
  const Ptr<PanthorGem> root = contract::ptr_cast<PanthorGem>(obj)->exclusive_vm_root_gem;
  return root == nullptr ? 0 : -EINVAL;
}

Result<Ptr<GemObject>> panthor_gem_prime_import_sg_table(void* driver,
                                                         const Ptr<contract::DmaBuf>& /*buf*/,
                                                         std::uint64_t size) {
  SeriesV1& v1 = *series_v1_of(driver);
  const auto bo = v1.kernel.make<PanthorGem>("bo");
  if (bo == nullptr) return tl::make_unexpected(-ENOMEM);
  const int ret = v1.drm.gem_init(bo, size, &kGemOps);
  if (ret != 0) {
    v1.kernel.free(bo);
    return tl::make_unexpected(ret);
  }
  bo->ptdev = &*v1.ptdev;
  bo->self = bo;
  return Ptr<GemObject>(bo);
}

KernelBoResult panthor_kernel_bo_create(PanthorDevice* ptdev, Vm* vm, const KernelBoArgs& args) {
  // The firmware's VM goes with the device. Upstream does not look, in a GROUP_CREATE beside it.
  if (vm == nullptr) return tl::make_unexpected(-ENODEV);
  const auto kbo = ptdev->kernel.make<KernelBo>("kbo");
  if (kbo == nullptr) return tl::make_unexpected(-ENOMEM);
  kbo->vm = panthor_vm_get(vm);
  const auto bo = (args.kbo_flags & kKboProtectedHeap) != 0
                      ? panthor_gem_create_protected(ptdev, args.size, args.bo_flags, vm)
                      : panthor_gem_create(ptdev, args.size, args.bo_flags, vm);
  if (!bo) {
    ptdev->kernel.free(kbo);
    panthor_vm_put(vm);
    return tl::make_unexpected(bo.error());
  }
  kbo->ptdev = ptdev;
  kbo->obj = *bo;
  kbo->flags = args.kbo_flags;
  const std::uint64_t size = (args.size + vocab::kPageMask) & ~vocab::kPageMask;

  int ret = vm->for_mcu ? ptdev->drm.gem_pin(kbo->obj) : 0;
  if (ret == 0) {
    const std::uint64_t align = size >= kHugePage ? kHugePage : vocab::kPageSize;
    const auto va = panthor_vm_alloc_va(vm, args.gpu_va, size, align, args.va_role);
    ret = va ? 0 : va.error();
    if (ret == 0) {
      kbo->va = *va;
      kbo->va_size = size;
      ret = panthor_vm_map_bo_range(vm, kbo->obj, 0, size, kbo->va, args.vm_map_flags);
      if (ret != 0) panthor_vm_free_va(vm, kbo->va);
    }
    if (ret != 0 && vm->for_mcu) ptdev->drm.gem_unpin(kbo->obj);
  }
  if (ret != 0) {
    panthor_gem_put(ptdev, kbo->obj);
    ptdev->kernel.free(kbo);
    panthor_vm_put(vm);
    return tl::make_unexpected(ret);
  }
  return kbo;
}

void panthor_kernel_bo_destroy(const Ptr<KernelBo>& bo) {
  if (bo == nullptr) return;
  PanthorDevice* const ptdev = bo->ptdev;
  const Ptr<Vm> vm = bo->vm;
  Ptr<contract::DmaBuf> dma_bo;
  if ((bo->flags & kKboProtectedHeap) != 0 && has_defect(ptdev, Switch::kbo_8)) {
    dma_bo = bo->obj->dma_buf;
  }
  panthor_kernel_bo_vunmap(&*bo);
  // A GPU that does not leave protected mode is reset. Upstream does not try again behind that, and
  // the memory stays with its VM; no switch stands for it.
  if (panthor_vm_unmap_range(&*vm, bo->va, bo->va_size) == -ETIMEDOUT) {
    ptdev->kernel.flush_work(ptdev->reset.work);
    (void)panthor_vm_unmap_range(&*vm, bo->va, bo->va_size);
  }
  panthor_vm_free_va(&*vm, bo->va);
  if (vm->for_mcu) ptdev->drm.gem_unpin(bo->obj);
  panthor_gem_put(ptdev, bo->obj);
  if (dma_bo != nullptr) ptdev->drm.dma_buf_put(dma_bo);
  ptdev->kernel.free(bo);
  panthor_vm_put(&*vm);
}

int panthor_kernel_bo_vmap(KernelBo* bo) {
  if (bo->kmap) return 0;
  const auto map = bo->ptdev->drm.gem_vmap(bo->obj);
  if (!map) return map.error();
  bo->kmap = *map;
  return 0;
}

void panthor_kernel_bo_vunmap(KernelBo* bo) {
  if (!bo->kmap) return;
  bo->ptdev->drm.gem_vunmap(bo->obj);
  bo->kmap = {};
}

}  // namespace protm::v1
