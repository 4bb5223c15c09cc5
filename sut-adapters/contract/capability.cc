// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/contract/capability.h"

#include <array>

namespace protm::contract {
namespace {
constexpr std::array kTable{
    CapabilityInfo{Capability::heap_core, "heap_core", "in-kernel dma-heap accessors"},
    CapabilityInfo{Capability::heap_device, "heap_device", "the dma-heap char device"},
    CapabilityInfo{Capability::panthor, "panthor", "the DRM driver with its ioctls"},
    CapabilityInfo{Capability::protm, "protm", "protected mode"},
    CapabilityInfo{Capability::vm_bind, "vm_bind", "VM_BIND"},
    CapabilityInfo{Capability::host_checks, "host_checks", "lock and object checks are visible"},
    CapabilityInfo{Capability::snapshot, "snapshot", "all state lives in the World"},
    CapabilityInfo{Capability::schedules, "schedules", "explicit schedules can be run"},
    CapabilityInfo{Capability::realtime, "realtime", "groups of priority REALTIME"},
    CapabilityInfo{Capability::bo_ioctls, "bo_ioctls",
                   "BO_SET_LABEL, BO_SYNC, BO_QUERY_INFO and SET_USER_MMIO_OFFSET"},
    CapabilityInfo{Capability::innocent_state, "innocent_state",
                   "GROUP_GET_STATE tells a group that hung from one that another took down"},
    CapabilityInfo{Capability::system_sleep, "system_sleep",
                   "the device's part of a system suspend and resume"},
    CapabilityInfo{Capability::modules, "modules", "the driver can be unloaded"},
    CapabilityInfo{Capability::forced_exit, "forced_exit",
                   "a VM operation ends a protected session (without: it waits)"},
    CapabilityInfo{Capability::removable_heaps, "removable_heaps",
                   "the last put destroys a heap (without: heaps are immortal)"},
    CapabilityInfo{Capability::deferred_probe, "deferred_probe",
                   "a missing heap defers the probe (without: it is looked for by the first "
                   "protected group)"},
    CapabilityInfo{Capability::exact_heap_name, "exact_heap_name",
                   "a newline is part of a heap's name (without: it is not, as in sysfs)"},
    CapabilityInfo{Capability::user_buffers, "user_buffers",
                   "announced: PROTM_INIT, its query, and protected suspend buffers of user space"},
    CapabilityInfo{Capability::reclaim, "reclaim",
                   "pages of buffers are given back under memory pressure"},
    CapabilityInfo{Capability::two_devices, "two_devices", "a second GPU can be there"},
    CapabilityInfo{Capability::gpu_flush, "gpu_flush",
                   "GPU_COMMAND flushes caches for the MMU (without: AS commands do, as in 6.12)"},
};
}  // namespace

std::span<const CapabilityInfo> capability_table() { return kTable; }

}  // namespace protm::contract
