// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/src/fault_table.h"

namespace protm::gpu {

using vocab::FaultKind;

namespace {

/// Whether `target` tells faults of this kind apart (it is a parameter for the others).
bool has_target(FaultKind kind) {
  return kind == FaultKind::late_ack || kind == FaultKind::lose_ack ||
         kind == FaultKind::stuck_as_command || kind == FaultKind::lose_irq;
}

bool has_slot(FaultKind kind) {
  return kind == FaultKind::late_ack || kind == FaultKind::lose_ack ||
         kind == FaultKind::cs_fault || kind == FaultKind::cs_fatal;
}

}  // namespace

std::optional<vocab::MachineFault> FaultTable::chance(FaultKind kind, std::uint32_t target,
                                                      std::uint32_t slot) {
  std::optional<vocab::MachineFault> hit;
  for (ArmedFault& a : armed_) {
    if (a.fault.kind != kind) continue;
    if (has_target(kind) && a.fault.target != target) continue;
    if (has_slot(kind) && a.fault.slot != vocab::kAnySlot && a.fault.slot != slot) continue;
    ++a.seen;
    const bool due = a.seen >= (a.fault.nth == 0 ? 1 : a.fault.nth);
    const bool left = a.fault.times == vocab::kForever || a.played < a.fault.times;
    if (!due || !left || hit) continue;
    ++a.played;
    hit = a.fault;
  }
  return hit;
}

}  // namespace protm::gpu
