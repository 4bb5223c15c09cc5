// SPDX-License-Identifier: GPL-2.0-only
// The mutator over bytes, as engines use it, and Programs that stay within a subject.
#include "fuzzers/mutator/mutator_core.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>

#include "conformance/format/binary.h"
#include "conformance/format/program_order.h"
#include "conformance/format/random_programs.h"
#include "fuzzers/mutator/scenarios.h"

using namespace protm;
using contract::Program;

namespace {

constexpr std::size_t kMost = 2048;
constexpr int kChanges = PROTM_ALL_OF_IT ? 1'500 : 200;

const fuzz::ByteMutator kNoChange = [](std::uint8_t*, std::size_t size, std::size_t) {
  return size;
};

bool within(const fuzz::Subject& subject, Program program) {
  const Program before = program;
  fuzz::restrict_to(subject, program);
  return format::equal(format::canonical(program), before);
}

}  // namespace

TEST_CASE("mutate_bytes: from nothing it reaches Programs with jobs, and never exceeds its room") {
  std::vector<std::uint8_t> bytes;
  std::size_t steps = 0, calls_of_the_engine = 0;
  const fuzz::ByteMutator counted = [&](std::uint8_t*, std::size_t size, std::size_t most) {
    ++calls_of_the_engine;
    return std::min(size, most);
  };
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    const std::size_t most = seed % 10 == 0 ? 7 : kMost;
    auto mutated = fuzz::mutate_bytes(bytes, most, seed, fuzz::subject_table()[0], counted);
    CHECK(mutated.bytes.size() <= most);
    if (most == kMost) bytes = std::move(mutated.bytes);
    steps = std::max(steps, format::decode(bytes).steps.size());
  }
  CHECK(steps >= 40);
  CHECK(calls_of_the_engine > 150);
  CHECK(calls_of_the_engine < 350);
}

TEST_CASE("mutate_bytes, cross_bytes: the same input and seed give the same bytes") {
  format::RandomBytes random(7);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto a = random.string(), b = random.string();
    const fuzz::Subject& subject = fuzz::subject_table()[seed % fuzz::subject_table().size()];
    const auto once = fuzz::mutate_bytes(a, kMost, seed, subject, kNoChange);
    const auto twice = fuzz::mutate_bytes(a, kMost, seed, subject, kNoChange);
    CHECK(once.bytes == twice.bytes);
    CHECK(fuzz::cross_bytes(a, b, kMost, seed, subject).bytes ==
          fuzz::cross_bytes(a, b, kMost, seed, subject).bytes);
  }
}

TEST_CASE("mutate: with a subject nothing else is in the Program, and all of it comes about") {
  for (const fuzz::Subject& subject : fuzz::subject_table()) {
    CAPTURE(subject.name);
    fuzz::Random random(11);
    Program program;
    std::set<contract::NodeType> seen;
    for (int i = 0; i < kChanges; ++i) {
      if (i % 20 == 0) program = Program{};
      fuzz::mutate(program, random, subject);
      if (!within(subject, program)) FAIL_CHECK("mutation " << i);
      for (const contract::Step& step : program.steps) {
        seen.insert(static_cast<contract::NodeType>(step.op.type));
      }
    }
    // Rare ones may take more tries.
    const auto all_seen = [&] {
      return std::all_of(subject.operations.begin(), subject.operations.end(),
                         [&](contract::NodeType operation) { return seen.contains(operation); });
    };
    for (int i = 0; i < 4'000 && !all_seen(); ++i) {
      if (i % 20 == 0) program = Program{};
      fuzz::change(program, fuzz::Change::insert_step, random, subject);
      for (const contract::Step& step : program.steps) {
        seen.insert(static_cast<contract::NodeType>(step.op.type));
      }
    }
    for (const contract::NodeType operation : subject.operations) {
      CHECK_MESSAGE(seen.contains(operation), contract::node_info(operation).name);
    }
  }
}

TEST_CASE("scenarios: canonical, told apart by their seed, and all but the schedule stays") {
  const fuzz::Subject* const subject = fuzz::subject_by_name("schedule");
  REQUIRE(subject != nullptr);
  fuzz::Random random(13);
  for (std::size_t k = 0; k < fuzz::scenarios().size(); ++k) {
    const Program& scenario = fuzz::scenarios()[k];
    CHECK(scenario.machine.latency_seed == k);
    CHECK(scenario.actors.size() >= 2);
    CHECK(format::equal(format::decode(format::encode(scenario)), scenario));
    Program program = scenario;
    std::set<std::size_t> lengths;
    for (int i = 0; i < 200; ++i) {
      fuzz::mutate(program, random, *subject);
      lengths.insert(program.schedule.size());
      Program without = program;
      without.schedule.clear();
      const auto which = program.machine.latency_seed;
      REQUIRE(which < fuzz::scenarios().size());
      if (!format::equal(without, fuzz::scenarios()[which])) FAIL_CHECK("mutation " << i);
    }
    CHECK(lengths.size() > 5);
  }
}

TEST_CASE("change_some_bytes: stays within its room and changes something most of the time") {
  fuzz::Random random(17);
  std::uint32_t changed = 0;
  for (int i = 0; i < 1'000; ++i) {
    std::array<std::uint8_t, 64> data{};
    const std::array<std::uint8_t, 64> before = data;
    const std::size_t size = random.below(33);
    const std::size_t now = fuzz::change_some_bytes(data.data(), size, 32, random);
    CHECK(now <= 32);
    CHECK(std::equal(data.begin() + 32, data.end(), before.begin() + 32));
    changed += now != size || data != before ? 1 : 0;
  }
  CHECK(changed > 800);
}

TEST_CASE("the binary form keeps schedules, under every point, task and verb") {
  fuzz::Random random(19);
  const fuzz::Subject* const subject = fuzz::subject_by_name("schedule");
  std::set<contract::PointKind> points;
  std::set<std::string> tasks;
  std::uint32_t objects = 0, actors = 0;
  Program program = fuzz::scenarios()[2];
  for (int i = 0; i < 3'000; ++i) {
    fuzz::mutate(program, random, *subject);
    const Program again = format::decode(format::encode(program));
    REQUIRE(again.schedule == program.schedule);
    for (const contract::ScheduleEntry& entry : program.schedule) {
      points.insert(entry.until.kind);
      tasks.insert(entry.task.role);
      objects += entry.until.object.empty() ? 0 : 1;
      actors += entry.task.actor != contract::TaskSpec::kNoActor ? 1 : 0;
    }
  }
  CHECK(points.size() == static_cast<std::size_t>(contract::PointKind::count));
  CHECK(tasks.size() == contract::task_role_table().size() + 1);
  CHECK(objects > 0);
  CHECK(actors > 0);
}
