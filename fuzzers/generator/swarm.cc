// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/swarm.h"

namespace protm::fuzz {

Swarm::Swarm(Random& random) {
  for (const TopicInfo& topic : topic_table()) {
    const bool on = random.percent(topic.percent);
    const std::uint64_t weight = random.between(1, 8);
    weights_[index(topic.id)] = on ? static_cast<std::uint32_t>(weight) : 0;
  }
  salt_ = random.next();
}

const TopicInfo* Swarm::draw(Random& random) const {
  std::array<std::uint32_t, kTopicCount> weights{};
  std::uint32_t sum = 0;
  for (const TopicInfo& topic : topic_table()) {
    if (topic.befall == nullptr) continue;
    weights[index(topic.id)] = weights_[index(topic.id)];
    sum += weights_[index(topic.id)];
  }
  return sum == 0 ? nullptr : &topic_table()[random.weighted(weights)];
}

bool Swarm::allows(std::uint32_t list, std::uint32_t number) const {
  // A coin for each member, the same one each time it is asked for.
  vocab::SplitMix coin(salt_ ^ (std::uint64_t{list} << 32 | number));
  coin.next();
  return (coin.next() & 1) != 0;
}

std::uint32_t Swarm::pick(Random& random, std::uint32_t list, std::uint32_t count) const {
  const auto first = static_cast<std::uint32_t>(random.below(count));
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t number = (first + i) % count;
    if (allows(list, number)) return number;
  }
  return first;
}

std::string Swarm::words() const {
  std::string out;
  for (const TopicInfo& topic : topic_table()) {
    if (!on(topic.id)) continue;
    out += (out.empty() ? "" : ", ") + std::string(topic.name);
  }
  return out;
}

}  // namespace protm::fuzz
