// SPDX-License-Identifier: GPL-2.0-only
// Swarm testing: which topics, moments, operations and faults a Program has at all, and how much
// each weighs. Drawn once per Program from its seed; a thing that is off never happens, so that it
// cannot end early what needs time to go wrong.
// Source: Groce et al., "Swarm testing", ISSTA 2012; TigerBeetle's simulator does the same.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzzers/generator/random.h"
#include "fuzzers/generator/topic.h"

namespace protm::fuzz {

class Swarm {
 public:
  explicit Swarm(Random& random);

  [[nodiscard]] bool on(Topic topic) const { return weights_[index(topic)] != 0; }
  /// A topic that is on and has something that befalls; nothing when none is.
  [[nodiscard]] const TopicInfo* draw(Random& random) const;
  /// Whether member `number` of a list of alternatives is in this Program; at least one of each
  /// list is. `list` tells lists apart.
  [[nodiscard]] bool allows(std::uint32_t list, std::uint32_t number) const;
  /// A member of a list of `count` alternatives that is in this Program.
  [[nodiscard]] std::uint32_t pick(Random& random, std::uint32_t list, std::uint32_t count) const;
  /// The topics that are on, in words.
  [[nodiscard]] std::string words() const;

 private:
  static std::size_t index(Topic topic) { return static_cast<std::size_t>(topic); }

  std::array<std::uint32_t, kTopicCount> weights_{};
  std::uint64_t salt_ = 0;
};

}  // namespace protm::fuzz
