// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/vm.h"

#include <algorithm>
#include <array>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/lpae.h"
#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/regs/mmu_control.h"
#include "oracle/reference/gem.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/mmu.h"
#include "oracle/reference/reclaim.h"
#include "oracle/reference/sched.h"
#include "oracle/reference/tiler_heap.h"
#include "oracle/reference/vm_op.h"

namespace protm::reference {

using namespace vocab;
using contract::GemObject;
using contract::MutexGuard;
using tl::unexpected;

namespace {

/// One attribute of MAIR: cacheability for outer and inner caches, 4 bits each.
constexpr std::uint64_t mair(std::uint32_t index, std::uint64_t outer, std::uint64_t inner) {
  return (outer << 4 | inner) << (8 * index);
}
constexpr std::uint64_t kMairNone = 4, kMairAll = 15;
/// The attributes that the page-table format defines; the last one has no name there.
constexpr std::uint64_t kMair = mair(lpae::kAttrUncached, kMairNone, kMairNone) |
                                mair(lpae::kAttrCached, kMairAll, kMairAll) |
                                mair(lpae::kAttrDevice, 0, kMairNone) |
                                mair(lpae::kAttrDevice + 1, kMairAll, kMairNone);

void free_root(void* driver, const Ptr<GemObject>& gem);
constexpr contract::GemOps kRootOps{.free = free_root, .role = "vm_root"};

struct Root : GemObject {
  Device* device = nullptr;
};

void free_root(void*, const Ptr<GemObject>& gem) {
  const Ptr<Root> root = contract::ptr_cast<Root>(gem);
  Device& d = *root->device;
  d.drm.gem_release(gem);
  d.k.free(root);
}

void free_tree(Device& d, Vm& vm) {
  // Operations that came behind the VM's end may have mapped something.
  while (const Ptr<contract::GpuVa> left = d.drm.gpuva_find(vm.tree, 0, vm.range)) {
    d.drm.gpuva_remove(vm.tree, left);
    d.reclaim->unuse(vm, left->gem);
    d.drm.gpuva_unlink(left);
    d.k.free(left);
  }
  d.drm.gpuvm_fini(vm.tree);
}

void free_vm(const Ptr<Vm>& vm) {
  Device& d = *vm->d;
  d.mmu->bind_queues().remove(*vm);
  vm->reclaim_node.unlink();
  d.mmu->vm_released(*vm);
  if (vm->tree_ready) free_tree(d, *vm);
  if (vm->table_ready) d.drm.pgtable_fini(vm->table);
  if (vm->mm_ready) d.drm.mm_fini(vm->kernel_va);
  const Ptr<GemObject> root = vm->root;
  if (vm->kind == VmKind::user) --d.live_vms;
  d.k.free(vm);
  d.drm.gem_put(root);
}

int init_vm(Device& d, const Ptr<Vm>& vm, const VmLayout& layout) {
  const Ptr<Root> root = d.k.make<Root>("vm_root");
  if (!root) return -ENOMEM;
  root->device = &d;
  int error = d.drm.gem_init(root, kPageSize, &kRootOps);
  if (error != 0) {
    d.k.free(root);
    return error;
  }
  vm->root = root;
  d.drm.mm_init(vm->kernel_va, layout.kernel_start, layout.kernel_size);
  vm->mm_ready = true;
  error = d.drm.pgtable_init(vm->table);
  if (error != 0) return error;
  vm->table_ready = true;
  const std::uint32_t va_bits = Word<MmuFeatures>{d.gpu->info().mmu_features}[MmuFeatures::va_bits];
  const std::uint64_t range =
      layout.kind == VmKind::mcu ? fw::kMcuVaSize : 1ull << va_bits;
  error = d.drm.gpuvm_init(vm->tree, 0, range, 0, 0);
  if (error != 0) return error;
  vm->tree_ready = true;
  vm->range = range;
  vm->auto_start = layout.auto_start;
  vm->auto_end = layout.auto_start + layout.auto_size;
  vm->memattr = memattr_from_mair(kMair, d.gpu->coherent());
  vm->transcfg = kTranscfgPtwMemattrWb | kTranscfgPtwRa | kTranscfgAdrmodeAarch64_4k |
                 (std::uint64_t{55 - va_bits} << kTranscfgInaBitsShift);
  if (d.gpu->coherent()) vm->transcfg |= kTranscfgPtwShOs;
  return layout.kind == VmKind::user ? d.mmu->bind_queues().add(vm) : 0;
}

/// Under op_lock, which whoever changes the tree holds.
Ptr<contract::GpuVa> mapping_at(Vm& vm, std::uint64_t va) {
  vm.d->k.assert_held(vm.op_lock);
  return vm.d->drm.gpuva_find(vm.tree, va, 1);
}

}  // namespace

Result<Ptr<Vm>> Vms::create(Device& d, const VmLayout& layout) {
  const Ptr<Vm> vm = d.k.make<Vm>("vm");
  if (!vm) return unexpected(-ENOMEM);
  vm->d = &d;
  vm->self = vm;
  vm->lru.owner = vm;
  vm->reclaim_node.owner = vm;
  vm->kind = layout.kind;
  if (layout.kind == VmKind::user) ++d.live_vms;
  d.k.kref_init(vm->ref);
  const int error = init_vm(d, vm, layout);
  if (error != 0) {
    free_vm(vm);
    return unexpected(error);
  }
  return vm;
}

void Vms::get(const Ptr<Vm>& vm) { vm->d->k.kref_get(vm->ref, "vm"); }

void Vms::put(const Ptr<Vm>& vm) {
  if (vm && vm->d->k.kref_put(vm->ref, "vm")) free_vm(vm);
}

void Vms::destroy(const Ptr<Vm>& vm) {
  Device& d = *vm->d;
  vm->destroyed = true;
  // The firmware may still write into the VM while its groups leave their slots.
  if (vm->active_count != 0 && d.is_initialized()) d.sched->flush_tick();
  TilerHeaps::destroy_pool(vm);
  const std::uint32_t va_bits =
      Word<MmuFeatures>{d.gpu->info().mmu_features}[MmuFeatures::va_bits];
  const VmOp unmap{.kind = VmOp::Kind::unmap, .va = 0, .size = 1ull << va_bits,
                   .cuts_nothing = true};
  if (run_past_resets(vm, unmap) != 0) d.k.warn("mappings of a destroyed vm stay");
  put(vm);
}

int Vms::run_past_resets(const Ptr<Vm>& vm, const VmOp& op) {
  Device& d = *vm->d;
  for (;;) {
    const std::uint32_t resets = d.resets();
    const int error = run(vm, op);
    if (error != -ETIMEDOUT || !d.wait_for_reset(resets)) return error;
  }
}

int Vms::run(const Ptr<Vm>& vm, const VmOp& op) {
  VmOpRun steps(*vm, op);
  const int error = steps.prepare();
  return error != 0 ? error : steps.run(OnFailure::keep_vm);
}

contract::VaSpace& Vms::addresses_of(Vm& vm) {
  vm.d->k.assert_held(vm.mm_lock);
  return vm.kernel_va;
}

Result<std::uint64_t> Vms::alloc_va(const Ptr<Vm>& vm, std::uint64_t va, std::uint64_t size,
                                    const char* role) {
  Device& d = *vm->d;
  MutexGuard lock(d.k, vm->mm_lock);
  if (va != UINT64_MAX) {
    const int error = d.drm.mm_reserve(addresses_of(*vm), va, size);
    if (error != 0) return unexpected(error);
    return va;
  }
  const std::uint64_t align = size >= lpae::kBlockSizeL2 ? lpae::kBlockSizeL2 : kPageSize;
  return d.drm.mm_insert(addresses_of(*vm), size, align, vm->auto_start, vm->auto_end, role);
}

void Vms::free_va(const Ptr<Vm>& vm, std::uint64_t va) {
  MutexGuard lock(vm->d->k, vm->mm_lock);
  vm->d->drm.mm_remove(addresses_of(*vm), va);
}

Ptr<GemObject> Vms::object_at(const Ptr<Vm>& vm, std::uint64_t va, std::uint64_t& offset) {
  Device& d = *vm->d;
  MutexGuard lock(d.k, vm->op_lock);
  const Ptr<contract::GpuVa> found = mapping_at(*vm, va);
  if (!found) return nullptr;
  d.drm.gem_get(found->gem);
  offset = found->offset + (va - found->va);
  return found->gem;
}

}  // namespace protm::reference
