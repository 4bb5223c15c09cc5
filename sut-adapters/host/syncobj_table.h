// SPDX-License-Identifier: GPL-2.0-only
// Syncobjs, binary and timeline: handles per DRM file, fences replaced or added as points, and the
// syncobj ioctls of DRM core.
// Not modelled: plain syncobj descriptors (HANDLE_TO_FD without sync_file), imports, TRANSFER,
// EVENTFD, deadlines; they answer -EOPNOTSUPP and no driver can tell them from a missing feature.
// Source: drm_syncobj.c; facts-host.md 4 (Y1-Y20).
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>
#include <span>

#include "gpu-model/vocab/uapi_core.h"
#include "sut-adapters/host/drm_context.h"
#include "sut-adapters/host/fence_table.h"

namespace protm::host {

struct SyncobjObj : contract::Syncobj {
  contract::Kref refs;
  FencePtr fence;  ///< null: nothing submitted
};
using SyncobjPtr = contract::Ptr<SyncobjObj>;
/// Handles of one DRM file.
using SyncobjHandles = std::pmr::map<std::uint32_t, SyncobjPtr>;

class SyncobjTable {
 public:
  SyncobjTable(DrmContext& ctx, FenceTable& fences) : ctx_(ctx), fences_(fences) {}

  // As drivers use them; a reference goes to the caller.
  contract::Result<FencePtr> find_fence(const SyncobjHandles& handles, std::uint32_t handle,
                                        std::uint64_t point);
  SyncobjPtr find(const SyncobjHandles& handles, std::uint32_t handle);
  void put(const SyncobjPtr& syncobj);
  void replace_fence(const SyncobjPtr& syncobj, const FencePtr& fence);
  /// Errors: -ENOMEM, then nothing changed.
  int add_point(const SyncobjPtr& syncobj, const FencePtr& fence, std::uint64_t point);
  /// Drops all handles of a closing file.
  void release(SyncobjHandles& handles);

  /// A handle with a reference of its own.
  std::uint32_t add_handle(SyncobjHandles& handles, const SyncobjPtr& syncobj);

  // The ioctls; `arg` is DRM core's copy of the struct.
  int create(SyncobjHandles& handles, vocab::uapi::SyncobjCreate& arg);
  int destroy(SyncobjHandles& handles, const vocab::uapi::SyncobjDestroy& arg);
  int reset(SyncobjHandles& handles, const vocab::uapi::SyncobjArray& arg);
  int signal(SyncobjHandles& handles, const vocab::uapi::SyncobjArray& arg);
  int wait(SyncobjHandles& handles, vocab::uapi::SyncobjWait& arg);
  int timeline_wait(SyncobjHandles& handles, vocab::uapi::SyncobjTimelineWait& arg);
  int query(SyncobjHandles& handles, const vocab::uapi::SyncobjTimelineArray& arg);
  int timeline_signal(SyncobjHandles& handles, const vocab::uapi::SyncobjTimelineArray& arg);
  int transfer(SyncobjHandles& handles, const vocab::uapi::SyncobjTransfer& arg);
  [[nodiscard]] std::uint32_t live() const { return live_; }

 private:
  static std::uint32_t give_handle(SyncobjHandles& handles, const SyncobjPtr& syncobj);
  /// find_fence that waits until somebody submits one, if the flags say so.
  contract::Result<FencePtr> await_fence(const SyncobjHandles& handles, std::uint32_t handle,
                                         std::uint64_t point, std::uint32_t flags);
  struct WaitEntry {
    SyncobjPtr syncobj;
    std::uint64_t point = 0;
    FencePtr fence;              ///< what this entry waits for; null: nothing submitted yet
    bool all_signalled = false;  ///< the point is signalled, there is no fence to hold
  };
  using WaitEntries = std::pmr::vector<WaitEntry>;
  using Syncobjs = std::pmr::vector<SyncobjPtr>;
  struct WaitRequest {
    std::uint64_t handles = 0;
    std::uint64_t points = 0;  ///< user address; 0 = binary
    std::int64_t timeout_ns = 0;
    std::uint32_t count = 0;
    std::uint32_t flags = 0;
  };

  int lookup_array(const SyncobjHandles& handles, std::uint64_t user, std::uint32_t count,
                   Syncobjs& to);
  int read_points(std::uint64_t user, std::uint32_t count, std::pmr::vector<std::uint64_t>& to);
  void put_all(Syncobjs& syncobjs);
  contract::Result<std::uint32_t> wait_array(const SyncobjHandles& handles,
                                             const WaitRequest& request);
  contract::Result<std::uint32_t> wait_entries(WaitEntries& entries, const WaitRequest& request);
  /// Takes the fence of an entry that has none, when the syncobj has one by now.
  void pick_fence(WaitEntry& entry);
  [[nodiscard]] bool entry_done(const WaitEntry& entry, std::uint32_t flags);
  std::uint64_t timeout_jiffies(std::int64_t absolute_ns) const;

  DrmContext& ctx_;
  FenceTable& fences_;
  std::uint32_t next_id_ = 1;
  std::uint32_t live_ = 0;
};

}  // namespace protm::host
