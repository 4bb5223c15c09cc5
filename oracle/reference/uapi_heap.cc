// SPDX-License-Identifier: GPL-2.0-only
// Tiler heap ioctls; see uapi.h.
#include "oracle/reference/tiler_heap.h"
#include "oracle/reference/uapi.h"

namespace protm::reference {

using namespace vocab;
using contract::DrmFile;

namespace {

constexpr std::uint32_t kIdBits = 16;  ///< of a handle; the VM's id is above

}  // namespace

int ioctl_tiler_heap_create(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  auto& args = *static_cast<uapi::TilerHeapCreate*>(arg);
  const Ptr<Vm> vm = vm_lookup(file_of(drm_file), args.vm_id);
  if (!vm) return -EINVAL;
  int error{};
  const auto pool = TilerHeaps::pool_for(vm);
  if (pool) {
    NewHeap heap{.first_chunk_va = args.first_heap_chunk_gpu_va};
    error = TilerHeaps::create(*pool,
                               {.initial_chunks = args.initial_chunk_count,
                                .chunk_size = args.chunk_size,
                                .max_chunks = args.max_chunks,
                                .target_in_flight = args.target_in_flight},
                               heap);
    args.first_heap_chunk_gpu_va = heap.first_chunk_va;
    if (error == 0) {
      args.handle = args.vm_id << kIdBits | heap.id;
      args.tiler_heap_ctx_gpu_va = heap.context_va;
    }
    TilerHeaps::put(*pool);
  } else {
    error = pool.error();
  }
  Vms::put(vm);
  return error;
}

int ioctl_tiler_heap_destroy(void*, void* arg, const Ptr<DrmFile>& drm_file) {
  const auto& args = *static_cast<const uapi::TilerHeapDestroy*>(arg);
  if (args.pad != 0) return -EINVAL;
  const Ptr<Vm> vm = vm_lookup(file_of(drm_file), args.handle >> kIdBits);
  if (!vm) return -EINVAL;
  const Ptr<HeapPool> pool = TilerHeaps::pool_of(vm);
  const std::uint32_t id = args.handle & ((1u << kIdBits) - 1);
  const int error = pool ? TilerHeaps::destroy(pool, id) : -ENOENT;
  TilerHeaps::put(pool);
  Vms::put(vm);
  return error;
}

}  // namespace protm::reference
