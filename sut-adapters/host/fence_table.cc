// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/fence_table.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace protm::host {

using contract::Callback;
using contract::Ptr;

FenceTable::FenceTable(DrmContext& ctx) : ctx_(ctx), stub_(ctx.memory) {
  queue_.role = "dma_fence";
  ctx_.kernel.kref_init(stub_.refs);
  make_stub(stub_);
}

std::uint64_t FenceTable::context_alloc(std::uint32_t count) {
  return std::exchange(next_context_, next_context_ + count);
}

FencePtr FenceTable::alloc(const char* role) {
  const Ptr<FenceObj> fence = ctx_.kernel.make<FenceObj>(role, ctx_.memory);
  if (fence == nullptr) return nullptr;
  ctx_.kernel.kref_init(fence->refs);
  ++live_;
  return fence;
}

void FenceTable::init(const FencePtr& fence, std::uint64_t context, std::uint64_t seqno) {
  FenceObj& f = *obj(fence);
  if (f.initialised) ctx_.kernel.warn("dma_fence initialised twice");
  f.initialised = true;
  f.context = context;
  f.seqno = seqno;
}

void FenceTable::get(const FencePtr& fence) { ctx_.kernel.kref_get(obj(fence)->refs, "fence"); }

void FenceTable::put(const FencePtr& fence) {
  if (fence == nullptr) return;
  FenceObj& f = *obj(fence);
  if (!ctx_.kernel.kref_put(f.refs, "fence")) return;
  if (!f.signalled && !f.callbacks.empty()) {
    ctx_.kernel.warn("dma_fence released while waited for");
    f.error = -EDEADLK;
    signal(fence);
  }
  if (f.is_chain) drop_chain_parts(f);
  --live_;
  ctx_.kernel.free(obj(fence));
}

void FenceTable::set_error(const FencePtr& fence, int error) {
  FenceObj& f = *obj(fence);
  if (f.signalled) ctx_.kernel.warn("dma_fence error set after signal");
  if (error >= 0 || error < -4095) ctx_.kernel.warn("dma_fence error out of range");
  f.error = error;
}

void FenceTable::report(const FenceObj& f) {
  ctx_.bus.report({.kind = contract::RecordKind::fence_signalled,
                   .a = f.step,
                   .c = f.seqno,
                   .d = static_cast<std::uint64_t>(-f.error)});
}

void FenceTable::signal(const FencePtr& fence) {
  FenceObj& f = *obj(fence);
  if (f.signalled) return;
  if (!f.initialised) ctx_.kernel.warn("dma_fence signalled before it was initialised");
  f.signalled = true;
  f.timestamp_ns = ctx_.kernel.now().ns;
  if (f.has_step) report(f);
  // Detached first: a callback may add to or free other fences, and must not see this list.
  std::pmr::vector<FenceObj::Waiter> callbacks(std::move(f.callbacks));
  f.callbacks.clear();
  for (const FenceObj::Waiter& waiter : callbacks) call(waiter.fn);
  ctx_.kernel.wake_up_all(queue_);
}

int FenceTable::status(const FencePtr& fence) {
  const FenceObj& f = *obj(fence);
  if (!f.signalled) return 0;
  return f.error != 0 ? f.error : 1;
}

void FenceTable::wait(const FencePtr& fence) {
  const FenceRef keep(*this, fence);
  ctx_.kernel.wait_event(queue_, [&] { return is_signalled(fence); });
}

std::uint64_t FenceTable::wait_timeout(const FencePtr& fence, std::uint64_t jiffies) {
  if (is_signalled(fence)) return jiffies;
  const FenceRef keep(*this, fence);
  return ctx_.kernel.wait_event_timeout(queue_, [&] { return is_signalled(fence); }, jiffies);
}

std::uint64_t FenceTable::add_callback(const FencePtr& fence, const Callback& fn) {
  FenceObj& f = *obj(fence);
  if (f.signalled) return 0;
  const std::uint64_t id = next_waiter_++;
  f.callbacks.push_back({id, fn});
  return id;
}

bool FenceTable::remove_callback(const FencePtr& fence, std::uint64_t id) {
  FenceObj& f = *obj(fence);
  const auto it = std::find_if(f.callbacks.begin(), f.callbacks.end(),
                               [&](const FenceObj::Waiter& w) { return w.id == id; });
  if (id == 0 || it == f.callbacks.end()) return false;
  f.callbacks.erase(it);
  return true;
}

void FenceTable::make_stub(FenceObj& fence) {
  // Of context 0, which no driver gets. Source: the arguments of dma_fence_init() there.
  fence.initialised = true;
  fence.driver_name = "stub";
  fence.timeline_name = "stub";
  fence.signalled = true;
}

FencePtr FenceTable::stub() {
  const FencePtr fence(&stub_, nullptr);
  get(fence);
  return fence;
}

FencePtr FenceTable::private_stub() {
  const FencePtr fence = alloc("fence_stub");
  if (fence == nullptr) return nullptr;
  make_stub(*obj(fence));
  obj(fence)->timestamp_ns = ctx_.kernel.now().ns;
  return fence;
}

void FenceTable::remember_step(const FencePtr& fence) {
  const Caller caller = ctx_.who();
  FenceObj& f = *obj(fence);
  if (!caller.in_step || f.has_step) return;
  // Of several fences that one call attaches to syncobjs, the last one is the step's.
  if (last_of_step_ != nullptr && last_of_step_.alive()) {
    FenceObj& before = *obj(last_of_step_);
    if (before.step == caller.step && before.has_step && !before.signalled) before.has_step = false;
  }
  last_of_step_ = fence;
  f.has_step = true;
  f.step = caller.step;
  if (f.signalled) report(f);
}

// --- chain links ---------------------------------------------------------------------------------

FencePtr FenceTable::chain(const FencePtr& prev, const FencePtr& fence, std::uint64_t point) {
  const FencePtr link = alloc("fence_chain");
  if (link == nullptr) return nullptr;
  FenceObj& f = *obj(link);
  f.is_chain = true;
  f.prev = prev;
  f.contained = fence;
  f.driver_name = "dma_fence_chain";
  f.timeline_name = "unbound";
  const bool prev_is_chain = prev != nullptr && obj(prev)->is_chain;
  std::uint64_t context = 0;
  std::uint64_t seqno = point;
  if (prev_is_chain && point > prev->seqno) {
    context = prev->context;
    f.prev_seqno = prev->seqno;
  } else {
    context = context_alloc(1);
    if (prev_is_chain) seqno = std::max(prev->seqno, point);
  }
  init(link, context, seqno);
  // One count is this function's own, so that the link cannot signal half built.
  f.outstanding = 1;
  f.table = this;
  f.header = link.header();
  const Callback part = contract::bind_fn<&FenceTable::chain_part_done>(obj(link));
  f.contained_waiter = add_callback(fence, part);
  if (f.contained_waiter != 0) ++f.outstanding;
  if (prev != nullptr) f.prev_waiter = add_callback(prev, part);
  if (f.prev_waiter != 0) ++f.outstanding;
  chain_part_done(&f);
  return link;
}

void FenceTable::chain_part_done(FenceObj* link) {
  if (--link->outstanding != 0) return;
  FenceTable& table = *link->table;
  const Ptr<FenceObj> self(link, link->header);
  table.get(self);
  table.signal(self);
  table.drop_chain_parts(*self);
  table.put(self);
}

void FenceTable::drop_chain_parts(FenceObj& link) {
  const FencePtr prev = std::exchange(link.prev, nullptr);
  const FencePtr contained = std::exchange(link.contained, nullptr);
  if (prev != nullptr) remove_callback(prev, link.prev_waiter);
  if (contained != nullptr) remove_callback(contained, link.contained_waiter);
  link.prev_waiter = link.contained_waiter = 0;
  put(prev);
  put(contained);
}

contract::Result<FencePtr> FenceTable::chain_find(const FencePtr& head, std::uint64_t point) {
  if (point == 0) {
    get(head);
    return head;
  }
  if (!obj(head)->is_chain || head->seqno < point) return tl::unexpected(-EINVAL);
  FencePtr link = head;
  while (obj(link)->prev_seqno >= point) {
    const FencePtr prev = obj(link)->prev;
    // A signalled link has dropped what was before it: all of that is signalled too.
    if (prev == nullptr || prev->context != head->context) break;
    link = prev;
  }
  if (is_signalled(link)) return FencePtr(nullptr);
  get(link);
  return link;
}

std::uint64_t FenceTable::chain_signalled_point(const FencePtr& head) {
  if (!obj(head)->is_chain) return 0;
  FencePtr link = head;
  while (link != nullptr && obj(link)->is_chain) {
    if (is_signalled(link)) return link->seqno;
    const FenceObj& f = *obj(link);
    if (f.prev == nullptr || !obj(f.prev)->is_chain) return f.prev_seqno;
    link = f.prev;
  }
  return 0;
}

}  // namespace protm::host
