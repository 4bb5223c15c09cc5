// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/poison.h"

#include <array>

namespace protm::judge {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

constexpr std::array kTable{
    PoisonRow{"save-without-protm-buffer",
              "firmware saved an interrupted protected group although its protm suspend buffer is "
              "zero",
              "decisions.md 12; firmware sheet 9.6 (address zero is a real address to firmware)",
              K::region_unfinished, [](const Record& r) { return r.d == 0; }},
    PoisonRow{"equal-priorities", "two slots have the same priority",
              "decisions.md 12; firmware sheet 9.6 (which of them runs is not defined)",
              K::rule_equal_priority, nullptr},
};

}  // namespace

std::span<const PoisonRow> poison_table() { return kTable; }

std::optional<Poison> first_poison(const Trace& trace) {
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind != RecordKind::machine) continue;
    for (const PoisonRow& row : kTable) {
      if (!is(r, row.kind) || (row.only_if != nullptr && !row.only_if(r))) continue;
      return Poison{i, r.time_ns, &row};
    }
  }
  return std::nullopt;
}

}  // namespace protm::judge
