// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/topic.h"

#include <array>

#include "fuzzers/generator/topics.h"

namespace protm::fuzz {
namespace {

constexpr std::array<TopicInfo, kTopicCount> kTopics{{
    {Topic::binds, "binds", 45, nullptr, befall_binds},
    {Topic::groups, "groups", 35, nullptr, befall_groups},
    {Topic::pressure, "pressure", 35, nullptr, nullptr},
    {Topic::sleep, "sleep", 20, nullptr, befall_sleep},
    {Topic::idle, "idle", 15, nullptr, befall_idle},
    {Topic::device, "device", 15, nullptr, befall_device},
    {Topic::files, "files", 12, nullptr, befall_files},
    {Topic::session, "session", 35, prepare_session, nullptr},
    {Topic::machine, "machine", 12, prepare_machine, nullptr},
    {Topic::answers, "answers", 20, prepare_answers, nullptr},
    {Topic::latencies, "latencies", 45, prepare_latencies, nullptr},
    {Topic::calls, "calls", 10, prepare_calls, nullptr},
    {Topic::heaps, "heaps", 15, nullptr, befall_heaps},
    {Topic::start, "start", 10, prepare_start, nullptr},
    {Topic::tiler, "tiler", 12, nullptr, befall_tiler},
    {Topic::syncs, "syncs", 15, nullptr, befall_syncs},
    {Topic::buffers, "buffers", 12, nullptr, befall_buffers},
    {Topic::wrong, "wrong", 15, nullptr, befall_wrong},
    {Topic::anything, "anything", 12, nullptr, befall_anything},
    {Topic::schedule, "schedule", 8, nullptr, befall_schedule},
}};

consteval bool in_order() {
  for (std::size_t i = 0; i < kTopicCount; ++i) {
    if (static_cast<std::size_t>(kTopics[i].id) != i) return false;
  }
  return true;
}
static_assert(in_order(), "rows stand in the order of Topic");

}  // namespace

std::span<const TopicInfo> topic_table() { return kTopics; }

}  // namespace protm::fuzz
