// SPDX-License-Identifier: GPL-2.0-only
// What follows a TILER_OOM event: a worker of its own queue grows the heap outside sched.lock and
// tells firmware.
// A worker that finds the event answered does nothing; upstream grows the heap once more then. A
// group that lost its slot meanwhile ends here; upstream asks for a tick, which passes it over. A
// chunk that cannot be mapped because the GPU hangs in protected mode does not cost the group (I9).
// Source: panthor_sched.c group_process_tiler_oom() (7.x).
#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_heap.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/panthor_sched_priv.h"

namespace protm::v1 {
namespace {

using contract::MutexGuard;
using contract::Ptr;
namespace fw = vocab::fw;

bool tiler_oom_is_open_locked(const Group* group, std::uint32_t cs_id) {
  if (group->csg_id < 0) return false;
  const FwIface& cs = panthor_fw_get_cs_iface(group->ptdev,
                                              static_cast<std::uint32_t>(group->csg_id), cs_id);
  const std::uint32_t req = fw_read(group->ptdev, cs.input + kReqAck.req);
  return ((req ^ fw_read(group->ptdev, cs.output + kReqAck.ack)) & fw::kCsTilerOom) != 0;
}

void tiler_oom_answer_locked(Group* group, std::uint32_t cs_id, std::uint64_t new_chunk_va) {
  PanthorDevice* const ptdev = group->ptdev;
  const auto csg_id = static_cast<std::uint32_t>(group->csg_id);
  FwIface& csg = panthor_fw_get_csg_iface(ptdev, csg_id);
  FwIface& cs = panthor_fw_get_cs_iface(ptdev, csg_id, cs_id);
  for (const std::uint32_t word : {fw::cs_input::kHeapStart, fw::cs_input::kHeapEnd}) {
    fw_write64(ptdev, cs.input + word, new_chunk_va);
  }
  panthor_fw_update_reqs(ptdev, cs, kReqAck.req, fw_read(ptdev, cs.output + kReqAck.ack),
                         fw::kCsTilerOom);
  panthor_fw_toggle_reqs(ptdev, csg, kDoorbellReqAck, 1u << cs_id);
  panthor_fw_ring_csg_doorbells(ptdev, 1u << csg_id);
}

void group_process_tiler_oom(Group* group, std::uint32_t cs_id) {
  PanthorDevice* const ptdev = group->ptdev;
  PanthorScheduler* const sched = &*ptdev->scheduler;
  Ptr<PanthorHeapPool> heaps;
  std::uint64_t heap_address = 0;
  std::uint32_t vt_start = 0, vt_end = 0, frag_end = 0;
  {
    MutexGuard guard(ptdev->kernel, sched->lock);
    // A group without a slot gets a new event with the next one.
    if (!tiler_oom_is_open_locked(group, cs_id)) return;
    const auto csg_id = static_cast<std::uint32_t>(group->csg_id);
    const std::uint32_t output = panthor_fw_get_cs_iface(ptdev, csg_id, cs_id).output;
    heap_address = fw_read64(ptdev, output + fw::cs_output::kHeapAddress);
    vt_start = fw_read(ptdev, output + fw::cs_output::kHeapVtStart);
    vt_end = fw_read(ptdev, output + fw::cs_output::kHeapVtEnd);
    frag_end = fw_read(ptdev, output + fw::cs_output::kHeapFragEnd);
    if (const auto pool = panthor_vm_get_heap_pool(&*group->vm, false)) heaps = *pool;
  }
  contract::Result<std::uint64_t> chunk = tl::make_unexpected(-EINVAL);
  if (heaps != nullptr && frag_end <= vt_end && vt_end < vt_start) {
    chunk = panthor_heap_grow(heaps, heap_address, vt_start - frag_end);
  }
  // A GPU that does not leave protected mode is reset, and firmware asks again behind that.
  if (!chunk && chunk.error() == -ETIMEDOUT) return panthor_heap_pool_put(heaps);
  const bool broken = !chunk && chunk.error() != -ENOMEM;
  bool linked = false;
  {
    MutexGuard reset_guard(ptdev->kernel, sched->reset.lock);
    MutexGuard guard(ptdev->kernel, sched->lock);
    if (broken) {
      ptdev->kernel.log("Failed to extend the tiler heap");
      group->fatal_queues |= 1u << cs_id;
      if (group->csg_id >= 0) {
        sched_queue_tick(sched, 0);
      } else if (!sched->reset.in_progress) {
        group_end_off_slot(group);
      }
    } else if (tiler_oom_is_open_locked(group, cs_id)) {
      tiler_oom_answer_locked(group, cs_id, chunk ? *chunk : 0);
      linked = true;
    }
  }
  if (chunk && !linked) panthor_heap_return_chunk(heaps, heap_address, *chunk);
  panthor_heap_pool_put(heaps);
}

}  // namespace

void group_tiler_oom_work(Group* group) {
  std::uint32_t tiler_oom = 0;
  {
    MutexGuard guard(group->ptdev->kernel, group->ptdev->scheduler->lock);
    std::swap(tiler_oom, group->tiler_oom);
  }
  for (std::uint32_t cs_id = 0; tiler_oom >> cs_id != 0; ++cs_id) {
    if ((tiler_oom >> cs_id & 1) != 0) group_process_tiler_oom(group, cs_id);
  }
  group_put(group);
}

void cs_slot_process_tiler_oom_event_locked(PanthorDevice* ptdev, std::uint32_t csg_id,
                                            std::uint32_t cs_id) {
  PanthorScheduler* const sched = &*ptdev->scheduler;
  Group* const group = sched->csg_slots[csg_id].group;
  if (group == nullptr) return;
  group->tiler_oom |= 1u << cs_id;
  group_get(group);
  if (!ptdev->kernel.queue_work(sched->heap_alloc_wq, group->tiler_oom_work)) group_put(group);
}

void group_forget_tiler_oom_locked(Group* group) {
  group->tiler_oom = 0;
  if (group->ptdev->kernel.cancel_work(group->tiler_oom_work)) group_put(group);
}

}  // namespace protm::v1
