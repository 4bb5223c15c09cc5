// SPDX-License-Identifier: GPL-2.0-only
// The subsystems between the kernel core and an in-process driver: char devices and descriptors,
// dma-buf, GEM, PRIME, dma_resv, dma_fence, syncobj, drm_sched, gpuvm split, io-pgtable, drm_mm,
// DRM core ioctl dispatch. Semantics: reference/facts-host.md sections 1-8. Rule of use: base
// structs (GemObject, SchedJob, GpuVa, FilePrivate) are derived from by the driver, as embedded
// members are in C. Not modelled in this version: drm_exec contention.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sut-adapters/contract/kernel.h"

namespace protm::contract {

// --- char devices and descriptors ----------------------------------------------------------------
/// Base of whatever a file's private_data points to.
struct FilePrivate {};

/// An open file of a char device. Host owns it; one per open, shared by dup.
struct CharFile {
  std::uint32_t minor = 0;
  Ptr<FilePrivate> private_data;
};

/// File operations of a char device. `driver` is the Driver that registered the class.
struct CharOps {
  int (*open)(void* driver, const Ptr<CharFile>& file) = nullptr;
  void (*release)(void* driver, const Ptr<CharFile>& file) = nullptr;  ///< may be null
  std::int64_t (*ioctl)(void* driver, const Ptr<CharFile>& file, std::uint32_t cmd,
                        std::uint64_t arg) = nullptr;
};

/// Embedded in the driver's object, as struct cdev is. An open file keeps the cdev's kobject.
struct Cdev {
  const CharOps* ops = nullptr;
  std::uint32_t id = 0;
};

/// A dma-buf. The exporter is Host's heap provider (or, later, GEM). Fields are Host's.
struct DmaBuf {
  std::uint32_t id = 0;
  std::uint64_t size = 0;
};

// --- fences
// ----------------------------------------------------------------------------------------
/// A dma_fence. Fields are Host's; drivers use the calls below.
struct Fence {
  std::uint32_t id = 0;
  std::uint64_t context = 0;
  std::uint64_t seqno = 0;
};
struct Syncobj {
  std::uint32_t id = 0;
};
/// A dma_resv, embedded or shared by reference.
struct Resv {
  const char* role = "resv";
  std::uint32_t id = 0;
};

// --- GEM
// -------------------------------------------------------------------------------------------
struct GemObject;
struct GemOps {
  /// Last reference gone: the driver frees its object; it calls gem_release first.
  void (*free)(void* driver, const Ptr<GemObject>& gem) = nullptr;
  const char* role = "bo";
  /// What gem_use() says may be another than before. Null: nobody asks.
  void (*use_changed)(void* driver, const Ptr<GemObject>& gem) = nullptr;
};
/// Whether the pages of an object are there, and for whom.
struct GemUse {
  bool resident = false;
  bool pinned = false;   ///< by gem_pin() or gem_vmap()
  bool mmapped = false;  ///< a process has it in its address space
};
/// Base of a driver's buffer object. Source: drm_gem.c, drm_gem_shmem_helper.c.
struct GemObject {
  const GemOps* ops = nullptr;
  std::uint64_t size = 0;  ///< bytes, page aligned
  Ptr<Resv> resv;          ///< its own, or the one that the driver put here
  bool no_mmap = false;    ///< an mmap of it is refused with EINVAL
  bool imported = false;   ///< pages come from `dma_buf`
  Ptr<DmaBuf> dma_buf;     ///< of an import
  std::uint32_t id = 0;
};
/// A CPU mapping of a whole GEM object (vmap). Invalid after gem_vunmap.
struct KMap {
  std::span<const vocab::Pa> pages;
  std::uint64_t size = 0;
  explicit operator bool() const { return size != 0; }
};

// --- drm_sched
// -------------------------------------------------------------------------------------
struct GpuScheduler {
  const char* role = "sched";
  std::uint32_t id = 0;
};
struct SchedEntity {
  std::uint32_t id = 0;
};
/// Base of a driver's job. Source: drm_sched_job.
struct SchedJob {
  std::uint32_t id = 0;
  std::uint32_t credits = 0;
};
enum class TimedoutResult : std::uint8_t { reset, no_hang, enodev };
struct SchedOps {
  /// The job's hardware fence (one reference is taken over), null = nothing to wait for, or -errno.
  Result<Ptr<Fence>> (*run_job)(void* driver, const Ptr<SchedJob>& job) = nullptr;
  TimedoutResult (*timedout_job)(void* driver, const Ptr<SchedJob>& job) = nullptr;
  void (*free_job)(void* driver, const Ptr<SchedJob>& job) = nullptr;
};
struct SchedConfig {
  const SchedOps* ops = nullptr;
  Workqueue submit_wq;   ///< id 0 = an own ordered one
  Workqueue timeout_wq;  ///< id 0 = the system one
  std::uint32_t credit_limit = 0;
  std::uint64_t timeout_jiffies = UINT64_MAX;  ///< UINT64_MAX = never
};

// --- gpuvm and page tables
// --------------------------------------------------------------------------
/// Base of a driver's mapping record (drm_gpuva). `next_id` etc. are Host's tree.
struct GpuVa {
  std::uint64_t va = 0;
  std::uint64_t range = 0;
  std::uint64_t offset = 0;  ///< into `gem`
  Ptr<GemObject> gem;
};
struct GpuVm {
  std::uint32_t id = 0;
};
struct GpuVaRequest {
  std::uint64_t va = 0, range = 0, offset = 0;
  Ptr<GemObject> gem;
};
/// What is kept on one side of a cut. range == 0: this side is not there.
struct GpuVaRest {
  std::uint64_t va = 0, range = 0, offset = 0;
};
/// Steps of a split, called in ascending VA order; a non-zero return stops it, nothing is undone.
struct GpuVmSteps {
  int (*map)(void* ctx, const GpuVaRequest& request) = nullptr;
  int (*remap)(void* ctx, const Ptr<GpuVa>& old, const GpuVaRest& prev,
               const GpuVaRest& next) = nullptr;
  int (*unmap)(void* ctx, const Ptr<GpuVa>& old) = nullptr;
  void* ctx = nullptr;
};

/// Page protections of the io-pgtable writer (IOMMU_READ ...), bits.
enum PageProt : std::uint32_t {
  kProtRead = 1,
  kProtWrite = 2,
  kProtNoexec = 4,
  kProtCache = 8,
};
/// An ARM_64_LPAE_S1 table with 48-bit input. Source: facts-gpu.md 7.5.
struct PageTable {
  std::uint32_t id = 0;
};
/// A drm_mm: best-fit VA allocator.
struct VaSpace {
  std::uint32_t id = 0;
};

// --- DRM core
// ---------------------------------------------------------------------------------------
/// An open file of the DRM device.
struct DrmFile {
  Ptr<FilePrivate> private_data;
  std::uint32_t id = 0;
};
struct DrmIoctl {
  std::uint32_t nr = 0;    ///< without the 0x40 base
  std::uint32_t size = 0;  ///< kernel's struct size; DRM core copies as facts-host D2, D3
  int (*fn)(void* driver, void* arg, const Ptr<DrmFile>& file) = nullptr;
};
/// An mmap as a driver's file operation sees it. Reading is always asked for.
struct MapRequest {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  ///< whole pages
  bool shared = true;
  bool write = false;
  bool exec = false;
};
struct DrmDriverOps {
  const char* name = "";
  std::uint32_t major = 0, minor = 0;
  std::span<const DrmIoctl> ioctls;
  int (*open)(void* driver, const Ptr<DrmFile>& file) = nullptr;
  void (*postclose)(void* driver, const Ptr<DrmFile>& file) = nullptr;
  /// Makes the driver's object for an import of `size` bytes; Host has attached and mapped `buf`.
  Result<Ptr<GemObject>> (*import_sg_table)(void* driver, const Ptr<DmaBuf>& buf,
                                            std::uint64_t size) = nullptr;
  /// Keys that the driver adds to fdinfo, in order. Their numbers are not modelled.
  std::span<const char* const> fdinfo_keys;
  /// May the object leave the device as a dma-buf? 0 or -errno; null = every object may.
  int (*prime_export)(void* driver, const Ptr<GemObject>& gem) = nullptr;
  /// True when an mmap of that offset is for the driver and not for GEM.
  bool (*is_user_page)(void* driver, const Ptr<DrmFile>& file, std::uint64_t offset) = nullptr;
  /// Such an mmap. 0 or -errno.
  int (*mmap_user_page)(void* driver, const Ptr<DrmFile>& file, const MapRequest& request) =
      nullptr;
  /// First word of the page that such a mapping shows at present; an error is a SIGBUS.
  Result<std::uint32_t> (*read_user_page)(void* driver, const Ptr<DrmFile>& file) = nullptr;
  /// Memory pressure that may block, as shrinker::scan_objects: pages freed of those asked for.
  std::uint64_t (*shrink)(void* driver, std::uint64_t pages) = nullptr;
};

class Drm {
 public:
  virtual ~Drm() = default;

  // char devices (facts-host section 8). `minor` as allocated by the driver. Faults: "cdev_add" of
  // "dma_heap", "device_create" of the name.
  /// Makes the device openable. `released` runs when the kobject's last reference is dropped (no
  /// open file left and cdev_del called): the safe place to drop the object that embeds the cdev.
  virtual int cdev_add(const Ptr<Cdev>& cdev, std::uint32_t minor, Callback released) = 0;
  virtual void cdev_del(const Ptr<Cdev>& cdev) = 0;
  /// The device node `dma_heap/<name>`; -EEXIST while a node of that name is there.
  virtual int device_create(const char* name, std::uint32_t minor) = 0;
  virtual void device_destroy(std::uint32_t minor) = 0;

  // descriptors of the current task's process
  virtual Result<int> fd_reserve(
      std::uint32_t flags) = 0;  ///< get_unused_fd_flags; -EMFILE by fault
  virtual void fd_put_unused(int fd) = 0;
  virtual void fd_install(int fd, const Ptr<DmaBuf>& buf) = 0;  ///< takes over the reference

  // dma-buf
  virtual void dma_buf_get(const Ptr<DmaBuf>& buf) = 0;
  virtual void dma_buf_put(const Ptr<DmaBuf>& buf) = 0;

  // GEM
  /// Initialises a shmem object: one reference, own resv, no pages yet.
  /// Errors: -ENOSPC where the mmap offsets do not reach (no bytes have none), -EINVAL, -ENOMEM.
  virtual int gem_init(const Ptr<GemObject>& gem, std::uint64_t size, const GemOps* ops) = 0;
  /// Host's part of the free: pages, dma-buf of an import (unmap, detach, put), resv.
  virtual void gem_release(const Ptr<GemObject>& gem) = 0;
  virtual void gem_get(const Ptr<GemObject>& gem) = 0;
  virtual void gem_put(const Ptr<GemObject>& gem) = 0;  ///< NULL is a no-op
  virtual int gem_pin(const Ptr<GemObject>& gem) = 0;   ///< allocates pages; no-op on imports
  virtual void gem_unpin(const Ptr<GemObject>& gem) = 0;
  /// Pages in order, allocated when there are none. -ENOMEM.
  virtual Result<std::span<const vocab::Pa>> gem_pages(const Ptr<GemObject>& gem) = 0;
  [[nodiscard]] virtual GemUse gem_use(const Ptr<GemObject>& gem) = 0;
  /// Gives the pages back and keeps what is in them for whoever needs them next.
  /// Errors: -EBUSY they are pinned, an import's or not there.
  virtual int gem_evict(const Ptr<GemObject>& gem) = 0;
  virtual Result<KMap> gem_vmap(const Ptr<GemObject>& gem) = 0;
  virtual void gem_vunmap(const Ptr<GemObject>& gem) = 0;
  virtual void gem_sync_for_device(const Ptr<GemObject>& gem) = 0;  ///< dma_sync_sgtable_for_device
  /// Role words for faults: "gem_handle", "gem".
  virtual Result<std::uint32_t> gem_handle_create(const Ptr<DrmFile>& file,
                                                  const Ptr<GemObject>& gem) = 0;
  virtual int gem_handle_delete(const Ptr<DrmFile>& file, std::uint32_t handle) = 0;
  /// Takes a reference; null when the handle is unknown.
  virtual Ptr<GemObject> gem_lookup(const Ptr<DrmFile>& file, std::uint32_t handle) = 0;
  [[nodiscard]] virtual std::uint64_t gem_mmap_offset(const Ptr<GemObject>& gem) = 0;
  /// drm_gem_prime_import: attach, reference, map, DrmDriverOps::import_sg_table. The caller's own
  /// reference on `buf` stays the caller's. Role words for faults: "prime_attach", "prime_map".
  virtual Result<Ptr<GemObject>> gem_prime_import(const Ptr<DmaBuf>& buf) = 0;

  // CPU access through a vmap; offsets in bytes, naturally aligned
  virtual std::uint32_t load32(const KMap& map, std::uint64_t offset) = 0;
  virtual std::uint64_t load64(const KMap& map, std::uint64_t offset) = 0;
  virtual void store32(const KMap& map, std::uint64_t offset, std::uint32_t value) = 0;
  virtual void store64(const KMap& map, std::uint64_t offset, std::uint64_t value) = 0;
  virtual void store(const KMap& map, std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  virtual void zero(const KMap& map, std::uint64_t offset, std::uint64_t bytes) = 0;

  // dma_resv: ww-lock of a set, and fences by usage (only BOOKKEEP is used by panthor)
  virtual int resv_lock_all(std::span<const Ptr<Resv>> resvs) = 0;  ///< duplicates allowed
  virtual void resv_unlock_all(std::span<const Ptr<Resv>> resvs) = 0;
  /// dma_resv_trylock; resv_unlock_all unlocks.
  [[nodiscard]] virtual bool resv_trylock(const Ptr<Resv>& resv) = 0;
  /// Waits for all fences; false when one has not signalled in time.
  [[nodiscard]] virtual bool resv_wait(const Ptr<Resv>& resv, std::uint64_t jiffies) = 0;
  virtual void resv_add_fence(const Ptr<Resv>& resv, const Ptr<Fence>& fence) = 0;

  // dma_fence
  [[nodiscard]] virtual std::uint64_t fence_context_alloc(std::uint32_t count) = 0;
  /// One reference for the caller; null = ENOMEM. Not yet usable: fence_init first.
  virtual Ptr<Fence> fence_alloc(const char* role) = 0;
  virtual void fence_init(const Ptr<Fence>& fence, std::uint64_t context, std::uint64_t seqno) = 0;
  virtual void fence_get(const Ptr<Fence>& fence) = 0;
  virtual void fence_put(const Ptr<Fence>& fence) = 0;  ///< NULL is a no-op
  virtual void fence_set_error(const Ptr<Fence>& fence, int error) = 0;
  virtual void fence_signal(const Ptr<Fence>& fence) = 0;  ///< twice is a silent no-op
  [[nodiscard]] virtual bool fence_is_signalled(const Ptr<Fence>& fence) = 0;
  [[nodiscard]] virtual int fence_error(const Ptr<Fence>& fence) = 0;
  virtual void fence_wait(const Ptr<Fence>& fence) = 0;

  // syncobj, as drivers use it (facts-host Y16)
  virtual Result<Ptr<Fence>> syncobj_find_fence(const Ptr<DrmFile>& file, std::uint32_t handle,
                                                std::uint64_t point) = 0;
  virtual Ptr<Syncobj> syncobj_find(const Ptr<DrmFile>& file, std::uint32_t handle) = 0;
  virtual void syncobj_put(const Ptr<Syncobj>& syncobj) = 0;
  virtual void syncobj_replace_fence(const Ptr<Syncobj>& syncobj, const Ptr<Fence>& fence) = 0;
  /// Timeline point; drm_syncobj_add_point with a preallocated chain link.
  virtual void syncobj_add_point(const Ptr<Syncobj>& syncobj, const Ptr<Fence>& fence,
                                 std::uint64_t point) = 0;

  // drm_sched (facts-host section 1)
  virtual int sched_init(GpuScheduler& sched, const SchedConfig& config) = 0;
  virtual void sched_fini(GpuScheduler& sched) = 0;
  virtual int sched_entity_init(SchedEntity& entity, GpuScheduler& sched) = 0;
  virtual void sched_entity_destroy(SchedEntity& entity) = 0;
  virtual int sched_job_init(const Ptr<SchedJob>& job, SchedEntity& entity,
                             std::uint32_t credits) = 0;
  virtual void sched_job_arm(const Ptr<SchedJob>& job) = 0;
  virtual void sched_job_cleanup(const Ptr<SchedJob>& job) = 0;
  /// Consumes the fence's reference in any case. 0 or -ENOMEM.
  virtual int sched_job_add_dependency(const Ptr<SchedJob>& job, const Ptr<Fence>& fence) = 0;
  virtual void sched_entity_push_job(const Ptr<SchedJob>& job) = 0;
  /// The job's finished fence, valid after arm; no reference taken.
  virtual Ptr<Fence> sched_job_finished(const Ptr<SchedJob>& job) = 0;
  virtual void sched_stop(GpuScheduler& sched, const Ptr<SchedJob>& bad) = 0;
  virtual void sched_start(GpuScheduler& sched, int error) = 0;
  virtual void sched_fault(GpuScheduler& sched) = 0;
  /// Pending jobs (given to the hardware, not finished), head first: for re-assigning parents.
  virtual void sched_for_each_pending(GpuScheduler& sched,
                                      FunctionRef<void(const Ptr<SchedJob>&)> visit) = 0;
  /// Sets a pending job's hardware fence again, between stop and start. Takes a reference.
  virtual void sched_job_set_parent(const Ptr<SchedJob>& job, const Ptr<Fence>& fence) = 0;

  // gpuvm split (facts-driver 4.3)
  virtual int gpuvm_init(GpuVm& vm, std::uint64_t start, std::uint64_t range,
                         std::uint64_t reserved_start, std::uint64_t reserved_range) = 0;
  virtual void gpuvm_fini(GpuVm& vm) = 0;
  virtual int gpuvm_sm_map(GpuVm& vm, const GpuVaRequest& request, const GpuVmSteps& steps) = 0;
  virtual int gpuvm_sm_unmap(GpuVm& vm, std::uint64_t va, std::uint64_t range,
                             const GpuVmSteps& steps) = 0;
  virtual int gpuva_insert(GpuVm& vm, const Ptr<GpuVa>& va) = 0;  ///< -EEXIST on overlap
  virtual void gpuva_remove(GpuVm& vm, const Ptr<GpuVa>& va) = 0;
  virtual void gpuva_link(const Ptr<GpuVa>& va) = 0;    ///< takes a reference on the object
  virtual void gpuva_unlink(const Ptr<GpuVa>& va) = 0;  ///< drops it (may free the object)
  /// First mapping that overlaps [va, va+range), or null.
  virtual Ptr<GpuVa> gpuva_find(GpuVm& vm, std::uint64_t va, std::uint64_t range) = 0;
  virtual void gpuvm_for_each(GpuVm& vm, FunctionRef<void(const Ptr<GpuVa>&)> visit) = 0;

  // io-pgtable and drm_mm
  virtual int pgtable_init(PageTable& table) = 0;  ///< -ENOMEM
  virtual void pgtable_fini(PageTable& table) = 0;
  [[nodiscard]] virtual std::uint64_t pgtable_ttbr(const PageTable& table) const = 0;
  /// Maps `count` pages of `page_size` (4 KiB or 2 MiB); `mapped` gets the bytes done.
  virtual int pgtable_map(PageTable& table, std::uint64_t iova, std::uint64_t pa,
                          std::uint64_t page_size, std::uint64_t count, std::uint32_t prot,
                          std::uint64_t& mapped) = 0;
  virtual std::uint64_t pgtable_unmap(PageTable& table, std::uint64_t iova, std::uint64_t page_size,
                                      std::uint64_t count) = 0;
  /// A page for the next table that a split of a block needs, which else asks for memory itself;
  /// and back what was not needed, Pa{0} when nothing is left. Under the lock of the table's user.
  /// Source: panthor_mmu.c alloc_pt(), panthor_vm_cleanup_op_ctx(): rsvd_page_tables.
  virtual void pgtable_lend(PageTable& table, vocab::Pa page) = 0;
  [[nodiscard]] virtual vocab::Pa pgtable_take_back(PageTable& table) = 0;
  /// Physical address behind `iova`, or nothing.
  [[nodiscard]] virtual Result<std::uint64_t> pgtable_walk(const PageTable& table,
                                                           std::uint64_t iova) = 0;
  virtual void mm_init(VaSpace& space, std::uint64_t start, std::uint64_t size) = 0;
  virtual void mm_fini(VaSpace& space) = 0;
  /// Best fit inside [start, end). Errors: -ENOSPC; faults by role ("va:<role>").
  virtual Result<std::uint64_t> mm_insert(VaSpace& space, std::uint64_t size, std::uint64_t align,
                                          std::uint64_t start, std::uint64_t end,
                                          const char* role) = 0;
  virtual int mm_reserve(VaSpace& space, std::uint64_t start, std::uint64_t size) = 0;
  virtual void mm_remove(VaSpace& space, std::uint64_t start) = 0;

  // DRM core
  /// Names the driver's operations (devm_drm_dev_alloc): before the first GEM call of a probe.
  virtual void drm_dev_init(const DrmDriverOps* ops) = 0;
  virtual int drm_register(const DrmDriverOps* ops) = 0;  ///< publishes the nodes
  virtual void drm_unregister() = 0;
};

}  // namespace protm::contract
