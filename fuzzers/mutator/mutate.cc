// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/mutator/mutate.h"

#include <algorithm>
#include <array>

#include "conformance/format/binary.h"
#include "conformance/format/program_order.h"
#include "fuzzers/mutator/editor.h"
#include "fuzzers/mutator/subject.h"

namespace protm::fuzz {

using contract::Program;

namespace {

/// New Programs that get no other edit on top, in percent.
constexpr std::uint32_t kLeaveNewAlone = 60;

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
    {Change::replace, "replace", 16},
}};

/// Each kind off, once, twice or five times as often as its weight.
std::array<std::uint32_t, kChangeCount> draw_weights(Random& random, const Subject& subject) {
  constexpr std::uint32_t kFactors[] = {0, 1, 1, 2, 5};
  constexpr std::uint32_t kFavour = 6;
  std::array<std::uint32_t, kChangeCount> weights{};
  for (std::size_t i = 0; i < kChangeCount; ++i) {
    weights[i] = kChanges[i].weight * random.one_of(kFactors);
    // Steps of a scenario stay; the latency seed says which one it is.
    const bool lost = subject.scenarios != nullptr && kChanges[i].id != Change::change_latency;
    if (lost) weights[i] = 0;
  }
  // These are never off: a Program of the subject may have nothing else to change.
  for (const Change what : subject.favoured) {
    const auto i = static_cast<std::size_t>(what);
    weights[i] = std::max(weights[i], kChanges[i].weight) * kFavour;
  }
  if (std::count(weights.begin(), weights.end(), 0u) == std::ssize(weights)) weights[0] = 1;
  return weights;
}

/// A Program of the subject without what the mutator does not keep.
Program plain(Program program, const Subject& subject) {
  restrict_to(subject, program);
  return format::canonical(program);
}

bool try_change(Program& program, Change what, Random& random, const Subject& subject,
                const format::OpcodeMap& opcodes) {
  Program edited = program;
  if (!Editor(edited, random, opcodes, subject).apply(what)) return false;
  edited = plain(std::move(edited), subject);
  if (format::equal(edited, program)) return false;
  program = std::move(edited);
  return true;
}

}  // namespace

std::span<const ChangeInfo> change_table() { return kChanges; }

bool change(Program& program, Change what, Random& random) {
  return change(program, what, random, subject_table().front());
}

bool change(Program& program, Change what, Random& random, const Subject& subject) {
  return try_change(program, what, random, subject, draw_opcodes(random));
}

void mutate(Program& program, Random& random) {
  mutate(program, random, subject_table().front());
}

void mutate(Program& program, Random& random, const Subject& subject) {
  program = plain(std::move(program), subject);
  const auto weights = draw_weights(random, subject);
  const format::OpcodeMap opcodes = draw_opcodes(random);
  constexpr std::uint64_t kEdits[] = {1, 1, 1, 2, 2, 3, 4, 8};
  std::uint64_t left = random.one_of(kEdits);
  // Some edits find nothing to do: a bounded number of tries more.
  for (int tries = 24; left > 0 && tries > 0; --tries) {
    const auto what = static_cast<Change>(random.weighted(weights));
    if (!try_change(program, what, random, subject, opcodes)) continue;
    --left;
    // What is new is worth a run as it is: most meetings do not outlast another edit.
    if (what == Change::replace && random.percent(kLeaveNewAlone)) return;
  }
}

}  // namespace protm::fuzz
