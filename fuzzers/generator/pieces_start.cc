// SPDX-License-Identifier: GPL-2.0-only
// Set pieces about the device: a start that is odd, and one that goes or sleeps in a session.
#include "fuzzers/generator/set_piece_parts.h"

namespace protm::fuzz {

using contract::EventKind;
using contract::NodeType;
using contract::Trigger;

namespace {

/// Number of the word protected_info in the table of queries.
constexpr std::uint64_t kProtectedInfo = 4;

/// Opens the device and lets a protected group and another one work on it.
void work_on_device(Scene& scene, std::uint32_t actor) {
  Random& random = scene.random;
  const std::uint32_t file = scene.builder.add(actor, Make(NodeType::open).number("fences", 1));
  scene.builder.add(actor,
                    Make(NodeType::dev_query).number("what", kProtectedInfo).ref("file", file));
  Client& client = scene.clients.emplace_back(scene.builder, random, actor, false, file);
  client.set_up();
  client.add_group(Urgency::low_and_medium, 1,
                   random.percent(75) ? Protection::yes : Protection::no);
  if (random.percent(40)) client.add_group(Urgency::all_medium, 1);
  for (std::size_t i = 0; i < client.groups(); ++i) {
    const std::uint32_t job = client.submit(i, 0, {});
    if (random.percent(80)) client.wait(job, 8'000 * kMs);
  }
  if (random.percent(40)) scene.builder.add(actor, Make(NodeType::close).ref("file", file));
}

}  // namespace

/// A probe meets an image or a GPU that is not the usual one; then it comes again.
void odd_start(Scene& scene) {
  Random& random = scene.random;
  contract::Program& program = scene.program;
  program.boot = contract::Boot::cold;
  const std::uint32_t actor = scene.builder.add_actor("admin", random.percent(20));
  scene.builder.add(actor, Make(NodeType::load));
  constexpr std::uint32_t kWeights[] = {3, 3, 4};
  std::uint64_t probes = random.below(2);
  switch (random.weighted(kWeights)) {
    case 0: program.firmware.prot_flavour = static_cast<std::uint8_t>(random.between(1, 2)); break;
    case 1: {
      const std::uint64_t sections = random.percent(70) ? 0 : random.between(2, 3);
      program.firmware.prot_sections = static_cast<std::uint8_t>(sections);
      break;
    }
    default: {
      vocab::MachineFault fault;
      fault.kind = vocab::FaultKind::unknown_gpu;
      // The first reads come before the module's probe is over, later ones with the next probe.
      fault.nth = static_cast<std::uint32_t>(random.percent(75) ? 1 : random.between(2, 4));
      fault.times = static_cast<std::uint32_t>(random.between(1, 3));
      scene.add_fault(fault);
      probes = random.between(1, 3);
      if (random.percent(50)) scene.builder.add(actor, Make(NodeType::open));
    }
  }
  for (std::uint64_t i = 0; i < probes; ++i) scene.builder.add(actor, Make(NodeType::probe));
  work_on_device(scene, actor);
  if (random.percent(30)) {
    scene.builder.add(actor, Make(NodeType::suspend));
    scene.builder.add(actor, Make(NodeType::resume));
  }
  if (random.percent(50)) scene.builder.add(actor, Make(NodeType::unbind));
}

/// The device is unbound, unplugged or put to sleep while a session goes on or just ended.
void device_meets_session(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::low_and_medium, 1, Protection::yes);
  if (random.percent(70)) client.add_group(Urgency::low_and_medium, 1);
  vocab::MachineConfig& machine = scene.program.machine;
  if (random.percent(70)) {
    // Around the 100 ms for which an answer of a slot is waited for, or anything.
    const std::uint64_t exit_ns = random.percent(60) ? random.between(60, 300) * kMs
                                                     : draw_short(30 * kUs, 400 * kMs, random);
    machine.set_latency(vocab::Latency::protm_exit, exit_ns);
  }
  if (random.percent(30)) {
    machine.set_latency(vocab::Latency::ack, draw_short(kUs, 2 * kMs, random));
  }
  if (client.groups() > 1) client.submit(1, 0, {.least_ns = kMs, .most_ns = 60 * kMs});
  const std::uint32_t job =
      submit_region(scene, client, 0, 0, 0, {.least_ns = 5 * kMs, .most_ns = 120 * kMs});
  client.wait(job, 8'000 * kMs);
  const std::uint32_t outsider = scene.outsider();
  const Trigger when = inside(0, 20 * kMs, random);
  if (random.percent(60)) {
    scene.builder.add(outsider, Make(NodeType::suspend), when);
    scene.sleep(outsider, random.between(1, 60) * kMs);
    const std::uint32_t awake = scene.builder.add(outsider, Make(NodeType::resume));
    const Trigger later = after(EventKind::step_returned, awake, random.below(3) * kMs);
    const std::uint32_t next = submit_region(scene, client, 0, 0, 0, {}, later);
    client.wait(next, 8'000 * kMs);
    return;
  }
  constexpr NodeType kEnds[] = {NodeType::unbind, NodeType::unbind, NodeType::unplug,
                                NodeType::unload};
  const NodeType end = random.one_of(kEnds);
  scene.builder.add(outsider, Make(end), when);
  if (random.percent(50)) return;
  scene.builder.add(outsider, Make(end == NodeType::unload ? NodeType::load : NodeType::probe));
  work_on_device(scene, outsider);
}

}  // namespace protm::fuzz
