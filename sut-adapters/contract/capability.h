// SPDX-License-Identifier: GPL-2.0-only
// What a candidate declares that it can do. Outside the declaration "unsupported" is a failure; a
// case that needs more than a candidate has is skipped aloud. Leaves out how well it does it.
// Source: design.md section 1, idea 4.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace protm::contract {

enum class Capability : std::uint32_t {
  heap_core = 1u << 0,    ///< dma-heap in-kernel accessors (find, get/put, alloc)
  heap_device = 1u << 1,  ///< /dev/dma_heap char device
  panthor = 1u << 2,      ///< the DRM driver probes and runs jobs
  protm = 1u << 3,        ///< protected mode
  vm_bind = 1u << 4,
  host_checks = 1u << 5,  ///< lock and object checks are visible (in-process)
  snapshot = 1u << 6,     ///< state lives in the World only
  schedules = 1u << 7,    ///< explicit schedules can be run
  realtime = 1u << 8,     ///< groups of priority REALTIME
  bo_ioctls = 1u << 9,    ///< BO_SET_LABEL, BO_SYNC, BO_QUERY_INFO, SET_USER_MMIO_OFFSET
  innocent_state = 1u << 10,  ///< a group says whether it was to blame
  system_sleep = 1u << 14,    ///< the device's part of a system suspend and resume
  modules = 1u << 15,         ///< the driver can be unloaded
  // Positions of the posted series where the review leaves another one open (designs/README.md).
  forced_exit = 1u << 16,      ///< a VM operation ends a protected session, else it waits (MMU-20)
  removable_heaps = 1u << 17,  ///< the last put destroys a heap, else it stays for ever (HEAP-9)
  deferred_probe = 1u << 18,   ///< no probe without the heap, else it is looked for later (HEAP-28)
  exact_heap_name = 1u << 19,  ///< a newline is part of a heap's name, else it is not (HEAP-12)
  user_buffers = 1u << 20,     ///< protected memory comes from user space: announced (L-UAPI-30)
  reclaim = 1u << 21,  ///< gives pages of buffers back under memory pressure (7.x)
  two_devices = 1u << 22,  ///< a second GPU can be there
  gpu_flush = 1u << 23,    ///< the GPU flushes caches for the MMU, else AS commands do (6.12)
};
constexpr std::uint32_t operator|(Capability a, Capability b) {
  return static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b);
}
constexpr std::uint32_t operator|(std::uint32_t a, Capability b) {
  return a | static_cast<std::uint32_t>(b);
}
/// What a driver has that takes the posted position wherever the review leaves one open.
inline constexpr std::uint32_t kPostedPositions =
    Capability::forced_exit | Capability::removable_heaps | Capability::deferred_probe |
    Capability::exact_heap_name;
constexpr bool has(std::uint32_t set, Capability c) {
  return (set & static_cast<std::uint32_t>(c)) != 0;
}

struct CapabilityInfo {
  Capability id;
  std::string_view name;
  std::string_view what;
};
[[nodiscard]] std::span<const CapabilityInfo> capability_table();

}  // namespace protm::contract
