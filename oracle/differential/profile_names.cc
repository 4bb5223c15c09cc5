// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/profile_names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

namespace protm::differential {
namespace {

using reference::Profile;
using reference::ProfileOf;

constexpr std::array kProfiles{
    reference::kBaseProfile,
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
            .as_commands_flush = true,
            .ticks_repeat = true},
    Profile{.name = "vm-op-waits", .of = ProfileOf::design, .vm_op_forces_exit = false},
    Profile{.name = "heaps-immortal", .of = ProfileOf::design, .heaps_immortal = true},
    Profile{.name = "heap-at-group", .of = ProfileOf::design, .heap_at_group = true},
    Profile{.name = "heap-name-sysfs", .of = ProfileOf::design, .heap_name_sysfs = true},
    Profile{.name = "userspace-buffers",
            .of = ProfileOf::design,
            .last_query = vocab::uapi::kDevQueryProtmState,
            .last_ioctl = vocab::uapi::IoctlId::protm_init,
            .userspace_buffers = true},
    Profile{.name = "fw-asks-once", .of = ProfileOf::firmware, .pend_again_on_resume = false},
    Profile{.name = "fw-acks-inside", .of = ProfileOf::firmware, .acks_noticed_inside = true},
};

/// Takes over what `part` does otherwise than the base.
template <class... Members>
void overlay(Profile& to, const Profile& part, Members Profile::*... members) {
  const auto one = [&](auto member) {
    if (part.*member != kProfiles[0].*member) to.*member = part.*member;
  };
  (one(members), ...);
}

void add_part(Profile& to, const Profile& part) {
  if (part.of == ProfileOf::release) to.of = ProfileOf::release;
  overlay(to, part, &Profile::innocent_state, &Profile::last_query, &Profile::gpu_info_bytes,
          &Profile::selected_coherency, &Profile::last_priority, &Profile::bo_flags,
          &Profile::last_ioctl, &Profile::no_mmap_no_offset, &Profile::every_cs_fault_counts,
          &Profile::as_disable_waits, &Profile::as_commands_flush, &Profile::ticks_repeat,
          &Profile::vm_op_forces_exit, &Profile::heaps_immortal, &Profile::heap_at_group,
          &Profile::heap_name_sysfs, &Profile::userspace_buffers,
          &Profile::pend_again_on_resume, &Profile::acks_noticed_inside);
}

const Profile* part_by_name(std::string_view name) {
  const auto found = std::find_if(kProfiles.begin(), kProfiles.end(),
                                  [&](const Profile& p) { return p.name == name; });
  return found == kProfiles.end() ? nullptr : &*found;
}

/// Takes the first part off `rest`.
std::string_view next_part(std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find('+'));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return part;
}

/// Whether `name` is parts that may stand together; `to` gets them, but for the name.
bool put_together(std::string_view name, Profile& to) {
  bool release = false;
  for (std::string_view rest = name; !rest.empty();) {
    const std::string_view word = next_part(rest);
    const Profile* const part = part_by_name(word);
    const bool is_release = part != nullptr && part->of == ProfileOf::release;
    if (part == nullptr || word.empty() || (is_release && release)) return false;
    // A part that stands there twice, or an answer beside its opposite, changes nothing.
    const std::string_view behind = rest;
    for (std::string_view more = behind; !more.empty();) {
      if (next_part(more) == word) return false;
    }
    release = release || is_release;
    add_part(to, *part);
  }
  return !name.ends_with('+');
}

}  // namespace

std::span<const Profile> profiles() { return kProfiles; }

const Profile* profile_by_name(std::string_view name) {
  if (const Profile* const part = part_by_name(name)) return part;
  static std::map<std::string, Profile, std::less<>> combinations;
  const auto known = combinations.find(name);
  if (known != combinations.end()) return &known->second;
  Profile whole{.name = "", .of = ProfileOf::design};
  if (!put_together(name, whole)) return nullptr;
  const auto place = combinations.emplace(std::string(name), whole).first;
  place->second.name = place->first;
  return &place->second;
}

std::string_view release_of(std::string_view name) {
  for (std::string_view rest = name; !rest.empty();) {
    const std::string_view word = next_part(rest);
    const Profile* const part = part_by_name(word);
    if (part != nullptr && part->of == ProfileOf::release) return word;
  }
  return {};
}

std::string joined_profile(std::string_view a, std::string_view b) {
  return std::string(a) + (a.empty() || b.empty() ? "" : "+") + std::string(b);
}

}  // namespace protm::differential
