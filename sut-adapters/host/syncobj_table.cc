// SPDX-License-Identifier: GPL-2.0-only
// References, handles and fences of syncobjs; the waits are in syncobj_wait.cc.
#include "sut-adapters/host/syncobj_table.h"

#include <cerrno>
#include <utility>

namespace protm::host {

namespace uapi = vocab::uapi;

namespace {
/// The kernel allocates the handle array in one piece, which ends at 4 MiB.
constexpr std::uint32_t kMaxCount = (4u << 20) / sizeof(std::uint32_t);
}  // namespace

SyncobjPtr SyncobjTable::find(const SyncobjHandles& handles, std::uint32_t handle) {
  const auto it = handles.find(handle);
  if (it == handles.end()) return nullptr;
  ctx_.kernel.kref_get(it->second->refs, "syncobj");
  return it->second;
}

void SyncobjTable::put(const SyncobjPtr& syncobj) {
  if (syncobj == nullptr || !ctx_.kernel.kref_put(syncobj->refs, "syncobj")) return;
  fences_.put(syncobj->fence);
  --live_;
  ctx_.kernel.free(syncobj);
}

void SyncobjTable::put_all(Syncobjs& syncobjs) {
  for (const SyncobjPtr& syncobj : syncobjs) put(syncobj);
  syncobjs.clear();
}

void SyncobjTable::release(SyncobjHandles& handles) {
  for (const auto& [handle, syncobj] : handles) put(syncobj);
  handles.clear();
}

void SyncobjTable::replace_fence(const SyncobjPtr& syncobj, const FencePtr& fence) {
  if (fence != nullptr) fences_.get(fence);
  const FencePtr old = std::exchange(syncobj->fence, fence);
  fences_.put(old);
  // A reset wakes nobody (Y11), neither does the same fence again (Y20).
  if (fence != nullptr && fence != old) ctx_.kernel.wake_up_all(fences_.queue());
}

int SyncobjTable::add_point(const SyncobjPtr& syncobj, const FencePtr& fence, std::uint64_t point) {
  const FencePtr prev = syncobj->fence;
  fences_.get(fence);
  const FencePtr link = fences_.chain(prev, fence, point);
  if (link == nullptr) {
    fences_.put(fence);
    return -ENOMEM;
  }
  syncobj->fence = link;  // its reference on `prev` went into the link
  ctx_.kernel.wake_up_all(fences_.queue());
  return 0;
}

contract::Result<FencePtr> SyncobjTable::find_fence(const SyncobjHandles& handles,
                                                    std::uint32_t handle, std::uint64_t point) {
  const auto it = handles.find(handle);
  if (it == handles.end()) return tl::unexpected(-ENOENT);
  if (it->second->fence == nullptr) return tl::unexpected(-EINVAL);
  const auto found = fences_.chain_find(it->second->fence, point);
  if (!found || *found != nullptr) return found;
  return fences_.stub();
}

std::uint32_t SyncobjTable::give_handle(SyncobjHandles& handles, const SyncobjPtr& syncobj) {
  std::uint32_t handle = 1;
  for (const auto& [used, unused] : handles) {
    if (used != handle) break;
    ++handle;
  }
  handles.emplace(handle, syncobj);
  return handle;
}

std::uint32_t SyncobjTable::add_handle(SyncobjHandles& handles, const SyncobjPtr& syncobj) {
  ctx_.kernel.kref_get(syncobj->refs, "syncobj");
  return give_handle(handles, syncobj);
}

int SyncobjTable::create(SyncobjHandles& handles, uapi::SyncobjCreate& arg) {
  if ((arg.flags & ~uapi::kSyncobjCreateSignaled) != 0) return -EINVAL;
  const SyncobjPtr syncobj = ctx_.kernel.make<SyncobjObj>("syncobj");
  if (syncobj == nullptr) return -ENOMEM;
  syncobj->id = next_id_++;
  ctx_.kernel.kref_init(syncobj->refs);
  ++live_;
  if ((arg.flags & uapi::kSyncobjCreateSignaled) != 0) {
    syncobj->fence = fences_.private_stub();
    if (syncobj->fence == nullptr) {
      put(syncobj);
      return -ENOMEM;
    }
  }
  arg.handle = give_handle(handles, syncobj);
  return 0;
}

int SyncobjTable::destroy(SyncobjHandles& handles, const uapi::SyncobjDestroy& arg) {
  if (arg.pad != 0) return -EINVAL;
  const auto it = handles.find(arg.handle);
  if (it == handles.end()) return -EINVAL;
  const SyncobjPtr syncobj = it->second;
  handles.erase(it);
  put(syncobj);
  return 0;
}

int SyncobjTable::lookup_array(const SyncobjHandles& handles, std::uint64_t user,
                               std::uint32_t count, Syncobjs& to) {
  if (count > kMaxCount) return -ENOMEM;
  std::pmr::vector<std::uint32_t> numbers(count, ctx_.memory);
  if (ctx_.kernel.copy_from_user(std::as_writable_bytes(std::span(numbers)), user) != 0) {
    return -EFAULT;
  }
  for (const std::uint32_t number : numbers) {
    const SyncobjPtr found = find(handles, number);
    if (found == nullptr) {
      put_all(to);
      return -ENOENT;
    }
    to.push_back(found);
  }
  return 0;
}

int SyncobjTable::read_points(std::uint64_t user, std::uint32_t count,
                              std::pmr::vector<std::uint64_t>& to) {
  to.assign(count, 0);
  if (user == 0) return 0;
  const auto bytes = std::as_writable_bytes(std::span(to));
  return ctx_.kernel.copy_from_user(bytes, user) != 0 ? -EFAULT : 0;
}

int SyncobjTable::reset(SyncobjHandles& handles, const uapi::SyncobjArray& arg) {
  if (arg.pad != 0 || arg.count_handles == 0) return -EINVAL;
  Syncobjs syncobjs(ctx_.memory);
  const int error = lookup_array(handles, arg.handles, arg.count_handles, syncobjs);
  if (error != 0) return error;
  for (const SyncobjPtr& syncobj : syncobjs) replace_fence(syncobj, nullptr);
  put_all(syncobjs);
  return 0;
}

int SyncobjTable::signal(SyncobjHandles& handles, const uapi::SyncobjArray& arg) {
  if (arg.pad != 0 || arg.count_handles == 0) return -EINVAL;
  Syncobjs syncobjs(ctx_.memory);
  int error = lookup_array(handles, arg.handles, arg.count_handles, syncobjs);
  if (error != 0) return error;
  for (const SyncobjPtr& syncobj : syncobjs) {
    const FencePtr stub = fences_.private_stub();
    if (stub == nullptr) {
      error = -ENOMEM;
      break;
    }
    replace_fence(syncobj, stub);
    fences_.put(stub);
  }
  put_all(syncobjs);
  return error;
}

int SyncobjTable::query(SyncobjHandles& handles, const uapi::SyncobjTimelineArray& arg) {
  if ((arg.flags & ~uapi::kSyncobjQueryLastSubmitted) != 0 || arg.count_handles == 0) {
    return -EINVAL;
  }
  Syncobjs syncobjs(ctx_.memory);
  int error = lookup_array(handles, arg.handles, arg.count_handles, syncobjs);
  if (error != 0) return error;
  std::uint64_t to = arg.points;
  for (const SyncobjPtr& syncobj : syncobjs) {
    std::uint64_t point = 0;
    const FencePtr head = syncobj->fence;
    if (head != nullptr && FenceTable::obj(head)->is_chain) {
      const bool submitted = (arg.flags & uapi::kSyncobjQueryLastSubmitted) != 0;
      point = submitted ? head->seqno : fences_.chain_signalled_point(head);
    }
    if (ctx_.kernel.copy_to_user(to, std::as_bytes(std::span(&point, 1))) != 0) {
      error = -EFAULT;
      break;
    }
    to += sizeof(point);
  }
  put_all(syncobjs);
  return error;
}

int SyncobjTable::timeline_signal(SyncobjHandles& handles, const uapi::SyncobjTimelineArray& arg) {
  if (arg.flags != 0 || arg.count_handles == 0) return -EINVAL;
  Syncobjs syncobjs(ctx_.memory);
  int error = lookup_array(handles, arg.handles, arg.count_handles, syncobjs);
  if (error != 0) return error;
  std::pmr::vector<std::uint64_t> points(ctx_.memory);
  error = read_points(arg.points, arg.count_handles, points);
  for (std::size_t i = 0; i < syncobjs.size() && error == 0; ++i) {
    const FencePtr stub = fences_.stub();
    error = add_point(syncobjs[i], stub, points[i]);
    fences_.put(stub);
  }
  put_all(syncobjs);
  return error;
}

int SyncobjTable::transfer(SyncobjHandles& handles, const uapi::SyncobjTransfer& arg) {
  if (arg.pad != 0) return -EINVAL;
  const SyncobjPtr to = find(handles, arg.dst_handle);
  if (to == nullptr) return -ENOENT;
  const auto fence = await_fence(handles, arg.src_handle, arg.src_point, arg.flags);
  int error = fence ? 0 : fence.error();
  if (fence && arg.dst_point != 0) error = add_point(to, *fence, arg.dst_point);
  if (fence && arg.dst_point == 0) replace_fence(to, *fence);
  if (fence) fences_.put(*fence);
  put(to);
  return error;
}

}  // namespace protm::host
