// SPDX-License-Identifier: GPL-2.0-only
// Word of the case format that the contract has no table for, shared by reader, writer and the
// documentation's test.
// Leaves out: operations and their fields (op_table.h), latencies and switches (machine_config.h).
// Source: style.md 2.11, decisions.md 23.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace protm::format {

using Word = std::string_view;

inline constexpr std::array<Word, 17> kCaseKeys{
    "schema", "id",   "entries", "title",  "why",  "requires", "machine", "firmware",
    "boot",   "heap", "reaches", "actors", "caps", "faults",   "schedule", "explore",
    "then"};

/// Name of the protected heap when a case does not say one.
inline constexpr std::string_view kDefaultHeapName = "protm_heap";

inline constexpr std::array<Word, 2> kBootWords{"probed", "cold"};
inline constexpr std::array<Word, 2> kNoYes{"no", "yes"};
inline constexpr std::array<Word, 3> kProtFlavours{"plain", "zero", "data"};
inline constexpr std::array<Word, 5> kFirmwareKeys{"prot_sections", "prot", "patch", "says",
                                                   "truncate_to"};
inline constexpr std::array<Word, 2> kOddWordKeys{"at", "is"};
inline constexpr std::array<Word, 3> kHeapKeys{"param", "present", "protected"};
inline constexpr std::array<Word, 2> kCapWords{"sys_nice", "sys_admin"};
inline constexpr std::array<Word, 5> kStepKeys{"at", "after", "id", "repeat", "device"};
inline constexpr std::array<Word, 7> kMachineFaultKeys{"machine", "target", "slot", "nth",
                                                           "times", "value", "hold"};
inline constexpr std::array<Word, 5> kCallFaultKeys{"call", "role", "nth", "error",
                                                        "short_by"};
inline constexpr std::array<Word, 3> kScheduleKeys{"run", "let", "until"};
inline constexpr std::array<Word, 5> kExploreKeys{"preemptions", "pct", "runs", "seed", "tasks"};
inline constexpr std::array<Word, 8> kFactKinds{
    "result", "fence", "output", "memory", "never", "at_most", "group_state", "lead"};
/// Bit n of a group's state. Source: DRM_PANTHOR_GROUP_STATE_* of panthor_drm.h.
inline constexpr std::array<Word, 3> kGroupStates{"timedout", "fatal_fault", "innocent"};

/// Numbers of a machine that a case may change.
enum class MachineNumber : std::uint8_t { csg_slots, cs_per_csg, as_count, coherent };
inline constexpr std::array<Word, 4> kMachineNumbers{"csg_slots", "cs_per_csg", "as_count",
                                                         "coherent"};

inline constexpr std::uint32_t kDevicesMax = 2;
inline constexpr std::uint32_t kProtSectionsMax = 8;
/// Ends of what `patch` reaches in the file, and `says` in the shared section.
inline constexpr std::uint32_t kPatchEnd = 1u << 20, kSaysEnd = 1u << 16;
inline constexpr std::uint32_t kTextMax = 255;
/// Instructions nest this deep: a list in a step, and regions in regions.
inline constexpr std::uint32_t kNodeDepthMax = 4;

}  // namespace protm::format
