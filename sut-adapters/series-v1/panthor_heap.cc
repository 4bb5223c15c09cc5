// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/panthor_heap.h"

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "sut-adapters/series-v1/panthor_mmu.h"

namespace protm::v1 {
namespace {

using contract::MutexGuard;
using contract::Ptr;
using contract::Result;
namespace uapi = vocab::uapi;
namespace layout = vocab::tiler_heap;

std::uint32_t panthor_heap_ctx_stride(const PanthorDevice* ptdev) {
  const vocab::Word<vocab::L2Features> l2(ptdev->gpu_info.l2_features);
  const std::uint32_t gpu_cache_line_size = 1u << l2[vocab::L2Features::line_size];
  return (layout::kContextBytes + gpu_cache_line_size - 1) & ~(gpu_cache_line_size - 1);
}

void panthor_free_heap_chunk(PanthorHeapPool* pool, PanthorHeap* heap, PanthorHeapChunk* chunk) {
  contract::Kernel& k = pool->ptdev->kernel;
  k.mutex_lock(heap->lock);
  list_del_init(chunk->node);
  heap->chunk_count--;
  k.mutex_unlock(heap->lock);
  panthor_kernel_bo_destroy(chunk->bo);
  k.free(Ptr<PanthorHeapChunk>(chunk->self));
}

KernelBoResult heap_mem(PanthorHeapPool* pool, std::uint64_t size, const char* role) {
  const KernelBoArgs args{.size = size,
                          .bo_flags = uapi::kBoNoMmap,
                          .vm_map_flags = uapi::kVmBindOpMapNoexec,
                          .va_role = role};
  const KernelBoResult mem = panthor_kernel_bo_create(pool->ptdev, pool->vm, args);
  if (!mem) return mem;
  const int ret = panthor_kernel_bo_vmap(&**mem);
  if (ret == 0) return mem;
  panthor_kernel_bo_destroy(*mem);
  return tl::make_unexpected(ret);
}

int panthor_alloc_heap_chunk(PanthorHeapPool* pool, PanthorHeap* heap, bool initial_chunk) {
  PanthorDevice* const ptdev = pool->ptdev;
  const auto chunk = ptdev->kernel.make<PanthorHeapChunk>("heap_chunk");
  if (chunk == nullptr) return -ENOMEM;
  const KernelBoResult bo = heap_mem(pool, heap->chunk_size, "kbo_va:heap_chunk");
  if (!bo) {
    ptdev->kernel.free(chunk);
    return bo.error();
  }
  chunk->self = chunk;
  chunk->node.owner = &*chunk;
  chunk->bo = *bo;
  ptdev->drm.zero(chunk->bo->kmap, 0, layout::kHeaderBytes);
  const PanthorHeapChunk* const prev = list_first(heap->chunks);
  if (initial_chunk && prev != nullptr) {
    ptdev->drm.store64(chunk->bo->kmap, 0, layout::chunk_word(prev->bo->va, heap->chunk_size));
  }
  panthor_kernel_bo_vunmap(&*chunk->bo);
  MutexGuard guard(ptdev->kernel, heap->lock);
  list_move_front(chunk->node, heap->chunks);
  heap->chunk_count++;
  return 0;
}

void panthor_free_heap(PanthorHeapPool* pool, const Ptr<PanthorHeap>& heap) {
  list_for_each_safe(heap->chunks, [&](PanthorHeapChunk* chunk) {
    panthor_free_heap_chunk(pool, &*heap, chunk);
  });
  pool->ptdev->kernel.free(heap);
}

int panthor_heap_destroy_locked(PanthorHeapPool* pool, std::uint32_t handle) {
  if (handle >= kMaxHeapsPerPool) return -EINVAL;
  const Ptr<PanthorHeap> heap = pool->heaps[handle];
  if (heap == nullptr) return -EINVAL;
  pool->heaps[handle] = nullptr;
  panthor_free_heap(pool, heap);
  return 0;
}

/// Puts a heap into the pool's table and zeroes its context. Errors: EINVAL, EBUSY.
Result<std::uint32_t> heap_register_locked(PanthorHeapPool* pool, const Ptr<PanthorHeap>& heap) {
  if (pool->vm == nullptr) return tl::make_unexpected(-EINVAL);
  std::uint32_t id = 0;
  while (id < kMaxHeapsPerPool && pool->heaps[id] != nullptr) ++id;
  if (id == kMaxHeapsPerPool) return tl::make_unexpected(-EBUSY);
  pool->heaps[id] = heap;
  const std::uint32_t stride = panthor_heap_ctx_stride(pool->ptdev);
  pool->ptdev->drm.zero(pool->gpu_contexts->kmap, std::uint64_t{id} * stride, stride);
  return id;
}

PanthorHeap* heap_of_ctx(PanthorHeapPool* pool, std::uint64_t heap_gpu_va) {
  const std::uint64_t offset = heap_gpu_va - pool->gpu_contexts_va;
  const std::uint64_t heap_id = offset / panthor_heap_ctx_stride(pool->ptdev);
  if (offset > UINT32_MAX || heap_id >= kMaxHeapsPerPool) return nullptr;
  const Ptr<PanthorHeap>& heap = pool->heaps[heap_id];
  return heap == nullptr ? nullptr : &*heap;
}

Result<Ptr<PanthorHeapPool>> panthor_heap_pool_create(PanthorDevice* ptdev, Vm* vm) {
  const auto pool = ptdev->kernel.make<PanthorHeapPool>("heap_pool");
  if (pool == nullptr) return tl::make_unexpected(-ENOMEM);
  pool->ptdev = ptdev;
  pool->vm = vm;
  ptdev->kernel.kref_init(pool->refcount);
  const KernelBoResult contexts = heap_mem(
      &*pool, std::uint64_t{kMaxHeapsPerPool} * panthor_heap_ctx_stride(ptdev),
      "kbo_va:heap_pool");
  if (!contexts) {
    ptdev->kernel.free(pool);
    return tl::make_unexpected(contexts.error());
  }
  pool->gpu_contexts = *contexts;
  pool->gpu_contexts_va = pool->gpu_contexts->va;
  return pool;
}

}  // namespace

Result<Ptr<PanthorHeapPool>> panthor_vm_get_heap_pool(Vm* vm, bool create) {
  contract::Kernel& k = vm->ptdev->kernel;
  MutexGuard guard(k, vm->heaps.lock);
  if (vm->heaps.pool == nullptr) {
    if (!create) return tl::make_unexpected(-ENOENT);
    if (vm->destroyed) return tl::make_unexpected(-EINVAL);
    const auto pool = panthor_heap_pool_create(vm->ptdev, vm);
    if (!pool) return pool;
    vm->heaps.pool = *pool;
  }
  k.kref_get(vm->heaps.pool->refcount, "heap_pool");
  return vm->heaps.pool;
}

void panthor_heap_pool_put(const Ptr<PanthorHeapPool>& pool) {
  if (pool == nullptr) return;
  contract::Kernel& k = pool->ptdev->kernel;
  if (k.kref_put(pool->refcount, "heap_pool")) k.free(pool);
}

void panthor_heap_pool_destroy(const Ptr<PanthorHeapPool>& pool) {
  if (pool == nullptr) return;
  contract::Kernel& k = pool->ptdev->kernel;
  k.down_write(pool->lock);
  for (std::uint32_t id = 0; id < kMaxHeapsPerPool; ++id) {
    if (pool->heaps[id] != nullptr) (void)panthor_heap_destroy_locked(&*pool, id);
  }
  panthor_kernel_bo_destroy(pool->gpu_contexts);
  pool->gpu_contexts = nullptr;
  pool->vm = nullptr;
  k.up_write(pool->lock);
  panthor_heap_pool_put(pool);
}

Result<std::uint32_t> panthor_heap_create(const Ptr<PanthorHeapPool>& pool,
                                          uapi::TilerHeapCreate* args) {
  contract::Kernel& k = pool->ptdev->kernel;
  if (args->initial_chunk_count == 0) return tl::make_unexpected(-EINVAL);
  if (args->initial_chunk_count > args->max_chunks) return tl::make_unexpected(-EINVAL);
  if ((args->chunk_size & vocab::kPageMask) != 0) return tl::make_unexpected(-EINVAL);
  if (args->chunk_size < layout::kMinChunkBytes || args->chunk_size > layout::kMaxChunkBytes) {
    return tl::make_unexpected(-EINVAL);
  }
  k.down_read(pool->lock);
  Vm* const vm = pool->vm;
  if (vm != nullptr) panthor_vm_get(vm);
  k.up_read(pool->lock);
  if (vm == nullptr) return tl::make_unexpected(-EINVAL);
  const auto heap = k.make<PanthorHeap>("tiler_heap");
  if (heap == nullptr) {
    panthor_vm_put(vm);
    return tl::make_unexpected(-ENOMEM);
  }
  heap->chunk_size = args->chunk_size;
  heap->max_chunks = args->max_chunks;
  heap->target_in_flight = args->target_in_flight;
  int ret = 0;
  for (std::uint32_t i = 0; ret == 0 && i < args->initial_chunk_count; ++i) {
    ret = panthor_alloc_heap_chunk(&*pool, &*heap, true);
  }
  Result<std::uint32_t> id = tl::make_unexpected(ret);
  if (ret == 0) {
    args->first_heap_chunk_gpu_va = list_first(heap->chunks)->bo->va;
    k.down_write(pool->lock);
    id = heap_register_locked(&*pool, heap);
    k.up_write(pool->lock);
  }
  if (id) {
    args->tiler_heap_ctx_gpu_va =
        pool->gpu_contexts_va + std::uint64_t{*id} * panthor_heap_ctx_stride(pool->ptdev);
  } else {
    panthor_free_heap(&*pool, heap);
  }
  panthor_vm_put(vm);
  return id;
}

int panthor_heap_destroy(const Ptr<PanthorHeapPool>& pool, std::uint32_t handle) {
  contract::Kernel& k = pool->ptdev->kernel;
  k.down_write(pool->lock);
  const int ret = panthor_heap_destroy_locked(&*pool, handle);
  k.up_write(pool->lock);
  return ret;
}

Result<std::uint64_t> panthor_heap_grow(const Ptr<PanthorHeapPool>& pool,
                                        std::uint64_t heap_gpu_va,
                                        std::uint32_t renderpasses_in_flight) {
  contract::Kernel& k = pool->ptdev->kernel;
  std::uint64_t new_chunk = 0;
  int ret = -EINVAL;
  k.down_read(pool->lock);
  if (PanthorHeap* const heap = heap_of_ctx(&*pool, heap_gpu_va)) {
    // Beyond either limit firmware has to find memory in another way.
    const bool limit = renderpasses_in_flight > heap->target_in_flight ||
                       heap->chunk_count >= heap->max_chunks;
    ret = limit ? -ENOMEM : panthor_alloc_heap_chunk(&*pool, heap, false);
    if (ret == 0) {
      new_chunk = layout::chunk_word(list_first(heap->chunks)->bo->va, heap->chunk_size);
    }
  }
  k.up_read(pool->lock);
  if (ret != 0) return tl::make_unexpected(ret);
  return new_chunk;
}

void panthor_heap_return_chunk(const Ptr<PanthorHeapPool>& pool, std::uint64_t heap_gpu_va,
                               std::uint64_t chunk_gpu_va) {
  contract::Kernel& k = pool->ptdev->kernel;
  k.down_read(pool->lock);
  if (PanthorHeap* const heap = heap_of_ctx(&*pool, heap_gpu_va)) {
    PanthorHeapChunk* removed = nullptr;
    list_for_each_safe(heap->chunks, [&](PanthorHeapChunk* chunk) {
      if (chunk->bo->va == layout::chunk_va(chunk_gpu_va)) removed = chunk;
    });
    if (removed != nullptr) panthor_free_heap_chunk(&*pool, heap, removed);
  }
  k.up_read(pool->lock);
}

}  // namespace protm::v1
