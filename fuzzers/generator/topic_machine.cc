// SPDX-License-Identifier: GPL-2.0-only
// Topics about the machine half of a Program: faults around protected mode and elsewhere, answers
// of a firmware that nobody can look into, latencies, and failing calls of the kernel below.
#include <algorithm>
#include <cerrno>

#include "conformance/format/case_words.h"
#include "fuzzers/generator/machine.h"
#include "fuzzers/generator/scene.h"
#include "fuzzers/generator/topics.h"
#include "gpu-model/vocab/machine_config.h"

namespace protm::fuzz {

using vocab::AckTarget;
using vocab::FaultKind;
using vocab::Latency;
using vocab::MachineFault;

namespace {

/// A fault that may be drawn. Times in ns, 0 = the kind takes none; `forever_percent`: how often
/// the time is 0, which means until a reset.
struct Drawn {
  FaultKind kind;
  std::uint32_t target;
  std::uint64_t least_ns, most_ns;
  std::uint32_t forever_percent;
};

/// What goes wrong at and inside sessions. Bounds: a forced exit is waited for 505 ms at most, a
/// firmware answer 100 ms.
constexpr Drawn kSession[] = {
    {FaultKind::late_ack, target(AckTarget::glb_protm_enter), 1 * kMs, 300 * kMs, 0},
    {FaultKind::lose_ack, target(AckTarget::glb_protm_enter), 0, 0, 0},
    {FaultKind::ack_without_entry, 0, 0, 0, 0},
    {FaultKind::late_active, 0, 1 * kMs, 300 * kMs, 0},
    {FaultKind::refuse_exit, 0, 1 * kMs, 700 * kMs, 40},
    {FaultKind::late_exit, 0, 1 * kMs, 700 * kMs, 0},
    {FaultKind::protected_fault, 0, kUs, 20 * kMs, 0},
    {FaultKind::as_fault_inside, 0, kUs, 20 * kMs, 0},
    {FaultKind::lose_irq, 0, 0, 0, 0},
    {FaultKind::late_ack, target(AckTarget::csg_state), 1 * kMs, 150 * kMs, 0},
    {FaultKind::lose_ack, target(AckTarget::csg_state), 0, 0, 0},
};
constexpr Drawn kElsewhere[] = {
    {FaultKind::late_ack, target(AckTarget::csg_ep_cfg), 1 * kMs, 150 * kMs, 0},
    {FaultKind::late_ack, target(AckTarget::csg_status_update), 1 * kMs, 150 * kMs, 0},
    {FaultKind::late_ack, target(AckTarget::cs_state), 1 * kMs, 150 * kMs, 0},
    {FaultKind::late_ack, target(AckTarget::glb_other), 1 * kMs, 150 * kMs, 0},
    {FaultKind::late_ack, target(AckTarget::glb_halt), 1 * kMs, 150 * kMs, 0},
    {FaultKind::late_ack, target(AckTarget::glb_ping), 1 * kMs, 150 * kMs, 0},
    {FaultKind::lose_ack, target(AckTarget::csg_status_update), 0, 0, 0},
    {FaultKind::lose_ack, target(AckTarget::csg_ep_cfg), 0, 0, 0},
    {FaultKind::lose_ack, target(AckTarget::glb_ping), 0, 0, 0},
    {FaultKind::lose_ack, target(AckTarget::glb_halt), 0, 0, 0},
    {FaultKind::refuse_halt, 0, 0, 0, 0},
    {FaultKind::lose_irq, 1, 0, 0, 0},
    {FaultKind::lose_irq, 2, 0, 0, 0},
    {FaultKind::spurious_irq, 0, kMs, 60 * kMs, 0},
    {FaultKind::spurious_irq, 1, kMs, 60 * kMs, 0},
    {FaultKind::spurious_irq, 2, kMs, 60 * kMs, 0},
    {FaultKind::stuck_as_command, 1, kMs, 120 * kMs, 20},
    {FaultKind::stuck_flush, 0, kMs, 120 * kMs, 20},
    {FaultKind::stuck_power, 0, kMs, 40 * kMs, 0},
    {FaultKind::stuck_reset, 0, kMs, 120 * kMs, 20},
    {FaultKind::late_boot, 0, kMs, 300 * kMs, 0},
    {FaultKind::fail_boot, 0, 0, 0, 0},
    {FaultKind::cs_fault, 0x48, 0, 0, 0},
    {FaultKind::cs_fatal, 0x49, 0, 0, 0},
};

void draw_fault(Scene& scene, const Drawn& drawn) {
  Random& random = scene.random;
  MachineFault fault;
  fault.kind = drawn.kind;
  fault.target = drawn.target;
  fault.nth = static_cast<std::uint32_t>(random.percent(60) ? 1 : random.between(2, 6));
  if (random.percent(15)) fault.times = static_cast<std::uint32_t>(random.between(2, 4));
  if (random.percent(3)) fault.times = vocab::kForever;
  if (drawn.most_ns != 0 && !random.percent(drawn.forever_percent)) {
    // Small times are as likely as large ones.
    const std::uint64_t most = std::max(drawn.least_ns, drawn.most_ns >> random.below(8));
    fault.value_ns = kUs * random.between(drawn.least_ns / kUs, most / kUs);
  }
  if (drawn.kind == FaultKind::protected_fault && random.percent(40)) {
    fault.hold_ns = random.between(1, 50) * kMs;
  }
  scene.add_fault(fault);
}

template <std::size_t N>
void draw_faults(Scene& scene, SwarmList list, const Drawn (&faults)[N], std::uint64_t most) {
  const std::uint64_t count = scene.random.between(1, most);
  for (std::uint64_t i = 0; i < count; ++i) {
    draw_fault(scene, faults[scene.swarm.pick(scene.random, number_of(list), N)]);
  }
}

struct DrawnLatency {
  Latency id;
  std::uint64_t least_ns, most_ns;
};
/// Within what a driver waits for: answers come within 100 ms, a boot within 1 s.
constexpr DrawnLatency kLatencies[] = {
    {Latency::doorbell, 200, 200 * kUs},      {Latency::ack, kUs, 3 * kMs},
    {Latency::protm_active, kUs, 20 * kMs},   {Latency::protm_exit, kUs, 20 * kMs},
    {Latency::protm_active, kMs, 200 * kMs},  {Latency::protm_exit, kMs, 600 * kMs},
    {Latency::boot, 50 * kUs, 100 * kMs},     {Latency::reset, 10 * kUs, 50 * kMs},
    {Latency::flush, kUs, 5 * kMs},           {Latency::as_command, 100, 200 * kUs},
    {Latency::power, kUs, 2 * kMs},           {Latency::mcu_disable, kUs, 5 * kMs},
    {Latency::instruction, 1, 2 * kUs},
};

/// A Host call that fails, by words that every driver's objects have.
struct Failing {
  const char* call;
  const char* role;
};
constexpr Failing kCalls[] = {
    {"heap_alloc", "protm_heap"},      {"alloc", "kbo_va:protm_suspend"},
    {"alloc", "kbo_va:suspend"},       {"alloc", "kbo_va:ringbuf"},
    {"alloc", "kbo_va:queue_iface"},   {"alloc", "kbo_va:syncobjs"},
    {"alloc", "kbo_va:heap_chunk"},    {"alloc", "kbo_va:heap_pool"},
    {"alloc", "kbo_va:fw_section"},    {"alloc", "kbo"},
    {"alloc", "bo"},                   {"alloc", "vm"},
    {"alloc", "group"},                {"alloc", "queue"},
    {"alloc", "job"},                  {"alloc", "job_fence"},
    {"alloc", "dma_buf"},              {"alloc", "tiler_heap"},
    {"alloc", "heap_chunk"},           {"alloc", "heap_pool"},
    {"alloc", "gpuva"},                {"alloc", "file"},
    {"alloc", "heap"},                 {"alloc", "fw_section"},
    {"alloc", "syncobj"},              {"page_alloc", "pgtable"},
    {"page_alloc", "bo"},              {"page_alloc", "kbo"},
    {"prime_map", "dma_buf"},          {"prime_attach", "dma_buf"},
    {"fd", "dma_buf"},                 {"fd", "prime"},
    {"fd", "sync_file"},               {"fd", "syncobj"},
    {"fd", "open"},                    {"request_irq", "job"},
    {"request_firmware", "firmware"},
};

}  // namespace

void prepare_session(Scene& scene) {
  draw_faults(scene, SwarmList::session_faults, kSession, 3);
}

void prepare_machine(Scene& scene) {
  draw_faults(scene, SwarmList::machine_faults, kElsewhere, 2);
}

void prepare_answers(Scene& scene) {
  const std::uint64_t count = scene.random.between(1, 4);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto& row = vocab::switch_table()[scene.random.below(vocab::kSwitchCount)];
    scene.program.machine.set_switch(
        row.id, static_cast<std::uint8_t>(scene.random.below(row.words.size())));
  }
}

void prepare_latencies(Scene& scene) {
  Random& random = scene.random;
  vocab::MachineConfig& machine = scene.program.machine;
  if (random.percent(50)) {
    // All phases of a session as long as a step takes: each can be hit.
    machine.set_latency(Latency::ack, random.between(1, 20) * 100 * kUs);
    machine.set_latency(Latency::protm_active, random.between(1, 8) * kMs);
    machine.set_latency(Latency::protm_exit, random.between(1, 8) * kMs);
  }
  const std::uint64_t count = random.between(1, 3);
  for (std::uint64_t i = 0; i < count; ++i) {
    const DrawnLatency& drawn = random.one_of(kLatencies);
    const std::uint64_t most = std::max(drawn.least_ns, drawn.most_ns >> random.below(8));
    machine.set_latency(drawn.id, random.between(drawn.least_ns, most));
  }
}

void prepare_calls(Scene& scene) {
  constexpr std::int64_t kErrors[] = {-ENOMEM, -ENOMEM, -ENOSPC, -EINTR, -EMFILE};
  Random& random = scene.random;
  const std::uint64_t count = random.between(1, 3);
  for (std::uint64_t i = 0; i < count; ++i) {
    const Failing& failing =
        kCalls[scene.swarm.pick(random, number_of(SwarmList::calls), std::size(kCalls))];
    contract::HostFault fault;
    fault.call = failing.call;
    fault.role = failing.role;
    fault.nth = static_cast<std::uint32_t>(random.percent(50) ? 1 : random.between(2, 8));
    fault.value = random.one_of(kErrors);
    if (fault.call == "heap_alloc" && random.percent(40)) fault.value = 4096;
    scene.add_fault(std::move(fault));
  }
}

}  // namespace protm::fuzz
