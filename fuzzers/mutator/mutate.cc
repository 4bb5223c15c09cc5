// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/mutator/mutate.h"

#include <array>

#include "conformance/format/binary.h"
#include "conformance/format/program_order.h"
#include "fuzzers/mutator/editor.h"

namespace protm::fuzz {

using contract::Program;

namespace {

constexpr std::array<ChangeInfo, kChangeCount> kChanges{{
    {Change::insert_step, "insert step", 16},
    {Change::delete_steps, "delete steps", 10},
    {Change::duplicate_steps, "duplicate steps", 6},
    {Change::move_steps, "move steps", 6},
    {Change::change_actor, "change actor", 5},
    {Change::change_trigger, "change trigger", 14},
    {Change::change_field, "change field", 24},
    {Change::change_list, "change list", 14},
    {Change::change_fault, "change fault", 6},
    {Change::change_latency, "change latency", 4},
    {Change::change_machine, "change machine", 4},
    {Change::change_firmware, "change firmware", 1},
    {Change::change_heap, "change heap", 1},
    {Change::change_boot, "change boot", 1},
    {Change::change_schedule, "change schedule", 2},
    {Change::splice, "splice", 8},
    {Change::replace, "replace", 1},
}};

/// Each kind off, once, twice or five times as often as its weight.
std::array<std::uint32_t, kChangeCount> draw_weights(Random& random) {
  constexpr std::uint32_t kFactors[] = {0, 1, 1, 2, 5};
  std::array<std::uint32_t, kChangeCount> weights{};
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < kChangeCount; ++i) {
    weights[i] = kChanges[i].weight * random.one_of(kFactors);
    sum += weights[i];
  }
  if (sum == 0) weights[0] = 1;
  return weights;
}

/// A Program without what the mutator does not keep.
Program plain(const Program& program) {
  Program p = format::canonical(program);
  p.explore = {};
  return p;
}

bool try_change(Program& program, Change what, Random& random, const format::OpcodeMap& opcodes) {
  Program edited = program;
  if (!Editor(edited, random, opcodes).apply(what)) return false;
  edited = plain(edited);
  if (format::equal(edited, program)) return false;
  program = std::move(edited);
  return true;
}

}  // namespace

std::span<const ChangeInfo> change_table() { return kChanges; }

bool change(Program& program, Change what, Random& random) {
  return try_change(program, what, random, draw_opcodes(random));
}

void mutate(Program& program, Random& random) {
  program = plain(program);
  const auto weights = draw_weights(random);
  const format::OpcodeMap opcodes = draw_opcodes(random);
  constexpr std::uint64_t kEdits[] = {1, 1, 1, 2, 2, 3, 4, 8};
  std::uint64_t left = random.one_of(kEdits);
  // Some edits find nothing to do: a bounded number of tries more.
  for (int tries = 24; left > 0 && tries > 0; --tries) {
    const auto what = static_cast<Change>(random.weighted(weights));
    if (try_change(program, what, random, opcodes)) --left;
  }
}

}  // namespace protm::fuzz
