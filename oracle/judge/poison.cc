// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/judge/poison.h"

#include <algorithm>
#include <array>
#include <set>

#include "gpu-model/vocab/fw_interface.h"

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

/// Whether the firmware publishes control blocks that lie in each other.
bool slots_overlap(const Program& program, const Record&) {
  const auto& fw = program.firmware;
  return std::any_of(fw.says.begin(), fw.says.begin() + fw.said, [](const auto& word) {
    return word.at == vocab::fw::glb_control::kGroupStride &&
           word.value < vocab::fw::kCsControlBase;
  });
}

/// And more than one group may want a slot.
bool groups_overlap(const Program& program, const Record& r) {
  if (!slots_overlap(program, r)) return false;
  std::set<std::uint32_t> groups;
  for (std::uint32_t s = 0; s < program.steps.size(); ++s) {
    const std::uint32_t group = group_of_job(program, s);
    if (group != kNoStep) groups.insert(group);
  }
  return groups.size() > 1;
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
    PoisonRow{"slots-overlap",
              "the firmware publishes slots that share their words, and a group asks for protected "
              "mode: who acknowledges one acknowledges all",
              "panthor_fw.c panthor_init_csg_iface(): the distance of the slots is not checked",
              K::protm_pend, slots_overlap},
    PoisonRow{"groups-overlap",
              "the firmware publishes slots that share their words, and several groups have jobs: "
              "of those on slots at the same time only the last that is written is there",
              "panthor_fw.c panthor_init_csg_iface(): the distance of the slots is not checked",
              K::csg_state_sampled, groups_overlap},
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
