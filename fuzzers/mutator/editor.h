// SPDX-License-Identifier: GPL-2.0-only
// The edits behind mutate.h, one member for each kind, on a Program that is in the order of its
// actors. Each returns whether it found something to edit. What it leaves may break bounds or name
// steps that do not fit: format::canonical() mends that.
// Leaves out: which edit to make (mutate.cc), two Programs (cross.cc).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "conformance/format/binary_code.h"
#include "fuzzers/generator/random.h"
#include "fuzzers/mutator/mutate.h"
#include "fuzzers/mutator/subject.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

/// Weights of what a random string's opcode bytes mean; some groups of operations are off.
[[nodiscard]] format::OpcodeMap draw_opcodes(Random& random);

class Editor {
 public:
  Editor(contract::Program& program, Random& random, const format::OpcodeMap& opcodes,
         const Subject& subject)
      : program_(program), random_(random), opcodes_(opcodes), subject_(subject) {}

  bool apply(Change what);

  /// Steps [first, first + count) of `from` and what they need, among the steps of this Program.
  void take_over(const contract::Program& from, std::size_t first, std::size_t count);

 private:
  // edit_steps.cc
  bool insert_step();
  [[nodiscard]] std::uint32_t draw_opcode();
  bool insert_ready_made(std::uint32_t opcode);
  bool delete_steps();
  bool duplicate_steps();
  bool move_steps();
  bool change_actor();
  bool change_trigger();
  [[nodiscard]] contract::EventSpec draw_event(std::uint32_t user);
  /// Moves the last `count` steps to place `at`.
  void move_last_to(std::size_t at, std::size_t count);
  [[nodiscard]] std::uint32_t draw_actor();
  /// First step of the actor and the one behind its last.
  [[nodiscard]] std::pair<std::size_t, std::size_t> steps_of(std::uint32_t actor) const;
  [[nodiscard]] std::optional<std::size_t> draw_step();
  [[nodiscard]] std::size_t room() const;

  // edit_fields.cc
  bool change_field();
  bool change_list();
  [[nodiscard]] contract::Node draw_node(contract::NodeType type, std::uint32_t depth,
                                         std::uint32_t user);
  [[nodiscard]] contract::Value draw_value(const contract::FieldInfo& info, std::uint32_t depth,
                                           std::uint32_t user);
  [[nodiscard]] contract::Value draw_ref(const contract::FieldInfo& info, std::uint32_t user);
  void change_value(contract::Value& value, const contract::FieldInfo& info, std::uint32_t depth,
                    std::uint32_t user);
  [[nodiscard]] std::uint64_t draw_number(const contract::FieldInfo& info, std::uint64_t now);
  [[nodiscard]] std::uint64_t draw_va();
  [[nodiscard]] std::uint64_t draw_time();

  // edit_machine.cc
  bool change_fault();
  [[nodiscard]] contract::Fault draw_fault();
  void vary(contract::Fault& fault);
  bool change_latency();
  bool change_machine();
  bool change_firmware();
  bool change_heap();
  bool change_boot();

  // edit_schedule.cc
  bool change_schedule();
  [[nodiscard]] contract::ScheduleEntry draw_turn();
  [[nodiscard]] contract::TaskSpec draw_task();
  [[nodiscard]] contract::PointSpec draw_point();

  // splice.cc
  bool splice_generated();
  bool replace_by_generated();
  /// Lets references of the last `count` steps name objects of the same kind of the others.
  void bind_to_others(std::size_t count);

  contract::Program& program_;
  Random& random_;
  const format::OpcodeMap& opcodes_;
  const Subject& subject_;
};

}  // namespace protm::fuzz
