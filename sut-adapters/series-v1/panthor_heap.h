// SPDX-License-Identifier: GPL-2.0-only
// Tiler heaps of a VM: pool, heap contexts, chunks, and growth on a TILER_OOM event.
// Not modelled: sizes for fdinfo.
// Source: panthor_heap.c (7.x); facts-driver.md section 8.
#pragma once

#include <array>

#include "gpu-model/vocab/tiler_heap.h"
#include "gpu-model/vocab/uapi.h"
#include "sut-adapters/series-v1/list.h"
#include "sut-adapters/series-v1/panthor_gem.h"

namespace protm::v1 {

/// MAX_HEAPS_PER_POOL.
inline constexpr std::uint32_t kMaxHeapsPerPool = vocab::tiler_heap::kMaxHeapsPerPool;

struct PanthorHeapChunk {
  contract::Ptr<PanthorHeapChunk> self;
  ListNode<PanthorHeapChunk> node;
  contract::Ptr<KernelBo> bo;
};

struct PanthorHeap {
  ListNode<PanthorHeapChunk> chunks;
  contract::Mutex lock{"heap.lock"};
  std::uint32_t chunk_size = 0;
  std::uint32_t max_chunks = 0;
  std::uint32_t target_in_flight = 0;
  std::uint32_t chunk_count = 0;
};

struct PanthorHeapPool {
  contract::Kref refcount;
  PanthorDevice* ptdev = nullptr;
  Vm* vm = nullptr;                    ///< nullptr once the VM is destroyed
  contract::RwSem lock{"heap_pool.lock"};
  std::array<contract::Ptr<PanthorHeap>, kMaxHeapsPerPool> heaps{};
  contract::Ptr<KernelBo> gpu_contexts;
  std::uint64_t gpu_contexts_va = 0;   ///< kept: a worker may ask after the end of the pool
};

/// The pool of a VM with a reference. Errors: ENOENT there is none, with `create` also EINVAL,
/// ENOMEM, ENOSPC.
contract::Result<contract::Ptr<PanthorHeapPool>> panthor_vm_get_heap_pool(Vm* vm, bool create);
void panthor_heap_pool_put(const contract::Ptr<PanthorHeapPool>& pool);
void panthor_heap_pool_destroy(const contract::Ptr<PanthorHeapPool>& pool);

/// TILER_HEAP_CREATE behind the look-ups. Returns the id in the pool.
contract::Result<std::uint32_t> panthor_heap_create(const contract::Ptr<PanthorHeapPool>& pool,
                                                    vocab::uapi::TilerHeapCreate* args);
int panthor_heap_destroy(const contract::Ptr<PanthorHeapPool>& pool, std::uint32_t handle);
/// The word of a new chunk. Errors: EINVAL, ENOMEM (the heap is at one of its limits).
contract::Result<std::uint64_t> panthor_heap_grow(const contract::Ptr<PanthorHeapPool>& pool,
                                                  std::uint64_t heap_gpu_va,
                                                  std::uint32_t renderpasses_in_flight);
void panthor_heap_return_chunk(const contract::Ptr<PanthorHeapPool>& pool,
                               std::uint64_t heap_gpu_va, std::uint64_t chunk_gpu_va);

}  // namespace protm::v1
