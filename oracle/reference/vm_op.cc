// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/vm_op.h"

#include <algorithm>
#include <utility>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/lpae.h"
#include "oracle/reference/gem.h"
#include "oracle/reference/mmu.h"
#include "oracle/reference/reclaim.h"

namespace protm::reference {

using namespace vocab;
using contract::GemObject;
using contract::GpuVa;
using contract::MutexGuard;

namespace {

constexpr std::uint64_t kBlock = lpae::kBlockSizeL2;
constexpr std::uint64_t kPagesOfBlock = kBlock / kPageSize;

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

/// Page size for the next step, and how many such pages there are; the writer of page tables stops
/// at the end of one. Source: io-pgtable-arm.c __arm_lpae_map(), arm_lpae_unmap_pages().
struct Step {
  std::uint64_t page_size, count;
};
Step next_step(std::uint64_t aligned_by, std::uint64_t length) {
  const bool blocks = (aligned_by & (kBlock - 1)) == 0 && length >= kBlock;
  const std::uint64_t size = blocks ? kBlock : kPageSize;
  return {size, length / size};
}

}  // namespace

VmOpRun::VmOpRun(Vm& vm, const VmOp& op)
    : vm_(vm), d_(*vm.d), op_(op), spare_tables_(vm.d->k.memory()) {
  if (op_.object) d_.drm.gem_get(op_.object);
}

VmOpRun::~VmOpRun() {
  for (const Ptr<Vma>& vma : spare_) d_.k.free(vma);
  for (const vocab::Pa page : spare_tables_) d_.k.page_free(page);
  if (pinned_) d_.drm.gem_unpin(op_.object);
  if (counted_) d_.reclaim->unuse(vm_, op_.object);
  d_.drm.gem_put(op_.object);
}

// A block at either end is split in the middle of the operation, where nothing can fail any more.
// Source: panthor_mmu.c panthor_vm_prepare_unmap_op_ctx() (7.3): rsvd_page_tables.
std::uint64_t VmOpRun::tables_of_split() const {
  const std::uint64_t first = op_.va & ~(kBlock - 1), end = op_.va + op_.size;
  const bool head = op_.va != first;
  const bool tail = end % kBlock != 0 && (!head || end > first + kBlock);
  return std::uint64_t{head} + std::uint64_t{tail};
}

// As if the range had no table but the root yet, and no block: what is not needed goes back.
// Source: panthor_mmu.c panthor_vm_op_ctx_prealloc_pts() (7.3), panthor_vm_prepare_map_op_ctx()
// (6.12).
std::uint64_t VmOpRun::tables_of_map() const {
  std::uint64_t tables = 0;
  for (std::uint32_t level = 0; level + 1 < lpae::kLevels; ++level) {
    const std::uint64_t span = 1ull << lpae::level_shift(level);
    tables += (op_.va + op_.size + span - 1) / span - op_.va / span;
  }
  return tables;
}

int VmOpRun::reserve_tables(std::uint64_t count) {
  while (spare_tables_.size() < count) {
    const Pa page = d_.k.page_alloc("pgtable");
    if (page.value == 0) return -ENOMEM;
    spare_tables_.push_back(page);
  }
  return 0;
}

void VmOpRun::lend_tables() {
  for (const Pa page : spare_tables_) d_.drm.pgtable_lend(vm_.table, page);
  spare_tables_.clear();
}

void VmOpRun::take_tables_back() {
  for (;;) {
    const Pa page = d_.drm.pgtable_take_back(vm_.table);
    if (page.value == 0) return;
    spare_tables_.push_back(page);
  }
}

int VmOpRun::prepare() {
  if (op_.kind == VmOp::Kind::sync_only) return 0;
  const std::size_t needed = op_.kind == VmOp::Kind::map ? 3 : 2;
  for (std::size_t i = 0; i < needed; ++i) {
    spare_[i] = d_.k.make<Vma>("vma");
    if (spare_[i]) continue;
    // What is given back must go whether there is memory or not: nobody could try again.
    if (op_.cuts_nothing) break;
    return -ENOMEM;
  }
  if (op_.may_split) return reserve_tables(tables_of_split());
  if (op_.kind == VmOp::Kind::map) {
    d_.reclaim->wait_until_evicted(op_.object);
    const int error = d_.drm.gem_pin(op_.object);
    if (error != 0) return error;
    pinned_ = true;
    d_.reclaim->use(vm_, op_.object);
    counted_ = true;
    const auto pages = d_.drm.gem_pages(op_.object);
    if (!pages) return pages.error();
    return reserve_tables(tables_of_map());
  }
  return 0;
}

int VmOpRun::run(OnFailure on_failure) {
  if (op_.kind == VmOp::Kind::sync_only || op_.size == 0) return 0;
  MutexGuard lock(d_.k, vm_.op_lock);
  const int error = run_locked();
  if (error != 0 && on_failure == OnFailure::vm_unusable) d_.mmu->cut_off(vm_);
  return error;
}

int VmOpRun::run_locked() {
  // Nothing is to be locked for it. Upstream locks first, so an AS that hangs is the error then.
  if (op_.kind == VmOp::Kind::map && vm_.unusable) return -EINVAL;
  const Result<bool> gated = d_.mmu->lock_region(vm_, op_.va, op_.size);
  if (!gated) return gated.error();
  lend_tables();
  const int error = execute();
  take_tables_back();
  d_.mmu->unlock_region(vm_, *gated);
  return error;
}

int VmOpRun::execute() {
  const contract::GpuVmSteps steps{
      .map = step_map, .remap = step_remap, .unmap = step_unmap, .ctx = this};
  if (op_.kind == VmOp::Kind::unmap) {
    return d_.drm.gpuvm_sm_unmap(vm_.tree, op_.va, op_.size, steps);
  }
  const contract::GpuVaRequest request{
      .va = op_.va, .range = op_.size, .offset = op_.offset, .gem = op_.object};
  return d_.drm.gpuvm_sm_map(vm_.tree, request, steps);
}

void VmOpRun::insert(const Ptr<Vma>& vma, std::uint64_t va, std::uint64_t range,
                   std::uint64_t offset, const Ptr<GemObject>& gem, std::uint32_t flags) {
  vma->va = va;
  vma->range = range;
  vma->offset = offset;
  vma->gem = gem;
  vma->flags = flags;
  (void)d_.drm.gpuva_insert(vm_.tree, vma);   // what overlapped was cut before
  d_.drm.gpuva_link(vma);
  d_.reclaim->use(vm_, gem);
}

int VmOpRun::map(const contract::GpuVaRequest& request) {
  const Ptr<Vma> vma = take();
  int error = d_.mmu->begin_change(vm_, request.va, request.range);
  if (error == 0) {
    error = map_pages(request.va, op_.flags, request.gem, request.offset, request.range);
    d_.mmu->end_change(vm_);
  }
  if (error != 0) {
    d_.k.free(vma);
    return error;
  }
  insert(vma, request.va, request.range, request.offset, request.gem, op_.flags);
  return 0;
}

int VmOpRun::take_down(const Ptr<Vma>& vma) {
  const int error = d_.mmu->begin_change(vm_, vma->va, vma->range);
  if (error != 0) return error;
  unmap_pages(vma->va, vma->range);
  d_.mmu->end_change(vm_);
  return 0;
}

int VmOpRun::unmap(const Ptr<Vma>& old) {
  const int error = old->evicted ? 0 : take_down(old);
  if (error != 0) return error;
  d_.drm.gpuva_remove(vm_.tree, old);
  d_.reclaim->unuse(vm_, old->gem);
  d_.drm.gpuva_unlink(old);
  d_.k.free(old);
  return 0;
}

bool VmOpRun::is_block(const Ptr<Vma>& vma, std::uint64_t va) const {
  if (va < vma->va || va + kBlock > vma->va + vma->range) return false;
  const auto pages = d_.drm.gem_pages(vma->gem);
  if (!pages) return false;
  const std::uint64_t first = (vma->offset + (va - vma->va)) / kPageSize;
  const auto rest = pages->subspan(std::min<std::uint64_t>(first, pages->size()));
  bool is_one = rest.size() >= kPagesOfBlock && (rest[0].value & (kBlock - 1)) == 0;
  for (std::uint64_t at = 1; is_one && at < kPagesOfBlock; ++at) {
    is_one = rest[at].value == rest[0].value + at * kPageSize;
  }
  return is_one;
}

int VmOpRun::remap(const Ptr<Vma>& old, const contract::GpuVaRest& prev,
                 const contract::GpuVaRest& next) {
  std::uint64_t from = old->va, to = old->va + old->range;
  if (prev.range != 0) from = prev.va + prev.range;
  if (next.range != 0) to = next.va;
  if (!old->evicted) {
    const int error = cut_pages(old, from, to);
    if (error != 0) return error;
  }
  d_.drm.gpuva_remove(vm_.tree, old);
  for (const contract::GpuVaRest* rest : {&prev, &next}) {
    if (rest->range == 0) continue;
    const Ptr<Vma> vma = take();
    vma->evicted = old->evicted;
    insert(vma, rest->va, rest->range, rest->offset, old->gem, old->flags);
  }
  d_.reclaim->unuse(vm_, old->gem);
  d_.drm.gpuva_unlink(old);
  d_.k.free(old);
  return 0;
}

int VmOpRun::cut_pages(const Ptr<Vma>& old, std::uint64_t from, std::uint64_t to) {
  // The hole may begin or end inside a block that the writer has to split.
  const std::uint64_t first = from & ~(kBlock - 1), last = (to - 1) & ~(kBlock - 1);
  const std::uint64_t lock_from = is_block(old, first) ? first : from;
  const std::uint64_t lock_to = is_block(old, last) ? last + kBlock : to;
  const int error = d_.mmu->expand_region(vm_, lock_from, lock_to - lock_from);
  if (error != 0) return error;
  unmap_pages(from, to - from);
  d_.mmu->end_change(vm_);
  return 0;
}

int VmOpRun::evict(const Ptr<Vma>& vma) {
  d_.k.assert_held(vm_.op_lock);
  const Result<bool> gated = d_.mmu->lock_region(vm_, vma->va, vma->range);
  if (!gated) return gated.error();
  const int error = take_down(vma);
  if (error == 0) vma->evicted = true;
  d_.mmu->unlock_region(vm_, *gated);
  return error;
}

int VmOpRun::restore(const Ptr<Vma>& vma) {
  d_.k.assert_held(vm_.op_lock);
  const Result<bool> gated = d_.mmu->lock_region(vm_, vma->va, vma->range);
  if (!gated) return gated.error();
  lend_tables();
  int error = d_.mmu->begin_change(vm_, vma->va, vma->range);
  if (error == 0) {
    error = map_pages(vma->va, vma->flags, vma->gem, vma->offset, vma->range);
    d_.mmu->end_change(vm_);
  }
  take_tables_back();
  if (error == 0) vma->evicted = false;
  d_.mmu->unlock_region(vm_, *gated);
  return error;
}

int VmOpRun::map_pages(std::uint64_t va, std::uint32_t flags, const Ptr<GemObject>& gem,
                     std::uint64_t offset, std::uint64_t size) {
  const auto pages = d_.drm.gem_pages(gem);
  if (!pages) return pages.error();
  const std::uint32_t prot = page_prot(flags);
  // A buffer that ends before the range does leaves the rest without a page.
  const std::uint64_t backed = pages->size() * kPageSize;
  size = offset < backed ? std::min(size, backed - offset) : 0;
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
      const Step step = next_step(iova | (pa + in_run), run - in_run);
      std::uint64_t mapped{};
      const int error = d_.drm.pgtable_map(vm_.table, iova, pa + in_run, step.page_size,
                                           step.count, prot, mapped);
      done += mapped;
      in_run += mapped;
      if (error != 0) {
        // Nothing of a failed step stays: the VM remains as it was, but for what was unmapped.
        unmap_pages(va, done);
        return error;
      }
    }
  }
  return 0;
}

void VmOpRun::unmap_pages(std::uint64_t va, std::uint64_t size) {
  for (std::uint64_t done = 0; done < size;) {
    const Step step = next_step(va + done, size - done);
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

}  // namespace protm::reference
