// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/series_v1.h"

#include <new>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/series-v1/panthor_drv.h"
#include "sut-adapters/series-v1/panthor_fw.h"
#include "sut-adapters/series-v1/panthor_gpu.h"
#include "sut-adapters/series-v1/panthor_mmu.h"
#include "sut-adapters/series-v1/panthor_pwr.h"
#include "sut-adapters/series-v1/panthor_sched.h"

namespace protm::v1 {

using contract::Ptr;
using contract::Result;

namespace {

// The last reference of the DRM device has gone: no file, no buffer, no work is left.
void panthor_device_release(PanthorDevice* ptdev) {
  SeriesV1& v1 = *ptdev->v1;
  contract::Kernel& k = v1.kernel;
  const Ptr<PanthorDevice> self = ptdev->self;
  // Work that files left behind ends here: groups are freed by the second queue's works.
  if (const auto sched = ptdev->scheduler) {
    for (const contract::Workqueue wq : {sched->heap_alloc_wq, sched->wq, ptdev->mmu->vm.wq,
                                        sched->cleanup_wq}) {
      k.destroy_workqueue(wq);
    }
    k.free(sched);
  }
  if (ptdev->scheduler == nullptr && ptdev->mmu != nullptr && ptdev->mmu->vm.wq.id != 0) {
    k.destroy_workqueue(ptdev->mmu->vm.wq);
  }
  if (ptdev->reset.wq.id != 0) k.destroy_workqueue(ptdev->reset.wq);
  k.free(ptdev->fw);
  k.free(ptdev->mmu);
  k.free(ptdev->gpu);
  k.free(ptdev->pwr);
  k.free(self);
  if (v1.ptdev == self) v1.ptdev = nullptr;
}

}  // namespace

SeriesV1* series_v1_of(void* driver) {
  return static_cast<SeriesV1*>(static_cast<contract::Driver*>(driver));
}

DmaHeapCore& dma_heap_core_of(void* driver) { return *series_v1_of(driver)->heaps; }

void SeriesV1::join(contract::Driver& first) {
  heaps = static_cast<SeriesV1&>(first).heaps;
}

int SeriesV1::module_init() { return 0; }

void SeriesV1::module_exit() {}

Result<Ptr<contract::DmaHeapBase>> SeriesV1::dma_heap_add(const contract::HeapExport& info) {
  const auto heap = v1::dma_heap_add(*heaps, info);
  if (!heap) return tl::make_unexpected(heap.error());
  return Ptr<contract::DmaHeapBase>(*heap);
}

Ptr<contract::DmaHeapBase> SeriesV1::dma_heap_find(const char* name) {
  return v1::dma_heap_find(*heaps, name);
}

void SeriesV1::dma_heap_put(const Ptr<contract::DmaHeapBase>& heap) {
  v1::dma_heap_put(*heaps, contract::ptr_cast<DmaHeap>(heap));
}

Result<Ptr<contract::DmaBuf>> SeriesV1::dma_heap_buffer_alloc(
    const Ptr<contract::DmaHeapBase>& heap, std::uint64_t len, std::uint32_t fd_flags,
    std::uint64_t heap_flags) {
  return v1::dma_heap_buffer_alloc(contract::ptr_cast<DmaHeap>(heap), len, fd_flags, heap_flags);
}

int SeriesV1::probe() {
  const auto device =
      kernel.make<PanthorDevice>("device", kernel, drm, mr, *heaps, options_);
  if (device == nullptr) return -ENOMEM;
  device->self = device;
  device->v1 = this;
  // On failure the action has run already (drmm_add_action_or_reset).
  const int ret =
      kernel.drmm_add_action(contract::bind_fn<panthor_device_release>(device), "device");
  if (ret != 0) return ret;
  ptdev = device;
  drm.drm_dev_init(&kPanthorDrmDriver);
  return panthor_device_init(&*device);
}

void SeriesV1::remove() {
  if (ptdev != nullptr) panthor_device_unplug(&*ptdev);
}

int SeriesV1::suspend() { return panthor_device_sleep(&*ptdev); }

int SeriesV1::resume() { return panthor_device_wake(&*ptdev); }

contract::DriverRest SeriesV1::rest() const {
  contract::DriverRest rest;
  rest.heaps = heaps->live;
  if (ptdev == nullptr) return rest;
  const PanthorDevice& device = *ptdev.raw();
  rest.vms = device.live_vms;
  rest.groups = device.live_groups;
  rest.reset_pending = device.reset.pending ? 1 : 0;
  if (device.scheduler == nullptr) return rest;
  const PanthorScheduler& sched = *device.scheduler.raw();
  rest.protm_active = sched.protm.protected_mode ? 1 : 0;
  return rest;
}

contract::Driver* make_driver(contract::Kernel& kernel, contract::Drm& drm,
                              std::pmr::memory_resource* mr, const void* options) {
  const Options chosen = options == nullptr ? Options{} : *static_cast<const Options*>(options);
  return new (mr->allocate(sizeof(SeriesV1), alignof(SeriesV1)))
      SeriesV1(kernel, drm, mr, chosen);
}

}  // namespace protm::v1
