// SPDX-License-Identifier: GPL-2.0-only
// Where something else than what the reference does is right as well; it models the 7.x base as it
// should be. Of a kernel release: one member per difference, each proven by that release's source
// (docs/agreement.md names file and symbol). Of a design: a position that the review leaves open
// (catalogue, status `open`). A profile is what makes a disagreement "explained". Leaves out the
// differences that nothing shows, and defects that do not hide other things: those are divergences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "gpu-model/vocab/uapi.h"

namespace protm::reference {

enum class ProfileOf : std::uint8_t { release, design };

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
  /// Source: 6.12's panthor_mmu_as_disable() ends with write_cmd(), which does not wait.
  bool as_disable_waits = true;
  /// A tick in the very jiffy of its target is repeated at once until the jiffy ends, and each time
  /// groups change slots: from there on nanoseconds decide whose turn it is, and turns are not
  /// compared. The reference does not do it, nor should any driver. Source: in
  /// tick_ctx_update_resched_target() a target that is due is not before the last tick, and stays.
  bool ticks_repeat = false;
  /// A VM operation that meets a protected session throws the GPU out after 5 ms of grace; else it
  /// waits for the end of the session. Source: open (MMU-20). Patch 7/8 as posted; the sketch in
  /// its review, Boris Brezillon, 5 May 2026.
  bool vm_op_forces_exit = true;
};

/// The base first.
[[nodiscard]] std::span<const Profile> profiles();
/// nullptr when there is none of that name; "" is the base.
[[nodiscard]] const Profile* profile_by_name(std::string_view name);

}  // namespace protm::reference
