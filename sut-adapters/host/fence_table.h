// SPDX-License-Identifier: GPL-2.0-only
// dma_fence: references, one signal, errors, callbacks in order; the chain links of timelines.
// A chain link signals when its own fence and the link before it did; links are counted eagerly,
// which shows the same states as the kernel's walk on demand.
// Not modelled: lockdep annotations, deadlines, fence arrays, RCU delay of the free.
// Source: dma-fence.c, dma-fence-chain.c; facts-host.md 2 (F1-F14).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "sut-adapters/host/drm_context.h"

namespace protm::host {

class FenceTable;

struct FenceObj : contract::Fence {
  explicit FenceObj(std::pmr::memory_resource* memory) : callbacks(memory) {}

  struct Waiter {
    std::uint64_t id = 0;
    contract::Callback fn;
  };
  contract::Kref refs;
  bool initialised = false;
  bool signalled = false;
  int error = 0;  ///< 0 or negative errno
  std::uint64_t timestamp_ns = 0;
  const char* driver_name = "driver";
  const char* timeline_name = "timeline";
  bool has_step = false;  ///< a step's syncobj carries it: its signal is reported
  std::uint32_t step = 0;
  std::pmr::vector<Waiter> callbacks;
  // Chain links only.
  FenceTable* table = nullptr;
  const contract::ObjectHeader* header = nullptr;
  bool is_chain = false;
  std::uint64_t prev_seqno = 0;
  contract::Ptr<contract::Fence> prev;
  contract::Ptr<contract::Fence> contained;
  std::uint64_t prev_waiter = 0;
  std::uint64_t contained_waiter = 0;
  std::uint32_t outstanding = 0;
};
using FencePtr = contract::Ptr<contract::Fence>;

class FenceTable {
 public:
  explicit FenceTable(DrmContext& ctx);
  FenceTable(const FenceTable&) = delete;
  FenceTable& operator=(const FenceTable&) = delete;

  static contract::Ptr<FenceObj> obj(const FencePtr& fence) {
    return contract::ptr_cast<FenceObj>(fence);
  }
  /// First of `count` new contexts. Never 0.
  std::uint64_t context_alloc(std::uint32_t count);
  FencePtr alloc(const char* role);
  void init(const FencePtr& fence, std::uint64_t context, std::uint64_t seqno);
  void get(const FencePtr& fence);
  void put(const FencePtr& fence);
  void set_error(const FencePtr& fence, int error);
  void signal(const FencePtr& fence);
  [[nodiscard]] bool is_signalled(const FencePtr& fence) { return obj(fence)->signalled; }
  [[nodiscard]] int error(const FencePtr& fence) { return obj(fence)->error; }
  /// 0 pending, 1 signalled without error, else the negative errno (F6).
  [[nodiscard]] int status(const FencePtr& fence);
  void wait(const FencePtr& fence);
  /// Jiffies that are left, at least 1; 0: it has not signalled.
  std::uint64_t wait_timeout(const FencePtr& fence, std::uint64_t jiffies);
  /// Id of the registration, or 0 when the fence is signalled already (F3).
  std::uint64_t add_callback(const FencePtr& fence, const contract::Callback& fn);
  /// True: it was queued and will not run (F4).
  bool remove_callback(const FencePtr& fence, std::uint64_t id);
  /// What the kernel calls a stub, with a reference: the one fence that was signalled at boot, for
  /// points that have passed. Source: drivers/dma-buf/dma-fence.c dma_fence_get_stub().
  FencePtr stub();
  /// One like it that nobody else has, for a syncobj made signalled. One reference; null = ENOMEM.
  /// Source: dma-fence.c dma_fence_allocate_private_stub().
  FencePtr private_stub();
  /// Link of a timeline at `point` after `prev` (may be null). Takes over both references; null =
  /// ENOMEM, and then both are still the caller's.
  FencePtr chain(const FencePtr& prev, const FencePtr& fence, std::uint64_t point);
  /// The link that a wait for `point` must wait on, with a reference; null pointer: all is
  /// signalled already. Errors: -EINVAL (F13).
  contract::Result<FencePtr> chain_find(const FencePtr& head, std::uint64_t point);
  /// Last point of the timeline that is signalled, for QUERY.
  [[nodiscard]] std::uint64_t chain_signalled_point(const FencePtr& head);
  /// The current step's syncobj carries `fence` from now on; reports its signal.
  void remember_step(const FencePtr& fence);
  /// Woken at every signal.
  contract::WaitQueue& queue() { return queue_; }
  [[nodiscard]] std::uint32_t live() const { return live_; }

 private:
  void report(const FenceObj& fence);
  static void make_stub(FenceObj& fence);
  static void chain_part_done(FenceObj* link);
  void drop_chain_parts(FenceObj& link);

  DrmContext& ctx_;
  contract::WaitQueue queue_;
  std::uint64_t next_context_ = 1;
  std::uint64_t next_waiter_ = 1;
  std::uint32_t live_ = 0;
  FenceObj stub_;  ///< of static life time: no object that a leak check could count
  FencePtr last_of_step_;  ///< no reference: whose has_step was set last
};

/// One reference on a fence for a block.
class FenceRef {
 public:
  FenceRef(FenceTable& table, const FencePtr& fence) : table_(table), fence_(fence) {
    if (fence_ != nullptr) table_.get(fence_);
  }
  ~FenceRef() { table_.put(fence_); }
  FenceRef(const FenceRef&) = delete;
  FenceRef& operator=(const FenceRef&) = delete;

 private:
  FenceTable& table_;
  FencePtr fence_;
};

}  // namespace protm::host
