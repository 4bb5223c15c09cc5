// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/tiler_heap.h"

#include <algorithm>

#include "gpu-model/vocab/errno.h"
#include "gpu-model/vocab/regs/gpu_control.h"
#include "gpu-model/vocab/uapi.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/vm.h"

namespace protm::reference {

using namespace vocab;
using contract::MutexGuard;
using tl::unexpected;

namespace {

/// Distance of two contexts: firmware and CPU must not share a cache line.
std::uint64_t context_stride(const Device& d) {
  const std::uint32_t line = Word<L2Features>{d.gpu->info().l2_features}[L2Features::line_size];
  const std::uint64_t bytes = std::uint64_t{1} << line;
  return (tiler_heap::kContextBytes + bytes - 1) / bytes * bytes;
}

class ReadLock {
 public:
  explicit ReadLock(HeapPool& pool) : pool_(pool) { pool_.d->k.down_read(pool_.lock); }
  ~ReadLock() { pool_.d->k.up_read(pool_.lock); }
  ReadLock(const ReadLock&) = delete;
  ReadLock& operator=(const ReadLock&) = delete;

 private:
  HeapPool& pool_;
};
class WriteLock {
 public:
  explicit WriteLock(HeapPool& pool) : pool_(pool) { pool_.d->k.down_write(pool_.lock); }
  ~WriteLock() { pool_.d->k.up_write(pool_.lock); }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  HeapPool& pool_;
};

Result<Ptr<HeapPool>> make_pool(const Ptr<Vm>& vm) {
  Device& d = *vm->d;
  const Ptr<HeapPool> pool = d.k.make<HeapPool>("heap_pool");
  if (!pool) return unexpected(-ENOMEM);
  pool->d = &d;
  pool->vm = vm;
  d.k.kref_init(pool->ref);
  const std::uint64_t bytes = tiler_heap::kMaxHeapsPerPool * context_stride(d);
  const auto contexts = KernelBos::create(
      d, vm, bytes, {.map_flags = uapi::kVmBindOpMapNoexec, .va_role = "kbo_va:heap_pool"});
  int error = contexts ? 0 : contexts.error();
  if (error == 0) error = KernelBos::vmap(d, *contexts);
  if (error != 0) {
    if (contexts) KernelBos::destroy(d, *contexts);
    d.k.free(pool);
    return unexpected(error);
  }
  pool->contexts = *contexts;
  pool->contexts_va = (*contexts)->va;
  return pool;
}

/// The pool with one more reference, or NULL. Under heaps_lock.
Ptr<HeapPool> get_pool(const Ptr<Vm>& vm) {
  vm->d->k.assert_held(vm->heaps_lock);
  if (vm->heap_pool) vm->d->k.kref_get(vm->heap_pool->ref, "heap_pool");
  return vm->heap_pool;
}

/// Under the heap's lock: several groups of a VM may want a chunk of one heap at once.
void count_chunks(Device& d, TilerHeap& heap, std::int32_t more) {
  d.k.assert_held(heap.lock);
  heap.chunk_count += static_cast<std::uint32_t>(more);
}

}  // namespace

Result<Ptr<HeapPool>> TilerHeaps::pool_for(const Ptr<Vm>& vm) {
  Device& d = *vm->d;
  MutexGuard lock(d.k, vm->heaps_lock);
  if (!vm->heap_pool) {
    if (vm->destroyed) return unexpected(-EINVAL);
    const auto pool = make_pool(vm);
    if (!pool) return unexpected(pool.error());
    vm->heap_pool = *pool;
  }
  return get_pool(vm);
}

Ptr<HeapPool> TilerHeaps::pool_of(const Ptr<Vm>& vm) {
  MutexGuard lock(vm->d->k, vm->heaps_lock);
  return get_pool(vm);
}

void TilerHeaps::put(const Ptr<HeapPool>& pool) {
  if (!pool) return;
  Kernel& k = pool->d->k;
  if (k.kref_put(pool->ref, "heap_pool")) k.free(pool);
}

void TilerHeaps::destroy_pool(const Ptr<Vm>& vm) {
  Ptr<HeapPool> pool;
  {
    MutexGuard lock(vm->d->k, vm->heaps_lock);
    pool = vm->heap_pool;
    vm->heap_pool = nullptr;
  }
  if (!pool) return;
  {
    WriteLock lock(*pool);
    for (Ptr<TilerHeap>& heap : pool->heaps) {
      if (heap) free_heap(*pool, heap);
      heap = nullptr;
    }
    KernelBos::destroy(*pool->d, pool->contexts);
    pool->vm = nullptr;
  }
  put(pool);
}

void TilerHeaps::free_chunk(Device& d, const Ptr<HeapChunk>& chunk) {
  KernelBos::destroy(d, chunk->memory);
  d.k.free(chunk);
}

void TilerHeaps::free_heap(HeapPool& pool, const Ptr<TilerHeap>& heap) {
  while (const Ptr<HeapChunk> chunk = heap->chunks.front()) {
    chunk->link.unlink();
    free_chunk(*pool.d, chunk);
  }
  pool.d->k.free(heap);
}

int TilerHeaps::add_chunk(HeapPool& pool, const Ptr<TilerHeap>& heap, const Ptr<Vm>& vm,
                          bool linked) {
  Device& d = *pool.d;
  const Ptr<HeapChunk> chunk = d.k.make<HeapChunk>("heap_chunk");
  if (!chunk) return -ENOMEM;
  chunk->link.owner = chunk;
  const auto memory = KernelBos::create(
      d, vm, heap->chunk_size,
      {.map_flags = uapi::kVmBindOpMapNoexec, .va_role = "kbo_va:heap_chunk"});
  int error = memory ? 0 : memory.error();
  if (error == 0) error = KernelBos::vmap(d, *memory);
  if (error != 0) {
    if (memory) KernelBos::destroy(d, *memory);
    d.k.free(chunk);
    return error;
  }
  chunk->memory = *memory;
  MutexGuard lock(d.k, heap->lock);
  if (linked && !heap->chunks.empty()) {
    // The firmware walks the chunks from the one that it is told of: each names the one before.
    const Ptr<KernelBo>& before = heap->chunks.front()->memory;
    d.drm.store64(chunk->memory->kmap, 0, tiler_heap::chunk_word(before->va, heap->chunk_size));
  }
  KernelBos::vunmap(d, chunk->memory);
  heap->chunks.push_front(chunk->link);
  count_chunks(d, *heap, 1);
  return 0;
}

int TilerHeaps::create(const Ptr<HeapPool>& pool, const HeapRequest& request, NewHeap& made) {
  const std::uint32_t size = request.chunk_size;
  const bool known_size = size % kPageSize == 0 && size >= tiler_heap::kMinChunkBytes &&
                          size <= tiler_heap::kMaxChunkBytes;
  if (request.initial_chunks == 0 || request.initial_chunks > request.max_chunks || !known_size) {
    return -EINVAL;
  }
  Device& d = *pool->d;
  Ptr<Vm> vm;
  {
    ReadLock lock(*pool);
    vm = pool->vm;
    if (!vm) return -EINVAL;
    Vms::get(vm);
  }
  const Ptr<TilerHeap> heap = d.k.make<TilerHeap>("tiler_heap");
  if (!heap) {
    Vms::put(vm);
    return -ENOMEM;
  }
  heap->chunk_size = size;
  heap->max_chunks = request.max_chunks;
  heap->target_in_flight = request.target_in_flight;
  int error = 0;
  for (std::uint32_t i = 0; i < request.initial_chunks && error == 0; ++i) {
    error = add_chunk(*pool, heap, vm, true);
  }
  if (error == 0) {
    made.first_chunk_va = heap->chunks.front()->memory->va;
    WriteLock lock(*pool);
    const auto slot = std::find_if(pool->heaps.begin(), pool->heaps.end(),
                                   [](const Ptr<TilerHeap>& h) { return h == nullptr; });
    if (!pool->vm) {
      error = -EINVAL;
    } else if (slot == pool->heaps.end()) {
      error = -EBUSY;
    } else {
      *slot = heap;
      made.id = static_cast<std::uint32_t>(slot - pool->heaps.begin());
      const std::uint64_t at = made.id * context_stride(d);
      d.drm.zero(pool->contexts->kmap, at, context_stride(d));
      made.context_va = pool->contexts_va + at;
    }
  }
  if (error != 0) free_heap(*pool, heap);
  Vms::put(vm);
  return error;
}

int TilerHeaps::destroy(const Ptr<HeapPool>& pool, std::uint32_t id) {
  WriteLock lock(*pool);
  if (id >= pool->heaps.size() || !pool->heaps.at(id)) return -EINVAL;
  free_heap(*pool, pool->heaps.at(id));
  pool->heaps.at(id) = nullptr;
  return 0;
}

Ptr<TilerHeap> TilerHeaps::heap_at(const HeapPool& pool, std::uint64_t context_va) {
  const std::uint64_t offset = context_va - pool.contexts_va;
  const std::uint64_t id = offset / context_stride(*pool.d);
  return id < pool.heaps.size() ? pool.heaps.at(id) : nullptr;
}

Result<std::uint64_t> TilerHeaps::grow(const Ptr<HeapPool>& pool, std::uint64_t context_va,
                                       const HeapCounters& counters) {
  ReadLock lock(*pool);
  const Ptr<TilerHeap> heap = heap_at(*pool, context_va);
  if (!heap) return unexpected(-EINVAL);
  // The firmware may wait for the end of render passes, or call a handler of the user's.
  if (counters.vt_start - counters.frag_end > heap->target_in_flight ||
      heap->chunk_count >= heap->max_chunks) {
    return unexpected(-ENOMEM);
  }
  const int error = add_chunk(*pool, heap, pool->vm, false);
  if (error != 0) return unexpected(error);
  return tiler_heap::chunk_word(heap->chunks.front()->memory->va, heap->chunk_size);
}

void TilerHeaps::give_back(const Ptr<HeapPool>& pool, std::uint64_t context_va,
                           std::uint64_t word) {
  ReadLock lock(*pool);
  const Ptr<TilerHeap> heap = heap_at(*pool, context_va);
  if (!heap) return;
  Ptr<HeapChunk> found;
  {
    MutexGuard guard(pool->d->k, heap->lock);
    found = heap->chunks.find([&](const Ptr<HeapChunk>& chunk) {
      return chunk->memory->va == tiler_heap::chunk_va(word);
    });
    if (!found) return;
    found->link.unlink();
    count_chunks(*pool->d, *heap, -1);
  }
  free_chunk(*pool->d, found);
}

}  // namespace protm::reference
