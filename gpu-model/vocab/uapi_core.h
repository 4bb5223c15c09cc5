// SPDX-License-Identifier: GPL-2.0-only
// The part of the user-space interface that DRM core, sync_file and dma-heap own: GEM_CLOSE,
// PRIME, syncobj, sync_file info and heap allocation, as plain structs and numbers.
// Leaves out: KMS, authentication, sync_file merge and set-deadline.
// Source: include/uapi/drm/drm.h, linux/sync_file.h, linux/dma-heap.h; facts-host.md 4 and 6.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gpu-model/vocab/uapi.h"

namespace protm::vocab::uapi {

// ---- GEM and PRIME ------------------------------------------------------------------------

struct GemClose {
  std::uint32_t handle;
  std::uint32_t pad;
};
static_assert(sizeof(GemClose) == 8);

struct PrimeHandle {
  std::uint32_t handle;
  std::uint32_t flags;
  std::int32_t fd;
};
static_assert(sizeof(PrimeHandle) == 12);
inline constexpr std::uint32_t kPrimeCloexec = 02000000;
inline constexpr std::uint32_t kPrimeRdwr = 02;

inline constexpr std::uint32_t kIoctlGemClose = drm_iow(0x09, sizeof(GemClose));
inline constexpr std::uint32_t kIoctlPrimeHandleToFd = drm_iowr(0x2d, sizeof(PrimeHandle));
inline constexpr std::uint32_t kIoctlPrimeFdToHandle = drm_iowr(0x2e, sizeof(PrimeHandle));
static_assert(kIoctlGemClose == 0x40086409);
static_assert(kIoctlPrimeHandleToFd == 0xc00c642d && kIoctlPrimeFdToHandle == 0xc00c642e);

// ---- syncobj ------------------------------------------------------------------------------

inline constexpr std::uint32_t kSyncobjCreateSignaled = 1u << 0;

struct SyncobjCreate {
  std::uint32_t handle;
  std::uint32_t flags;
};
static_assert(sizeof(SyncobjCreate) == 8);

struct SyncobjDestroy {
  std::uint32_t handle;
  std::uint32_t pad;
};
static_assert(sizeof(SyncobjDestroy) == 8);

inline constexpr std::uint32_t kSyncobjFdToHandleImportSyncFile = 1u << 0;
inline constexpr std::uint32_t kSyncobjFdToHandleTimeline = 1u << 1;
inline constexpr std::uint32_t kSyncobjHandleToFdExportSyncFile = 1u << 0;
inline constexpr std::uint32_t kSyncobjHandleToFdTimeline = 1u << 1;

struct SyncobjHandle {
  std::uint32_t handle;
  std::uint32_t flags;
  std::int32_t fd;
  std::uint32_t pad;
  std::uint64_t point;
};
static_assert(sizeof(SyncobjHandle) == 24);

inline constexpr std::uint32_t kSyncobjWaitAll = 1u << 0;
inline constexpr std::uint32_t kSyncobjWaitForSubmit = 1u << 1;
inline constexpr std::uint32_t kSyncobjWaitAvailable = 1u << 2;
inline constexpr std::uint32_t kSyncobjWaitDeadline = 1u << 3;

struct SyncobjWait {
  std::uint64_t handles;
  std::int64_t timeout_nsec;
  std::uint32_t count_handles;
  std::uint32_t flags;
  std::uint32_t first_signaled;
  std::uint32_t pad;
  std::uint64_t deadline_nsec;
};
static_assert(sizeof(SyncobjWait) == 40);

struct SyncobjTimelineWait {
  std::uint64_t handles;
  std::uint64_t points;
  std::int64_t timeout_nsec;
  std::uint32_t count_handles;
  std::uint32_t flags;
  std::uint32_t first_signaled;
  std::uint32_t pad;
  std::uint64_t deadline_nsec;
};
static_assert(sizeof(SyncobjTimelineWait) == 48);

/// Argument of RESET and SIGNAL.
struct SyncobjArray {
  std::uint64_t handles;
  std::uint32_t count_handles;
  std::uint32_t pad;
};
static_assert(sizeof(SyncobjArray) == 16);

inline constexpr std::uint32_t kSyncobjQueryLastSubmitted = 1u << 0;

/// Argument of QUERY and TIMELINE_SIGNAL.
struct SyncobjTimelineArray {
  std::uint64_t handles;
  std::uint64_t points;
  std::uint32_t count_handles;
  std::uint32_t flags;
};
static_assert(sizeof(SyncobjTimelineArray) == 24);

struct SyncobjTransfer {
  std::uint32_t src_handle;
  std::uint32_t dst_handle;
  std::uint64_t src_point;
  std::uint64_t dst_point;
  std::uint32_t flags;
  std::uint32_t pad;
};
static_assert(sizeof(SyncobjTransfer) == 32);

struct SyncobjEventfd {
  std::uint32_t handle;
  std::uint32_t flags;
  std::uint64_t point;
  std::int32_t fd;
  std::uint32_t pad;
};
static_assert(sizeof(SyncobjEventfd) == 24);

inline constexpr std::uint32_t kIoctlSyncobjCreate = drm_iowr(0xbf, sizeof(SyncobjCreate));
inline constexpr std::uint32_t kIoctlSyncobjDestroy = drm_iowr(0xc0, sizeof(SyncobjDestroy));
inline constexpr std::uint32_t kIoctlSyncobjHandleToFd = drm_iowr(0xc1, sizeof(SyncobjHandle));
inline constexpr std::uint32_t kIoctlSyncobjFdToHandle = drm_iowr(0xc2, sizeof(SyncobjHandle));
inline constexpr std::uint32_t kIoctlSyncobjWait = drm_iowr(0xc3, sizeof(SyncobjWait));
inline constexpr std::uint32_t kIoctlSyncobjReset = drm_iowr(0xc4, sizeof(SyncobjArray));
inline constexpr std::uint32_t kIoctlSyncobjSignal = drm_iowr(0xc5, sizeof(SyncobjArray));
inline constexpr std::uint32_t kIoctlSyncobjTimelineWait =
    drm_iowr(0xca, sizeof(SyncobjTimelineWait));
inline constexpr std::uint32_t kIoctlSyncobjQuery = drm_iowr(0xcb, sizeof(SyncobjTimelineArray));
inline constexpr std::uint32_t kIoctlSyncobjTransfer = drm_iowr(0xcc, sizeof(SyncobjTransfer));
inline constexpr std::uint32_t kIoctlSyncobjTimelineSignal =
    drm_iowr(0xcd, sizeof(SyncobjTimelineArray));
inline constexpr std::uint32_t kIoctlSyncobjEventfd = drm_iowr(0xcf, sizeof(SyncobjEventfd));
static_assert(kIoctlSyncobjCreate == 0xc00864bf && kIoctlSyncobjHandleToFd == 0xc01864c1);
static_assert(kIoctlSyncobjWait == 0xc02864c3 && kIoctlSyncobjTimelineWait == 0xc03064ca);
static_assert(kIoctlSyncobjTransfer == 0xc02064cc && kIoctlSyncobjEventfd == 0xc01864cf);

// ---- sync_file ----------------------------------------------------------------------------

struct SyncFenceInfo {
  char obj_name[32];
  char driver_name[32];
  std::int32_t status;  // 1 signalled, 0 active, negative errno
  std::uint32_t flags;
  std::uint64_t timestamp_ns;
};
static_assert(sizeof(SyncFenceInfo) == 80);

struct SyncFileInfo {
  char name[32];
  std::int32_t status;
  std::uint32_t flags;
  std::uint32_t num_fences;
  std::uint32_t pad;
  std::uint64_t sync_fence_info;
};
static_assert(sizeof(SyncFileInfo) == 56);
inline constexpr std::uint32_t kIoctlSyncFileInfo = 0xc0383e04;

// ---- dma-heap -----------------------------------------------------------------------------

struct DmaHeapAllocation {
  std::uint64_t len;
  std::uint32_t fd;
  std::uint32_t fd_flags;
  std::uint64_t heap_flags;
};
static_assert(sizeof(DmaHeapAllocation) == 24);
inline constexpr std::uint32_t kIoctlDmaHeapAlloc = 0xc0184800;
/// O_CLOEXEC | O_ACCMODE, the only fd_flags that a heap accepts.
inline constexpr std::uint32_t kDmaHeapValidFdFlags = 02000000 | 03;
inline constexpr std::uint64_t kDmaHeapValidHeapFlags = 0;

}  // namespace protm::vocab::uapi
