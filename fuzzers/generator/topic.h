// SPDX-License-Identifier: GPL-2.0-only
// What a Program of the full scope may be about. Each topic adds its steps, faults or answers to a
// Scene. In one Program most topics are off (swarm.h), so that what is left happens often and for
// long. Leaves out: the plain work of clients, which every Program has (full.cc).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace protm::fuzz {

struct Scene;

enum class Topic : std::uint8_t {
  binds,       ///< VM operations while groups run
  groups,      ///< groups and jobs that come and go
  pressure,    ///< more groups than slots
  sleep,       ///< system suspend
  idle,        ///< pauses longer than the autosuspend delay
  device,      ///< unbind, unplug, probe, module unload and load
  files,       ///< clients with files of their own, which are closed
  session,     ///< faults of the machine around protected mode
  machine,     ///< faults of the machine elsewhere
  answers,     ///< what the firmware answers where nobody knows it
  latencies,   ///< slow or fast answers
  calls,       ///< Host calls that fail
  heaps,       ///< the dma-heap accessors
  start,       ///< module parameter, firmware image and heap are not what a probe wants
  tiler,       ///< tiler heaps that grow
  syncs,       ///< syncobjs and timelines between jobs and binds
  buffers,     ///< PRIME, mappings, what a buffer can be asked
  wrong,       ///< calls that are refused, raw structs, user memory that faults or changes
  anything,    ///< any operation with any fields
  schedule,    ///< who runs when
  count
};
inline constexpr std::size_t kTopicCount = static_cast<std::size_t>(Topic::count);

struct TopicInfo {
  Topic id;
  std::string_view name;
  std::uint32_t percent;      ///< of the Programs in which it is on
  /// Before the clients: machine, faults, how the run starts. Null: nothing.
  void (*prepare)(Scene& scene);
  /// One more thing that happens while they work. Null: nothing.
  void (*befall)(Scene& scene);
};
[[nodiscard]] std::span<const TopicInfo> topic_table();

}  // namespace protm::fuzz
