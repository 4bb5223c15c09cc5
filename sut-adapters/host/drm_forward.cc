// SPDX-License-Identifier: GPL-2.0-only
// The contract's calls that go to one subsystem each.
#include <span>

#include "sut-adapters/host/drm_impl.h"

namespace protm::host {

using contract::Callback;
using contract::Cdev;
using contract::DmaBuf;
using contract::DrmFile;
using contract::FunctionRef;
using contract::GpuScheduler;
using contract::GpuVa;
using contract::GpuVm;
using contract::KMap;
using contract::PageTable;
using contract::Ptr;
using contract::Result;
using contract::SchedEntity;
using contract::SchedJob;
using contract::Syncobj;
using contract::VaSpace;

namespace {
SyncobjPtr obj(const Ptr<Syncobj>& syncobj) { return contract::ptr_cast<SyncobjObj>(syncobj); }

template <class T>
std::span<std::byte> bytes_of(T& value) {
  return std::as_writable_bytes(std::span(&value, 1));
}
}  // namespace

// --- calls that do more than pass on -------------------------------------------------------------

Result<int> DrmImpl::fd_reserve(std::uint32_t /*flags*/) { return files_.fd_reserve("dma_buf"); }

void DrmImpl::gem_sync_for_device(const GemPtr& gem) {
  static_cast<void>(*gem);  // memory is coherent here; a dead object still shows
}

Result<std::uint32_t> DrmImpl::gem_handle_create(const Ptr<DrmFile>& file, const GemPtr& gem) {
  return gems_.handle_create(DrmFiles::obj(file)->handles, gem);
}

int DrmImpl::gem_handle_delete(const Ptr<DrmFile>& file, std::uint32_t handle) {
  return gems_.handle_delete(DrmFiles::obj(file)->handles, handle);
}

GemPtr DrmImpl::gem_lookup(const Ptr<DrmFile>& file, std::uint32_t handle) {
  return gems_.lookup(DrmFiles::obj(file)->handles, handle);
}

std::uint32_t DrmImpl::load32(const KMap& map, std::uint64_t offset) {
  kernel_.point(contract::PointKind::mem_read, "mapping");
  std::uint32_t value = 0;
  gems_.read(map, offset, bytes_of(value));
  return value;
}

std::uint64_t DrmImpl::load64(const KMap& map, std::uint64_t offset) {
  kernel_.point(contract::PointKind::mem_read, "mapping");
  std::uint64_t value = 0;
  gems_.read(map, offset, bytes_of(value));
  return value;
}

void DrmImpl::store32(const KMap& map, std::uint64_t offset, std::uint32_t value) {
  kernel_.point(contract::PointKind::mem_write, "mapping");
  gems_.write(map, offset, bytes_of(value));
}

void DrmImpl::store64(const KMap& map, std::uint64_t offset, std::uint64_t value) {
  kernel_.point(contract::PointKind::mem_write, "mapping");
  gems_.write(map, offset, bytes_of(value));
}

void DrmImpl::store(const KMap& map, std::uint64_t offset, std::span<const std::byte> bytes) {
  gems_.write(map, offset, bytes);
}

void DrmImpl::zero(const KMap& map, std::uint64_t offset, std::uint64_t bytes) {
  gems_.zero(map, offset, bytes);
}

int DrmImpl::resv_lock_all(std::span<const ResvPtr> resvs) {
  resvs_.lock_all(resvs);
  return 0;
}

void DrmImpl::resv_unlock_all(std::span<const ResvPtr> resvs) { resvs_.unlock_all(resvs); }

bool DrmImpl::resv_trylock(const ResvPtr& resv) { return resvs_.trylock(resv); }

bool DrmImpl::resv_wait(const ResvPtr& resv, std::uint64_t jiffies) {
  return resvs_.wait(resv, jiffies);
}

Result<FencePtr> DrmImpl::syncobj_find_fence(const Ptr<DrmFile>& file, std::uint32_t handle,
                                             std::uint64_t point) {
  return syncobjs_.find_fence(DrmFiles::obj(file)->syncobjs, handle, point);
}

Ptr<Syncobj> DrmImpl::syncobj_find(const Ptr<DrmFile>& file, std::uint32_t handle) {
  return syncobjs_.find(DrmFiles::obj(file)->syncobjs, handle);
}

void DrmImpl::syncobj_put(const Ptr<Syncobj>& syncobj) { syncobjs_.put(obj(syncobj)); }

void DrmImpl::syncobj_replace_fence(const Ptr<Syncobj>& syncobj, const FencePtr& fence) {
  syncobjs_.replace_fence(obj(syncobj), fence);
  if (fence != nullptr) fences_.remember_step(fence);
}

void DrmImpl::syncobj_add_point(const Ptr<Syncobj>& syncobj, const FencePtr& fence,
                                std::uint64_t point) {
  if (syncobjs_.add_point(obj(syncobj), fence, point) != 0) {
    kernel_.warn("syncobj point lost for want of memory");
  }
  fences_.remember_step(fence);
}

void DrmImpl::gpuva_link(const Ptr<GpuVa>& va) { gems_.get(va->gem); }

void DrmImpl::gpuva_unlink(const Ptr<GpuVa>& va) {
  const GemPtr gem = va->gem;
  gems_.put(gem);
}

// --- passed on -----------------------------------------------------------------------------------

int DrmImpl::cdev_add(const Ptr<contract::Cdev>& cdev, std::uint32_t minor,
                      contract::Callback released) {
  return chrdevs_.cdev_add(cdev, minor, released);
}
void DrmImpl::cdev_del(const Ptr<contract::Cdev>& cdev) { chrdevs_.cdev_del(cdev); }
int DrmImpl::device_create(const char* name, std::uint32_t minor) {
  return chrdevs_.device_create(name, minor);
}
void DrmImpl::device_destroy(std::uint32_t minor) { chrdevs_.device_destroy(minor); }
void DrmImpl::fd_put_unused(int fd) { files_.fd_put_unused(fd); }
void DrmImpl::fd_install(int fd, const Ptr<contract::DmaBuf>& buf) { files_.fd_install(fd, buf); }
void DrmImpl::dma_buf_get(const Ptr<contract::DmaBuf>& buf) { bufs_.get(buf); }
void DrmImpl::dma_buf_put(const Ptr<contract::DmaBuf>& buf) { bufs_.put(buf); }
int DrmImpl::gem_init(const GemPtr& gem, std::uint64_t size, const contract::GemOps* ops) {
  return gems_.init(node_, gem, size, ops);
}
void DrmImpl::gem_release(const GemPtr& gem) { gems_.release(gem); }
void DrmImpl::gem_get(const GemPtr& gem) { gems_.get(gem); }
void DrmImpl::gem_put(const GemPtr& gem) { gems_.put(gem); }
int DrmImpl::gem_pin(const GemPtr& gem) { return gems_.pin(gem); }
void DrmImpl::gem_unpin(const GemPtr& gem) { gems_.unpin(gem); }
Result<std::span<const vocab::Pa>> DrmImpl::gem_pages(const GemPtr& gem) {
  return gems_.pages(gem);
}
contract::GemUse DrmImpl::gem_use(const GemPtr& gem) { return gems_.use(gem); }
int DrmImpl::gem_evict(const GemPtr& gem) { return gems_.evict(gem); }
Result<contract::KMap> DrmImpl::gem_vmap(const GemPtr& gem) { return gems_.vmap(gem); }
void DrmImpl::gem_vunmap(const GemPtr& gem) { gems_.vunmap(gem); }
std::uint64_t DrmImpl::gem_mmap_offset(const GemPtr& gem) { return gems_.mmap_offset(gem); }
Result<GemPtr> DrmImpl::gem_prime_import(const Ptr<contract::DmaBuf>& buf) {
  return gems_.prime_import(node_, buf);
}
void DrmImpl::resv_add_fence(const ResvPtr& resv, const FencePtr& fence) {
  resvs_.add_fence(resv, fence);
}
std::uint64_t DrmImpl::fence_context_alloc(std::uint32_t count) {
  return fences_.context_alloc(count);
}
FencePtr DrmImpl::fence_alloc(const char* role) { return fences_.alloc(role); }
void DrmImpl::fence_init(const FencePtr& fence, std::uint64_t context, std::uint64_t seqno) {
  fences_.init(fence, context, seqno);
}
void DrmImpl::fence_get(const FencePtr& fence) { fences_.get(fence); }
void DrmImpl::fence_put(const FencePtr& fence) { fences_.put(fence); }
void DrmImpl::fence_set_error(const FencePtr& fence, int error) { fences_.set_error(fence, error); }
void DrmImpl::fence_signal(const FencePtr& fence) { fences_.signal(fence); }
bool DrmImpl::fence_is_signalled(const FencePtr& fence) { return fences_.is_signalled(fence); }
int DrmImpl::fence_error(const FencePtr& fence) { return fences_.error(fence); }
void DrmImpl::fence_wait(const FencePtr& fence) { fences_.wait(fence); }
int DrmImpl::sched_init(contract::GpuScheduler& sched, const contract::SchedConfig& config) {
  return sched_.init(sched, config, node_.driver);
}
void DrmImpl::sched_fini(contract::GpuScheduler& sched) { sched_.fini(sched); }
int DrmImpl::sched_entity_init(contract::SchedEntity& entity, contract::GpuScheduler& sched) {
  return sched_.entity_init(entity, sched);
}
void DrmImpl::sched_entity_destroy(contract::SchedEntity& entity) { sched_.entity_destroy(entity); }
int DrmImpl::sched_job_init(const Ptr<contract::SchedJob>& job, contract::SchedEntity& entity,
                            std::uint32_t credits) {
  return sched_.job_init(job, entity, credits);
}
void DrmImpl::sched_job_arm(const Ptr<contract::SchedJob>& job) { sched_.job_arm(job); }
void DrmImpl::sched_job_cleanup(const Ptr<contract::SchedJob>& job) { sched_.job_cleanup(job); }
int DrmImpl::sched_job_add_dependency(const Ptr<contract::SchedJob>& job, const FencePtr& fence) {
  return sched_.job_add_dependency(job, fence);
}
void DrmImpl::sched_entity_push_job(const Ptr<contract::SchedJob>& job) { sched_.push_job(job); }
FencePtr DrmImpl::sched_job_finished(const Ptr<contract::SchedJob>& job) {
  return sched_.job_finished(job);
}
void DrmImpl::sched_stop(contract::GpuScheduler& sched, const Ptr<contract::SchedJob>& bad) {
  sched_.stop(sched, bad);
}
void DrmImpl::sched_start(contract::GpuScheduler& sched, int error) { sched_.start(sched, error); }
void DrmImpl::sched_fault(contract::GpuScheduler& sched) { sched_.fault(sched); }
void DrmImpl::sched_for_each_pending(
    contract::GpuScheduler& sched,
    contract::FunctionRef<void(const Ptr<contract::SchedJob>&)> visit) {
  sched_.for_each_pending(sched, visit);
}
void DrmImpl::sched_job_set_parent(const Ptr<contract::SchedJob>& job, const FencePtr& fence) {
  sched_.job_set_parent(job, fence);
}
int DrmImpl::gpuvm_init(contract::GpuVm& vm, std::uint64_t start, std::uint64_t range,
                        std::uint64_t reserved_start, std::uint64_t reserved_range) {
  return gpuvms_.init(vm, start, range, reserved_start, reserved_range);
}
void DrmImpl::gpuvm_fini(contract::GpuVm& vm) { gpuvms_.fini(vm); }
int DrmImpl::gpuvm_sm_map(contract::GpuVm& vm, const contract::GpuVaRequest& request,
                          const contract::GpuVmSteps& steps) {
  return gpuvms_.sm_map(vm, request, steps);
}
int DrmImpl::gpuvm_sm_unmap(contract::GpuVm& vm, std::uint64_t va, std::uint64_t range,
                            const contract::GpuVmSteps& steps) {
  return gpuvms_.sm_unmap(vm, va, range, steps);
}
int DrmImpl::gpuva_insert(contract::GpuVm& vm, const Ptr<contract::GpuVa>& va) {
  return gpuvms_.insert(vm, va);
}
void DrmImpl::gpuva_remove(contract::GpuVm& vm, const Ptr<contract::GpuVa>& va) {
  gpuvms_.remove(vm, va);
}
Ptr<contract::GpuVa> DrmImpl::gpuva_find(contract::GpuVm& vm, std::uint64_t va,
                                         std::uint64_t range) {
  return gpuvms_.find(vm, va, range);
}
void DrmImpl::gpuvm_for_each(contract::GpuVm& vm,
                             contract::FunctionRef<void(const Ptr<contract::GpuVa>&)> visit) {
  gpuvms_.for_each(vm, visit);
}
int DrmImpl::pgtable_init(contract::PageTable& table) { return pgtables_.init(table); }
void DrmImpl::pgtable_lend(contract::PageTable& table, vocab::Pa page) {
  pgtables_.lend(table, page);
}
vocab::Pa DrmImpl::pgtable_take_back(contract::PageTable& table) {
  return pgtables_.take_back(table);
}
void DrmImpl::pgtable_fini(contract::PageTable& table) { pgtables_.fini(table); }
std::uint64_t DrmImpl::pgtable_ttbr(const contract::PageTable& table) const {
  return pgtables_.ttbr(table);
}
int DrmImpl::pgtable_map(contract::PageTable& table, std::uint64_t iova, std::uint64_t pa,
                         std::uint64_t page_size, std::uint64_t count, std::uint32_t prot,
                         std::uint64_t& mapped) {
  return pgtables_.map(table, iova, pa, page_size, count, prot, mapped);
}
std::uint64_t DrmImpl::pgtable_unmap(contract::PageTable& table, std::uint64_t iova,
                                     std::uint64_t page_size, std::uint64_t count) {
  return pgtables_.unmap(table, iova, page_size, count);
}
Result<std::uint64_t> DrmImpl::pgtable_walk(const contract::PageTable& table, std::uint64_t iova) {
  return pgtables_.walk(table, iova);
}
void DrmImpl::mm_init(contract::VaSpace& space, std::uint64_t start, std::uint64_t size) {
  mms_.init(space, start, size);
}
void DrmImpl::mm_fini(contract::VaSpace& space) { mms_.fini(space); }
Result<std::uint64_t> DrmImpl::mm_insert(contract::VaSpace& space, std::uint64_t size,
                                         std::uint64_t align, std::uint64_t start,
                                         std::uint64_t end, const char* role) {
  return mms_.insert(space, size, align, start, end, role);
}
int DrmImpl::mm_reserve(contract::VaSpace& space, std::uint64_t start, std::uint64_t size) {
  return mms_.reserve(space, start, size);
}
void DrmImpl::mm_remove(contract::VaSpace& space, std::uint64_t start) {
  mms_.remove(space, start);
}

}  // namespace protm::host
