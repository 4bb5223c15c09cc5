// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/gem_resv.h"

#include <algorithm>

namespace protm::host {

ResvTable::State& ResvTable::state(const ResvPtr& resv) {
  if (resv->id == 0) resv->id = ++last_id_;
  return states_.try_emplace(resv->id, ctx_.memory).first->second;
}

ResvPtr ResvTable::create() { return ctx_.kernel.make<contract::Resv>("resv"); }

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
