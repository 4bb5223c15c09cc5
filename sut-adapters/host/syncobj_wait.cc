// SPDX-License-Identifier: GPL-2.0-only
// SYNCOBJ_WAIT and TIMELINE_WAIT. Source: drm_syncobj_array_wait_timeout; facts-host.md Y5-Y12.
#include <cerrno>

#include "sut-adapters/host/syncobj_table.h"

namespace protm::host {

namespace uapi = vocab::uapi;

std::uint64_t SyncobjTable::timeout_jiffies(std::int64_t absolute_ns) const {
  const std::uint64_t now = ctx_.kernel.now().ns;
  if (absolute_ns <= 0 || static_cast<std::uint64_t>(absolute_ns) <= now) return 0;
  const std::uint64_t left = static_cast<std::uint64_t>(absolute_ns) - now;
  return left / (vocab::kSec / ctx_.kernel.hz()) + 1;
}

void SyncobjTable::pick_fence(WaitEntry& entry) {
  if (entry.fence != nullptr || entry.all_signalled || entry.syncobj->fence == nullptr) return;
  const auto found = fences_.chain_find(entry.syncobj->fence, entry.point);
  if (!found) return;  // the point is not submitted yet
  entry.fence = *found;
  entry.all_signalled = *found == nullptr;
}

contract::Result<FencePtr> SyncobjTable::await_fence(const SyncobjHandles& handles,
                                                     std::uint32_t handle, std::uint64_t point,
                                                     std::uint32_t flags) {
  /// Source: DRM_SYNCOBJ_WAIT_FOR_SUBMIT_TIMEOUT.
  constexpr std::uint64_t kForSubmitNs = 5 * vocab::kSec;
  WaitEntry entry{.syncobj = find(handles, handle), .point = point, .fence = nullptr};
  if (entry.syncobj == nullptr) return tl::unexpected(-ENOENT);
  contract::Result<FencePtr> fence = tl::unexpected(-EINVAL);
  if ((flags & ~uapi::kSyncobjWaitForSubmit) == 0) {
    fence = find_fence(handles, handle, point);
    if (!fence && flags != 0) {
      auto submitted = [&] {
        pick_fence(entry);
        return entry.fence != nullptr || entry.all_signalled;
      };
      const std::uint64_t jiffies = kForSubmitNs / (vocab::kSec / ctx_.kernel.hz());
      const bool there = ctx_.kernel.wait_event_timeout(fences_.queue(), submitted, jiffies) != 0;
      if (!there) {
        fence = tl::unexpected(-ETIME);
      } else {
        fence = entry.fence != nullptr ? entry.fence : fences_.stub();
      }
    }
  }
  put(entry.syncobj);
  return fence;
}

bool SyncobjTable::entry_done(const WaitEntry& entry, std::uint32_t flags) {
  if (entry.all_signalled) return true;
  if (entry.fence == nullptr) return false;
  return (flags & uapi::kSyncobjWaitAvailable) != 0 || fences_.is_signalled(entry.fence);
}

contract::Result<std::uint32_t> SyncobjTable::wait_entries(WaitEntries& entries,
                                                           const WaitRequest& request) {
  const std::uint32_t may_wait_for_submit =
      uapi::kSyncobjWaitForSubmit | uapi::kSyncobjWaitAvailable;
  std::uint32_t first = UINT32_MAX;
  std::size_t signalled = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    pick_fence(entries[i]);
    const bool submitted = entries[i].fence != nullptr || entries[i].all_signalled;
    if (!submitted && (request.flags & may_wait_for_submit) == 0) {
      return tl::unexpected(-EINVAL);
    }
    if (!entry_done(entries[i], request.flags)) continue;
    if (signalled++ == 0) first = static_cast<std::uint32_t>(i);
  }
  const bool all = (request.flags & uapi::kSyncobjWaitAll) != 0;
  if (signalled == entries.size() || (!all && signalled > 0)) return first;

  const std::uint64_t jiffies = timeout_jiffies(request.timeout_ns);
  if (jiffies == 0) return tl::unexpected(-ETIME);
  auto done = [&] {
    std::size_t ready = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      pick_fence(entries[i]);
      if (!entry_done(entries[i], request.flags)) continue;
      ++ready;
      if (!all) {
        first = static_cast<std::uint32_t>(i);
        return true;
      }
    }
    return ready == entries.size();
  };
  if (ctx_.kernel.wait_event_timeout(fences_.queue(), done, jiffies) == 0) {
    return tl::unexpected(-ETIME);
  }
  return first;
}

contract::Result<std::uint32_t> SyncobjTable::wait_array(const SyncobjHandles& handles,
                                                         const WaitRequest& request) {
  Syncobjs syncobjs(ctx_.memory);
  int error = lookup_array(handles, request.handles, request.count, syncobjs);
  if (error != 0) return tl::unexpected(error);
  std::pmr::vector<std::uint64_t> points(ctx_.memory);
  error = read_points(request.points, request.count, points);
  contract::Result<std::uint32_t> result = tl::unexpected(error);
  if (error == 0) {
    WaitEntries entries(ctx_.memory);
    for (std::size_t i = 0; i < syncobjs.size(); ++i) {
      WaitEntry& entry = entries.emplace_back();
      entry.syncobj = syncobjs[i];
      entry.point = points[i];
    }
    result = wait_entries(entries, request);
    for (const WaitEntry& entry : entries) fences_.put(entry.fence);
  }
  put_all(syncobjs);
  return result;
}

int SyncobjTable::wait(SyncobjHandles& handles, uapi::SyncobjWait& arg) {
  const std::uint32_t known =
      uapi::kSyncobjWaitAll | uapi::kSyncobjWaitForSubmit | uapi::kSyncobjWaitDeadline;
  if ((arg.flags & ~known) != 0) return -EINVAL;
  if (arg.count_handles == 0) return 0;
  const auto first = wait_array(handles, {.handles = arg.handles,
                                          .timeout_ns = arg.timeout_nsec,
                                          .count = arg.count_handles,
                                          .flags = arg.flags});
  if (!first) return first.error();
  arg.first_signaled = *first;
  return 0;
}

int SyncobjTable::timeline_wait(SyncobjHandles& handles, uapi::SyncobjTimelineWait& arg) {
  const std::uint32_t known = uapi::kSyncobjWaitAll | uapi::kSyncobjWaitForSubmit |
                              uapi::kSyncobjWaitAvailable | uapi::kSyncobjWaitDeadline;
  if ((arg.flags & ~known) != 0) return -EINVAL;
  if (arg.count_handles == 0) return 0;
  const auto first = wait_array(handles, {.handles = arg.handles,
                                          .points = arg.points,
                                          .timeout_ns = arg.timeout_nsec,
                                          .count = arg.count_handles,
                                          .flags = arg.flags});
  if (!first) return first.error();
  arg.first_signaled = *first;
  return 0;
}

}  // namespace protm::host
