// SPDX-License-Identifier: GPL-2.0-only
// Tag values of the binary form's parts. A tag byte at or above a bound means the rarer thing, so
// the bounds are also the probabilities in random input: rare is what keeps a machine from booting.
// Leaves out: tags of numbers and references (binary_code.h). Source: decisions.md 24.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "conformance/format/binary_code.h"
#include "conformance/format/event_text.h"
#include "gpu-model/vocab/ids.h"
#include "gpu-model/vocab/machine_fault.h"

namespace protm::format::layout {

// Header.
inline constexpr std::uint8_t kOtherConfig = 0xf0;
inline constexpr std::uint8_t kCold = 0xfe;
inline constexpr std::uint8_t kFirmware = 0xfc, kFirmwareWords = 0xff;
inline constexpr std::uint8_t kHeap = 0xf8;
inline constexpr std::uint8_t kHeapSet = 1, kHeapPresent = 2, kHeapProtected = 4;
/// In the same byte: another byte says which actors have sys_admin. Rare, so not in each header.
inline constexpr std::uint8_t kSysAdmin = 8;
inline constexpr std::uint8_t kSmallSeed = 0x80, kWideSeed = 0xf0;
inline constexpr std::uint8_t kNumbers = 0xf4;
inline constexpr std::uint8_t kLatencies = 0xf0;
inline constexpr std::uint8_t kFewSwitches = 0xc0, kSwitches = 0xe0;
inline constexpr Scale kWordAtScale{.base = 0, .unit = 4, .max = UINT32_MAX};
inline constexpr Scale kWordScale{.base = 0, .unit = 1, .max = UINT32_MAX};
inline constexpr Scale kTruncateScale{.base = 4096, .unit = 4096, .max = UINT32_MAX};

// Steps.
inline constexpr std::uint8_t kActor = 0xe0;
inline constexpr std::uint8_t kAt = 0xb0, kAfter = 0xd8;
inline constexpr std::uint8_t kCount = 0xc0, kWideCount = 0xf0;   // of an event: few, any
inline constexpr std::uint8_t kWord = 0x60, kRawWord = 0xf8;
inline constexpr std::uint8_t kFlags = 0x60, kWideFlags = 0xf0;
inline constexpr std::uint8_t kList = 0x20, kLongList = 0xf0;
/// Odd user memory makes a call fail, so it is rare; the low bits count the items.
inline constexpr std::uint8_t kMemory = 0xf8;

// Schedules.
inline constexpr std::uint8_t kRoleTask = 0x80;   // of a task: a role, else an actor
inline constexpr std::uint8_t kObject = 0x80;     // of a point: it has one
inline constexpr std::uint32_t kExploreTasksMax = 16;

// Faults.
inline constexpr std::uint8_t kFaultSlot = 0xc0;
inline constexpr std::uint8_t kTimes = 0xc0, kForeverTag = 0xf0;
inline constexpr std::uint8_t kShortBy = 0xc0;
inline constexpr Scale kCountScale{.base = 0, .unit = 1, .max = UINT32_MAX - 1};
inline constexpr Scale kShortScale{.base = 4096, .unit = 4096, .max = INT64_MAX};
inline constexpr Scale kErrnoScale{.base = 0, .unit = 1, .max = 4095};

/// Kinds that leave the first boot alone; a quarter of the tags means any kind.
inline constexpr std::uint8_t kAnyFault = 0xc0;
inline constexpr std::array kFaultsAfterBoot{
    vocab::FaultKind::ack_without_entry, vocab::FaultKind::late_active,
    vocab::FaultKind::refuse_exit,       vocab::FaultKind::late_exit,
    vocab::FaultKind::protected_fault,   vocab::FaultKind::as_fault_inside,
    vocab::FaultKind::cs_fault,          vocab::FaultKind::cs_fatal};
inline constexpr std::uint32_t kFaultKinds = static_cast<std::uint32_t>(vocab::FaultKind::count);
static_assert(kFaultKinds <= 256 - kAnyFault, "each kind needs a tag at or above kAnyFault");

constexpr vocab::FaultKind fault_kind(std::uint8_t tag) {
  if (tag < kAnyFault) return kFaultsAfterBoot[tag % kFaultsAfterBoot.size()];
  return static_cast<vocab::FaultKind>((tag - kAnyFault) % kFaultKinds);
}
constexpr std::uint64_t fault_tag(vocab::FaultKind kind) {
  return kAnyFault + static_cast<std::uint64_t>(kind);
}

/// Words of an event's argument that is neither a step nor a fault.
inline std::span<const std::string_view> event_words(contract::EventArg arg) {
  return event_arg_words(arg);
}
/// Flags that have a word.
inline std::uint64_t known_flags(const contract::FieldInfo& field) {
  return (std::uint64_t{1} << field.words.size()) - 1;
}

}  // namespace protm::format::layout
