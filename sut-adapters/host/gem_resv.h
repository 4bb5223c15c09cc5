// SPDX-License-Identifier: GPL-2.0-only
// dma_resv: a mutex per buffer or VM, locked in sets, and the fences of what uses the buffer. Sets
// are locked in the order of creation, so the back-off of ww mutexes is never needed.
// Not modelled: contention and back-off of drm_exec, slot reservation, usages other than BOOKKEEP.
// Source: dma-resv.c, drm_exec.c; facts-host.md 3 (R1-R5).
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>
#include <span>
#include <vector>

#include "sut-adapters/host/drm_context.h"
#include "sut-adapters/host/fence_table.h"

namespace protm::host {

using ResvPtr = contract::Ptr<contract::Resv>;

class ResvTable {
 public:
  ResvTable(DrmContext& ctx, FenceTable& fences)
      : ctx_(ctx), fences_(fences), states_(ctx.memory) {}

  /// A resv of Host's own, for a GEM object or dma-buf; null = ENOMEM.
  ResvPtr create();
  void destroy(const ResvPtr& resv);
  void lock_all(std::span<const ResvPtr> resvs);
  void unlock_all(std::span<const ResvPtr> resvs);
  bool trylock(const ResvPtr& resv);
  /// False when a fence has not signalled in time.
  bool wait(const ResvPtr& resv, std::uint64_t jiffies);
  void add_fence(const ResvPtr& resv, const FencePtr& fence);

 private:
  struct State {
    explicit State(std::pmr::memory_resource* memory) : fences(memory) { lock.role = "resv"; }
    contract::Mutex lock;
    bool locked = false;
    std::pmr::vector<FencePtr> fences;
  };
  /// State of a resv; one that a driver embeds gets it at first use.
  State& state(const ResvPtr& resv);
  std::pmr::vector<std::uint32_t> ordered(std::span<const ResvPtr> resvs);

  DrmContext& ctx_;
  FenceTable& fences_;
  std::pmr::map<std::uint32_t, State> states_;
  std::uint32_t last_id_ = 0;
};

}  // namespace protm::host
