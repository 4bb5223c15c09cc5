// SPDX-License-Identifier: GPL-2.0-only
// User-space interface of panthor as posted (driver 1.9 of the series): structs, flags, numbers.
// Structs are plain, names are those of the kernel without drm_panthor_ and in CamelCase.
// DEV_QUERY numbers follow the posted series (PROTECTED_INFO = 4), so MMU_INFO has no number here.
// Leaves out: the ioctls of DRM core, sync_file and dma-heap, see uapi_core.h.
// Source: include/uapi/drm/panthor_drm.h (6.12, 7.3), patch 8 of the series; facts-driver.md 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace protm::vocab::uapi {

// ---- ioctl numbers ------------------------------------------------------------------------

/// Number of a read-write DRM ioctl: direction, size, type 'd', nr.
[[nodiscard]] constexpr std::uint32_t drm_iowr(std::uint32_t nr, std::size_t size) {
  return 0xc0000000u | (static_cast<std::uint32_t>(size) << 16) | (0x64u << 8) | nr;
}
/// Number of a write-only DRM ioctl.
[[nodiscard]] constexpr std::uint32_t drm_iow(std::uint32_t nr, std::size_t size) {
  return 0x40000000u | (static_cast<std::uint32_t>(size) << 16) | (0x64u << 8) | nr;
}
/// Parts of an ioctl number.
[[nodiscard]] constexpr std::uint32_t ioctl_size(std::uint32_t cmd) { return cmd >> 16 & 0x3fff; }
[[nodiscard]] constexpr std::uint32_t ioctl_type(std::uint32_t cmd) { return cmd >> 8 & 0xff; }
[[nodiscard]] constexpr std::uint32_t ioctl_nr(std::uint32_t cmd) { return cmd & 0xff; }
[[nodiscard]] constexpr std::uint32_t ioctl_dir(std::uint32_t cmd) { return cmd >> 30; }
/// Directions, as user space sees it: what the kernel reads, and what it writes.
inline constexpr std::uint32_t kIoctlIn = 1u << 30, kIoctlOut = 2u << 30;

inline constexpr std::uint32_t kDrmIoctlType = 0x64;
inline constexpr std::uint32_t kDrmCommandBase = 0x40;

/// Driver-private ioctl ids (nr = kDrmCommandBase + id).
enum class IoctlId : std::uint32_t {
  dev_query,
  vm_create,
  vm_destroy,
  vm_bind,
  vm_get_state,
  bo_create,
  bo_mmap_offset,
  group_create,
  group_destroy,
  group_submit,
  group_get_state,
  tiler_heap_create,
  tiler_heap_destroy,
  bo_set_label,
  set_user_mmio_offset,
  bo_sync,
  bo_query_info,
  protm_init,  ///< announced, not posted; see kIoctlProtmInit
};

// ---- common -------------------------------------------------------------------------------

/// An array of objects in user memory.
struct ObjArray {
  std::uint32_t stride;
  std::uint32_t count;
  std::uint64_t array;
};
static_assert(sizeof(ObjArray) == 16);

inline constexpr std::uint32_t kSyncOpHandleTypeMask = 0xff;
inline constexpr std::uint32_t kSyncOpHandleTypeSyncobj = 0;
inline constexpr std::uint32_t kSyncOpHandleTypeTimelineSyncobj = 1;
inline constexpr std::uint32_t kSyncOpWait = 0;
inline constexpr std::uint32_t kSyncOpSignal = 1u << 31;

/// One wait or signal attached to a job or a bind operation.
struct SyncOp {
  std::uint32_t flags;
  std::uint32_t handle;
  std::uint64_t timeline_value;
};
static_assert(sizeof(SyncOp) == 16 && offsetof(SyncOp, timeline_value) == 8);

// ---- DEV_QUERY ----------------------------------------------------------------------------

inline constexpr std::uint32_t kDevQueryGpuInfo = 0;
inline constexpr std::uint32_t kDevQueryCsifInfo = 1;
inline constexpr std::uint32_t kDevQueryTimestampInfo = 2;
inline constexpr std::uint32_t kDevQueryGroupPrioritiesInfo = 3;
/// As posted; upstream 7.3 gave number 4 to MMU_INFO afterwards.
inline constexpr std::uint32_t kDevQueryProtectedInfo = 4;

struct DevQuery {
  std::uint32_t type;
  std::uint32_t size;
  std::uint64_t pointer;
};
static_assert(sizeof(DevQuery) == 16 && offsetof(DevQuery, pointer) == 8);

/// Reply of query GPU_INFO; the minimum user size is kGpuInfoMinSize.
struct GpuInfo {
  std::uint32_t gpu_id;
  std::uint32_t gpu_rev;
  std::uint32_t csf_id;
  std::uint32_t l2_features;
  std::uint32_t tiler_features;
  std::uint32_t mem_features;
  std::uint32_t mmu_features;
  std::uint32_t thread_features;
  std::uint32_t max_threads;
  std::uint32_t thread_max_workgroup_size;
  std::uint32_t thread_max_barrier_size;
  std::uint32_t coherency_features;
  std::uint32_t texture_features[4];
  std::uint32_t as_present;
  std::uint32_t selected_coherency;
  std::uint64_t shader_present;
  std::uint64_t l2_present;
  std::uint64_t tiler_present;
  std::uint32_t core_features;
  std::uint32_t pad;
  std::uint64_t gpu_features;
};
static_assert(sizeof(GpuInfo) == 112);
static_assert(offsetof(GpuInfo, coherency_features) == 0x2c);
static_assert(offsetof(GpuInfo, as_present) == 0x40);
static_assert(offsetof(GpuInfo, shader_present) == 0x48);
static_assert(offsetof(GpuInfo, core_features) == 0x60);
static_assert(offsetof(GpuInfo, gpu_features) == 0x68);
inline constexpr std::uint32_t kGpuInfoMinSize = 0x60;
inline constexpr std::uint32_t kGpuCoherencyAceLite = 0;
inline constexpr std::uint32_t kGpuCoherencyNone = 31;

/// Reply of query CSIF_INFO; all of it is required.
struct CsifInfo {
  std::uint32_t csg_slot_count;
  std::uint32_t cs_slot_count;
  std::uint32_t cs_reg_count;
  std::uint32_t scoreboard_slot_count;
  std::uint32_t unpreserved_cs_reg_count;
  std::uint32_t pad;
};
static_assert(sizeof(CsifInfo) == 24);
inline constexpr std::uint32_t kCsifInfoMinSize = 24;

inline constexpr std::uint32_t kTimestampGpu = 1u << 0;
inline constexpr std::uint32_t kTimestampCpuTypeMask = 7u << 1;
inline constexpr std::uint32_t kTimestampCpuNone = 0u << 1;
inline constexpr std::uint32_t kTimestampCpuMonotonic = 1u << 1;
inline constexpr std::uint32_t kTimestampCpuMonotonicRaw = 2u << 1;
inline constexpr std::uint32_t kTimestampGpuOffset = 1u << 4;
inline constexpr std::uint32_t kTimestampGpuCycleCount = 1u << 5;
inline constexpr std::uint32_t kTimestampFreq = 1u << 6;
inline constexpr std::uint32_t kTimestampDuration = 1u << 7;

/// Reply of query TIMESTAMP_INFO; the flags are read from user memory first.
struct TimestampInfo {
  std::uint64_t timestamp_frequency;
  std::uint64_t current_timestamp;
  std::uint64_t timestamp_offset;
  std::uint32_t flags;
  std::uint32_t duration_nsec;
  std::uint64_t cycle_count;
  std::uint64_t cpu_timestamp_sec;
  std::uint64_t cpu_timestamp_nsec;
};
static_assert(sizeof(TimestampInfo) == 56 && offsetof(TimestampInfo, cycle_count) == 32);
inline constexpr std::uint32_t kTimestampInfoMinSize = 16;

/// Reply of query GROUP_PRIORITIES_INFO.
struct GroupPrioritiesInfo {
  std::uint8_t allowed_mask;
  std::uint8_t pad[3];
};
static_assert(sizeof(GroupPrioritiesInfo) == 4);

/// Reply of upstream's MMU_INFO; it has no query number in the numbering as posted.
struct MmuInfo {
  std::uint64_t page_size_bitmap;
};
static_assert(sizeof(MmuInfo) == 8);

inline constexpr std::uint32_t kProtectedFeatureBasic = 1u << 0;

/// Reply of query PROTECTED_INFO.
struct ProtectedInfo {
  std::uint32_t features;
};
static_assert(sizeof(ProtectedInfo) == 4);

// ---- announced: protected memory from user space -------------------------------------------
//
// No version has it. The mails of 19 May 2026 (Boris Brezillon, design for the next version; Ketil
// Johnsen will try) name an ioctl PROTM_INIT, a DEV_QUERY and one more argument of GROUP_CREATE.
// Assumption: all names and numbers but PROTM_INIT, and the layout of the structs.

/// As posted, plus one. Assumption: the smallest free one.
inline constexpr std::uint32_t kDevQueryProtmState = 5;
inline constexpr std::uint32_t kProtmNotReady = 0;
inline constexpr std::uint32_t kProtmReady = 1;

/// Reply of the announced query; sizes in bytes, as the firmware names them.
struct ProtmState {
  std::uint32_t state;
  std::uint32_t pad;
  std::uint64_t section_size;  ///< of the buffer for PROTM_INIT
  std::uint64_t suspend_size;  ///< of the buffer of each protected group
};
static_assert(sizeof(ProtmState) == 24);

/// Argument of the announced PROTM_INIT.
struct ProtmInit {
  std::uint32_t handle;  ///< of an imported buffer
  std::uint32_t pad;
};
static_assert(sizeof(ProtmInit) == 8);

// ---- VM -----------------------------------------------------------------------------------

struct VmCreate {
  std::uint32_t flags;
  std::uint32_t id;
  std::uint64_t user_va_range;
};
static_assert(sizeof(VmCreate) == 16 && offsetof(VmCreate, user_va_range) == 8);

struct VmDestroy {
  std::uint32_t id;
  std::uint32_t pad;
};
static_assert(sizeof(VmDestroy) == 8);

inline constexpr std::uint32_t kVmBindOpMapReadonly = 1u << 0;
inline constexpr std::uint32_t kVmBindOpMapNoexec = 1u << 1;
inline constexpr std::uint32_t kVmBindOpMapUncached = 1u << 2;
inline constexpr std::uint32_t kVmBindOpMapSparse = 1u << 3;
inline constexpr std::uint32_t kVmBindOpTypeMask = 0xfu << 28;
inline constexpr std::uint32_t kVmBindOpTypeMap = 0u << 28;
inline constexpr std::uint32_t kVmBindOpTypeUnmap = 1u << 28;
inline constexpr std::uint32_t kVmBindOpTypeSyncOnly = 2u << 28;

struct VmBindOp {
  std::uint32_t flags;
  std::uint32_t bo_handle;
  std::uint64_t bo_offset;
  std::uint64_t va;
  std::uint64_t size;
  ObjArray syncs;
};
static_assert(sizeof(VmBindOp) == 48 && offsetof(VmBindOp, syncs) == 32);

inline constexpr std::uint32_t kVmBindAsync = 1u << 0;

struct VmBind {
  std::uint32_t vm_id;
  std::uint32_t flags;
  ObjArray ops;
};
static_assert(sizeof(VmBind) == 24);

inline constexpr std::uint32_t kVmStateUsable = 0;
inline constexpr std::uint32_t kVmStateUnusable = 1;

struct VmGetState {
  std::uint32_t vm_id;
  std::uint32_t state;
};
static_assert(sizeof(VmGetState) == 8);

// ---- BO -----------------------------------------------------------------------------------

inline constexpr std::uint32_t kBoNoMmap = 1u << 0;
inline constexpr std::uint32_t kBoWbMmap = 1u << 1;

struct BoCreate {
  std::uint64_t size;
  std::uint32_t flags;
  std::uint32_t exclusive_vm_id;
  std::uint32_t handle;
  std::uint32_t pad;
};
static_assert(sizeof(BoCreate) == 24 && offsetof(BoCreate, handle) == 16);

struct BoMmapOffset {
  std::uint32_t handle;
  std::uint32_t pad;
  std::uint64_t offset;
};
static_assert(sizeof(BoMmapOffset) == 16 && offsetof(BoMmapOffset, offset) == 8);

struct BoSetLabel {
  std::uint32_t handle;
  std::uint32_t pad;
  std::uint64_t label;
};
static_assert(sizeof(BoSetLabel) == 16);

/// Values of SET_USER_MMIO_OFFSET.
inline constexpr std::uint64_t kUserMmioOffset32 = 1ull << 43;
inline constexpr std::uint64_t kUserMmioOffset64 = 1ull << 56;

struct SetUserMmioOffset {
  std::uint64_t offset;
};
static_assert(sizeof(SetUserMmioOffset) == 8);

inline constexpr std::uint32_t kBoSyncOpCpuCacheFlush = 0;
inline constexpr std::uint32_t kBoSyncOpCpuCacheFlushAndInvalidate = 1;

struct BoSyncOp {
  std::uint32_t handle;
  std::uint32_t type;
  std::uint64_t offset;
  std::uint64_t size;
};
static_assert(sizeof(BoSyncOp) == 24);

struct BoSync {
  ObjArray ops;
};
static_assert(sizeof(BoSync) == 16);

inline constexpr std::uint32_t kBoIsImported = 1u << 0;

struct BoQueryInfo {
  std::uint32_t handle;
  std::uint32_t extra_flags;
  std::uint32_t create_flags;
  std::uint32_t pad;
};
static_assert(sizeof(BoQueryInfo) == 16);

// ---- groups -------------------------------------------------------------------------------

struct QueueCreate {
  std::uint8_t priority;
  std::uint8_t pad[3];
  std::uint32_t ringbuf_size;
};
static_assert(sizeof(QueueCreate) == 8);

inline constexpr std::uint32_t kGroupPriorityLow = 0;
inline constexpr std::uint32_t kGroupPriorityMedium = 1;
inline constexpr std::uint32_t kGroupPriorityHigh = 2;
inline constexpr std::uint32_t kGroupPriorityRealtime = 3;

inline constexpr std::uint32_t kGroupCreateProtected = 1u << 0;

struct GroupCreate {
  ObjArray queues;
  std::uint8_t max_compute_cores;
  std::uint8_t max_fragment_cores;
  std::uint8_t max_tiler_cores;
  std::uint8_t priority;
  std::uint32_t flags;  // padding before the series
  std::uint64_t compute_core_mask;
  std::uint64_t fragment_core_mask;
  std::uint64_t tiler_core_mask;
  std::uint32_t vm_id;
  std::uint32_t group_handle;
};
static_assert(sizeof(GroupCreate) == 56 && offsetof(GroupCreate, flags) == 20);
static_assert(offsetof(GroupCreate, compute_core_mask) == 24);
static_assert(offsetof(GroupCreate, vm_id) == 48);

/// GROUP_CREATE with the announced argument behind the posted ones.
struct GroupCreateProtm {
  GroupCreate posted;
  std::uint32_t protm_suspend_handle;  ///< of an imported buffer; 0 = none
  std::uint32_t pad;
};
static_assert(sizeof(GroupCreateProtm) == 64);

struct GroupDestroy {
  std::uint32_t group_handle;
  std::uint32_t pad;
};
static_assert(sizeof(GroupDestroy) == 8);

struct QueueSubmit {
  std::uint32_t queue_index;
  std::uint32_t stream_size;
  std::uint64_t stream_addr;
  std::uint32_t latest_flush;
  std::uint32_t pad;
  ObjArray syncs;
};
static_assert(sizeof(QueueSubmit) == 40 && offsetof(QueueSubmit, syncs) == 24);
/// Bits of latest_flush that must be zero.
inline constexpr std::uint32_t kLatestFlushMustBeZero = 0x7f000000;

struct GroupSubmit {
  std::uint32_t group_handle;
  std::uint32_t pad;
  ObjArray queue_submits;
};
static_assert(sizeof(GroupSubmit) == 24);

inline constexpr std::uint32_t kGroupStateTimedout = 1u << 0;
inline constexpr std::uint32_t kGroupStateFatalFault = 1u << 1;
inline constexpr std::uint32_t kGroupStateInnocent = 1u << 2;

struct GroupGetState {
  std::uint32_t group_handle;
  std::uint32_t state;
  std::uint32_t fatal_queues;
  std::uint32_t pad;
};
static_assert(sizeof(GroupGetState) == 16);

struct TilerHeapCreate {
  std::uint32_t vm_id;
  std::uint32_t initial_chunk_count;
  std::uint32_t chunk_size;
  std::uint32_t max_chunks;
  std::uint32_t target_in_flight;
  std::uint32_t handle;
  std::uint64_t tiler_heap_ctx_gpu_va;
  std::uint64_t first_heap_chunk_gpu_va;
};
static_assert(sizeof(TilerHeapCreate) == 40 && offsetof(TilerHeapCreate, handle) == 20);

struct TilerHeapDestroy {
  std::uint32_t handle;
  std::uint32_t pad;
};
static_assert(sizeof(TilerHeapDestroy) == 8);

// ---- numbers ------------------------------------------------------------------------------

/// Full number of a panthor ioctl whose argument is `Args`.
template <class Args>
[[nodiscard]] constexpr std::uint32_t panthor_ioctl(IoctlId id) {
  return drm_iowr(kDrmCommandBase + static_cast<std::uint32_t>(id), sizeof(Args));
}
inline constexpr std::uint32_t kIoctlDevQuery = panthor_ioctl<DevQuery>(IoctlId::dev_query);
inline constexpr std::uint32_t kIoctlVmCreate = panthor_ioctl<VmCreate>(IoctlId::vm_create);
inline constexpr std::uint32_t kIoctlVmDestroy = panthor_ioctl<VmDestroy>(IoctlId::vm_destroy);
inline constexpr std::uint32_t kIoctlVmBind = panthor_ioctl<VmBind>(IoctlId::vm_bind);
inline constexpr std::uint32_t kIoctlVmGetState = panthor_ioctl<VmGetState>(IoctlId::vm_get_state);
inline constexpr std::uint32_t kIoctlBoCreate = panthor_ioctl<BoCreate>(IoctlId::bo_create);
inline constexpr std::uint32_t kIoctlBoMmapOffset =
    panthor_ioctl<BoMmapOffset>(IoctlId::bo_mmap_offset);
inline constexpr std::uint32_t kIoctlGroupCreate =
    panthor_ioctl<GroupCreate>(IoctlId::group_create);
inline constexpr std::uint32_t kIoctlGroupDestroy =
    panthor_ioctl<GroupDestroy>(IoctlId::group_destroy);
inline constexpr std::uint32_t kIoctlGroupSubmit =
    panthor_ioctl<GroupSubmit>(IoctlId::group_submit);
inline constexpr std::uint32_t kIoctlGroupGetState =
    panthor_ioctl<GroupGetState>(IoctlId::group_get_state);
inline constexpr std::uint32_t kIoctlTilerHeapCreate =
    panthor_ioctl<TilerHeapCreate>(IoctlId::tiler_heap_create);
inline constexpr std::uint32_t kIoctlTilerHeapDestroy =
    panthor_ioctl<TilerHeapDestroy>(IoctlId::tiler_heap_destroy);
inline constexpr std::uint32_t kIoctlBoSetLabel = panthor_ioctl<BoSetLabel>(IoctlId::bo_set_label);
inline constexpr std::uint32_t kIoctlSetUserMmioOffset =
    panthor_ioctl<SetUserMmioOffset>(IoctlId::set_user_mmio_offset);
inline constexpr std::uint32_t kIoctlBoSync = panthor_ioctl<BoSync>(IoctlId::bo_sync);
inline constexpr std::uint32_t kIoctlBoQueryInfo =
    panthor_ioctl<BoQueryInfo>(IoctlId::bo_query_info);
inline constexpr std::uint32_t kIoctlProtmInit = panthor_ioctl<ProtmInit>(IoctlId::protm_init);
inline constexpr std::uint32_t kIoctlGroupCreateProtm =
    panthor_ioctl<GroupCreateProtm>(IoctlId::group_create);
static_assert(kIoctlDevQuery == 0xc0106440 && kIoctlVmBind == 0xc0186443);
static_assert(kIoctlGroupCreate == 0xc0386447 && kIoctlGroupSubmit == 0xc0186449);
static_assert(kIoctlTilerHeapCreate == 0xc028644b && kIoctlBoQueryInfo == 0xc0106450);

inline constexpr std::uint64_t kUserMmioOffset32bit = 1ull << 43;
inline constexpr std::uint64_t kUserMmioOffset64bit = 1ull << 56;
/// Offset of the flush-id page in the MMIO space.
inline constexpr std::uint64_t kUserFlushIdMmioOffset = kUserMmioOffset64bit | 0;

}  // namespace protm::vocab::uapi
