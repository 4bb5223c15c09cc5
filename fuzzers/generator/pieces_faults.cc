// SPDX-License-Identifier: GPL-2.0-only
// Set pieces about what goes wrong at and in sessions: entries that fail or that a reset overtakes,
// faults one behind the other, VM operations of two address spaces during a slow exit.
#include "fuzzers/generator/machine.h"
#include "fuzzers/generator/set_piece_parts.h"
#include "gpu-model/vocab/machine_config.h"
#include "gpu-model/vocab/machine_fault.h"

namespace protm::fuzz {

using contract::EventKind;
using contract::kNoStep;
using contract::NodeType;
using contract::Trigger;
using vocab::AckTarget;
using vocab::FaultKind;

namespace {

/// A VM with a buffer, and an asynchronous map of it there.
struct Space {
  std::uint32_t vm = kNoStep;
  std::uint32_t buffer = kNoStep;
};

std::uint32_t bind_async(Scene& scene, std::uint32_t actor, const Space& space,
                         const Trigger& when) {
  const contract::Node map = Make(NodeType::bind_map)
                                 .ref("bo", space.buffer)
                                 .number("va", kSpareVa + kPage * scene.random.below(8))
                                 .number("size", kPage)
                                 .node();
  Make bind(NodeType::vm_bind);
  bind.ref("vm", space.vm).list("ops", {map}).number("flags", kAsync);
  return scene.builder.add(actor, bind, when);
}

/// With a trigger, because a time-out of a wait that has none is compared with nobody's.
void wait_for(Scene& scene, std::uint32_t actor, std::uint32_t job, std::uint64_t ns) {
  scene.builder.add(actor, Make(NodeType::wait).ref("job", job).number("timeout", ns),
                    after(EventKind::step_returned, job));
}

}  // namespace

/// Binds of two VMs come into a session that takes its time to end: one of a VM that has an address
/// space, which has to wait, and one of a VM that has none.
void binds_of_two(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::all_medium, 1, Protection::yes);
  const std::uint64_t slow_ns = random.between(100, 450) * kMs;
  if (random.percent(60)) {
    vocab::MachineFault fault;
    fault.kind = FaultKind::late_exit;
    fault.value_ns = slow_ns;
    scene.add_fault(fault);
  } else {
    scene.program.machine.set_latency(vocab::Latency::protm_exit, slow_ns);
  }
  const std::uint32_t other = scene.builder.add_actor("other", random.percent(30));
  Client& second = scene.clients.emplace_back(scene.builder, random, other, false);
  second.set_up();
  second.add_group(Urgency::low_and_medium, 1);
  const std::uint32_t first = second.submit(0, 0, {});
  const std::uint32_t job =
      submit_region(scene, client, 0, 0, 0, {.least_ns = 200 * kMs, .most_ns = 2'000 * kMs},
                    after(EventKind::job_ended, first));
  client.wait(job, 8'000 * kMs);
  const Space used{.vm = second.vm(), .buffer = second.buffer()};
  Space fresh{.vm = scene.builder.add(other, Make(NodeType::vm_create)),
              .buffer = second.buffer()};
  if (random.percent(30)) fresh = used;
  const std::uint32_t slow = bind_async(scene, other, used, inside(0, 10 * kMs, random));
  const std::uint32_t quick = bind_async(scene, other, fresh, {});
  wait_for(scene, other, quick, random.between(2, 9) * 10 * kMs);
  if (random.percent(60)) wait_for(scene, other, slow, 6'000 * kMs);
}

/// PROTM_ENTER is answered late, wrongly or never; others have work behind the reset.
void entry_fails(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::low_and_medium, 1, Protection::yes);
  client.add_group(Urgency::low_and_medium, 1, random.percent(30) ? Protection::yes
                                                                  : Protection::no);
  constexpr FaultKind kKinds[] = {FaultKind::ack_without_entry, FaultKind::ack_without_entry,
                                  FaultKind::lose_ack, FaultKind::late_ack, FaultKind::late_active};
  vocab::MachineFault fault;
  fault.kind = random.one_of(kKinds);
  if (fault.kind == FaultKind::lose_ack || fault.kind == FaultKind::late_ack) {
    fault.target = target(AckTarget::glb_protm_enter);
  }
  if (fault.kind == FaultKind::late_ack || fault.kind == FaultKind::late_active) {
    fault.value_ns = random.between(20, 600) * kMs;
  }
  fault.nth = static_cast<std::uint32_t>(random.percent(80) ? 1 : 2);
  scene.add_fault(fault);
  if (random.percent(40)) client.submit(1, 0, {.least_ns = kMs, .most_ns = 100 * kMs});
  const std::uint32_t job = submit_region(scene, client, 0, 0, 0, {});
  const std::uint32_t outsider = scene.outsider();
  if (random.percent(60)) {
    const Trigger behind = after(EventKind::reset_completed, 0, random.below(20) * kMs);
    client.submit(1, 0, {}, Trouble::none, behind);
  }
  if (random.percent(30)) client.rebind(outsider, inside(0, 10 * kMs, random));
  client.wait(job, 12'000 * kMs);
  if (random.percent(40)) client.wait(submit_region(scene, client, 0, 0, 0, {}), 8'000 * kMs);
}

/// A reset is asked for while a tick waits to enter: an AS command hangs that is sent about then.
void entry_meets_reset(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::all_medium, 1, Protection::yes);
  vocab::MachineFault fault;
  fault.kind = FaultKind::stuck_as_command;
  fault.target = static_cast<std::uint32_t>(random.percent(80) ? 1 : 2);
  fault.nth = static_cast<std::uint32_t>(random.between(1, 4));
  if (random.percent(25)) fault.value_ns = random.between(1, 200) * kMs;
  scene.add_fault(fault);
  const std::uint64_t before_ns = random.between(1, 20) * kMs;
  const std::uint32_t job =
      submit_region(scene, client, 0, 0, before_ns, {.least_ns = kMs, .most_ns = 20 * kMs});
  const std::uint32_t outsider = scene.outsider();
  // The command's time-out is long: the group asks while somebody waits for it.
  const std::uint64_t share_ns = before_ns / 20;
  client.rebind(outsider, after(EventKind::job_started, job, share_ns * random.between(1, 22)));
  if (random.percent(30)) client.rebind(outsider, {});
  client.wait(job, 8'000 * kMs);
}

/// A slot falls silent in the tick that grants: that of a neighbour who goes, or of who moves up.
void silent_at_grant(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::all_medium, 1);
  client.add_group(Urgency::low_and_medium, 1, Protection::yes);
  if (random.percent(40)) client.add_group(Urgency::low_and_medium, 1);
  if (client.groups() < 2) return;
  vocab::MachineFault fault;
  fault.kind = random.percent(70) ? FaultKind::lose_ack : FaultKind::late_ack;
  fault.target = target(random.percent(70) ? AckTarget::csg_state : AckTarget::csg_ep_cfg);
  fault.nth = static_cast<std::uint32_t>(random.between(2, 6));
  if (fault.kind == FaultKind::late_ack) fault.value_ns = random.between(110, 400) * kMs;
  scene.add_fault(fault);
  client.submit(0, 0, {.least_ns = 1'000 * kMs, .most_ns = 2'500 * kMs});
  const std::uint32_t asks =
      submit_region(scene, client, 1, 0, 0, {.least_ns = kMs, .most_ns = 20 * kMs});
  if (client.groups() > 2) client.submit(2, 0, {.least_ns = 100 * kMs, .most_ns = 600 * kMs});
  // The tick that ends it grants.
  const Trigger asked = after(EventKind::protm_pend_raised, 0, random.between(1, 40) * kMs);
  client.destroy_group(scene.stranger("end"), 0, asked);
  client.wait(asks, 8'000 * kMs);
}

/// An exit that takes nearly as long as a driver waits for one, by a machine that is only slow.
void slow_exits(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::all_medium, 1, Protection::yes);
  if (random.percent(40)) client.add_group(Urgency::low_and_medium, 1);
  // 505 ms are waited for, and the exit is asked for after 5 ms.
  const std::uint64_t exit_ns = random.percent(70) ? random.between(490, 499) * kMs
                                                   : random.between(90, 490) * kMs;
  scene.program.machine.set_latency(vocab::Latency::protm_exit, exit_ns);
  if (client.groups() > 1) client.submit(1, 0, {.least_ns = kMs, .most_ns = 60 * kMs});
  const std::uint32_t job =
      submit_region(scene, client, 0, 0, 0, {.least_ns = 40 * kMs, .most_ns = 400 * kMs});
  const std::uint32_t outsider = scene.outsider();
  const Trigger when = inside(0, 20 * kMs, random);
  switch (random.below(4)) {
    case 0: client.destroy_vm(outsider, when); break;
    case 1: client.destroy_group(outsider, 0, when); break;
    default: client.rebind(outsider, when); break;
  }
  client.wait(job, 8'000 * kMs);
}

/// A protected fault, and a second one behind the reset, whose line comes down sooner or later.
void faults_in_a_row(Scene& scene) {
  Random& random = scene.random;
  Client& client = only_client(scene);
  client.add_group(Urgency::all_medium, 1, Protection::yes);
  client.add_group(Urgency::all_medium, 1, Protection::yes);
  // GPUs with PWR_CONTROL reset and sleep by another path, which has to unmask the fault as well.
  if (random.percent(50)) {
    const auto base = vocab::config_by_name("arch14-fw4");
    scene.program.machine = vocab::moved_to(scene.program.machine, *base);
  }
  // A line that stays up says nothing about a mask that was forgotten.
  const bool held = random.percent(50);
  const std::uint64_t faults = random.between(1, 3);
  for (std::uint64_t i = 0; i < faults; ++i) {
    vocab::MachineFault fault;
    fault.kind = FaultKind::protected_fault;
    fault.nth = static_cast<std::uint32_t>(i + 1);
    fault.value_ns = draw_short(kUs, 10 * kMs, random);
    if (held) fault.hold_ns = draw_short(kUs, 50 * kMs, random);
    scene.add_fault(fault);
  }
  const RunTime time{.least_ns = 5 * kMs, .most_ns = 40 * kMs};
  for (std::size_t i = 0; i < client.groups(); ++i) {
    client.wait(submit_region(scene, client, i, 0, 0, time), 8'000 * kMs);
    // Shorter and longer than the delay of a runtime suspend.
    scene.sleep(client.actor(), random.percent(70) ? random.between(1, 40) * kMs
                                                   : random.between(80, 400) * kMs);
  }
}

}  // namespace protm::fuzz
