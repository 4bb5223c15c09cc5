// SPDX-License-Identifier: GPL-2.0-only
// The way in: series-v1 as an in-process driver. Joins the dma-heap core and the panthor device
// behind contract::Driver; the options say which defects are on.
// Source: decisions.md 1, 2, 5.
#pragma once

#include <memory_resource>

#include "sut-adapters/contract/driver.h"
#include "sut-adapters/series-v1/dma_heap.h"
#include "sut-adapters/series-v1/panthor_device.h"
#include "sut-adapters/series-v1/switches.h"

namespace protm::v1 {

class SeriesV1 final : public contract::Driver {
 public:
  SeriesV1(contract::Kernel& k, contract::Drm& d, std::pmr::memory_resource* r,
           const Options& options)
      : kernel(k), drm(d), mr(r), own_heaps_(k, d, r, options.switches), options_(options) {}

  void join(contract::Driver& first) override;
  int module_init() override;
  void module_exit() override;
  contract::Result<contract::Ptr<contract::DmaHeapBase>> dma_heap_add(
      const contract::HeapExport& info) override;
  contract::Ptr<contract::DmaHeapBase> dma_heap_find(const char* name) override;
  void dma_heap_put(const contract::Ptr<contract::DmaHeapBase>& heap) override;
  contract::Result<contract::Ptr<contract::DmaBuf>> dma_heap_buffer_alloc(
      const contract::Ptr<contract::DmaHeapBase>& heap, std::uint64_t len, std::uint32_t fd_flags,
      std::uint64_t heap_flags) override;
  int probe() override;
  void remove() override;
  int suspend() override;
  int resume() override;
  [[nodiscard]] contract::DriverRest rest() const override;

  contract::Kernel& kernel;
  contract::Drm& drm;
  std::pmr::memory_resource* mr;
  contract::Ptr<PanthorDevice> ptdev;   ///< of the last probe, until its DRM device is released

 private:
  DmaHeapCore own_heaps_;
  Options options_;

 public:
  DmaHeapCore* heaps = &own_heaps_;   ///< of the module's first driver
};

/// The driver behind the `driver` argument of operations that Host calls.
[[nodiscard]] SeriesV1* series_v1_of(void* driver);

/// Makes the driver in memory of `mr`. `options` points at an Options; null = all defects on.
contract::Driver* make_driver(contract::Kernel& kernel, contract::Drm& drm,
                              std::pmr::memory_resource* mr, const void* options);

}  // namespace protm::v1
