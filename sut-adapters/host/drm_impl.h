// SPDX-License-Identifier: GPL-2.0-only
// The DRM side of Host as the driver of one GPU sees it: everything between the kernel core and an
// in-process driver that is not the core itself. It joins the subsystems, which all GPUs share
// (drm_core.h), into the contract's face, and has the GPU's node. The first one also gives the
// in-process Sut its system calls and heap providers.
// Not modelled: see each subsystem. Source: design.md section 4, facts-host.md 1-8.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string_view>

#include "sut-adapters/contract/drm.h"
#include "sut-adapters/host/drm_core.h"

namespace protm::host {

class DrmImpl final : public contract::Drm {
 public:
  template <class T>
  using Ptr = contract::Ptr<T>;
  template <class T>
  using Result = contract::Result<T>;

  /// Of `device`, whose node is the next in the order of DrmFiles::add_node().
  DrmImpl(DrmCore& core, PlatformDevice& device);
  DrmImpl(const DrmImpl&) = delete;
  DrmImpl& operator=(const DrmImpl&) = delete;

  // === the in-process Sut's face; system calls run in a task of the caller's process ============
  void set_driver(void* driver) { node_.driver = driver; }
  /// "dri", "dri2" or "dma_heap/<name>" -> descriptor or -errno.
  std::int64_t sys_open(std::string_view name);
  std::int64_t sys_close(int fd);
  void end_process();
  std::int64_t sys_ioctl(int fd, std::uint32_t cmd, std::uint64_t arg);
  /// mmap of a BO through the render node, stores of whole words, munmap.
  std::int64_t sys_cpu_store(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                             std::span<const std::byte> from);
  std::int64_t sys_cpu_load(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                            std::span<std::byte> to);
  std::int64_t sys_cpu_store64(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                               std::uint64_t value);
  std::int64_t sys_cpu_load64(int fd, std::uint64_t mmap_offset, std::uint64_t offset,
                              std::uint64_t* value);
  /// mmap of the render node that stays; `access` is MapAccess. A mapping > 0 or -errno.
  std::int64_t sys_mmap(int fd, std::uint64_t offset, std::uint64_t size, std::uint32_t access);
  std::int64_t sys_munmap(std::uint64_t mapping);
  std::int64_t sys_map_load(std::uint64_t mapping, std::uint64_t offset, std::uint64_t* value);
  std::int64_t sys_map_store(std::uint64_t mapping, std::uint64_t offset, std::uint64_t value);
  std::int64_t sys_fdinfo(int fd, std::span<std::byte> into);
  /// Memory pressure: pages that the driver gave of `pages`, or -ENOENT without a device.
  std::int64_t sys_reclaim(std::uint64_t pages);
  /// A new exporter; its number counts from 1. `limit` in bytes, 0 = none.
  HeapProvider* provider_add(std::string_view name, bool is_protected, std::uint64_t limit);
  /// The exporter goes: allocating from it later is a use after free.
  void provider_withdraw(HeapProvider* provider);
  [[nodiscard]] std::uint32_t live_buffers() const { return bufs_.live(); }
  /// VA allocators and trees of mappings that were started and not ended.
  [[nodiscard]] std::uint32_t live_mms() const { return mms_.live(); }
  [[nodiscard]] std::uint32_t live_gpuvms() const { return gpuvms_.live(); }
  [[nodiscard]] std::uint32_t live_gems() const { return gems_.live(); }
  [[nodiscard]] std::uint32_t live_fences() const { return fences_.live(); }
  [[nodiscard]] std::uint32_t live_syncobjs() const { return syncobjs_.live(); }

  // === contract::Drm ============================================================================
  int cdev_add(const Ptr<contract::Cdev>& cdev, std::uint32_t minor,
               contract::Callback released) override;
  void cdev_del(const Ptr<contract::Cdev>& cdev) override;
  int device_create(const char* name, std::uint32_t minor) override;
  void device_destroy(std::uint32_t minor) override;

  Result<int> fd_reserve(std::uint32_t flags) override;
  void fd_put_unused(int fd) override;
  void fd_install(int fd, const Ptr<contract::DmaBuf>& buf) override;

  void dma_buf_get(const Ptr<contract::DmaBuf>& buf) override;
  void dma_buf_put(const Ptr<contract::DmaBuf>& buf) override;

  int gem_init(const GemPtr& gem, std::uint64_t size, const contract::GemOps* ops) override;
  void gem_release(const GemPtr& gem) override;
  void gem_get(const GemPtr& gem) override;
  void gem_put(const GemPtr& gem) override;
  int gem_pin(const GemPtr& gem) override;
  void gem_unpin(const GemPtr& gem) override;
  Result<std::span<const vocab::Pa>> gem_pages(const GemPtr& gem) override;
  contract::GemUse gem_use(const GemPtr& gem) override;
  int gem_evict(const GemPtr& gem) override;
  Result<contract::KMap> gem_vmap(const GemPtr& gem) override;
  void gem_vunmap(const GemPtr& gem) override;
  void gem_sync_for_device(const GemPtr& gem) override;
  Result<std::uint32_t> gem_handle_create(const Ptr<contract::DrmFile>& file,
                                          const GemPtr& gem) override;
  int gem_handle_delete(const Ptr<contract::DrmFile>& file, std::uint32_t handle) override;
  GemPtr gem_lookup(const Ptr<contract::DrmFile>& file, std::uint32_t handle) override;
  std::uint64_t gem_mmap_offset(const GemPtr& gem) override;
  Result<GemPtr> gem_prime_import(const Ptr<contract::DmaBuf>& buf) override;

  std::uint32_t load32(const contract::KMap& map, std::uint64_t offset) override;
  std::uint64_t load64(const contract::KMap& map, std::uint64_t offset) override;
  void store32(const contract::KMap& map, std::uint64_t offset, std::uint32_t value) override;
  void store64(const contract::KMap& map, std::uint64_t offset, std::uint64_t value) override;
  void store(const contract::KMap& map, std::uint64_t offset,
             std::span<const std::byte> bytes) override;
  void zero(const contract::KMap& map, std::uint64_t offset, std::uint64_t bytes) override;

  int resv_lock_all(std::span<const ResvPtr> resvs) override;
  void resv_unlock_all(std::span<const ResvPtr> resvs) override;
  bool resv_trylock(const ResvPtr& resv) override;
  bool resv_wait(const ResvPtr& resv, std::uint64_t jiffies) override;
  void resv_add_fence(const ResvPtr& resv, const FencePtr& fence) override;

  std::uint64_t fence_context_alloc(std::uint32_t count) override;
  FencePtr fence_alloc(const char* role) override;
  void fence_init(const FencePtr& fence, std::uint64_t context, std::uint64_t seqno) override;
  void fence_get(const FencePtr& fence) override;
  void fence_put(const FencePtr& fence) override;
  void fence_set_error(const FencePtr& fence, int error) override;
  void fence_signal(const FencePtr& fence) override;
  bool fence_is_signalled(const FencePtr& fence) override;
  int fence_error(const FencePtr& fence) override;
  void fence_wait(const FencePtr& fence) override;

  Result<FencePtr> syncobj_find_fence(const Ptr<contract::DrmFile>& file, std::uint32_t handle,
                                      std::uint64_t point) override;
  Ptr<contract::Syncobj> syncobj_find(const Ptr<contract::DrmFile>& file,
                                      std::uint32_t handle) override;
  void syncobj_put(const Ptr<contract::Syncobj>& syncobj) override;
  void syncobj_replace_fence(const Ptr<contract::Syncobj>& syncobj, const FencePtr& fence) override;
  void syncobj_add_point(const Ptr<contract::Syncobj>& syncobj, const FencePtr& fence,
                         std::uint64_t point) override;

  int sched_init(contract::GpuScheduler& sched, const contract::SchedConfig& config) override;
  void sched_fini(contract::GpuScheduler& sched) override;
  int sched_entity_init(contract::SchedEntity& entity, contract::GpuScheduler& sched) override;
  void sched_entity_destroy(contract::SchedEntity& entity) override;
  int sched_job_init(const Ptr<contract::SchedJob>& job, contract::SchedEntity& entity,
                     std::uint32_t credits) override;
  void sched_job_arm(const Ptr<contract::SchedJob>& job) override;
  void sched_job_cleanup(const Ptr<contract::SchedJob>& job) override;
  int sched_job_add_dependency(const Ptr<contract::SchedJob>& job, const FencePtr& fence) override;
  void sched_entity_push_job(const Ptr<contract::SchedJob>& job) override;
  FencePtr sched_job_finished(const Ptr<contract::SchedJob>& job) override;
  void sched_stop(contract::GpuScheduler& sched, const Ptr<contract::SchedJob>& bad) override;
  void sched_start(contract::GpuScheduler& sched, int error) override;
  void sched_fault(contract::GpuScheduler& sched) override;
  void sched_for_each_pending(
      contract::GpuScheduler& sched,
      contract::FunctionRef<void(const Ptr<contract::SchedJob>&)> visit) override;
  void sched_job_set_parent(const Ptr<contract::SchedJob>& job, const FencePtr& fence) override;

  int gpuvm_init(contract::GpuVm& vm, std::uint64_t start, std::uint64_t range,
                 std::uint64_t reserved_start, std::uint64_t reserved_range) override;
  void gpuvm_fini(contract::GpuVm& vm) override;
  int gpuvm_sm_map(contract::GpuVm& vm, const contract::GpuVaRequest& request,
                   const contract::GpuVmSteps& steps) override;
  int gpuvm_sm_unmap(contract::GpuVm& vm, std::uint64_t va, std::uint64_t range,
                     const contract::GpuVmSteps& steps) override;
  int gpuva_insert(contract::GpuVm& vm, const Ptr<contract::GpuVa>& va) override;
  void gpuva_remove(contract::GpuVm& vm, const Ptr<contract::GpuVa>& va) override;
  void gpuva_link(const Ptr<contract::GpuVa>& va) override;
  void gpuva_unlink(const Ptr<contract::GpuVa>& va) override;
  Ptr<contract::GpuVa> gpuva_find(contract::GpuVm& vm, std::uint64_t va,
                                  std::uint64_t range) override;
  void gpuvm_for_each(contract::GpuVm& vm,
                      contract::FunctionRef<void(const Ptr<contract::GpuVa>&)> visit) override;

  int pgtable_init(contract::PageTable& table) override;
  void pgtable_fini(contract::PageTable& table) override;
  std::uint64_t pgtable_ttbr(const contract::PageTable& table) const override;
  int pgtable_map(contract::PageTable& table, std::uint64_t iova, std::uint64_t pa,
                  std::uint64_t page_size, std::uint64_t count, std::uint32_t prot,
                  std::uint64_t& mapped) override;
  std::uint64_t pgtable_unmap(contract::PageTable& table, std::uint64_t iova,
                              std::uint64_t page_size, std::uint64_t count) override;
  void pgtable_lend(contract::PageTable& table, vocab::Pa page) override;
  vocab::Pa pgtable_take_back(contract::PageTable& table) override;
  Result<std::uint64_t> pgtable_walk(const contract::PageTable& table, std::uint64_t iova) override;
  void mm_init(contract::VaSpace& space, std::uint64_t start, std::uint64_t size) override;
  void mm_fini(contract::VaSpace& space) override;
  Result<std::uint64_t> mm_insert(contract::VaSpace& space, std::uint64_t size, std::uint64_t align,
                                  std::uint64_t start, std::uint64_t end,
                                  const char* role) override;
  int mm_reserve(contract::VaSpace& space, std::uint64_t start, std::uint64_t size) override;
  void mm_remove(contract::VaSpace& space, std::uint64_t start) override;

  void drm_dev_init(const contract::DrmDriverOps* ops) override;
  int drm_register(const contract::DrmDriverOps* ops) override;
  void drm_unregister() override;

 private:
  KernelImpl& kernel_;
  DrmCore& core_;
  FenceTable& fences_;
  ResvTable& resvs_;
  DmaBufTable& bufs_;
  GemTable& gems_;
  SyncobjTable& syncobjs_;
  SchedCore& sched_;
  ChrdevTable& chrdevs_;
  GpuVms& gpuvms_;
  PageTables& pgtables_;
  MmSpaces& mms_;
  DrmFiles& files_;
  DrmNode node_;
};

}  // namespace protm::host
