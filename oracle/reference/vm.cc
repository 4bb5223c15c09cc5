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
#include "oracle/reference/sched.h"

namespace protm::reference {

using namespace vocab;
using contract::GemObject;
using contract::MutexGuard;
using tl::unexpected;

namespace {

constexpr std::uint64_t kBlock = lpae::kBlockSizeL2;

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

struct ProtBit {
  std::uint32_t map_flag, prot;
  enum { unless_set, if_set } when;
};
constexpr std::array kProtBits{
    ProtBit{uapi::kVmBindOpMapReadonly, contract::kProtWrite, ProtBit::unless_set},
    ProtBit{uapi::kVmBindOpMapUncached, contract::kProtCache, ProtBit::unless_set},
    ProtBit{uapi::kVmBindOpMapNoexec, contract::kProtNoexec, ProtBit::if_set}};

std::uint32_t page_prot(std::uint32_t flags) {
  std::uint32_t prot = contract::kProtRead;
  for (const ProtBit& bit : kProtBits) {
    const bool set = (flags & bit.map_flag) != 0;
    if (set == (bit.when == ProtBit::if_set)) prot |= bit.prot;
  }
  return prot;
}

/// Page size for the next step, and how many such pages up to the end of the table.
struct Step {
  std::uint64_t page_size, count;
};
Step next_step(std::uint64_t aligned_by, std::uint64_t iova, std::uint64_t length) {
  if ((aligned_by & (kBlock - 1)) == 0 && length >= kBlock) {
    const std::uint64_t gib = 1ull << 30;
    const std::uint64_t room = gib - (iova & (gib - 1));
    return {kBlock, std::min(room, length) / kBlock};
  }
  const std::uint64_t room = kBlock - (iova & (kBlock - 1));
  return {kPageSize, std::min(room, length) / kPageSize};
}

/// One operation in progress: what the steps of the split need.
class OpRun {
 public:
  OpRun(Vm& vm, const VmOp& op) : vm_(vm), d_(*vm.d), op_(op) {}
  ~OpRun() {
    for (const Ptr<Vma>& vma : spare_) d_.k.free(vma);
    if (pinned_) d_.drm.gem_unpin(op_.object);
  }
  OpRun(const OpRun&) = delete;
  OpRun& operator=(const OpRun&) = delete;

  int prepare();
  int execute();

 private:
  static int step_map(void* ctx, const contract::GpuVaRequest& request) {
    return static_cast<OpRun*>(ctx)->map(request);
  }
  static int step_remap(void* ctx, const Ptr<contract::GpuVa>& old,
                        const contract::GpuVaRest& prev, const contract::GpuVaRest& next) {
    return static_cast<OpRun*>(ctx)->remap(contract::ptr_cast<Vma>(old), prev, next);
  }
  static int step_unmap(void* ctx, const Ptr<contract::GpuVa>& old) {
    return static_cast<OpRun*>(ctx)->unmap(contract::ptr_cast<Vma>(old));
  }
  int map(const contract::GpuVaRequest& request);
  int remap(const Ptr<Vma>& old, const contract::GpuVaRest& prev,
            const contract::GpuVaRest& next);
  int unmap(const Ptr<Vma>& old);
  int map_pages(std::uint64_t va, std::uint32_t flags, const Ptr<GemObject>& gem,
                std::uint64_t offset, std::uint64_t size);
  void unmap_pages(std::uint64_t va, std::uint64_t size);
  void insert(const Ptr<Vma>& vma, std::uint64_t va, std::uint64_t range, std::uint64_t offset,
              const Ptr<GemObject>& gem, std::uint32_t flags);
  Ptr<Vma> take() {
    for (Ptr<Vma>& vma : spare_) {
      if (!vma) continue;
      const Ptr<Vma> taken = vma;
      vma = nullptr;
      return taken;
    }
    return nullptr;
  }

  Vm& vm_;
  Device& d_;
  const VmOp& op_;
  bool pinned_ = false;
  std::array<Ptr<Vma>, 3> spare_{};
};

int OpRun::prepare() {
  const std::size_t needed = op_.kind == VmOp::Kind::map ? 3 : 2;
  for (std::size_t i = 0; i < needed; ++i) {
    spare_[i] = d_.k.make<Vma>("vma");
    if (!spare_[i]) return -ENOMEM;
  }
  if (op_.kind == VmOp::Kind::map) {
    const int error = d_.drm.gem_pin(op_.object);
    if (error != 0) return error;
    pinned_ = true;
    const auto pages = d_.drm.gem_pages(op_.object);
    if (!pages) return pages.error();
  }
  return 0;
}

int OpRun::execute() {
  const contract::GpuVmSteps steps{
      .map = step_map, .remap = step_remap, .unmap = step_unmap, .ctx = this};
  if (op_.kind == VmOp::Kind::unmap) {
    return d_.drm.gpuvm_sm_unmap(vm_.tree, op_.va, op_.size, steps);
  }
  if (vm_.unusable) return -EINVAL;
  const contract::GpuVaRequest request{
      .va = op_.va, .range = op_.size, .offset = op_.offset, .gem = op_.object};
  return d_.drm.gpuvm_sm_map(vm_.tree, request, steps);
}

void OpRun::insert(const Ptr<Vma>& vma, std::uint64_t va, std::uint64_t range,
                   std::uint64_t offset, const Ptr<GemObject>& gem, std::uint32_t flags) {
  vma->va = va;
  vma->range = range;
  vma->offset = offset;
  vma->gem = gem;
  vma->flags = flags;
  if (d_.drm.gpuva_insert(vm_.tree, vma) != 0) d_.k.warn("mapping overlaps another one");
  d_.drm.gpuva_link(vma);
}

int OpRun::map(const contract::GpuVaRequest& request) {
  const Ptr<Vma> vma = take();
  if (!vma) return -EINVAL;
  const int error = map_pages(request.va, op_.flags, request.gem, request.offset, request.range);
  if (error != 0) {
    d_.k.free(vma);
    return error;
  }
  insert(vma, request.va, request.range, request.offset, request.gem, op_.flags);
  return 0;
}

int OpRun::unmap(const Ptr<Vma>& old) {
  unmap_pages(old->va, old->range);
  d_.drm.gpuva_remove(vm_.tree, old);
  d_.drm.gpuva_unlink(old);
  d_.k.free(old);
  return 0;
}

int OpRun::remap(const Ptr<Vma>& old, const contract::GpuVaRest& prev,
                 const contract::GpuVaRest& next) {
  std::uint64_t from = old->va, to = old->va + old->range;
  if (prev.range != 0) from = prev.va + prev.range;
  if (next.range != 0) to = next.va;
  // The hole may begin or end inside a block that the writer has to split.
  const std::uint64_t lock_from = std::max(from & ~(kBlock - 1), old->va);
  const std::uint64_t lock_to =
      std::min((to + kBlock - 1) & ~(kBlock - 1), old->va + old->range);
  const int error = d_.mmu->expand_region(vm_, lock_from, lock_to - lock_from);
  if (error != 0) return error;
  unmap_pages(from, to - from);
  d_.drm.gpuva_remove(vm_.tree, old);
  for (const contract::GpuVaRest* rest : {&prev, &next}) {
    if (rest->range == 0) continue;
    const Ptr<Vma> vma = take();
    if (!vma) {
      d_.k.warn("no mapping record left for a cut");
      continue;
    }
    insert(vma, rest->va, rest->range, rest->offset, old->gem, old->flags);
  }
  d_.drm.gpuva_unlink(old);
  d_.k.free(old);
  return 0;
}

int OpRun::map_pages(std::uint64_t va, std::uint32_t flags, const Ptr<GemObject>& gem,
                     std::uint64_t offset, std::uint64_t size) {
  const auto pages = d_.drm.gem_pages(gem);
  if (!pages) return pages.error();
  const std::uint32_t prot = page_prot(flags);
  std::uint64_t done = 0;
  while (done < size) {
    // A run of pages that follow each other in memory.
    const std::uint64_t first = (offset + done) / kPageSize;
    const std::uint64_t pa = (*pages)[first].value;
    std::uint64_t run = kPageSize;
    while (done + run < size && (*pages)[first + run / kPageSize].value == pa + run) {
      run += kPageSize;
    }
    for (std::uint64_t in_run = 0; in_run < run;) {
      const std::uint64_t iova = va + done;
      const Step step = next_step(iova | (pa + in_run), iova, run - in_run);
      std::uint64_t mapped = 0;
      const int error = d_.drm.pgtable_map(vm_.table, iova, pa + in_run, step.page_size,
                                           step.count, prot, mapped);
      done += mapped;
      in_run += mapped;
      if (error != 0 || mapped == 0) {
        // Nothing of a failed step stays: the VM remains as it was, but for what was unmapped.
        unmap_pages(va, done);
        return error != 0 ? error : -ENOMEM;
      }
    }
  }
  return 0;
}

void OpRun::unmap_pages(std::uint64_t va, std::uint64_t size) {
  for (std::uint64_t done = 0; done < size;) {
    const Step step = next_step(va + done, va + done, size - done);
    const std::uint64_t bytes =
        d_.drm.pgtable_unmap(vm_.table, va + done, step.page_size, step.count);
    if (bytes == 0) {
      d_.k.warn("page table has a hole");
      d_.mmu->declare_unusable(vm_);
      return;
    }
    done += bytes;
  }
}

void free_vm(const Ptr<Vm>& vm) {
  Device& d = *vm->d;
  d.mmu->vm_released(*vm);
  if (vm->tree_ready) d.drm.gpuvm_fini(vm->tree);
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
  vm->auto_start = layout.auto_start;
  vm->auto_end = layout.auto_start + layout.auto_size;
  vm->memattr = memattr_from_mair(kMair, d.gpu->coherent());
  vm->transcfg = kTranscfgPtwMemattrWb | kTranscfgPtwRa | kTranscfgAdrmodeAarch64_4k |
                 (std::uint64_t{55 - va_bits} << kTranscfgInaBitsShift);
  if (d.gpu->coherent()) vm->transcfg |= kTranscfgPtwShOs;
  return 0;
}

}  // namespace

Result<Ptr<Vm>> Vms::create(Device& d, const VmLayout& layout) {
  const Ptr<Vm> vm = d.k.make<Vm>("vm");
  if (!vm) return unexpected(-ENOMEM);
  vm->d = &d;
  vm->self = vm;
  vm->lru.owner = vm;
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
  const std::uint32_t va_bits =
      Word<MmuFeatures>{d.gpu->info().mmu_features}[MmuFeatures::va_bits];
  const VmOp unmap{.kind = VmOp::Kind::unmap, .va = 0, .size = 1ull << va_bits, .offset = 0,
                   .object = nullptr, .flags = 0};
  int error = run(vm, unmap);
  if (error == -ETIMEDOUT && d.wait_for_reset()) error = run(vm, unmap);
  if (error != 0) d.k.warn("mappings of a destroyed vm stay");
  put(vm);
}

int Vms::run(const Ptr<Vm>& vm, const VmOp& op) {
  Device& d = *vm->d;
  OpRun steps(*vm, op);
  int error = steps.prepare();
  if (error != 0) return error;
  MutexGuard lock(d.k, vm->op_lock);
  bool gated = false;
  error = d.mmu->lock_region(*vm, op.va, op.size, gated);
  if (error != 0) return error;
  error = steps.execute();
  d.mmu->unlock_region(*vm, gated);
  return error;
}

Result<std::uint64_t> Vms::alloc_va(const Ptr<Vm>& vm, std::uint64_t va, std::uint64_t size,
                                    const char* role) {
  Device& d = *vm->d;
  MutexGuard lock(d.k, vm->mm_lock);
  if (va != UINT64_MAX) {
    const int error = d.drm.mm_reserve(vm->kernel_va, va, size);
    if (error != 0) return unexpected(error);
    return va;
  }
  const std::uint64_t align = size >= kBlock ? kBlock : kPageSize;
  return d.drm.mm_insert(vm->kernel_va, size, align, vm->auto_start, vm->auto_end, role);
}

void Vms::free_va(const Ptr<Vm>& vm, std::uint64_t va) {
  MutexGuard lock(vm->d->k, vm->mm_lock);
  vm->d->drm.mm_remove(vm->kernel_va, va);
}

Ptr<GemObject> Vms::object_at(const Ptr<Vm>& vm, std::uint64_t va, std::uint64_t& offset) {
  Device& d = *vm->d;
  MutexGuard lock(d.k, vm->op_lock);
  const Ptr<contract::GpuVa> found = d.drm.gpuva_find(vm->tree, va, 1);
  if (!found || !found->gem) return nullptr;
  d.drm.gem_get(found->gem);
  offset = found->offset + (va - found->va);
  return found->gem;
}

}  // namespace protm::reference
