// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/poison.h"

#include <array>

namespace protm::judge {

using namespace contract;
using K = vocab::ObservationKind;

namespace {

bool loses_job_irq_for_ever(const Program& program, const Record& r) {
  if (r.b != static_cast<std::uint32_t>(vocab::FaultKind::lose_irq)) return false;
  if (r.a >= program.faults.size()) return false;
  const vocab::MachineFault& fault = program.faults[r.a].machine;
  return fault.target == 0 && fault.times == vocab::kForever;
}

constexpr std::array kTable{
    PoisonRow{"save-without-protm-buffer",
              "firmware saved an interrupted protected group although its protm suspend buffer is "
              "zero",
              "decisions.md 12; firmware sheet 9.6 (address zero is a real address to firmware)",
              K::region_unfinished, [](const Program&, const Record& r) { return r.d == 0; }},
    PoisonRow{"equal-priorities", "two slots have the same priority",
              "decisions.md 12; firmware sheet 9.6 (which of them runs is not defined)",
              K::rule_equal_priority, nullptr},
    PoisonRow{"deaf-for-ever",
              "the job interrupt is lost for good, so what the driver learns hangs on when it "
              "looks for another reason",
              "panthor_fw.c panthor_job_irq_handler(): nothing else reads what the firmware tells",
              K::fault_applied, loses_job_irq_for_ever},
};

}  // namespace

std::span<const PoisonRow> poison_table() { return kTable; }

std::optional<Poison> first_poison(const Program& program, const Trace& trace) {
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& r = trace.records[i];
    if (r.kind != RecordKind::machine) continue;
    for (const PoisonRow& row : kTable) {
      if (!is(r, row.kind) || (row.only_if != nullptr && !row.only_if(program, r))) continue;
      return Poison{i, r.time_ns, &row};
    }
  }
  return std::nullopt;
}

}  // namespace protm::judge
