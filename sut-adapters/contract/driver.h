// SPDX-License-Identifier: GPL-2.0-only
// What an in-process candidate implements: the entry points that the eight patches, panthor and
// dma-heap.c offer to the kernel. Everything below is Host (Kernel, Drm). Calls run in a task of
// Host unless said otherwise and may block there.
// Source: design.md section 4 (Host), decisions.md 1, 2.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sut-adapters/contract/drm.h"
#include "sut-adapters/contract/kernel.h"

namespace protm::contract {

/// What an exporter gives to dma_heap_add. Source: struct dma_heap_export_info.
struct HeapExport {
  const char* name = nullptr;
  Result<Ptr<DmaBuf>> (*allocate)(void* priv, std::uint64_t len, std::uint32_t fd_flags,
                                  std::uint64_t heap_flags) = nullptr;
  void* priv = nullptr;
};
/// Base of the driver's struct dma_heap.
struct DmaHeapBase {};

/// State at quiesce that no ioctl shows but rest-state and rules need. Filled without side effects.
struct DriverRest {
  std::uint32_t vms = 0;     ///< live VMs of all files (the MCU's not counted)
  std::uint32_t groups = 0;  ///< live group objects
  std::uint32_t heaps = 0;         ///< live dma_heap objects
  std::uint32_t protm_active = 0;  ///< 1: driver believes that the GPU is in protected mode
  std::uint32_t reset_pending = 0;
};

class Driver {
 public:
  virtual ~Driver() = default;

  /// This object drives another device of the module that `first` drives one of: what is the
  /// module's, and dma-heap, is that of `first`. Before any other call; only `first` gets the calls
  /// that concern no device.
  virtual void join(Driver& /*first*/) {}

  /// Module load of dma-heap and panthor: registers the char device class and the driver.
  virtual int module_init() = 0;
  virtual void module_exit() = 0;

  // --- dma-heap, in-kernel face (patches 1, 2) ---------------------------------------------------
  virtual Result<Ptr<DmaHeapBase>> dma_heap_add(const HeapExport& info) = 0;
  virtual Ptr<DmaHeapBase> dma_heap_find(const char* name) = 0;
  virtual void dma_heap_put(const Ptr<DmaHeapBase>& heap) = 0;
  virtual Result<Ptr<DmaBuf>> dma_heap_buffer_alloc(const Ptr<DmaHeapBase>& heap, std::uint64_t len,
                                                    std::uint32_t fd_flags,
                                                    std::uint64_t heap_flags) = 0;

  // --- platform driver ---------------------------------------------------------------------------
  /// 0, -EPROBE_DEFER, or another negative errno. On failure Host runs the devres actions.
  virtual int probe() = 0;
  virtual void remove() = 0;
  /// System sleep, after user space was frozen; 0 or a negative errno, then the device goes on.
  /// Source: panthor_drv.c panthor_pm_ops.
  virtual int suspend() = 0;
  virtual int resume() = 0;

  [[nodiscard]] virtual DriverRest rest() const = 0;
};

}  // namespace protm::contract
