// SPDX-License-Identifier: GPL-2.0-only
// What holds for each changed Program, and that each kind of change happens.
#include "fuzzers/mutator/mutate.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "conformance/format/binary.h"
#include "conformance/format/case_reader.h"
#include "conformance/format/case_writer.h"
#include "conformance/format/diagnostic.h"
#include "conformance/format/program_order.h"
#include "conformance/format/random_programs.h"
#include "fuzzers/generator/generate.h"
#include "sut-adapters/contract/op_table.h"

using namespace protm;
using contract::Program;

namespace {

constexpr std::uint64_t kSeeds = PROTM_ALL_OF_IT ? 400 : 80;

/// Programs of both kinds that the mutator meets: of random bytes, and generated.
Program start(std::uint64_t seed) {
  if (seed % 2 == 0) return format::canonical(fuzz::generate(seed, fuzz::Scope::full));
  format::RandomBytes bytes(seed);
  return format::decode(bytes.string());
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by kNodeDepthMax.
void check_node(const contract::Node& node, std::size_t steps) {
  for (const contract::Value& value : node.fields) {
    if (value.kind == contract::Value::Kind::ref) CHECK(value.number < steps);
    CHECK(value.list.size() <= contract::kMaxListItems);
    for (const contract::Node& item : value.list) check_node(item, steps);
  }
}

void check_bounds(const Program& program) {
  CHECK(program.steps.size() <= contract::kMaxSteps);
  CHECK(program.actors.size() <= contract::kMaxActors);
  CHECK(program.faults.size() <= contract::kMaxFaults);
  CHECK(program.schedule.size() <= contract::kMaxScheduleEntries);
  CHECK(vocab::config_problem(program.machine).empty());
  for (const contract::Step& step : program.steps) {
    CHECK(step.actor < program.actors.size());
    CHECK(step.when.at_ns <= contract::kMaxTimeNs);
    CHECK(step.when.delay_ns <= contract::kMaxTimeNs);
    check_node(step.op, program.steps.size());
  }
}

void check_valid(const Program& program) {
  check_bounds(program);
  CHECK_MESSAGE(format::equal(format::canonical(program), program), format::write_case(program));
}

}  // namespace

TEST_CASE("mutate: what comes out is within bounds and survives the binary form") {
  fuzz::Random random(1);
  std::size_t other = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    Program program = start(seed);
    for (int i = 0; i < 8; ++i) {
      const Program before = program;
      fuzz::mutate(program, random);
      check_valid(program);
      if (!format::equal(before, program)) ++other;
    }
  }
  CHECK_MESSAGE(other >= kSeeds * 8 * 99 / 100, "a mutation that changes nothing is rare");
}

TEST_CASE("mutate: what comes out is written as YAML and reads back the same") {
  fuzz::Random random(2);
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    Program program = start(seed);
    for (int i = 0; i < 3; ++i) fuzz::mutate(program, random);
    const std::string text = format::write_case(program);
    const auto back = format::read_case("mutated.yaml", text);
    if (!back) FAIL(format::diagnostics_text(back.error()) << text);
    CHECK_MESSAGE(format::equal(program, *back), text);
  }
}

TEST_CASE("mutate: the same Program and seed give the same Program") {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Program first = start(seed), second = start(seed);
    fuzz::Random a(seed), b(seed);
    fuzz::mutate(first, a);
    fuzz::mutate(second, b);
    CHECK(format::equal(first, second));
    CHECK(a.next() == b.next());
    CHECK(format::equal(fuzz::cross(first, start(seed + 1), a),
                        fuzz::cross(second, start(seed + 1), b)));
  }
}

TEST_CASE("change: each kind happens, and none leaves bounds or lets a Program grow for ever") {
  fuzz::Random random(3);
  std::array<std::uint32_t, fuzz::kChangeCount> happened{};
  for (const fuzz::ChangeInfo& info : fuzz::change_table()) {
    const auto index = static_cast<std::size_t>(info.id);
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      CAPTURE(info.name);
      CAPTURE(seed);
      Program program = start(seed);
      const std::size_t steps = program.steps.size();
      const Program before = program;
      const bool changed = fuzz::change(program, info.id, random);
      CHECK(changed == !format::equal(before, program));
      happened[index] += changed ? 1 : 0;
      check_valid(program);
      const std::size_t most = std::max<std::size_t>(steps, contract::kMaxRandomSteps);
      if (info.id != fuzz::Change::replace) CHECK(program.steps.size() <= most);
    }
    CHECK_MESSAGE(happened[index] >= 20, info.name);
  }
}

TEST_CASE("change: every operation and every stream instruction is inserted at some time") {
  fuzz::Random random(4);
  std::vector<std::uint32_t> seen(contract::node_table().size());
  for (std::uint64_t seed = 0; seed < 4'000; ++seed) {
    Program program = start(2 * (seed % 50));
    const std::size_t steps = program.steps.size();
    if (!fuzz::change(program, fuzz::Change::insert_step, random)) continue;
    if (program.steps.size() <= steps) continue;
    for (const contract::Step& step : program.steps) {
      ++seen[step.op.type];
      for (const contract::Value& value : step.op.fields) {
        for (const contract::Node& item : value.list) ++seen[item.type];
      }
    }
  }
  for (const contract::NodeInfo& info : contract::node_table()) {
    const bool checked = info.group == contract::NodeGroup::operation ||
                         info.group == contract::NodeGroup::instruction ||
                         info.group == contract::NodeGroup::bind_op;
    if (checked) CHECK_MESSAGE(seen[static_cast<std::size_t>(info.type)] > 0, info.name);
  }
}

TEST_CASE("cross: a child has steps of both, is within bounds, and often differs from both") {
  fuzz::Random random(5);
  std::uint32_t mixed = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    const Program a = start(seed), b = start(seed + 1);
    const Program child = fuzz::cross(a, b, random);
    check_valid(child);
    if (!format::equal(child, a) && !format::equal(child, b)) ++mixed;
  }
  CHECK(mixed >= kSeeds / 2);
}
