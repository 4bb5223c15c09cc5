// SPDX-License-Identifier: GPL-2.0-only
// From which record on a Trace is legally undefined: the closed list of what no source lets anybody
// predict. Findings before it stay, everything behind it is not compared.
// Source: decisions.md 12; each row names its own.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "sut-adapters/contract/trace_reading.h"

namespace protm::judge {

struct PoisonRow {
  std::string_view slug;
  std::string_view sentence;
  std::string_view source;
  vocab::ObservationKind kind;             ///< of the record that poisons
  /// nullptr: each record of that kind does.
  bool (*only_if)(const contract::Program&, const contract::Record&);
};
[[nodiscard]] std::span<const PoisonRow> poison_table();

struct Poison {
  std::size_t record = 0;
  std::uint64_t at_ns = 0;
  const PoisonRow* row = nullptr;
};
/// The first record that poisons the rest; nothing when none does.
[[nodiscard]] std::optional<Poison> first_poison(const contract::Program& program,
                                                 const contract::Trace& trace);

}  // namespace protm::judge
