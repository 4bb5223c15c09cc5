// SPDX-License-Identifier: GPL-2.0-only
// What all GPUs of one system share on the DRM side: the subsystems, descriptors, heap providers,
// and last puts that wait for the end of a system call. A DrmImpl is the face of it that the driver
// of one GPU sees.
// Not modelled: see each subsystem. Source: design.md section 4, facts-host.md 1-8.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory_resource>
#include <vector>

#include "sut-adapters/host/chrdev_table.h"
#include "sut-adapters/host/drm_context.h"
#include "sut-adapters/host/drm_dma_buf.h"
#include "sut-adapters/host/drm_files.h"
#include "sut-adapters/host/fence_table.h"
#include "sut-adapters/host/gem_resv.h"
#include "sut-adapters/host/gem_table.h"
#include "sut-adapters/host/gpuvm_split.h"
#include "sut-adapters/host/heap_provider.h"
#include "sut-adapters/host/kernel_impl.h"
#include "sut-adapters/host/mm_space.h"
#include "sut-adapters/host/pgtable_writer.h"
#include "sut-adapters/host/prime_table.h"
#include "sut-adapters/host/sched_core.h"
#include "sut-adapters/host/syncobj_table.h"

namespace protm::host {

class DrmCore final : private DeferredRelease {
 public:
  DrmCore(KernelImpl& kernel, contract::Bus& bus, std::pmr::memory_resource* memory);
  DrmCore(const DrmCore&) = delete;
  DrmCore& operator=(const DrmCore&) = delete;

  /// Runs `body` as a system call: what it dropped last is released before it returns (G18).
  template <class Body>
  std::int64_t syscall(Body body);

  KernelImpl& kernel;
  DrmContext ctx;
  FenceTable fences;
  ResvTable resvs;
  DmaBufTable bufs;
  GemTable gems;
  PrimeTable primes;
  SyncobjTable syncobjs;
  SchedCore sched;
  ChrdevTable chrdevs;
  GpuVms gpuvms;
  PageTables pgtables;
  MmSpaces mms;
  DrmFiles files;
  std::pmr::list<HeapProvider> providers;

 private:
  using Buffers = std::pmr::vector<DmaBufPtr>;
  static Caller caller(void* self);
  void defer(const DmaBufPtr& buf) override;
  static void run_delayed(void* self);

  std::pmr::map<std::uint64_t, Buffers> in_syscall_;  ///< caller -> releases at its return
  Buffers delayed_;
  contract::Work delayed_work_;
};

template <class Body>
std::int64_t DrmCore::syscall(Body body) {
  const std::uint64_t task = ctx.who().task;
  if (task == 0) return body();  // a kernel task: its last puts go to the work item
  in_syscall_.try_emplace(task);
  const std::int64_t result = body();
  while (!in_syscall_.at(task).empty()) {
    Buffers& list = in_syscall_.at(task);
    const DmaBufPtr buf = list.front();
    list.erase(list.begin());
    bufs.release(buf);
  }
  in_syscall_.erase(task);
  return result;
}

}  // namespace protm::host
