// SPDX-License-Identifier: GPL-2.0-only
// A Trace as a Perfetto protobuf, for ui.perfetto.dev: tracks for actors with their steps, CSG
// slots with the group on them, CSs with regions and runs, queues with their jobs and fences, the
// firmware, protected mode, and the interrupt lines.
// Leaves out: register accesses (the text trace has them), flow arrows.
// Source: Perfetto's trace_packet.proto, track_event.proto and track_descriptor.proto.
#pragma once

#include <cstdint>
#include <string>

#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/trace.h"

namespace protm::cli {

/// Field numbers of the messages that are written.
namespace perfetto {
inline constexpr std::uint32_t kTracePacket = 1;
inline constexpr std::uint32_t kPacketTimestamp = 8;
inline constexpr std::uint32_t kPacketSequenceId = 10;
inline constexpr std::uint32_t kPacketTrackEvent = 11;
inline constexpr std::uint32_t kPacketTrackDescriptor = 60;
inline constexpr std::uint32_t kTrackUuid = 1;
inline constexpr std::uint32_t kTrackName = 2;
inline constexpr std::uint32_t kTrackParentUuid = 5;
inline constexpr std::uint32_t kEventType = 9;
inline constexpr std::uint32_t kEventTrackUuid = 11;
inline constexpr std::uint32_t kEventName = 23;
enum class EventType : std::uint8_t { slice_begin = 1, slice_end = 2, instant = 3 };
}  // namespace perfetto

/// The bytes of a .perfetto-trace file. Every slice is closed, at the latest at the Trace's end.
[[nodiscard]] std::string perfetto_trace(const contract::Trace& trace,
                                         const contract::Program& program);

}  // namespace protm::cli
