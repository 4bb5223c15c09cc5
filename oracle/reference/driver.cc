// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/driver.h"

#include <new>

#include "gpu-model/vocab/errno.h"
#include "oracle/reference/fw.h"
#include "oracle/reference/gpu.h"
#include "oracle/reference/mmu.h"
#include "oracle/reference/protm.h"
#include "oracle/reference/reclaim.h"
#include "oracle/reference/sched.h"
#include "oracle/reference/uapi.h"
#include "oracle/reference/user_buffers.h"

namespace protm::reference {

ReferenceDriver::ReferenceDriver(Kernel& kernel, Drm& drm) : k_(kernel), drm_(drm) {}

void ReferenceDriver::join(contract::Driver& first) {
  heaps_ = &static_cast<ReferenceDriver&>(first).heaps();
}

int ReferenceDriver::module_init() {
  // dma-heap is not a module: heaps may come before the GPU driver and outlive it.
  return 0;
}

void ReferenceDriver::module_exit() {}

HeapCore& ReferenceDriver::heaps() const {
  if (heaps_ == nullptr) {
    heaps_ = make_heaps(*k_.memory());
    heaps_->follow(*profile_);
  }
  return *heaps_;
}

Result<Ptr<contract::DmaHeapBase>> ReferenceDriver::dma_heap_add(
    const contract::HeapExport& info) {
  return heaps().add(info);
}
Ptr<contract::DmaHeapBase> ReferenceDriver::dma_heap_find(const char* name) {
  return heaps().find(name);
}
void ReferenceDriver::dma_heap_put(const Ptr<contract::DmaHeapBase>& heap) { heaps().put(heap); }
Result<Ptr<contract::DmaBuf>> ReferenceDriver::dma_heap_buffer_alloc(
    const Ptr<contract::DmaHeapBase>& heap, std::uint64_t len, std::uint32_t fd_flags,
    std::uint64_t heap_flags) {
  return heaps().buffer_alloc(heap, len, fd_flags, heap_flags);
}

int ReferenceDriver::probe() {
  const Ptr<Device> device = k_.make<Device>("device", k_, drm_, *this);
  if (!device) return -ENOMEM;
  device->self = device;
  device_ = device;
  return device->probe();
}

void ReferenceDriver::remove() {
  if (device_) device_->unplug();
}

int ReferenceDriver::suspend() { return device_->system_suspend(); }

int ReferenceDriver::resume() { return device_->system_resume(); }

contract::DriverRest ReferenceDriver::rest() const {
  contract::DriverRest rest;
  if (heaps_ != nullptr) rest.heaps = heaps_->live();
  if (device_) {
    rest.vms = device_->live_vms;
    rest.groups = device_->live_groups;
    if (device_->protm) rest.protm_active = device_->protm->active_group() ? 1 : 0;
    rest.reset_pending = device_->reset_is_pending() ? 1 : 0;
  }
  return rest;
}

void ReferenceDriver::after_import(const Ptr<contract::DmaBuf>& buffer, bool /*imported*/) {
  // The import has its own reference, if it succeeded.
  drm_.dma_buf_put(buffer);
}

HeapCore* ReferenceDriver::make_heaps(std::pmr::memory_resource& memory) const {
  return in_memory<HeapCore>(memory);
}
Ptr<Gpu> ReferenceDriver::make_gpu(Device& d) { return k_.make<Gpu>("gpu", d); }
Ptr<Mmu> ReferenceDriver::make_mmu(Device& d) { return k_.make<Mmu>("mmu", d); }
Ptr<Reclaim> ReferenceDriver::make_reclaim(Device& d) {
  return k_.make<Reclaim>("reclaim", d);
}
Ptr<Fw> ReferenceDriver::make_fw(Device& d) { return k_.make<Fw>("fw", d); }
Ptr<Protm> ReferenceDriver::make_protm(Device& d) { return k_.make<Protm>("protm", d); }
Ptr<Sched> ReferenceDriver::make_sched(Device& d) { return k_.make<Sched>("sched", d); }
Ptr<UserBuffers> ReferenceDriver::make_user_buffers(Device& d) {
  return k_.make<UserBuffers>("user_buffers", d);
}
const contract::DrmDriverOps& ReferenceDriver::drm_ops() const {
  return panthor_ops(*profile_);
}

contract::Driver* make_driver(Kernel& kernel, Drm& drm, std::pmr::memory_resource* memory,
                              const void* options) {
  void* const place = memory->allocate(sizeof(ReferenceDriver), alignof(ReferenceDriver));
  auto* const driver = new (place) ReferenceDriver(kernel, drm);
  if (options != nullptr) driver->set_profile(*static_cast<const Profile*>(options));
  return driver;
}

}  // namespace protm::reference
