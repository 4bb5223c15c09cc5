// SPDX-License-Identifier: GPL-2.0-only
// What all DRM-side subsystems of Host share: the kernel core, the bus, World memory, the driver
// and its operations, and who is calling. Callbacks of Host itself run through `call`.
// Not modelled: several DRM devices.
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

struct DrmContext {
  contract::Kernel& kernel;
  contract::Bus& bus;
  std::pmr::memory_resource* memory;
  void* driver = nullptr;
  const contract::DrmDriverOps* ops = nullptr;
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
