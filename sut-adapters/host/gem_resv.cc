// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/gem_resv.h"

#include <algorithm>

namespace protm::host {

ResvTable::State& ResvTable::state(const ResvPtr& resv) {
  return states_.try_emplace(resv->id, ctx_.memory).first->second;
}

ResvPtr ResvTable::create() {
  ResvPtr resv = ctx_.kernel.make<contract::Resv>("resv");
  if (resv != nullptr) resv->id = ++last_id_;
  return resv;
}

void ResvTable::destroy(const ResvPtr& resv) {
  State& s = state(resv);
  if (s.locked) ctx_.kernel.warn("dma_resv destroyed while locked");
  for (const FencePtr& fence : s.fences) fences_.put(fence);
  states_.erase(resv->id);
  ctx_.kernel.free(resv);
}

std::pmr::vector<std::uint32_t> ResvTable::ordered(std::span<const ResvPtr> resvs) {
  std::pmr::vector<std::uint32_t> ids(ctx_.memory);
  for (const ResvPtr& resv : resvs) {
    state(resv);
    ids.push_back(resv->id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

void ResvTable::lock_all(std::span<const ResvPtr> resvs) {
  for (const std::uint32_t id : ordered(resvs)) {
    State& s = states_.at(id);
    ctx_.kernel.mutex_lock(s.lock);
    s.locked = true;
  }
}

void ResvTable::unlock_all(std::span<const ResvPtr> resvs) {
  const auto ids = ordered(resvs);
  for (auto it = ids.rbegin(); it != ids.rend(); ++it) {
    State& s = states_.at(*it);
    s.locked = false;
    ctx_.kernel.mutex_unlock(s.lock);
  }
}

bool ResvTable::trylock(const ResvPtr& resv) {
  State& s = state(resv);
  if (!ctx_.kernel.mutex_trylock(s.lock)) return false;
  s.locked = true;
  return true;
}

// Source: dma-resv.c dma_resv_wait_timeout(): the time is for all fences together.
bool ResvTable::wait(const ResvPtr& resv, std::uint64_t jiffies) {
  const std::pmr::vector<FencePtr> fences(state(resv).fences, ctx_.memory);
  for (const FencePtr& fence : fences) fences_.get(fence);
  for (const FencePtr& fence : fences) {
    if (jiffies != 0) jiffies = fences_.wait_timeout(fence, jiffies);
  }
  for (const FencePtr& fence : fences) fences_.put(fence);
  return jiffies != 0;
}

void ResvTable::add_fence(const ResvPtr& resv, const FencePtr& fence) {
  State& s = state(resv);
  if (!s.locked) ctx_.kernel.warn("dma_resv fence added without the lock");
  fences_.get(fence);
  for (FencePtr& known : s.fences) {
    const bool older = known->context == fence->context && fence->seqno >= known->seqno;
    if (!older && !fences_.is_signalled(known)) continue;
    fences_.put(known);
    known = fence;
    return;
  }
  s.fences.push_back(fence);
}

}  // namespace protm::host
