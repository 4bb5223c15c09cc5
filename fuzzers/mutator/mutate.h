// SPDX-License-Identifier: GPL-2.0-only
// Changes a Program into another one: a few edits of steps, triggers, fields, faults, machine or
// schedule, a part of a generated Program, or something else altogether. What comes out has a
// binary form: it is within the bounds of program.h, and nothing names what is not there.
// Leaves out: words (title, `reaches`, `then`), which say nothing true about a changed Program;
// exploration, because it makes hundreds of runs out of one. Source: design.md section 9.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "fuzzers/generator/random.h"
#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

/// What one edit does.
enum class Change : std::uint8_t {
  insert_step,
  delete_steps,
  duplicate_steps,
  move_steps,
  change_actor,
  change_trigger,
  change_field,
  change_list,
  change_fault,
  change_latency,
  change_machine,
  change_firmware,
  change_heap,
  change_boot,
  change_schedule,
  splice,   ///< a part of a generated Program
  replace,  ///< a generated Program instead
  count
};
inline constexpr std::size_t kChangeCount = static_cast<std::size_t>(Change::count);

struct ChangeInfo {
  Change id;
  std::string_view name;
  std::uint32_t weight;  ///< how often it is tried, relative to the others; swarm weights scale it
};
[[nodiscard]] std::span<const ChangeInfo> change_table();

struct Subject;

/// Tries one edit; false, and the Program as it was, when there is nothing to edit or nothing came
/// of it. The Program is a canonical one before and after.
bool change(contract::Program& program, Change what, Random& random);
bool change(contract::Program& program, Change what, Random& random, const Subject& subject);

/// Makes one to eight edits. The Program is canonical afterwards, and another one than before
/// except in rare cases.
void mutate(contract::Program& program, Random& random);
/// The same, and the Program is one of the subject afterwards.
void mutate(contract::Program& program, Random& random, const Subject& subject);

/// A Program of parts of both: steps of one inside the other, actors side by side, or the steps of
/// one on the machine, with the faults or under the schedule of the other. Canonical.
[[nodiscard]] contract::Program cross(const contract::Program& a, const contract::Program& b,
                                      Random& random);

}  // namespace protm::fuzz
