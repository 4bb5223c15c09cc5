// SPDX-License-Identifier: GPL-2.0-only
// A tiler has run out of heap memory: one more chunk, or the word that there is none. See sched.h.
// The chunk is made without sched.lock, so what was seen before may be gone afterwards.
#include <utility>

#include "gpu-model/vocab/errno.h"
#include "oracle/reference/bits.h"
#include "oracle/reference/sched.h"
#include "oracle/reference/tiler_heap.h"

namespace protm::reference {

using namespace vocab;
using contract::MutexGuard;

namespace {

/// The queues that want memory, which from here on are answered. Under sched.lock.
std::uint32_t take_requests(const Sched& sched, Group& group) {
  sched.assert_locked();
  return std::exchange(group.tiler_oom_queues, 0);
}

}  // namespace

void Sched::tiler_oom_work(Group* group) {
  Sched& sched = *group->d->sched;
  const Ptr<Group> self = group->self;
  std::uint32_t queues{};
  {
    MutexGuard lock(sched.k_, sched.lock_);
    queues = take_requests(sched, *self);
  }
  for (const std::uint32_t cs : Bits{queues}) sched.answer_tiler_oom(self, cs);
  sched.group_put(self);
}

void Sched::handle_tiler_oom(const Ptr<Group>& group, std::uint32_t cs) {
  assert_locked();
  group->tiler_oom_queues |= 1u << cs;
  group_get(group);
  if (!k_.queue_work(heap_wq_, group->tiler_oom_work)) group_put(group);
}

bool Sched::oom_waits(const Ptr<Group>& group, std::uint32_t cs) const {
  assert_locked();
  if (group->csg_id < 0) return false;
  const Iface& io = d_.fw->csg(static_cast<std::uint32_t>(group->csg_id)).cs[cs];
  return (d_.fw->pending(io) & fw::kCsTilerOom) != 0;
}

Result<std::uint64_t> Sched::more_heap(const Ptr<Group>& group, std::uint64_t context_va,
                                       const HeapCounters& counters) {
  const Ptr<HeapPool> pool = TilerHeaps::pool_of(group->vm);
  if (!pool) return tl::unexpected(-EINVAL);
  const bool plausible =
      counters.frag_end <= counters.vt_end && counters.vt_end < counters.vt_start;
  Result<std::uint64_t> word = tl::unexpected(-EINVAL);
  if (plausible) word = TilerHeaps::grow(pool, context_va, counters);
  TilerHeaps::put(pool);
  return word;
}

void Sched::answer_tiler_oom(const Ptr<Group>& group, std::uint32_t cs) {
  std::uint64_t context_va = 0;
  HeapCounters counters;
  {
    MutexGuard lock(k_, lock_);
    if (!oom_waits(group, cs)) return;  // the firmware asks again on the next slot
    const Iface& io = d_.fw->csg(static_cast<std::uint32_t>(group->csg_id)).cs[cs];
    context_va = d_.fw->out64(io, fw::cs_output::kHeapAddress);
    counters = {.vt_start = d_.fw->out(io, fw::cs_output::kHeapVtStart),
                .vt_end = d_.fw->out(io, fw::cs_output::kHeapVtEnd),
                .frag_end = d_.fw->out(io, fw::cs_output::kHeapFragEnd)};
  }
  const auto word = more_heap(group, context_va, counters);
  if (!word && word.error() != -ENOMEM) {
    k_.log("tiler heap cannot grow");
    MutexGuard reset(k_, reset_lock_);
    MutexGuard lock(k_, lock_);
    group->fatal_queues |= 1u << cs;
    end_anywhere(group);  // it may have lost its slot meanwhile
    return;
  }
  bool told{};
  {
    MutexGuard lock(k_, lock_);
    told = oom_waits(group, cs);
    if (told) {
      const auto slot = static_cast<std::uint32_t>(group->csg_id);
      const CsgControl& csg = d_.fw->csg(slot);
      d_.fw->set_in64(csg.cs[cs], fw::cs_input::kHeapStart, word.value_or(0));
      d_.fw->set_in64(csg.cs[cs], fw::cs_input::kHeapEnd, word.value_or(0));
      d_.fw->ack_events(csg.cs[cs], fw::kCsTilerOom);
      d_.fw->toggle_reqs(csg.io, 1u << cs, fw::csg_input::kDoorbellReq,
                         fw::csg_output::kDoorbellAck);
      d_.fw->ring_csgs(1u << slot);
    }
  }
  if (told || !word) return;
  const Ptr<HeapPool> pool = TilerHeaps::pool_of(group->vm);
  if (pool) TilerHeaps::give_back(pool, context_va, *word);
  TilerHeaps::put(pool);
}

}  // namespace protm::reference
