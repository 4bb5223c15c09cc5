// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/gem.h"

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/ids.h"
#include "oracle/reference/driver.h"
#include "oracle/reference/reclaim.h"
#include "oracle/reference/vm.h"

namespace protm::reference {

namespace uapi = vocab::uapi;
using contract::GemObject;
using tl::unexpected;

namespace {

/// A legal access mode, as KBO-9 asks, and not the mask of what the heap takes.
constexpr std::uint32_t kHeapFdFlags = uapi::kPrimeRdwr | uapi::kPrimeCloexec;

void free_bo(void*, const Ptr<GemObject>& gem) {
  const Ptr<Bo> bo = contract::ptr_cast<Bo>(gem);
  Device& d = *bo->device;
  const Ptr<GemObject> root = bo->exclusive_root;
  bo->reclaim_node.unlink();
  d.drm.gem_release(gem);
  d.k.free(bo);
  // The root carries the resv of the object, so it goes last.
  d.drm.gem_put(root);
}

void use_changed(void*, const Ptr<GemObject>& gem) {
  const Ptr<Bo> bo = contract::ptr_cast<Bo>(gem);
  bo->device->reclaim->update(bo);
}

constexpr contract::GemOps kBoOps{.free = free_bo, .role = "bo", .use_changed = use_changed};

Result<Ptr<Bo>> make_bo(Device& d, std::uint64_t size) {
  const Ptr<Bo> bo = d.k.make<Bo>(kBoOps.role);
  if (!bo) return unexpected(-ENOMEM);
  bo->device = &d;
  bo->reclaim_node.owner = bo;
  const int error = d.drm.gem_init(bo, size, &kBoOps);
  if (error != 0) {
    d.k.free(bo);
    return unexpected(error);
  }
  return bo;
}

void make_exclusive(Device& d, const Ptr<Bo>& bo, const Ptr<Vm>& vm) {
  d.drm.gem_get(vm->root);
  bo->exclusive_root = vm->root;
  bo->resv = vm->root->resv;
}

std::uint64_t page_align(std::uint64_t size) {
  return (size + vocab::kPageMask) & ~vocab::kPageMask;
}

/// A VM that stays while something is mapped into it: that may wait for the GPU, and the device may
/// go meanwhile.
struct HeldVm {
  explicit HeldVm(const Ptr<Vm>& where) : vm(where) { Vms::get(vm); }
  ~HeldVm() { Vms::put(vm); }
  HeldVm(const HeldVm&) = delete;
  HeldVm& operator=(const HeldVm&) = delete;
  const Ptr<Vm> vm;
};

}  // namespace

Result<Ptr<Bo>> create_bo(Device& d, std::uint64_t size, std::uint32_t flags,
                          const Ptr<Vm>& exclusive_vm) {
  auto bo = make_bo(d, size);
  if (!bo) return bo;
  (*bo)->flags = flags;
  // The base refuses the offset instead, see BO_MMAP_OFFSET.
  const bool refused_late = !d.driver.profile().no_mmap_no_offset;
  (*bo)->no_mmap = refused_late && (flags & uapi::kBoNoMmap) != 0;
  if (exclusive_vm) make_exclusive(d, *bo, exclusive_vm);
  return bo;
}

Result<Ptr<GemObject>> import_bo(Device& d, std::uint64_t size) {
  const auto bo = make_bo(d, size);
  if (!bo) return unexpected(bo.error());
  return Ptr<GemObject>(*bo);
}

int may_export(const Ptr<GemObject>& gem) {
  return contract::ptr_cast<Bo>(gem)->exclusive_root ? -EINVAL : 0;
}

int KernelBos::place_and_map(Device& d, const Ptr<KernelBo>& bo, const KernelBoPlace& place) {
  const Ptr<Vm>& vm = bo->vm;
  if (vm->kind == VmKind::mcu) {
    // The firmware may touch its memory at any time.
    const int error = d.drm.gem_pin(bo->object);
    if (error != 0) return error;
    bo->pinned = true;
  }
  const auto va = Vms::alloc_va(vm, place.va, bo->size, place.va_role);
  if (!va) return va.error();
  VmOp op{.kind = VmOp::Kind::map, .va = *va, .size = bo->size, .offset = place.bo_offset,
          .object = bo->object, .flags = place.map_flags};
  const int error = Vms::run(vm, op);
  if (error != 0) {
    Vms::free_va(vm, *va);
    return error;
  }
  bo->va = *va;
  return 0;
}

Result<Ptr<KernelBo>> KernelBos::settled(Device& d, const Ptr<KernelBo>& bo, int error) {
  if (error == 0) {
    Vms::get(bo->vm);
    return bo;
  }
  if (bo->pinned) d.drm.gem_unpin(bo->object);
  d.drm.gem_put(bo->object);
  d.k.free(bo);
  return unexpected(error);
}

Result<Ptr<KernelBo>> KernelBos::create(Device& d, const Ptr<Vm>& where, std::uint64_t size,
                                        const KernelBoPlace& place) {
  if (!where) return unexpected(-ENODEV);  // the firmware's went with the device
  const HeldVm held(where);
  const Ptr<KernelBo> bo = d.k.make<KernelBo>("kbo");
  if (!bo) return unexpected(-ENOMEM);
  bo->size = page_align(size);
  const auto object = make_bo(d, bo->size);
  if (!object) {
    d.k.free(bo);
    return unexpected(object.error());
  }
  bo->object = *object;
  bo->vm = held.vm;
  // Only this VM uses it: whoever has the VM's fences has those of the buffer.
  if (held.vm->kind == VmKind::user) make_exclusive(d, *object, held.vm);
  return settled(d, bo, place_and_map(d, bo, place));
}

Result<Ptr<KernelBo>> KernelBos::create_protected(Device& d, const Ptr<Vm>& where,
                                                  std::uint64_t size,
                                                  const KernelBoPlace& place) {
  if (!d.protm_heap) return unexpected(-EINVAL);
  if (!where) return unexpected(-ENODEV);
  const HeldVm held(where);
  const Ptr<KernelBo> bo = d.k.make<KernelBo>("kbo");
  if (!bo) return unexpected(-ENOMEM);
  bo->size = page_align(size);
  const auto buffer =
      d.driver.dma_heap_buffer_alloc(d.protm_heap, bo->size, kHeapFdFlags, 0);
  if (!buffer) {
    d.k.free(bo);
    return unexpected(buffer.error());
  }
  const auto object = d.drm.gem_prime_import(*buffer);
  d.driver.after_import(*buffer, object.has_value());
  if (!object) {
    d.k.free(bo);
    return unexpected(object.error());
  }
  bo->object = *object;
  bo->vm = held.vm;
  // A heap may hand out less than was asked for.
  return settled(d, bo, (*object)->size < bo->size ? -EINVAL : place_and_map(d, bo, place));
}

Result<Ptr<KernelBo>> KernelBos::create_from_user(Device& d, const Ptr<Vm>& where,
                                                  const Ptr<GemObject>& gem, std::uint64_t size,
                                                  const KernelBoPlace& place) {
  if (!where) return unexpected(-ENODEV);
  const HeldVm held(where);
  const Ptr<KernelBo> bo = d.k.make<KernelBo>("kbo");
  if (!bo) return unexpected(-ENOMEM);
  bo->size = page_align(size);
  d.drm.gem_get(gem);
  bo->object = gem;
  bo->vm = held.vm;
  return settled(d, bo, place_and_map(d, bo, place));
}

int KernelBos::vmap(Device& d, const Ptr<KernelBo>& bo) {
  const auto map = d.drm.gem_vmap(bo->object);
  if (!map) return map.error();
  bo->kmap = *map;
  return 0;
}

void KernelBos::vunmap(Device& d, const Ptr<KernelBo>& bo) {
  if (!bo->kmap) return;
  d.drm.gem_vunmap(bo->object);
  bo->kmap = contract::KMap{};
}

void KernelBos::destroy(Device& d, const Ptr<KernelBo>& bo) {
  if (!bo) return;
  vunmap(d, bo);
  const VmOp unmap{.kind = VmOp::Kind::unmap, .va = bo->va, .size = bo->size,
                   .cuts_nothing = true};
  const int error = Vms::run_past_resets(bo->vm, unmap);
  if (error != 0) {
    // The GPU may still reach the memory: it is kept rather than given to somebody else (MMU-34).
    d.k.log("kernel buffer cannot be unmapped, it is kept");
    return;
  }
  Vms::free_va(bo->vm, bo->va);
  if (bo->pinned) d.drm.gem_unpin(bo->object);
  d.drm.gem_put(bo->object);
  const Ptr<Vm> vm = bo->vm;
  d.k.free(bo);
  Vms::put(vm);
}

}  // namespace protm::reference
