// SPDX-License-Identifier: GPL-2.0-only
// What a fuzz target is about: the operations that its Programs may have, whether anything fails,
// and which changes are worth more tries. Narrow Programs reach deep where whole ones rarely come.
// Leaves out: how a target runs them (fuzzers/lib), and inputs that are no Programs.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fuzzers/mutator/mutate.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/program.h"

namespace protm::fuzz {

enum class Faults : std::uint8_t {
  none,
  calls,  ///< Host calls that fail
  all,    ///< and what goes wrong in the machine
};

struct Subject {
  std::string_view name;  ///< of its target, without "_fuzzer"
  std::string_view what;
  std::span<const contract::NodeType> operations;  ///< empty: all
  std::span<const Change> favoured;                ///< tried much more often
  Faults faults = Faults::all;
  bool boots_each_time = false;  ///< the start of a run is what it is about
  /// Chance in percent that a new node has its odd fields: user memory, pads, strides, files.
  std::uint32_t odd_percent = 2;
  /// Not null: everything but the schedule comes from one of these Programs.
  const std::vector<contract::Program>& (*scenarios)() = nullptr;

  [[nodiscard]] bool allows(contract::NodeType operation) const;
};

/// One row per target that runs Programs; "stack", which leaves nothing out, is the first.
[[nodiscard]] std::span<const Subject> subject_table();
/// Null for an unknown name.
[[nodiscard]] const Subject* subject_by_name(std::string_view name);

/// Takes out what is not of the subject, and exploration. True when there was any; the Program is
/// then not in its canonical form.
bool restrict_to(const Subject& subject, contract::Program& program);

}  // namespace protm::fuzz
