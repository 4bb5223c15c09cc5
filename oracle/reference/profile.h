// SPDX-License-Identifier: GPL-2.0-only
// Where something else than what the reference does is right as well; it models the 7.x base as it
// should be. Of a kernel release: one member per difference, each proven by that release's source
// (docs/agreement.md names file and symbol). Of a design: a position that the review leaves open
// (catalogue, status `open`; oracle/differential/questions.h). Of the firmware: an answer of the
// machine that a driver may not rely on. Parts go together: "linux-7.x+vm-op-waits".
// A profile is what makes a disagreement "explained". Leaves out the differences that nothing
// shows, and defects that do not hide other things: those are divergences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gpu-model/vocab/uapi.h"

namespace protm::reference {

enum class ProfileOf : std::uint8_t { release, design, firmware };

struct Profile {
  std::string_view name;
  ProfileOf of = ProfileOf::release;
  /// GROUP_GET_STATE tells a group that another one's hang took down from the one that hung.
  /// Source: 6.12's panthor_drm.h has no DRM_PANTHOR_GROUP_STATE_INNOCENT, and
  /// panthor_group_get_state() sets TIMEDOUT and FATAL_FAULT only.
  bool innocent_state = true;
  /// Highest DEV_QUERY. Source: 6.12's enum drm_panthor_dev_query_type ends with CSIF_INFO.
  std::uint32_t last_query = vocab::uapi::kDevQueryProtectedInfo;
  /// Bytes of GPU_INFO's reply, and whether SELECTED_COHERENCY is in it. Source: 6.12's
  /// struct drm_panthor_gpu_info has pad0 there and ends before gpu_features.
  std::uint32_t gpu_info_bytes = sizeof(vocab::uapi::GpuInfo);
  bool selected_coherency = true;
  /// Highest priority of a group. Source: 6.12's group_priority_permit() refuses what is above
  /// PANTHOR_GROUP_PRIORITY_HIGH.
  std::uint8_t last_priority = vocab::uapi::kGroupPriorityRealtime;
  /// Flags of BO_CREATE. Source: 6.12's PANTHOR_BO_FLAGS is DRM_PANTHOR_BO_NO_MMAP.
  std::uint32_t bo_flags = vocab::uapi::kBoNoMmap | vocab::uapi::kBoWbMmap;
  /// The last ioctl. Source: 6.12's enum drm_panthor_ioctl_id ends with TILER_HEAP_DESTROY.
  vocab::uapi::IoctlId last_ioctl = vocab::uapi::IoctlId::bo_query_info;
  /// A BO without mmap has no offset for it either. Source: 6.12's
  /// panthor_ioctl_bo_mmap_offset() gives one, and panthor_gem_mmap() refuses the mmap.
  bool no_mmap_no_offset = true;
  /// Any CS fault is an error of the job at EXTRACT; else only an inherited one is.
  /// Source: 6.12's cs_slot_process_fault_event_locked() asks for CS_INHERIT_FAULT.
  bool every_cs_fault_counts = true;
  /// An AS is off before the tick that a page fault asks for. Else the firmware may not have said
  /// whose fault it was, and all queues of the groups of that VM are fatal (tick_ctx_init()).
  /// Source: 6.12's panthor_mmu_as_disable() ends with write_cmd(), which does not wait. That it
  /// does not when a VM goes either, whose pages are free at once, is a defect and not modelled.
  bool as_disable_waits = true;
  /// Caches are flushed by AS commands: FLUSH_PT at the end of each change of page tables, so that
  /// an operation has several locked regions where it has several steps, and FLUSH_MEM before an AS
  /// is set up or taken down, all that LOCK comes before. An AS that the next VM gets is not taken
  /// down first. Else the GPU flushes its caches. Source: 6.12's panthor_vm_flush_range(),
  /// panthor_mmu_as_enable(), panthor_mmu_as_disable(), mmu_hw_do_operation_locked(). It locks when
  /// the tables have changed already; ours locks before, which costs as much. That it does not wait
  /// for the UPDATE that sets up an AS is a defect and not modelled.
  bool as_commands_flush = false;
  /// A tick in the very jiffy of its target is repeated at once until the jiffy ends, and each time
  /// groups change slots: from there on nanoseconds decide whose turn it is, and turns are not
  /// compared. The reference does not do it, nor should any driver. Source: in
  /// tick_ctx_update_resched_target() a target that is due is not before the last tick, and stays.
  bool ticks_repeat = false;
  /// A VM operation that meets a protected session throws the GPU out after 5 ms of grace; else it
  /// waits for the end of the session. Source: open (MMU-20). Patch 7/8 as posted; the sketch in
  /// its review, Boris Brezillon, 5 May 2026.
  bool vm_op_forces_exit = true;
  /// Heaps are created and never destroyed: dma_heap_put() drops nothing, and what was added once
  /// is found for ever. Source: open (HEAP-9). Boris Brezillon's second way, 5 May 2026; against
  /// it: L-HEAP-3.
  bool heaps_immortal = false;
  /// A heap that is missing at probe is looked for again when a protected group is created, and the
  /// firmware is started anew with its protected sections; a probe is never deferred.
  /// Source: open (L-HEAP-1). Boris Brezillon, 7 and 12 May 2026.
  bool heap_at_group = false;
  /// dma_heap_find() takes a name with a newline at its end for the name without.
  /// Source: open (HEAP-12). Boris Brezillon's sketch of 2/8, 5 May 2026: sysfs_streq().
  bool heap_name_sysfs = false;
  /// The announced design: no heap and no module parameter. User space gives the firmware's
  /// protected sections (PROTM_INIT) and each protected group's suspend buffer as imported buffers.
  /// Source: Boris Brezillon, 19 May 2026 (L-UAPI-30 to 33, L-FW-3, L-FW-50); not posted.
  bool userspace_buffers = false;
  /// Of the firmware, words of the machine's switches of the same names. The reference is right
  /// under each; cases whose machine names no other are run with these.
  bool pend_again_on_resume = true;
  bool acks_noticed_inside = false;
  friend bool operator==(const Profile&, const Profile&) = default;
};

/// The 7.x base as the review asks for it.
inline constexpr Profile kBaseProfile{.name = ""};

}  // namespace protm::reference
