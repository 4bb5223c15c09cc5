// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/rig/world.h"

#include <doctest/doctest.h>

#include <memory_resource>
#include <vector>

using protm::rig::World;

namespace {
struct State {
  explicit State(std::pmr::memory_resource* m) : numbers(m) {}
  std::pmr::vector<int> numbers;
};
}  // namespace

TEST_CASE("World: restore puts back bytes, addresses and the allocator itself") {
  World world(protm::rig::kWorldBaseB);
  State* const state = world.make<State>(&world);
  for (int i = 0; i < 100; ++i) state->numbers.push_back(i);
  world.snapshot();
  const auto digest = world.digest();
  const auto used = world.used();

  void* first = nullptr;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 5000; ++i) state->numbers.push_back(7);
    void* const p = world.allocate(1000, 8);
    if (round == 0) first = p;
    CHECK(p == first);
    CHECK(world.used() > used);
    world.restore();
    CHECK(world.digest() == digest);
    CHECK(world.used() == used);
    CHECK(state->numbers.size() == 100);
  }
}

TEST_CASE("World: a freed block is handed out again, large alignment is met") {
  World world(protm::rig::kWorldBaseB);
  void* const a = world.allocate(100, 8);
  world.deallocate(a, 100, 8);
  CHECK(world.allocate(97, 8) == a);
  CHECK(reinterpret_cast<std::uintptr_t>(world.allocate(5000, 4096)) % 4096 == 0);
}

TEST_CASE("World: a run after restore leaves the same bytes as the run after the fresh start") {
  World world(protm::rig::kWorldBaseB);
  State* const state = world.make<State>(&world);
  world.snapshot();
  const auto run = [&] {
    for (int i = 0; i < 1000; ++i) state->numbers.push_back(i);
    return world.digest();
  };
  const std::uint64_t fresh = run();
  for (int i = 0; i < 777; ++i) state->numbers.push_back(-i);   // leaves other bytes behind
  world.restore();
  CHECK(run() == fresh);
}
