// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/profile.h"

#include <array>

namespace protm::reference {
namespace {

constexpr std::array kProfiles{
    Profile{.name = ""},
    Profile{.name = "linux-7.x", .ticks_repeat = true},
    Profile{.name = "linux-6.12",
            .innocent_state = false,
            .last_query = vocab::uapi::kDevQueryCsifInfo,
            .gpu_info_bytes = offsetof(vocab::uapi::GpuInfo, gpu_features),
            .selected_coherency = false,
            .last_priority = vocab::uapi::kGroupPriorityHigh,
            .bo_flags = vocab::uapi::kBoNoMmap,
            .last_ioctl = vocab::uapi::IoctlId::tiler_heap_destroy,
            .no_mmap_no_offset = false,
            .every_cs_fault_counts = false,
            .as_disable_waits = false,
            .ticks_repeat = true},
    Profile{.name = "vm-op-waits", .of = ProfileOf::design, .vm_op_forces_exit = false},
};

}  // namespace

std::span<const Profile> profiles() { return kProfiles; }

const Profile* profile_by_name(std::string_view name) {
  for (const Profile& p : kProfiles) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

}  // namespace protm::reference
