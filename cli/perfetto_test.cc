// SPDX-License-Identifier: GPL-2.0-only
// The protobuf is read back with protozero, field by field, as a viewer would.
#include "cli/perfetto.h"

#include <map>
#include <vector>

#include <doctest/doctest.h>
#include <protozero/pbf_reader.hpp>

#include "sut-adapters/contract/trace_builder.h"

namespace protm::cli {
namespace {

using contract::EventKind;
using contract::NodeType;
using perfetto::EventType;
using K = vocab::ObservationKind;

struct Event {
  std::string track;   ///< without the title: "run/lane"
  EventType type{};
  std::string name;
  std::uint64_t ns = 0;
};

struct Track {
  std::string name;
  std::uint64_t parent = 0;
  std::int32_t rank = -1;
  std::int32_t ordering = 0;
};

struct TrackEvents {
  std::map<std::uint64_t, Track> tracks;
  std::vector<Event> events;

  [[nodiscard]] std::vector<Event> on(const std::string& track) const {
    std::vector<Event> out;
    for (const Event& e : events) {
      if (e.track == track) out.push_back(e);
    }
    return out;
  }
  /// Names of the lanes of a run, in their order.
  [[nodiscard]] std::vector<std::string> lanes(const std::string& run) const {
    std::vector<std::string> out;
    for (const auto& [uuid, track] : tracks) {
      const auto above = tracks.find(track.parent);
      if (above == tracks.end() || above->second.name != run) continue;
      CHECK(track.rank == static_cast<std::int32_t>(out.size()));
      out.push_back(track.name);
    }
    return out;
  }
  [[nodiscard]] std::string path(std::uint64_t uuid) const {
    const Track& lane = tracks.at(uuid);
    return tracks.at(lane.parent).name + "/" + lane.name;
  }
};

Event read_event(protozero::pbf_reader message, std::uint64_t ns, const TrackEvents& so_far) {
  Event e;
  e.ns = ns;
  while (message.next()) {
    switch (message.tag()) {
      case perfetto::kEventType: e.type = static_cast<EventType>(message.get_enum()); break;
      case perfetto::kEventTrackUuid: {
        const std::uint64_t uuid = message.get_uint64();
        REQUIRE_MESSAGE(so_far.tracks.count(uuid) == 1, "a track is described before its events");
        e.track = so_far.path(uuid);
        break;
      }
      case perfetto::kEventName: e.name = message.get_string(); break;
      default: FAIL("unknown field of an event");
    }
  }
  return e;
}

void read_track(protozero::pbf_reader message, TrackEvents& result) {
  std::uint64_t uuid = 0;
  Track track;
  while (message.next()) {
    switch (message.tag()) {
      case perfetto::kTrackUuid: uuid = message.get_uint64(); break;
      case perfetto::kTrackName: track.name = message.get_string(); break;
      case perfetto::kTrackParentUuid: track.parent = message.get_uint64(); break;
      case perfetto::kTrackChildOrdering: track.ordering = message.get_enum(); break;
      case perfetto::kTrackSiblingRank: track.rank = message.get_int32(); break;
      default: FAIL("unknown field of a track");
    }
  }
  CHECK(track.ordering == perfetto::kExplicitOrdering);
  CHECK((track.parent == 0 || result.tracks.count(track.parent) == 1));
  CHECK(result.tracks.emplace(uuid, track).second);
}

TrackEvents read_back(const std::string& bytes) {
  TrackEvents result;
  protozero::pbf_reader trace(bytes);
  while (trace.next()) {
    REQUIRE(trace.tag() == perfetto::kTracePacket);
    protozero::pbf_reader packet = trace.get_message();
    std::uint64_t ns = 0;
    while (packet.next()) {
      switch (packet.tag()) {
        case perfetto::kPacketTimestamp: ns = packet.get_uint64(); break;
        case perfetto::kPacketSequenceId: CHECK(packet.get_uint32() == 1); break;
        case perfetto::kPacketTrackEvent:
          result.events.push_back(read_event(packet.get_message(), ns, result));
          break;
        case perfetto::kPacketTrackDescriptor: read_track(packet.get_message(), result); break;
        default: FAIL("unknown field of a packet");
      }
    }
  }
  return result;
}

TrackEvents read_back(const contract::Trace& trace, const contract::Program& program) {
  return read_back(perfetto_trace("case", {{"run", timeline(trace, program)}}));
}

/// Every END has a BEGIN, and none stays open.
void check_nesting(const TrackEvents& back) {
  std::map<std::string, int> depth;
  for (const Event& e : back.events) {
    if (e.type == EventType::slice_begin) ++depth[e.track];
    if (e.type == EventType::slice_end) --depth[e.track];
    CHECK(depth[e.track] >= 0);
  }
  for (const auto& track : depth) {
    CAPTURE(track.first);
    CHECK(track.second == 0);
  }
}

TEST_CASE("perfetto: a protected job shows as session, window, region, job and fence") {
  contract::Program program;
  const auto group = add_step(program, contract::make_node(NodeType::group_create));
  program.steps[group].id = "g";
  const auto job = add_job(program, group);
  program.steps[job].id = "j";
  contract::TraceBuilder t;
  t.at(1000).started(job).returned(job, 0);
  t.event(EventKind::group_on_slot, group, 2).event(EventKind::job_started, job, 2);
  t.after(10).saw(K::protm_pend, {.a = 2}).after(10).saw(K::enter_sampled, {.a = 1});
  t.after(20).saw(K::enter_acked).after(50).saw(K::protm_active, {.a = 2});
  t.after(1).saw(K::region_started, {.a = 2}).after(100).saw(K::region_ended, {.a = 2});
  t.after(30).saw(K::protm_exit_raised).event(EventKind::job_ended, job, 2).fence(job, 0);
  t.saw(K::irq_line, {.a = 0, .b = 1}).after(5).saw(K::irq_line, {.a = 0, .b = 0});
  const TrackEvents back = read_back(t.trace(), program);
  check_nesting(back);

  const auto protm = back.on("run/protected mode");
  std::vector<std::string> slices;
  for (const Event& e : protm) {
    if (e.type == EventType::slice_begin) slices.push_back(e.name);
  }
  CHECK(slices == std::vector<std::string>{"session", "PROTM window"});
  CHECK(protm.back().ns == 1221);

  const auto region = back.on("run/CSG slot 2 CS 0");
  REQUIRE(region.size() == 2);
  CHECK(region[0].name == "PROT_REGION");
  CHECK(region[0].ns == 1091);
  CHECK(region[1].ns == 1191);
  const auto queue = back.on("run/queue 0 of $g");
  REQUIRE(queue.size() == 3);
  CHECK(queue[0].name == "group_submit $j");
  CHECK(queue[1].type == EventType::slice_end);
  CHECK(queue[2].name == "fence of group_submit $j, error 0");
  CHECK(back.on("run/CSG slot 2")[0].name == "group_create $g");
  CHECK(back.on("run/actor main").size() == 2);
  CHECK(back.on("run/IRQ job").size() == 2);
}

TEST_CASE("perfetto: what is still open is closed at the end, what never began is not") {
  contract::Program program;
  add_step(program, contract::make_node(NodeType::sleep));
  contract::TraceBuilder t;
  t.at(5).event(EventKind::group_off_slot, 0, 1).saw(K::protm_exit_raised);
  t.at(7).started(0).saw(K::protm_active).at(90).event(EventKind::group_on_slot, 0, 1);
  const TrackEvents back = read_back(t.trace(), program);
  check_nesting(back);
  CHECK(back.on("run/actor main").back().ns == 90);
  CHECK(back.on("run/CSG slot 1").size() == 2);
}

TEST_CASE("perfetto: two runs stand under each other, each with its lanes in one order") {
  contract::Program program;
  add_step(program, contract::make_node(NodeType::sleep));
  contract::TraceBuilder oracle;
  oracle.at(1).saw(K::irq_line, {.a = 0, .b = 1}).saw(K::as_command, {.a = 3, .b = 2});
  oracle.after(1).saw(K::as_command_done, {.a = 3, .b = 2}).started(0).returned(0, -22);
  contract::TraceBuilder candidate;
  candidate.at(1).started(0).saw(K::fault_applied, {.a = 4}).returned(0, 0);
  judge::Finding finding;
  finding.rule = "I3";
  finding.detail = "why";
  finding.at_ns = 1;
  const TrackEvents back = read_back(perfetto_trace(
      "case", {{"oracle", timeline(oracle.trace(), program)},
               {"candidate", timeline(candidate.trace(), program, {finding})}}));
  check_nesting(back);
  CHECK(back.lanes("case") == std::vector<std::string>{"oracle", "candidate"});
  CHECK(back.lanes("oracle") == std::vector<std::string>{"actor main", "AS 3", "IRQ job"});
  CHECK(back.lanes("candidate") == std::vector<std::string>{"verdict", "actor main", "faults"});
  CHECK(back.on("candidate/verdict")[0].name == "I3: why");
  CHECK(back.on("oracle/actor main")[0].name == "sleep = -EINVAL");
  CHECK(back.on("oracle/AS 3")[1].ns == 2);
}

TEST_CASE("perfetto: an empty Trace has tracks without events") {
  const TrackEvents back = read_back(contract::Trace{}, {});
  CHECK(back.events.empty());
  CHECK(back.lanes("case") == std::vector<std::string>{"run"});
}

}  // namespace
}  // namespace protm::cli
