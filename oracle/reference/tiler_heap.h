// SPDX-License-Identifier: GPL-2.0-only
// Tiler heaps: chunks of memory that the firmware hands to the tiler, and one more when it asks.
// The heaps of a VM share a pool, which keeps their contexts; the pool is made with the first heap
// and goes with the VM, while somebody who holds a reference finds it empty.
// Leaves out: sizes for fdinfo.
// Source: panthor_heap.c, panthor_mmu.c panthor_vm_get_heap_pool() (7.3); facts-driver.md 8.
#pragma once

#include <array>

#include "gpu-model/vocab/tiler_heap.h"
#include "oracle/reference/gem.h"
#include "oracle/reference/list.h"

namespace protm::reference {

struct HeapChunk {
  Link<HeapChunk> link;
  Ptr<KernelBo> memory;
};

struct TilerHeap {
  contract::Mutex lock{.role = "heap.lock"};
  List<HeapChunk> chunks;              ///< the newest first
  std::uint32_t chunk_size{}, max_chunks{}, target_in_flight{}, chunk_count = 0;
};

struct HeapPool {
  Device* d = nullptr;
  contract::Kref ref;
  contract::RwSem lock{.role = "heap_pool.lock"};
  Ptr<Vm> vm;                          ///< no reference; NULL once the VM is destroyed
  Ptr<KernelBo> contexts;
  std::uint64_t contexts_va{};
  std::array<Ptr<TilerHeap>, vocab::tiler_heap::kMaxHeapsPerPool> heaps{};
};

/// What TILER_HEAP_CREATE asks for.
struct HeapRequest {
  std::uint32_t initial_chunks{}, chunk_size{}, max_chunks{}, target_in_flight{};
};
struct NewHeap {
  std::uint64_t first_chunk_va{}, context_va{};
  std::uint32_t id{};
};
/// Render passes of a heap as the firmware counted them.
struct HeapCounters {
  std::uint32_t vt_start{}, vt_end{}, frag_end{};
};

class TilerHeaps {
 public:
  /// The VM's pool with a reference, made when there is none. Errors: -EINVAL the VM is destroyed,
  /// what a kernel buffer's creation returns.
  [[nodiscard]] static Result<Ptr<HeapPool>> pool_for(const Ptr<Vm>& vm);
  /// The VM's pool with a reference, or NULL.
  [[nodiscard]] static Ptr<HeapPool> pool_of(const Ptr<Vm>& vm);
  static void put(const Ptr<HeapPool>& pool);   ///< NULL is a no-op
  /// Frees all heaps of a VM that is destroyed, and the VM's reference on its pool.
  static void destroy_pool(const Ptr<Vm>& vm);

  /// Makes a heap; `made` has its first chunk even where no id is left: the base writes that word
  /// of the ioctl's struct, which user space gets with the error. Source: panthor_heap_create().
  /// Errors: -EINVAL, -EBUSY all ids are taken, what a kernel buffer's creation returns.
  static int create(const Ptr<HeapPool>& pool, const HeapRequest& request, NewHeap& made);
  /// Errors: -EINVAL no heap of that id.
  static int destroy(const Ptr<HeapPool>& pool, std::uint32_t id);
  /// Word of a new chunk. Errors: -EINVAL no heap, -ENOMEM the heap may not or cannot grow.
  [[nodiscard]] static Result<std::uint64_t> grow(const Ptr<HeapPool>& pool,
                                                  std::uint64_t context_va,
                                                  const HeapCounters& counters);
  /// Takes a chunk back that the firmware was never told of.
  static void give_back(const Ptr<HeapPool>& pool, std::uint64_t context_va, std::uint64_t word);

 private:
  static Ptr<TilerHeap> heap_at(const HeapPool& pool, std::uint64_t context_va);
  static int add_chunk(HeapPool& pool, const Ptr<TilerHeap>& heap, const Ptr<Vm>& vm, bool linked);
  static void free_heap(HeapPool& pool, const Ptr<TilerHeap>& heap);
  static void free_chunk(Device& d, const Ptr<HeapChunk>& chunk);
};

}  // namespace protm::reference
