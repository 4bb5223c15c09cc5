// SPDX-License-Identifier: GPL-2.0-only
// Words of fault targets: which ack, which interrupt line, which exception. Used by the reader, the
// writer and the binary form, so that all three agree on what a target of a kind may be.
// Leaves out: roles of Host calls, which are free words of the drivers.
// Source: machine_fault.h, decisions.md 19.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gpu-model/vocab/machine_fault.h"

namespace protm::format {

/// What the target of a fault kind is.
enum class TargetForm : std::uint8_t { none, word, as_number };

struct TargetWord {
  std::string_view name;
  std::uint32_t value = 0;
};

[[nodiscard]] TargetForm target_form(vocab::FaultKind kind);
/// Allowed targets of a kind with the form `word`.
[[nodiscard]] std::vector<TargetWord> target_words(vocab::FaultKind kind);

}  // namespace protm::format
