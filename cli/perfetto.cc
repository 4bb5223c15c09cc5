// SPDX-License-Identifier: GPL-2.0-only
#include "cli/perfetto.h"

#include <algorithm>

#include <protozero/pbf_writer.hpp>

namespace protm::cli {
namespace {

using perfetto::EventType;

constexpr std::uint32_t kSequence = 1;

class Writer {
 public:
  /// Describes a track and returns its number; a `parent` of 0 is none.
  std::uint64_t track(const std::string& name, std::uint64_t parent, std::uint32_t rank) {
    protozero::pbf_writer trace(bytes_);
    protozero::pbf_writer packet(trace, perfetto::kTracePacket);
    packet.add_uint32(perfetto::kPacketSequenceId, kSequence);
    protozero::pbf_writer descriptor(packet, perfetto::kPacketTrackDescriptor);
    descriptor.add_uint64(perfetto::kTrackUuid, ++tracks_);
    descriptor.add_string(perfetto::kTrackName, name);
    if (parent != 0) descriptor.add_uint64(perfetto::kTrackParentUuid, parent);
    descriptor.add_enum(perfetto::kTrackChildOrdering, perfetto::kExplicitOrdering);
    descriptor.add_int32(perfetto::kTrackSiblingRank, static_cast<std::int32_t>(rank));
    return tracks_;
  }

  void event(std::uint64_t track, EventType type, const std::string& name, std::uint64_t ns) {
    protozero::pbf_writer trace(bytes_);
    protozero::pbf_writer packet(trace, perfetto::kTracePacket);
    packet.add_uint64(perfetto::kPacketTimestamp, ns);
    packet.add_uint32(perfetto::kPacketSequenceId, kSequence);
    protozero::pbf_writer event(packet, perfetto::kPacketTrackEvent);
    event.add_enum(perfetto::kEventType, static_cast<std::int32_t>(type));
    event.add_uint64(perfetto::kEventTrackUuid, track);
    if (!name.empty()) event.add_string(perfetto::kEventName, name);
  }

  std::string finish() { return std::move(bytes_); }

 private:
  std::string bytes_;
  std::uint64_t tracks_ = 0;
};

/// A begin, an end or an instant at its place in the Trace.
struct Turn {
  std::uint64_t turn = 0;
  const Mark* mark = nullptr;
  EventType type{};
};

std::vector<Turn> turns(const Timeline& timeline) {
  std::vector<Turn> all;
  for (const Mark& m : timeline.marks) {
    if (m.is_instant) {
      all.push_back({m.begin_turn, &m, EventType::instant});
    } else {
      all.push_back({m.begin_turn, &m, EventType::slice_begin});
      all.push_back({m.end_turn, &m, EventType::slice_end});
    }
  }
  std::sort(all.begin(), all.end(), [](const Turn& a, const Turn& b) { return a.turn < b.turn; });
  return all;
}

}  // namespace

std::string perfetto_trace(const std::string& title, const std::vector<TimelineOf>& runs) {
  Writer out;
  const std::uint64_t root = out.track(title, 0, 0);
  for (std::uint32_t i = 0; i < runs.size(); ++i) {
    const std::uint64_t run = out.track(runs[i].who, root, i);
    std::vector<std::uint64_t> tracks;
    for (const Lane& lane : runs[i].timeline.lanes) {
      const auto rank = static_cast<std::uint32_t>(tracks.size());
      tracks.push_back(out.track(lane.name, run, rank));
    }
    for (const Turn& t : turns(runs[i].timeline)) {
      const bool is_end = t.type == EventType::slice_end;
      out.event(tracks[t.mark->lane], t.type, is_end ? std::string() : t.mark->text,
                is_end ? t.mark->end_ns : t.mark->begin_ns);
    }
  }
  return out.finish();
}

}  // namespace protm::cli
