// SPDX-License-Identifier: GPL-2.0-only
// Timelines as a Perfetto protobuf, for ui.perfetto.dev: below one root a track for each run, below
// that one for each lane, in the lanes' order. With two runs the oracle stands above the candidate.
// Leaves out: what a lane or a mark is (timeline.h), flow arrows.
// Source: Perfetto's trace_packet.proto, track_event.proto and track_descriptor.proto.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/timeline.h"

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
inline constexpr std::uint32_t kTrackChildOrdering = 11;
inline constexpr std::uint32_t kTrackSiblingRank = 12;
inline constexpr std::int32_t kExplicitOrdering = 3;
inline constexpr std::uint32_t kEventType = 9;
inline constexpr std::uint32_t kEventTrackUuid = 11;
inline constexpr std::uint32_t kEventName = 23;
enum class EventType : std::uint8_t { slice_begin = 1, slice_end = 2, instant = 3 };
}  // namespace perfetto

struct TimelineOf {
  std::string who;   ///< "oracle reference", "candidate series-v1"
  Timeline timeline;
};

/// The bytes of a .perfetto-trace file, `title` at its root.
[[nodiscard]] std::string perfetto_trace(const std::string& title,
                                         const std::vector<TimelineOf>& runs);

}  // namespace protm::cli
