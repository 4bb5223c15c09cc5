// SPDX-License-Identifier: GPL-2.0-only
// The reference driver: what the review of the series asks for, on a 7.x panthor base.
// Entry points of contract::Driver; the work is done by one class per concern, made by the virtual
// `make_*` functions, so that a mutant replaces one class and overrides one of its methods.
// Not modelled: async VM_BIND, tiler heaps, PRIME export, PWR_CONTROL (arch 14).
// Source: facts-driver.md, facts-driver-7x.md, decisions.md 1-5, 12, 15, 22.
#pragma once

#include <memory_resource>
#include <new>

#include "oracle/reference/dma_heap.h"
#include "oracle/reference/profile.h"
#include "sut-adapters/contract/driver.h"

namespace protm::reference {

class Device;
class Fw;
class Gpu;
class Mmu;
class Protm;
class Reclaim;
class Sched;
class UserBuffers;

class ReferenceDriver : public contract::Driver {
 public:
  ReferenceDriver(Kernel& kernel, Drm& drm);

  void join(contract::Driver& first) override;
  int module_init() override;
  void module_exit() override;
  Result<Ptr<contract::DmaHeapBase>> dma_heap_add(const contract::HeapExport& info) override;
  Ptr<contract::DmaHeapBase> dma_heap_find(const char* name) override;
  void dma_heap_put(const Ptr<contract::DmaHeapBase>& heap) override;
  Result<Ptr<contract::DmaBuf>> dma_heap_buffer_alloc(const Ptr<contract::DmaHeapBase>& heap,
                                                      std::uint64_t len, std::uint32_t fd_flags,
                                                      std::uint64_t heap_flags) override;
  int probe() override;
  void remove() override;
  int suspend() override;
  int resume() override;
  [[nodiscard]] contract::DriverRest rest() const override;

  /// Which release's behaviour is asked for. `profile` lives as long as the driver.
  void set_profile(const Profile& profile) { profile_ = &profile; }
  [[nodiscard]] const Profile& profile() const { return *profile_; }
  /// The heaps of the system; they are there before the first probe and after the last.
  [[nodiscard]] HeapCore& heaps() const;
  [[nodiscard]] Device& device() { return *device_; }

  // Seams: what a mutant replaces. Each returns NULL when the allocation fails.
  [[nodiscard]] virtual Ptr<Gpu> make_gpu(Device& device);
  [[nodiscard]] virtual Ptr<Mmu> make_mmu(Device& device);
  [[nodiscard]] virtual Ptr<Reclaim> make_reclaim(Device& device);
  [[nodiscard]] virtual Ptr<Fw> make_fw(Device& device);
  [[nodiscard]] virtual Ptr<Protm> make_protm(Device& device);
  [[nodiscard]] virtual Ptr<Sched> make_sched(Device& device);
  [[nodiscard]] virtual Ptr<UserBuffers> make_user_buffers(Device& device);
  /// A buffer of a heap was imported, or could not be: the allocation's reference ends.
  virtual void after_import(const Ptr<contract::DmaBuf>& buffer, bool imported);
  /// Work that needs the GPU waits while the system sleeps.
  [[nodiscard]] virtual bool waits_for_wake() const { return true; }
  /// The ioctls; a mutant may put its own in place of one.
  [[nodiscard]] virtual const contract::DrmDriverOps& drm_ops() const;

 protected:
  /// Makes the heap core, which is static data in a kernel and cannot fail to be there.
  [[nodiscard]] virtual HeapCore* make_heaps(std::pmr::memory_resource& memory) const;
  template <class T>
  T* in_memory(std::pmr::memory_resource& memory) const {
    return new (memory.allocate(sizeof(T), alignof(T))) T(k_, drm_);
  }

  Kernel& k_;
  Drm& drm_;

 private:
  friend class Device;
  const Profile* profile_ = &kBaseProfile;
  mutable HeapCore* heaps_ = nullptr;
  Ptr<Device> device_;
};

/// Makes the driver in `memory`. `options` is a Profile, or nullptr for the base.
[[nodiscard]] contract::Driver* make_driver(Kernel& kernel, Drm& drm,
                                            std::pmr::memory_resource* memory,
                                            const void* options);

}  // namespace protm::reference
