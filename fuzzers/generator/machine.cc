// SPDX-License-Identifier: GPL-2.0-only
#include "fuzzers/generator/machine.h"

#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/machine_config.h"
#include "gpu-model/vocab/machine_fault.h"
#include "gpu-model/vocab/sim_time.h"

namespace protm::fuzz {
namespace {

using vocab::AckTarget;
using vocab::FaultKind;
using vocab::Latency;

using vocab::kMs;
using vocab::kUs;

/// A latency that may be drawn, within bounds that no driver has reason to give up on.
struct DrawnNumber {
  Latency id;
  std::uint64_t least_ns, most_ns;
};
constexpr DrawnNumber kDrawn[] = {
    {Latency::doorbell, 200, 50 * kUs},   {Latency::ack, 1 * kUs, 500 * kUs},
    {Latency::boot, 50 * kUs, 20 * kMs},  {Latency::flush, 1 * kUs, 2 * kMs},
    {Latency::as_command, 100, 20 * kUs}, {Latency::reset, 10 * kUs, 10 * kMs},
    {Latency::instruction, 1, 1 * kUs},
};

/// A fault that may be drawn. Times in ns; 0 = the kind takes none.
struct DrawnFault {
  FaultKind kind;
  std::uint32_t target;
  std::uint64_t least_ns, most_ns;
};
constexpr DrawnFault kFaults[] = {
    {FaultKind::lose_ack, target(AckTarget::csg_state), 0, 0},
    {FaultKind::late_ack, target(AckTarget::csg_state), 1 * kMs, 60 * kMs},
    {FaultKind::late_ack, target(AckTarget::csg_ep_cfg), 1 * kMs, 60 * kMs},
    {FaultKind::late_ack, target(AckTarget::csg_status_update), 1 * kMs, 60 * kMs},
    {FaultKind::late_ack, target(AckTarget::glb_halt), 1 * kMs, 60 * kMs},
    {FaultKind::lose_ack, target(AckTarget::glb_halt), 0, 0},
    {FaultKind::refuse_halt, 0, 0, 0},
    {FaultKind::spurious_irq, 0, 1 * kMs, 30 * kMs},
    {FaultKind::spurious_irq, 1, 1 * kMs, 30 * kMs},
    {FaultKind::spurious_irq, 2, 1 * kMs, 30 * kMs},
    {FaultKind::stuck_flush, 0, 1 * kMs, 40 * kMs},
    {FaultKind::stuck_as_command, 1, 1 * kMs, 20 * kMs},
    {FaultKind::late_boot, 0, 1 * kMs, 100 * kMs},
};

}  // namespace

std::uint32_t draw_machine(Random& random, contract::Program& program, Slots slots) {
  const auto names = vocab::config_names();
  program.machine = *vocab::config_by_name(names[random.percent(25) ? 1 : 0]);
  vocab::MachineConfig& machine = program.machine;
  // Two slots are one too few for the driver: its probe fails.
  machine.csg_slots = static_cast<std::uint32_t>(
      slots == Slots::few ? random.between(3, 4) : random.percent(1) ? 2 : random.between(3, 8));
  machine.coherent = static_cast<std::uint32_t>(random.below(2));
  if (random.percent(15)) machine.as_present = (1u << random.between(3, 5)) - 1;
  if (random.percent(30)) machine.latency_seed = random.between(1, 1000);
  const std::uint64_t named = random.percent(30) ? random.between(1, 2) : 0;
  for (std::uint64_t i = 0; i < named; ++i) {
    const DrawnNumber& drawn = random.one_of(kDrawn);
    machine.set_latency(drawn.id, random.between(drawn.least_ns, drawn.most_ns));
  }
  return machine.csg_slots;
}

void draw_faults(Random& random, contract::Program& program) {
  const std::uint64_t faults = random.between(1, 2);
  for (std::uint64_t i = 0; i < faults; ++i) {
    const DrawnFault& drawn = random.one_of(kFaults);
    contract::Fault fault;
    fault.machine.kind = drawn.kind;
    fault.machine.target = drawn.target;
    fault.machine.nth = static_cast<std::uint32_t>(random.between(1, 3));
    fault.machine.id = static_cast<std::uint32_t>(program.faults.size());
    if (drawn.most_ns != 0) {
      fault.machine.value_ns = kUs * random.between(drawn.least_ns / kUs, drawn.most_ns / kUs);
    }
    program.faults.push_back(fault);
  }
}

namespace {

/// Words of control blocks of groups that are worth a try: those of the first slots.
constexpr std::uint32_t kGroupWords = 1024;

std::uint32_t draw_word(Random& random) {
  return static_cast<std::uint32_t>(random.percent(60) ? random.below(0x40) : random.next());
}

}  // namespace

vocab::fw_image::OddWord draw_patch(Random& random) {
  const auto at = static_cast<std::uint32_t>(4 * random.below(0x40));
  return {at, draw_word(random)};
}

vocab::fw_image::OddWord draw_said(Random& random) {
  const bool global = random.percent(30);
  const auto at = static_cast<std::uint32_t>(4 * random.below(global ? 8 : kGroupWords));
  return {global ? at : vocab::fw::kCsgControlBase + at, draw_word(random)};
}

}  // namespace protm::fuzz
