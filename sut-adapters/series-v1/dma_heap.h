// SPDX-License-Identifier: GPL-2.0-only
// dma-heap.c with patches 1 and 2: registration, reference count, look-up by name, allocation for
// drivers and through the char device. Switches: HEAP-2, HEAP-3 (off: an open file holds a
// reference, and the memory goes when the cdev's kobject goes, HEAP-38).
// Not modelled: cgroup accounting; the heap keeps a reference for its dma-bufs (HEAP-8).
// Source: drivers/dma-buf/dma-heap.c (7.x); patches 1/8, 2/8; facts-host.md section 8.
#pragma once

#include <array>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <vector>

#include "sut-adapters/contract/driver.h"
#include "sut-adapters/series-v1/switches.h"

namespace protm::v1 {

inline constexpr std::uint32_t kNumHeapMinors = 128;

struct DmaHeapCore;

/// One registered heap.
struct DmaHeap : contract::DmaHeapBase, contract::FilePrivate {
  DmaHeap(DmaHeapCore* c, const contract::HeapExport& info, std::pmr::memory_resource* mr)
      : core(c), name(info.name, mr), ops(info) {}
  DmaHeapCore* core;
  std::pmr::string name;
  contract::HeapExport ops;
  std::uint32_t minor = 0;
  contract::Cdev heap_cdev;
  contract::Kref refcount;
  contract::Ptr<DmaHeap> self;  ///< no reference
};

/// What dma-heap.c keeps in static variables.
struct DmaHeapCore {
  DmaHeapCore(contract::Kernel& k, contract::Drm& d, std::pmr::memory_resource* r, SwitchMask s)
      : kernel(k), drm(d), mr(r), switches(s), heap_list(r) {}
  contract::Kernel& kernel;
  contract::Drm& drm;
  std::pmr::memory_resource* mr;
  SwitchMask switches;
  contract::Mutex heap_list_lock{"heap_list_lock"};
  std::pmr::vector<contract::Ptr<DmaHeap>> heap_list;  ///< in order of registration
  std::array<contract::Ptr<DmaHeap>, kNumHeapMinors> dma_heap_minors{};
  std::uint32_t live = 0;       ///< heap objects not freed yet
};

/// Registers a heap and makes its device node. Errors: EINVAL, ENOMEM, EBUSY, EEXIST.
contract::Result<contract::Ptr<DmaHeap>> dma_heap_add(DmaHeapCore& core,
                                                      const contract::HeapExport& info);
/// The heap of exactly this name with a reference for the caller, or NULL.
contract::Ptr<DmaHeap> dma_heap_find(DmaHeapCore& core, const char* name);
/// Drops a reference; the last one releases the heap. NULL: no-op, an oops with HEAP-2.
void dma_heap_put(DmaHeapCore& core, const contract::Ptr<DmaHeap>& heap);
/// Allocates a buffer for a driver; it is freed with dma_buf_put. Errors: EINVAL, the exporter's.
contract::Result<contract::Ptr<contract::DmaBuf>> dma_heap_buffer_alloc(
    const contract::Ptr<DmaHeap>& heap, std::uint64_t len, std::uint32_t fd_flags,
    std::uint64_t heap_flags);

/// Finds the core behind the `driver` argument of char device operations (series_v1.cc).
DmaHeapCore& dma_heap_core_of(void* driver);

}  // namespace protm::v1
