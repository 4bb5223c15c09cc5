// SPDX-License-Identifier: GPL-2.0-only
// What all DRM-side subsystems of Host share: the kernel core, the bus, World memory, the driver
// and its operations, and who is calling. Callbacks of Host itself run through `call`.
// Each GPU has a node with a driver and its operations; everything else is of the whole system.
#pragma once

#include <cstdint>
#include <memory_resource>

#include "sut-adapters/contract/drm.h"

namespace protm::host {

/// The running task, as far as fences and deferred puts need to know it.
struct Caller {
  std::uint64_t task = 0;  ///< 0 = no task
  bool in_step = false;    ///< runs a step of the Program
  std::uint32_t step = 0;
};

class PlatformDevice;

/// The render node of one GPU, and who serves it.
struct DrmNode {
  PlatformDevice* device = nullptr;
  void* driver = nullptr;
  const contract::DrmDriverOps* ops = nullptr;
  bool published = false;
  std::uint32_t reclaims = 0;  ///< under way
  contract::WaitQueue reclaims_end{.role = "reclaim"};
};

struct DrmContext {
  contract::Kernel& kernel;
  contract::Bus& bus;
  std::pmr::memory_resource* memory;
  void* module = nullptr;  ///< the driver that serves dma-heap's char devices
  Caller (*caller)(void* ctx) = nullptr;
  void* caller_ctx = nullptr;

  [[nodiscard]] Caller who() const { return caller != nullptr ? caller(caller_ctx) : Caller{}; }
};

/// Runs `callback`; an oops when the object that it belongs to was freed.
inline void call(const contract::Callback& callback) {
  if (callback.fn == nullptr) return;
  if (callback.header != nullptr && callback.header->generation != callback.generation) {
    contract::oops(contract::OopsKind::use_after_free, callback.header->role);
  }
  callback.fn(callback.ctx);
}

}  // namespace protm::host
